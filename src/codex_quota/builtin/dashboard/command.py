"""``codex-quota web``."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import codex_quota
from codex_quota import Command, Context, UsageError
from codex_quota.options import Option, add_options, seconds, whole

if TYPE_CHECKING:
    from .settings import Settings

SERVER, PAGE = "server", "page"
TOKEN_VARIABLE = "CODEX_QUOTA_ADMIN_TOKEN"  # noqa: S105
WEB_OPTIONS = (
    Option(flag="--host", group=SERVER, convert=str, metavar="ADDRESS", default="0.0.0.0", help="address to listen on"),  # noqa: S104
    Option(flag="--port", group=SERVER, convert=whole(0, 65535), metavar="N", default=8081,
           help="port to listen on; 0 chooses a free one"),
    Option(flag="--base-path", group=SERVER, convert=str, metavar="PATH", default="",
           help="path below which a reverse proxy shows the dashboard, like /quota"),
    Option(flag="--trusted-proxy", group=SERVER, convert=str, metavar="ADDRESS", many=True,
           help="address or network of a reverse proxy whose X-Forwarded headers count; may be repeated"),
    Option(flag="--allowed-host", group=SERVER, convert=str, metavar="NAME", many=True,
           help="host name to open the dashboard under, besides this machine's own; may be repeated"),
    Option(flag="--require-token", group=SERVER, default=False, help="let nobody read without the admin token"),
    Option(flag="--admin-token-file", group=SERVER, convert=str, metavar="FILE",
           shown=f"${TOKEN_VARIABLE}, else made at each start", help="file that holds the admin token"),
    Option(flag="--interval-seconds", group=PAGE, convert=seconds, metavar="TIME", default=3600.0, shown="3600",
           help="how often each account is asked, like 900, 15m or 1h"),
    Option(flag="--state-file", group=PAGE, convert=str, metavar="FILE",
           shown="codex_quota_web_results.json in the account directory", help="where the last results are kept"),
    Option(flag="--account-name", group=PAGE, convert=str, metavar="NAME", help="show this account only"),
    Option(flag="--show", group=PAGE, convert=str, choices=("left", "used"), default="left",
           help="percentages of what is left, or of what is used"),
    Option(flag="--time", group=PAGE, convert=str, choices=("clock", "countdown", "both"), default="both",
           help="resets as clock time, as time from now, or both"),
    Option(flag="--utc", group=PAGE, default=False, help="clock times in UTC instead of the local zone"),
)  # fmt: skip


class Web(Command):
    """Serves the dashboard until it is told to stop."""

    name = "web"
    summary = "serve the dashboard: a page for all accounts, a JSON API and account management"

    def configure(self, parser: ArgumentParser) -> None:
        """The dashboard's own options."""
        add_options(parser, WEB_OPTIONS)

    def run(self, args: Namespace, context: Context) -> int:
        """Exit status 0 after SIGTERM."""
        for option in WEB_OPTIONS:
            option.resolve(args, context.environ)
        settings = settings_from(args, context.environ)
        from .run import run

        return run(settings, context)


def settings_from(args: Namespace, environ: Mapping[str, str]) -> Settings:
    """The settings that the options ask for; raises ``UsageError``."""
    from .settings import Settings

    token, given = _admin_token(args.admin_token_file, environ)
    directory = Path(args.account_dir)
    base = "/" + args.base_path.strip("/") if args.base_path.strip("/") else ""
    if any(c in base for c in "?#\\ ") or not base.isascii() or "//" in base:
        raise UsageError(f"--base-path is {args.base_path!r}, but must be a path like /quota")
    if args.interval_seconds < 5:
        raise UsageError("--interval-seconds must be at least 5")
    if args.account_name is not None:
        args.account_name = codex_quota.check_account_name(args.account_name)
    return Settings(
        host=args.host,
        port=args.port,
        interval=timedelta(seconds=args.interval_seconds),
        account_dir=directory,
        state_file=Path(args.state_file) if args.state_file else directory / "codex_quota_web_results.json",
        account_name=args.account_name,
        base_path=base,
        trusted_proxies=tuple(args.trusted_proxy or ()),
        allowed_hosts=tuple(name.strip().lower() for name in args.allowed_host or ()),
        require_token=args.require_token,
        admin_token=token,
        token_is_given=given,
        show=args.show,
        time=args.time,
        utc=args.utc,
    )


def _admin_token(file: str | None, environ: Mapping[str, str]) -> tuple[str, bool]:
    """The admin token, and whether somebody gave it."""
    if file:
        try:
            token = codex_quota.read_regular(Path(file), limit=4096).decode().strip()
        except (OSError, ValueError) as error:
            raise UsageError(
                f"--admin-token-file {file} cannot be read: {error}", hint="write the token into it, alone"
            ) from None
        source = f"--admin-token-file {file}"
    else:
        token, source = environ.get(TOKEN_VARIABLE, "").strip(), TOKEN_VARIABLE
        if not token:
            from secrets import token_urlsafe

            return token_urlsafe(24), False
    if len(token) < 8 or not token.isascii() or not token.isprintable() or " " in token:
        raise UsageError(f"{source} is too weak or holds odd characters", hint="use at least 8 letters and digits")
    return token, True


def with_port(settings: Settings, port: int) -> Settings:
    """*settings* with the port that was really bound."""
    return replace(settings, port=port)
