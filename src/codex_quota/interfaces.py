"""What a plugin hands over, and what it is handed."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, TextIO

from .errors import CodexQuotaError, CredentialError
from .model import Credential, Snapshot

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from .client import Client
    from .options import Option
    from .plugins import Catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What sources and stores are told: where to look, and the environment to look in.

    ``environ`` is the only environment a plugin reads its own variables from.
    ``cache_dir`` None means the platform's own place.
    """

    account_dir: Path = Path("account")
    cache_dir: Path | None = None
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)

    def home(self) -> Path:
        """The user's home directory, as ``environ`` tells it."""
        home = self.environ.get("HOME") or self.environ.get("USERPROFILE")
        return Path(home) if home else Path.home()


class CredentialSource(ABC):
    """Finds sign-ins.

    ``fallback`` sources are asked by default only while the sources before them found no account.
    ``settings`` are options of its own: every command with a client takes their flags, and what was given stands as text in
    ``Options.environ`` under the option's variable, where ``option.value(environ)`` reads it.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    settings: ClassVar[Sequence[Option]] = ()
    by_default: ClassVar[bool] = True
    fallback: ClassVar[bool] = False

    @abstractmethod
    def credentials(self, options: Options) -> Iterable[Credential | CredentialError]:
        """Every sign-in found, in any order.

        A sign-in that is there but cannot be used is yielded, not raised, as a ``CredentialError`` with its ``account`` set.
        """

    def reread(self, credential: Credential, options: Options) -> Credential | CredentialError | None:
        """The same account's sign-in as it is now, None when it is gone; asked once after HTTP 401."""
        name = credential.account.name
        for found in self.credentials(options):
            if (found.account if isinstance(found, CredentialError) else found.account.name) == name:
                return found
        return None

    def sign_in_hint(self, credential: Credential) -> str:
        """What a person does to sign this account in again, as one clause."""
        return "sign in again with 'codex login'"


class CacheStore(ABC):
    """Keeps texts under keys; the keys are file-name-safe and tell nothing about the account.

    A store must never raise for a text that is missing or damaged: that is None.
    ``settings`` are options of its own, as with a ``CredentialSource``.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    settings: ClassVar[Sequence[Option]] = ()

    def open(self, options: Options) -> None:
        """Called once before anything else; the place for reading settings, not for slow work."""
        return

    @abstractmethod
    def get(self, key: str) -> str | None:
        """The text under *key*, None when there is none."""

    @abstractmethod
    def set(self, key: str, text: str) -> None:
        """Put *text* under *key*, wholly or not at all."""

    @abstractmethod
    def delete(self, key: str) -> None:
        """Forget *key*; nothing happens when it is not there."""

    @abstractmethod
    def keys(self) -> Iterable[str]:
        """Every key that holds a text."""

    @abstractmethod
    def lock(self, key: str, timeout: float) -> AbstractContextManager[bool]:
        """Hold *key* against every other user of this store; entered with False when *timeout* seconds were not enough."""

    def describe(self) -> str:
        """Where the texts lie, for ``codex-quota cache show``."""
        return self.name

    def close(self) -> None:
        """Called once at the end."""
        return


Say = Callable[[str], str]


def as_written(text: str) -> str:
    """*text* itself, because every message id is the English text."""
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a formatter shall write.

    ``tz`` None is the local zone, ``width`` the columns of the terminal (None: no limit),
    ``now`` the moment (aware) that countdowns count from, ``unicode`` False asks for plain ASCII drawing.
    ``say`` translates a message: English with ``{named}`` places, which the caller fills in afterwards.
    ``environ`` holds what was given for a formatter's ``settings``.
    """

    now: datetime
    show: Literal["left", "used"] = "left"
    time: Literal["clock", "countdown", "both"] = "both"
    tz: tzinfo | None = None
    width: int | None = None
    color: bool = False
    unicode: bool = True
    emails: bool = False
    say: Say = field(default=as_written, repr=False)
    environ: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)


class Formatter(ABC):
    """Turns snapshots into text, on a terminal and over HTTP alike.

    ``tells_problems`` is True when the text itself holds every error and warning, so that nobody need repeat them,
    ``shows_pace`` when it reads the ``pace`` of windows, which takes the program a look into the history.
    ``settings`` are options of its own, as with a ``CredentialSource``; what was given stands in ``Style.environ``.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    settings: ClassVar[Sequence[Option]] = ()
    content_type: ClassVar[str] = "text/plain; charset=utf-8"
    tells_problems: ClassVar[bool] = False
    shows_pace: ClassVar[bool] = False

    @abstractmethod
    def format(self, snapshots: Sequence[Snapshot], style: Style) -> str:
        """The whole text, ending in a newline; *snapshots* are in the order to show."""


class Command(ABC):
    """A subcommand of ``codex-quota``.

    ``wants_client`` True adds the options about accounts, service and cache to the command and gives it a ready client.
    ``settings`` are options of its plugin that every command with a client takes; its own arguments are made by ``configure``.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    settings: ClassVar[Sequence[Option]] = ()
    wants_client: ClassVar[bool] = True

    def configure(self, parser: ArgumentParser) -> None:
        """Add the command's own arguments."""
        return

    @abstractmethod
    def run(self, args: Namespace, context: Context) -> int:
        """Do it and return the exit status; a ``CodexQuotaError`` raised here becomes one line on stderr."""

    def tell_error(self, error: CodexQuotaError, context: Context) -> int | None:
        """Tell what kept the command from its work, also a wrong command line, and return the exit status.

        None, as here, leaves it to the program, which writes one line on stderr; *context* has no client.
        """
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteRequest:
    """What a route of the dashboard is asked, and what it may tell.

    ``snapshots`` are those on the dashboard, by name, with masked e-mail addresses unless the visitor is the ``admin``.
    ``headers`` have lower-case names and neither cookies nor authorization, ``base`` is the path above the dashboard.
    ``requests`` counts what was sent to the service since the start, as ``Client.requests`` does.
    """

    snapshots: tuple[Snapshot, ...]
    now: datetime
    options: Options
    admin: bool = False
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    requests: Mapping[str, int] = field(default_factory=dict)
    base: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteAnswer:
    """What a route answers."""

    body: str | bytes
    content_type: str = "text/plain; charset=utf-8"
    status: int = 200


class Route(ABC):
    """An address of the dashboard that only reads, below ``path``, for ``GET`` and ``HEAD``; who may read is decided before.

    ``settings`` are options of its own, as with a ``CredentialSource``.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    path: ClassVar[str]
    settings: ClassVar[Sequence[Option]] = ()

    @abstractmethod
    def answer(self, request: RouteRequest) -> RouteAnswer:
        """The answer; called from several threads at a time, and for every request anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The world a command runs in, in one object, so that a test can make another one."""

    catalogue: Catalogue
    make_client: Callable[[], Client]
    stdin: TextIO
    stdout: TextIO
    stderr: TextIO
    environ: Mapping[str, str] = field(repr=False)
    now: Callable[[], datetime]

    @property
    def client(self) -> Client:
        """The client made from the options that the user gave; the same one each time."""
        return self.make_client()


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One step of a reading, for ``--verbose`` and progress lines; never holds a secret.

    ``start`` comes once for every account before the first request, ``done`` once for each when its snapshot is there.
    """

    account: str
    kind: Literal["start", "attempt", "answer", "wait", "cache", "done"]
    text: str
    wait: timedelta | None = None
