"""How much ChatGPT Codex quota is left, for one account or many.

::

    import codex_quota

    for snapshot in codex_quota.fetch_all():
        print(snapshot.account.name, snapshot.status, snapshot.quota and snapshot.quota.weekly)

Every public name is listed in ``__all__`` and imported on first touch.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing itself would cost half of what importing this package may
if TYPE_CHECKING:
    from typing import Any

    from .accounts import Listing as Listing
    from .client import Client as Client
    from .client import fetch as fetch
    from .client import fetch_all as fetch_all
    from .errors import BadPayloadError as BadPayloadError
    from .errors import BlockedError as BlockedError
    from .errors import CodexQuotaError as CodexQuotaError
    from .errors import CredentialError as CredentialError
    from .errors import CredentialInvalidError as CredentialInvalidError
    from .errors import HistoryError as HistoryError
    from .errors import NetworkError as NetworkError
    from .errors import NoAccountsError as NoAccountsError
    from .errors import NotChatGPTLoginError as NotChatGPTLoginError
    from .errors import NotFoundError as NotFoundError
    from .errors import PluginError as PluginError
    from .errors import RateLimitedError as RateLimitedError
    from .errors import RedirectedError as RedirectedError
    from .errors import ServiceError as ServiceError
    from .errors import TimedOutError as TimedOutError
    from .errors import UnauthorizedError as UnauthorizedError
    from .errors import UnavailableError as UnavailableError
    from .errors import UnexpectedStatusError as UnexpectedStatusError
    from .errors import UnknownAccountError as UnknownAccountError
    from .errors import UsageError as UsageError
    from .errors import WorkspaceDeactivatedError as WorkspaceDeactivatedError
    from .errors import one_line as one_line
    from .files import read_regular as read_regular
    from .files import sync_directory as sync_directory
    from .files import write_private as write_private
    from .hookspecs import hookimpl as hookimpl
    from .interfaces import CacheStore as CacheStore
    from .interfaces import Command as Command
    from .interfaces import Context as Context
    from .interfaces import CredentialSource as CredentialSource
    from .interfaces import Event as Event
    from .interfaces import Formatter as Formatter
    from .interfaces import Options as Options
    from .interfaces import Route as Route
    from .interfaces import RouteAnswer as RouteAnswer
    from .interfaces import RouteRequest as RouteRequest
    from .interfaces import Style as Style
    from .model import Account as Account
    from .model import Answer as Answer
    from .model import Blocker as Blocker
    from .model import Credential as Credential
    from .model import Credits as Credits
    from .model import Quota as Quota
    from .model import RateLimit as RateLimit
    from .model import Snapshot as Snapshot
    from .model import SpendLimit as SpendLimit
    from .model import Window as Window
    from .ordering import sort_snapshots as sort_snapshots
    from .payload import parse_usage as parse_usage
    from .plugins import Catalogue as Catalogue
    from .plugins import Plugin as Plugin
    from .plugins import Problem as Problem
    from .plugins import nearest as nearest
    from .serial import dump_results as dump_results
    from .serial import load_results as load_results
    from .serial import load_snapshot as load_snapshot
    from .signin import check_account_name as check_account_name
    from .signin import parse_credential as parse_credential
    from .signin import read_credential as read_credential
    from .signin import read_credentials as read_credentials

_ROOMS = {
    "accounts": ("Listing",),
    "client": ("Client", "fetch", "fetch_all"),
    "errors": (
        "BadPayloadError", "BlockedError", "CodexQuotaError", "CredentialError", "CredentialInvalidError", "HistoryError",
        "NetworkError", "NoAccountsError", "NotChatGPTLoginError", "NotFoundError", "PluginError", "RateLimitedError",
        "RedirectedError", "ServiceError", "TimedOutError", "UnauthorizedError", "UnavailableError", "UnexpectedStatusError",
        "UnknownAccountError", "UsageError", "WorkspaceDeactivatedError", "one_line",
    ),
    "files": ("read_regular", "sync_directory", "write_private"),
    "hookspecs": ("hookimpl",),
    "interfaces": (
        "CacheStore", "Command", "Context", "CredentialSource", "Event", "Formatter", "Options", "Route", "RouteAnswer",
        "RouteRequest", "Style",
    ),
    "model": ("Account", "Answer", "Blocker", "Credential", "Credits", "Quota", "RateLimit", "Snapshot", "SpendLimit", "Window"),
    "payload": ("parse_usage",),
    "ordering": ("sort_snapshots",),
    "plugins": ("Catalogue", "Plugin", "Problem", "nearest"),
    "serial": ("dump_results", "load_results", "load_snapshot"),
    "signin": ("check_account_name", "parse_credential", "read_credential", "read_credentials"),
}  # fmt: skip
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}

__version__ = "0.1.0"
__all__ = ["__version__", *sorted(_ROOM_OF)]


def __getattr__(name: str) -> "Any":  # noqa: ANN401, UP037
    room = _ROOM_OF.get(name)
    if room is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"{__name__}.{room}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
