"""The hooks.

A plugin is a module or object with functions named like these and marked with ``@codex_quota.hookimpl``.
It is found through an entry point in the group ``codex_quota``, or handed to ``Client(plugins=[...])``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from .interfaces import CacheStore, Command, CredentialSource, Formatter, Options, Route
    from .model import Snapshot

PROJECT = "codex_quota"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def register_credential_sources() -> Iterable[CredentialSource]:
    """Places where sign-ins are found.

    ::

        import codex_quota

        class Vault(codex_quota.CredentialSource):
            name = "vault"
            summary = "sign-ins from our vault"

            def credentials(self, options):
                account = codex_quota.Account(name="shared", source=self.name, account_id="acct-1")
                yield codex_quota.Credential(account=account, access_token=options.environ["VAULT_TOKEN"])

        @codex_quota.hookimpl
        def register_credential_sources():
            return [Vault()]
    """
    raise NotImplementedError


@hookspec
def register_cache_stores() -> Iterable[CacheStore]:
    """Places where answers are kept; the user chooses one by name (``--cache``).

    ::

        import contextlib

        import codex_quota

        class Dictionary(codex_quota.CacheStore):
            name = "dictionary"
            summary = "keeps answers while the program runs"

            def __init__(self):
                self.texts = {}

            def get(self, key):
                return self.texts.get(key)

            def set(self, key, text):
                self.texts[key] = text

            def delete(self, key):
                self.texts.pop(key, None)

            def keys(self):
                return list(self.texts)

            def lock(self, key, timeout):
                return contextlib.nullcontext(True)

        @codex_quota.hookimpl
        def register_cache_stores():
            return [Dictionary()]
    """
    raise NotImplementedError


@hookspec
def register_formatters() -> Iterable[Formatter]:
    """Output formats for ``--format``.

    ::

        import codex_quota

        class Names(codex_quota.Formatter):
            name = "names"
            summary = "only the names of accounts that can be used"

            def format(self, snapshots, style):
                return "".join(f"{s.account.name}\\n" for s in snapshots if s.usable)

        @codex_quota.hookimpl
        def register_formatters():
            return [Names()]
    """
    raise NotImplementedError


@hookspec
def register_commands() -> Iterable[Command]:
    """Subcommands of ``codex-quota``.

    ::

        import codex_quota

        class Count(codex_quota.Command):
            name = "count"
            summary = "print how many accounts can be used"

            def run(self, args, context):
                usable = [s for s in context.client.fetch_all() if s.usable]
                print(len(usable), file=context.stdout)
                return 0

        @codex_quota.hookimpl
        def register_commands():
            return [Count()]
    """
    raise NotImplementedError


@hookspec
def register_routes() -> Iterable[Route]:
    """Addresses of the dashboard.

    ::

        import codex_quota

        class Usable(codex_quota.Route):
            name = "usable"
            summary = "how many accounts can be used"
            path = "/usable"

            def answer(self, request):
                return codex_quota.RouteAnswer(body=f"{sum(s.usable is True for s in request.snapshots)}\\n")

        @codex_quota.hookimpl
        def register_routes():
            return [Usable()]
    """
    raise NotImplementedError


@hookspec
def snapshots_updated(previous: Mapping[str, Snapshot], current: Mapping[str, Snapshot], options: Options) -> None:
    """Hears of every reading, after its result has been shown: of a command with a client as of the dashboard's schedule.

    ``current`` has the snapshots read since the last call, by account name, cached and failed ones too;
    ``previous`` what was known of the same accounts before, as far as anything was.
    Calls come one after another; an implementation may leave out arguments that it does not need.
    Standard output belongs to the command, whose reader may expect one document there.

    ::

        import sys

        import codex_quota

        @codex_quota.hookimpl
        def snapshots_updated(previous, current):
            for name, snapshot in current.items():
                if snapshot.usable and name in previous and previous[name].usable is False:
                    print(f"{name} can be used again", file=sys.stderr)
    """
    raise NotImplementedError


HOOKS = (
    "register_credential_sources",
    "register_cache_stores",
    "register_formatters",
    "register_commands",
    "register_routes",
    "snapshots_updated",
)
