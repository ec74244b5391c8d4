from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import Lock

import codex_quota


class Dictionary(codex_quota.CacheStore):
    name = "dictionary"
    summary = "keeps answers while the program runs"

    def open(self, options: codex_quota.Options) -> None:
        self.texts: dict[str, str] = {}
        self.locks: defaultdict[str, Lock] = defaultdict(Lock)

    def get(self, key: str) -> str | None:
        return self.texts.get(key)

    def set(self, key: str, text: str) -> None:
        self.texts[key] = text

    def delete(self, key: str) -> None:
        self.texts.pop(key, None)

    def keys(self) -> Iterable[str]:
        return list(self.texts)

    @contextmanager
    def lock(self, key: str, timeout: float) -> Iterator[bool]:
        held = self.locks[key].acquire(timeout=timeout)
        try:
            yield held
        finally:
            if held:
                self.locks[key].release()


@codex_quota.hookimpl
def register_cache_stores() -> list[codex_quota.CacheStore]:
    return [Dictionary()]
