"""What plugins offer: things of one kind by name, whose they are, and what went wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from .errors import UsageError
from .interfaces import CacheStore, Command, CredentialSource, Formatter, Route

BUILTIN = "codex-quota"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What went wrong with a plugin: who, from which distribution, at which stage, and the reason in one line."""

    plugin: str
    distribution: str
    stage: str
    reason: str

    def line(self) -> str:
        """What failed while it was used, in one line; a built-in plugin need not be named."""
        who = "" if self.distribution == BUILTIN else f"plugin {self.plugin} (distribution {self.distribution}): "
        return f"{who}{self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """A loaded plugin with the hooks it answers."""

    name: str
    distribution: str
    version: str
    hooks: tuple[str, ...]


Thing = TypeVar("Thing", CredentialSource, CacheStore, Formatter, Command, Route)


class Offers(Mapping[str, Thing], Generic[Thing]):
    """Things of one kind by name, built-ins first, then by name; a name that two strangers claim is left out."""

    def __init__(self, kind: str, taken: Iterable[tuple[Plugin, Thing]]) -> None:
        self.kind = kind
        self._claims: dict[str, list[tuple[Plugin, Thing]]] = {}
        self.problems: list[Problem] = []
        ordered = sorted(taken, key=lambda pair: (not is_builtin(pair[0]), pair[1].name, pair[0].distribution))
        for plugin, thing in ordered:
            claims = self._claims.setdefault(thing.name, [])
            if claims and (is_builtin(claims[0][0]) or claims[0][0] is plugin):
                self.problems.append(problem_of(plugin, "name", f"the {kind} name {thing.name!r} is taken"))
                continue
            claims.append((plugin, thing))
        for name, claims in self._claims.items():
            for plugin, _ in claims if len(claims) > 1 else ():
                self.problems.append(problem_of(plugin, "name", f"another plugin offers a {kind} named {name!r} too"))

    def __getitem__(self, name: str) -> Thing:
        (claim,) = self._claims[name] if len(self._claims[name]) == 1 else (None,)
        if claim is None:
            raise KeyError(name)
        return claim[1]

    def __iter__(self) -> Iterator[str]:
        return (name for name, claims in self._claims.items() if len(claims) == 1)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def choose(self, name: str) -> Thing:
        """The thing of that name; raises ``UsageError`` that lists the names there are, or both claimants."""
        claims = self._claims.get(name, [])
        if len(claims) == 1:
            return claims[0][1]
        if claims:
            both = " and ".join(plugin.distribution for plugin, _ in claims)
            raise UsageError(f"{both} both offer a {self.kind} named {name!r}", hint="uninstall or disable one of them")
        near = nearest(name, self)
        hint = f"did you mean {near!r}?" if near else f"there is {', '.join(self) or 'none'}"
        raise UsageError(f"there is no {self.kind} named {name!r}", hint=hint)

    def provider(self, name: str) -> Plugin:
        """The plugin that offers *name*."""
        return self._claims[name][0][0]


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The one of *names* that *name* was probably meant to be."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, list(names), 1)), None)


def is_builtin(plugin: Plugin) -> bool:
    return plugin.distribution == BUILTIN


def problem_of(plugin: Plugin, stage: str, reason: str) -> Problem:
    return Problem(plugin=plugin.name, distribution=plugin.distribution, stage=stage, reason=reason)
