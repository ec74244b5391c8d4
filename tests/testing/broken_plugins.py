"""Plugins that each do one thing wrong, under the contracts that have to notice it; run by ``test_contracts.py``."""

from __future__ import annotations

import itertools
import json
import os
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from threading import Lock
from typing import Any

import codex_quota
from codex_quota import (
    CacheStore,
    Credential,
    CredentialError,
    CredentialSource,
    Formatter,
    Options,
    RouteAnswer,
    RouteRequest,
    Snapshot,
    Style,
)
from codex_quota.builtin.formatters.json import JsonFormatter
from codex_quota.builtin.sources.directory import Directory
from codex_quota.builtin.stores.file import FileStore
from codex_quota.builtin.stores.memory import MemoryStore
from codex_quota.testing import (
    CacheStoreContract,
    CommandContract,
    CredentialSourceContract,
    FormatterContract,
    RouteContract,
)

# stores


def storing(cls: type[CacheStore], **settings: object) -> type[CacheStoreContract]:
    """The contract for that store."""
    return type("Tests", (CacheStoreContract,), {"make": lambda self: cls(), "patience": 0.3, **settings})


class NoLock(MemoryStore):
    def lock(self, key: str, timeout: float) -> AbstractContextManager[bool]:
        return nullcontext(True)


class OneLockForAll(MemoryStore):
    def lock(self, key: str, timeout: float) -> AbstractContextManager[bool]:
        return super().lock("all", timeout)


class LockWithoutFinally(MemoryStore):
    @contextmanager
    def lock(self, key: str, timeout: float) -> Iterator[bool]:
        lock = self._locks.setdefault(key, Lock())
        held = lock.acquire(timeout=timeout)
        yield held
        if held:
            lock.release()


class FreesTheLocksOfOthers(MemoryStore):
    @contextmanager
    def lock(self, key: str, timeout: float) -> Iterator[bool]:
        with super().lock(key, timeout) as held:
            yield held
        if not held:
            self._locks[key].release()


class LockUnderTheKey(MemoryStore):
    @contextmanager
    def lock(self, key: str, timeout: float) -> Iterator[bool]:
        with super().lock(key, timeout) as held:
            self._texts.setdefault(f"{key}.lock", "")
            yield held
            self._texts.pop(f"{key}.lock", None)


class DropsLineEnds(MemoryStore):
    def set(self, key: str, text: str) -> None:
        super().set(key, "\n".join(text.splitlines()))


class RaisesForWhatIsNotThere(MemoryStore):
    def delete(self, key: str) -> None:
        del self._texts[key]


class CutsKeys(MemoryStore):
    def set(self, key: str, text: str) -> None:
        super().set(key[:64], text)


class ClosesTheirs(MemoryStore):
    """Closing one copy takes away what the others use."""

    def __init__(self) -> None:
        super().__init__()
        self.open_to_all = [True]

    def close(self) -> None:
        self.open_to_all.clear()

    def get(self, key: str) -> str | None:
        return super().get(key) if self.open_to_all else None


class ForgetsOnClose(FileStore):
    def close(self) -> None:
        for key in list(self.keys()):
            self.delete(key)


TestNoLock = storing(NoLock)
TestOneLockForAll = storing(OneLockForAll)
TestLockWithoutFinally = storing(LockWithoutFinally)
TestFreesTheLocksOfOthers = storing(FreesTheLocksOfOthers)
TestLockUnderTheKey = storing(LockUnderTheKey)
TestDropsLineEnds = storing(DropsLineEnds)
TestRaisesForWhatIsNotThere = storing(RaisesForWhatIsNotThere)
TestCutsKeys = storing(CutsKeys)
TestClosesTheirs = storing(ClosesTheirs)
TestForgetsOnClose = storing(ForgetsOnClose, shared=True)
TestNotShared = storing(MemoryStore, shared=True)

# sources


class FilesContract(CredentialSourceContract):
    """For sources that read the account directory."""

    source_class: Callable[[], CredentialSource]

    def make(self) -> CredentialSource:
        return self.source_class()

    def put(self, directory: Path, name: str, sign_in: Mapping[str, Any]) -> Options:
        options = self.remove(directory, name)
        options.account_dir.mkdir(parents=True, exist_ok=True)
        (options.account_dir / f"{name}.auth.json").write_text(json.dumps(sign_in))
        return options

    def remove(self, directory: Path, name: str) -> Options:
        (directory / "account" / f"{name}.auth.json").unlink(missing_ok=True)
        return Options(account_dir=directory / "account", environ={"ACCOUNTS": str(directory / "account")})


Found = Iterator[Credential | CredentialError]


class Raises(Directory):
    def credentials(self, options: Options) -> Found:
        for found in super().credentials(options):
            if isinstance(found, CredentialError):
                raise found
            yield found


class Nameless(Directory):
    def credentials(self, options: Options) -> Found:
        for found in super().credentials(options):
            if isinstance(found, CredentialError):
                found.account = None
            yield found


class TellsTheToken(Directory):
    def credentials(self, options: Options) -> Found:
        for path in options.account_dir.glob("*.auth.json"):
            data = json.loads(path.read_text())
            location = f"{path}: {data}"
            try:
                yield codex_quota.parse_credential(data, name=path.name[:-10], source=self.name, location=location)
            except CredentialError as error:
                yield CredentialError(f"{data} cannot be used", account=error.account)


