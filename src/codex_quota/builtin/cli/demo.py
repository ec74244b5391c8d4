"""``codex-quota demo``: the real program against simulated accounts on this machine."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import replace
from pathlib import Path

import codex_quota
from codex_quota import Command, Context
from codex_quota.options import add_options

from .common import OUTPUT_OPTIONS
from .show import Show


class Demo(Command):
    """Starts the simulated service with accounts in telling states and shows them; nothing leaves this machine."""

    name = "demo"
    summary = "show simulated accounts, without any account of your own"
    wants_client = False

    def configure(self, parser: ArgumentParser) -> None:
        """The output options."""
        add_options(parser, OUTPUT_OPTIONS)

    def run(self, args: Namespace, context: Context) -> int:
        """Exit status 3: one of the simulated accounts is signed out."""
        from tempfile import TemporaryDirectory

        from codex_quota.simulated import SimulatedService

        print("Simulated accounts; nothing leaves this machine.", file=context.stderr, flush=True)
        with SimulatedService.demo() as service, TemporaryDirectory(prefix="codex-quota-demo-") as place:
            accounts = Path(place) / "account"
            service.write_accounts(accounts)
            args.account, args.raw_json, args.raw_headers, args.refresh = [], False, False, False
            args.source, args.account_dir = None, str(accounts)
            with codex_quota.Client(
                account_dir=accounts,
                chatgpt_url=service.url,
                cache_dir=Path(place) / "cache",
                catalogue=context.catalogue,
                environ={},
                now=context.now,
            ) as client:
                return Show().run(args, replace(context, make_client=lambda: client))
