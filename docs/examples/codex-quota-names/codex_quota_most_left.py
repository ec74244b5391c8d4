from argparse import ArgumentParser, Namespace

import codex_quota


class MostLeft(codex_quota.Command):
    name = "most-left"
    summary = "print the account with most left"

    def configure(self, parser: ArgumentParser) -> None:
        parser.add_argument("--count", type=int, default=1, help="how many to print (default: 1)")

    def run(self, args: Namespace, context: codex_quota.Context) -> int:
        snapshots = codex_quota.sort_snapshots(context.client.fetch_all(), "left")
        usable = [snapshot.account.name for snapshot in snapshots if snapshot.usable]
        for name in usable[: args.count]:
            print(name, file=context.stdout)
        return 0 if usable else 1


@codex_quota.hookimpl
def register_commands() -> list[codex_quota.Command]:
    return [MostLeft()]