class OnlyTheFirst(Directory):
    def credentials(self, options: Options) -> Found:
        yield from itertools.islice(super().credentials(options), 1)


class ReadsTheRealEnvironment(Directory):
    def credentials(self, options: Options) -> Found:
        place = Path(os.environ.get("ACCOUNTS", options.account_dir))
        yield from super().credentials(Options(account_dir=place, environ={}))


class Remembers(Directory):
    """Gives back the sign-in that it was asked about."""

    def reread(self, credential: Credential, options: Options) -> Credential:
        return credential


class Writes(Directory):
    def credentials(self, options: Options) -> Found:
        for path in options.account_dir.glob("*.auth.json"):
            path.touch()
        yield from super().credentials(options)


class Preaches(Directory):
    def sign_in_hint(self, credential: Credential) -> str:
        return "Sign in again.\nThank you."


def finding(cls: type[CredentialSource]) -> type[FilesContract]:
    return type("Tests", (FilesContract,), {"source_class": cls})


TestRaises = finding(Raises)
TestNameless = finding(Nameless)
TestTellsTheToken = finding(TellsTheToken)
TestOnlyTheFirst = finding(OnlyTheFirst)
TestReadsTheRealEnvironment = finding(ReadsTheRealEnvironment)
TestRemembers = finding(Remembers)
TestWrites = finding(Writes)
TestPreaches = finding(Preaches)

# formatters


def formatting(write: Callable[[Sequence[Snapshot], Style], Any], **more: Any) -> type[FormatterContract]:
    """The contract for a formatter that writes that."""

    class Odd(Formatter):
        name = more.pop("name", "odd")
        summary = more.pop("summary", "an odd format")
        content_type = more.pop("content_type", "text/plain; charset=utf-8")
        tells_problems = more.pop("tells_problems", False)

        def format(self, snapshots: Sequence[Snapshot], style: Style) -> str:
            return write(snapshots, style)  # type: ignore[no-any-return]

    return type("Tests", (FormatterContract,), {"make": lambda self: Odd()})


def names(snapshots: Iterable[Snapshot]) -> str:
    return "".join(f"{each.account.name}\n" for each in snapshots)


numbers = itertools.count()
TestFine = formatting(lambda snapshots, style: names(snapshots))
TestBadName = formatting(lambda snapshots, style: names(snapshots), name="Odd One")
TestBadSummary = formatting(lambda snapshots, style: names(snapshots), summary="It is odd.")
TestNoNewline = formatting(lambda snapshots, style: names(snapshots).rstrip("\n"))
TestNoText = formatting(lambda snapshots, style: names(snapshots).encode())
TestNoQuota = formatting(lambda snapshots, style: "".join(f"{each.quota.weekly}\n" for each in snapshots))  # type: ignore[union-attr]
TestNarrow = formatting(lambda snapshots, style: f"{1 / ((style.width or 80) - 20)}\n")
TestColours = formatting(lambda snapshots, style: f"\x1b[1m{names(snapshots)}\x1b[m\n")
TestDraws = formatting(lambda snapshots, style: f"{names(snapshots)}█\n")
TestAddresses = formatting(lambda snapshots, style: "".join(f"{each.account.email}\n" for each in snapshots))
TestNoJson = formatting(lambda snapshots, style: f"{{{names(snapshots)}}}\n", content_type="application/json")
TestNaN = formatting(lambda snapshots, style: "[NaN]\n", content_type="application/json")
TestCounts = formatting(lambda snapshots, style: f"{next(numbers)}\n")
TestLies = formatting(lambda snapshots, style: names(snapshots), tells_problems=True)
TestJsonAddresses = type("Tests", (FormatterContract,), {"make": lambda self: JsonFormatter()})

# commands and routes


class Falls(codex_quota.Command):
    name = "falls"
    summary = "falls over"

    def run(self, args: Namespace, context: codex_quota.Context) -> int:
        return context.client.fetch_all()[0].quota.weekly.length.days  # type: ignore[union-attr]


class TakesAll(codex_quota.Command):
    name = "takes-all"
    summary = "takes every argument"

    def configure(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-such-argument", action="store_true")

    def run(self, args: Namespace, context: codex_quota.Context) -> int:
        return 0


class OnlyGood(codex_quota.Route):
    name = "only-good"
    summary = "knows good accounts only"
    path = "/only-good"

    def answer(self, request: RouteRequest) -> RouteAnswer:
        return RouteAnswer(body="".join(f"{each.quota.weekly}" for each in request.snapshots))  # type: ignore[union-attr]


class BadPath(codex_quota.Route):
    name = "bad-path"
    summary = "has no path"
    path = "metrics"

    def answer(self, request: RouteRequest) -> RouteAnswer:
        return RouteAnswer(body=f"{next(numbers)}", status=999)


TestFalls = type("Tests", (CommandContract,), {"make": lambda self: Falls()})
TestTakesAll = type("Tests", (CommandContract,), {"make": lambda self: TakesAll()})
TestOnlyGood = type("Tests", (RouteContract,), {"make": lambda self: OnlyGood()})
TestBadPath = type("Tests", (RouteContract,), {"make": lambda self: BadPath()})
