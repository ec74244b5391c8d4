"""The command ``codex-quota notify``."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from codex_quota import Command, Context, UsageError
from codex_quota.options import Option, add_options

CONFIG_OPTION = Option(
    flag="--notify-config",
    group="alerts",
    convert=str,
    metavar="FILE",
    shown="notify.toml in the platform's configuration directory",
    help="configuration of alerts",
)


class Notify(Command):
    """Says what is configured and kept, tries the targets and replays recorded readings."""

    name = "notify"
    summary = "try, check and explain alerts"
    wants_client = False

    def configure(self, parser: ArgumentParser) -> None:
        """What to do, and with what."""
        parser.add_argument(
            "action",
            nargs="?",
            choices=("status", "check", "test", "replay"),
            default="status",
            help="status: what is set up, pending and sent; check: whether configuration and targets are understood; "
            "test: send every target a message; replay: which alerts recorded readings would have raised (default: status)",
        )
        parser.add_argument(
            "file",
            nargs="*",
            metavar="FILE",
            help="replay: JSON documents of readings, - is standard input; without any the history is replayed",
        )
        parser.add_argument(
            "--url", action="append", default=None, metavar="URL", help="test: this target instead; may be repeated"
        )
        add_options(parser, (CONFIG_OPTION,))

    def run(self, args: Namespace, context: Context) -> int:
        """Exit status 0; of ``test`` 3 when some and 1 when no target took the message; raises ``UsageError``."""
        CONFIG_OPTION.resolve(args, context.environ)
        environ = dict(context.environ)
        if args.notify_config:
            environ[CONFIG_OPTION.variable] = args.notify_config
        if args.file and args.action != "replay":
            raise UsageError(f"{args.action} takes no files", hint="'codex-quota notify replay FILE' does")
        if args.url is not None and args.action != "test":
            raise UsageError(f"{args.action} takes no --url", hint="'codex-quota notify test --url URL' does")
        if args.action == "replay":
            from .replay import replay

            return replay(args.file, environ, context)
        if args.action == "test":
            from .trying import try_targets

            return try_targets(args.url, environ, context)
        from .status import check, status

        return (check if args.action == "check" else status)(environ, context)
