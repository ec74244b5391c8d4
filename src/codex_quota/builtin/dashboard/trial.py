"""Asking the service once with a sign-in that is kept nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import codex_quota
from codex_quota import Client, Credential, Options, Snapshot

SOURCE = "trial"


class _One(codex_quota.CredentialSource):
    name = SOURCE
    summary = "the sign-in that is being tried"
    by_default = False

    def __init__(self, credential: Credential) -> None:
        self._credential = credential

    def credentials(self, options: Options) -> Iterator[Credential]:
        yield self._credential


class _Plugin:
    """A plugin for one client alone."""

    def __init__(self, credential: Credential) -> None:
        self._credential = credential

    @codex_quota.hookimpl
    def register_credential_sources(self) -> Iterable[codex_quota.CredentialSource]:
        """The one sign-in."""
        return [_One(self._credential)]


def ask_once(credential: Credential, client: Client, *, timeout: float) -> Snapshot:
    """The service's answer to one request, asked where *client* asks; an error is in the snapshot.

    Nothing is cached, nothing is repeated, and after *timeout* seconds it is over.
    """
    with Client(
        sources=[SOURCE],
        plugins=[_Plugin(credential)],
        chatgpt_url=client.endpoint,
        cache="none",
        retries=0,
        timeout=timeout,
        environ=client.options.environ,
        now=client.now,
    ) as single:
        (snapshot,) = single.fetch_all()
    return snapshot
