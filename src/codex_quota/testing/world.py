"""A clean environment, and a client that knows nothing but it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import codex_quota

if TYPE_CHECKING:
    from codex_quota.simulated import SimulatedService

NOBODY = "http://127.0.0.1:9/backend-api"


def clean_environ(directory: Path, service: SimulatedService | None = None) -> dict[str, str]:
    """An environment in which everything lies below *directory*, and in which *service* is asked.

    The home is ``home``, the accounts are in ``account``, the cache is ``cache``; the zone is UTC, a terminal has 80 columns,
    and nothing waits between two attempts.
    Without a service requests go to a port of this machine where nobody answers.
    """
    return {
        "HOME": str(directory / "home"),
        "CODEX_QUOTA_ACCOUNT_DIR": str(directory / "account"),
        "CODEX_QUOTA_CACHE_DIR": str(directory / "cache"),
        "CODEX_QUOTA_CHATGPT_URL": service.url if service else NOBODY,
        "CODEX_QUOTA_RETRY_DELAY": "0",
        "COLUMNS": "80",
        "TZ": "UTC",
    }


def make_client(
    *plugins: object,
    directory: Path,
    service: SimulatedService | None = None,
    environ: Mapping[str, str] | None = None,
    builtins: bool = True,
    **options: Any,  # noqa: ANN401
) -> codex_quota.Client:
    """A client with exactly these plugins beside the built-in ones, in the world of ``clean_environ``.

    *environ* is added to that world, *options* are ``Client``'s.
    *builtins* False leaves out the built-in plugins too; when no given plugin is a cache store, nothing is cached then.
    Raises what ``Client`` raises.
    """
    world = {**clean_environ(directory, service), **(environ or {})}
    catalogue = make_catalogue(plugins, world, builtins=builtins)
    if not builtins:
        options.setdefault("cache", next(iter(catalogue.stores)))
    return codex_quota.Client(catalogue=catalogue, environ=world, **({"retry_delay": 0} | options))


def make_catalogue(
    plugins: Sequence[object], environ: Mapping[str, str], *, builtins: bool = True, strangers: bool = False
) -> codex_quota.Catalogue:
    """The built-ins and *plugins*, or *plugins* alone; *strangers* True adds whatever else is installed."""
    if builtins:
        return codex_quota.Catalogue(plugins=plugins, environ=environ, strangers=strangers)
    alone = codex_quota.Catalogue(plugins=plugins, environ=environ, find=False)
    return alone if alone.stores else codex_quota.Catalogue(plugins=[*plugins, _NoStore()], environ=environ, find=False)


class _Nothing(codex_quota.CacheStore):
    name = "nothing"
    summary = "keeps nothing"

    def get(self, key: str) -> str | None:
        return None

    def set(self, key: str, text: str) -> None:
        return

    def delete(self, key: str) -> None:
        return

    def keys(self) -> Iterable[str]:
        return ()

    @contextmanager
    def lock(self, key: str, timeout: float) -> Iterator[bool]:
        yield True


class _NoStore:
    @codex_quota.hookimpl
    def register_cache_stores(self) -> list[codex_quota.CacheStore]:
        return [_Nothing()]
