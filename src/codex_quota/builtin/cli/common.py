"""The options that every command with a client takes, and those about output."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

from codex_quota.options import Option, positive_seconds, seconds, whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codex_quota import Catalogue, Client, Event

ACCOUNTS, SERVICE, CACHE, STEPS, OUTPUT = "accounts", "service", "cache", "steps", "output"

CLIENT_OPTIONS = (
    Option(flag="--account-dir", group=ACCOUNTS, convert=str, metavar="DIR", default="account",
           help="directory with one sign-in file <name>.auth.json for each account"),
    Option(flag="--source", group=ACCOUNTS, convert=str, metavar="NAME", many=True,
           shown="directory and environment, else codex-home", help="credential source to ask; may be repeated"),
    Option(flag="--chatgpt-url", group=SERVICE, convert=str, metavar="URL", shown="https://chatgpt.com/backend-api/wham/usage",
           help="address of the service: its base, or the whole endpoint"),
    Option(flag="--timeout", group=SERVICE, convert=positive_seconds, metavar="SECONDS", default=15.0, shown="15",
           help="time allowed for one whole attempt"),
    Option(flag="--retries", group=SERVICE, convert=whole(0, 100), metavar="N", default=3,
           help="further attempts after a temporary failure (408, 429, 5xx, timeouts, broken connections)"),
    Option(flag="--retry-delay", group=SERVICE, convert=seconds, metavar="SECONDS", default=2.0, shown="2",
           help="longest wait before the second attempt, doubled for each further one"),
    Option(flag="--concurrency", group=SERVICE, convert=whole(1, 1000), metavar="N", default=8,
           help="accounts asked at the same time"),
    Option(flag="--refresh", group=CACHE, default=False, help="ask the service even if the cache could answer"),
    Option(flag="--max-age", group=CACHE, convert=seconds, metavar="TIME", default=0.0, shown="0",
           help="answer from the cache while its answer is younger, like 90, 5m or 1h"),
    Option(flag="--exhausted-max-age", group=CACHE, convert=seconds, metavar="TIME", default=3600.0, shown="1h",
           help="ask at least this often about an exhausted account, whose reset may come early"),
    Option(flag="--cache", group=CACHE, convert=str, metavar="STORE", default="file",
           help="cache store: file, memory, none, or a plugin's"),
    Option(flag="--cache-dir", group=CACHE, convert=str, metavar="DIR", shown="the platform's cache directory",
           help="where the file store keeps its files"),
    Option(flag="--verbose", short="-v", group=STEPS, default=False, help="tell each attempt, status and wait on stderr"),
)  # fmt: skip
DEBUG = Option(flag="--debug", group=STEPS, default=False, help="show the traceback of an error")
OUTPUT_OPTIONS = (
    Option(flag="--format", short="-f", group=OUTPUT, convert=str, metavar="FORMAT", shown="table on a terminal, else plain",
           help="output format: table, plain, json, csv, ics, or a plugin's"),
    Option(flag="--show", group=OUTPUT, convert=str, choices=("left", "used"), default="left",
           help="percentages of what is left, or of what is used"),
    Option(flag="--sort", group=OUTPUT, convert=str, choices=("name", "left", "reset"), default="name",
           help="by name, most left first, or soonest reset first"),
    Option(flag="--time", group=OUTPUT, convert=str, choices=("clock", "countdown", "both"), default="both",
           help="resets as clock time, as time from now, or both"),
    Option(flag="--utc", group=OUTPUT, default=False, help="clock times in UTC instead of the local zone"),
    Option(flag="--emails", group=OUTPUT, default=False, help="show e-mail addresses"),
    Option(flag="--color", group=OUTPUT, convert=str, choices=("auto", "always", "never"), default="auto",
           help="colours; auto means on a terminal, unless NO_COLOR is set or TERM is dumb"),
)  # fmt: skip
RAW_OPTIONS = (
    Option(flag="--raw-json", group=OUTPUT, default=False, help="print each answer's unchanged body instead"),
    Option(flag="--raw-headers", group=OUTPUT, default=False, help="print each answer's headers instead, secrets redacted"),
)


def make_client(
    args: argparse.Namespace,
    *,
    catalogue: Catalogue,
    environ: Mapping[str, str],
    on_event: Callable[[Event], None] | None,
    listeners: bool = True,
) -> Client:
    """The client that the options in *args* ask for."""
    import codex_quota

    return codex_quota.Client(
        account_dir=args.account_dir,
        sources=args.source,
        # left to the client when it comes from the environment, so that an error names the variable
        chatgpt_url=args.chatgpt_url if args.origins["chatgpt_url"] == "--chatgpt-url" else None,
        timeout=args.timeout,
        retries=args.retries,
        retry_delay=args.retry_delay,
        concurrency=args.concurrency,
        cache=args.cache,
        cache_dir=args.cache_dir,
        max_age=args.max_age,
        exhausted_max_age=args.exhausted_max_age,
        refresh=args.refresh,
        catalogue=catalogue,
        environ=environ,
        on_event=on_event,
        listeners=listeners,
    )
