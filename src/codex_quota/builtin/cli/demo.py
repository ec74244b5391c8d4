"""``codex-quota demo``: the real program against simulated accounts on this machine."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from codex_quota import Command, Context
from codex_quota.options import Option, add_options, whole

from .common import CLIENT_OPTIONS, OUTPUT_OPTIONS, make_client
from .interrupts import ended_by_signals
from .parser import command_parser
from .problems import tell_problems
from .show import Show

if TYPE_CHECKING:
    from codex_quota.simulated import SimulatedService

WEB = Option(flag="--web", group="page", default=False, help="serve the dashboard with them instead, on this machine only")
PORT = Option(
    flag="--port",
    group="page",
    convert=whole(0, 65535),
    metavar="N",
    default=8081,
    help="port of the dashboard; 0 chooses a free one",
)


class Demo(Command):
    """Starts the simulated service with accounts in telling states and shows them; nothing leaves this machine."""

    name = "demo"
    summary = "show simulated accounts, without any account of your own"
    wants_client = False

    def configure(self, parser: ArgumentParser) -> None:
        """The output options, and the dashboard's place."""
        add_options(parser, (*OUTPUT_OPTIONS, WEB, PORT))

    def run(self, args: Namespace, context: Context) -> int:
        """Exit status 3: one of the simulated accounts is signed out; the dashboard ends with 0."""
        from tempfile import TemporaryDirectory

        from codex_quota.simulated import SimulatedService

        for option in (*OUTPUT_OPTIONS, WEB, PORT):
            option.resolve(args, context.environ)
        tell_problems(context.catalogue.problems, context.stderr)
        print("Simulated accounts; nothing leaves this machine.", file=context.stderr, flush=True)
        temporary = TemporaryDirectory(prefix="codex-quota-demo-")
        with ended_by_signals(), temporary as place, SimulatedService.demo() as service:
            service.write_accounts(Path(place) / "account")
            if args.web:
                from codex_quota.history import FILE_NAME, History

                from .demo_past import give_past

                give_past(service, Path(place) / "account", History(Path(place) / "account" / FILE_NAME))
                words = ["--host", "127.0.0.1", "--port", str(args.port)]
                return _run(context.catalogue.commands.choose("web"), words, service, Path(place), context)
            chosen = Namespace(**vars(args), account=[], raw_json=False, raw_headers=False)
            return _run(Show(), [], service, Path(place), context, chosen)


def _run(
    command: Command, words: list[str], service: SimulatedService, place: Path, context: Context, chosen: Namespace | None = None
) -> int:
    """Run *command* as if its user had a new home and no settings but those of formats; *chosen* are options chosen already."""
    given = [*words, "--source", "directory", "--account-dir", str(place / "account")]
    given += ["--chatgpt-url", service.url, "--cache-dir", str(place / "cache")]
    args = command_parser(command).parse_args(given, chosen)
    for option in CLIENT_OPTIONS:
        option.resolve(args, {})
    formats = {option.variable for one in context.catalogue.formatters.values() for option in one.settings}
    around = {name: text for name, text in context.environ.items() if not name.startswith("CODEX_") or name in formats}
    own = {"HOME": str(place), **{name: text for name, text in around.items() if name in formats}}
    with make_client(args, catalogue=context.catalogue, environ=own, on_event=None, listeners=False) as client:
        return command.run(args, replace(context, make_client=lambda: client, environ=around))
