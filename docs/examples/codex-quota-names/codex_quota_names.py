import codex_quota


class Names(codex_quota.Formatter):
    name = "names"
    summary = "only the names of accounts that can be used"

    def format(self, snapshots, style):
        return "".join(f"{snapshot.account.name}\n" for snapshot in snapshots if snapshot.usable)


@codex_quota.hookimpl
def register_formatters():
    return [Names()]
