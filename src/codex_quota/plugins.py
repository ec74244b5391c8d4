"""The one road by which plugins come in, built-ins and strangers alike.

pluggy alone loses every answer when one implementation raises, lets one broken entry point end the program and accepts
misspelt hook names; here each plugin is loaded, asked and checked on its own, and whatever fails becomes a ``Problem``.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import redirect_stdout
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pluggy

from . import hookspecs
from .discovery import Found, installed
from .errors import CodexQuotaError, describe, one_line
from .hookspecs import HOOKS, PROJECT
from .interfaces import CacheStore, Command, CredentialSource, Formatter, Options, Route
from .model import Snapshot
from .offers import BUILTIN as BUILTIN
from .offers import Offers as Offers
from .offers import Plugin as Plugin
from .offers import Problem as Problem
from .offers import is_builtin, problem_of
from .offers import nearest as nearest

if TYPE_CHECKING:
    from .options import Option

GROUP = "codex_quota"
SLOW_SECONDS = 0.5
DISABLED = "CODEX_QUOTA_DISABLED_PLUGINS"
_NAME = re.compile(r"[a-z][a-z0-9]*([._-][a-z0-9]+)*")
_FLAG = re.compile(r"--[A-Za-z0-9][A-Za-z0-9._-]*")
_SHORT = re.compile(r"-[A-Za-z]")
_PATH = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+")


class Catalogue:
    """Everything that plugins offer, as one value; nothing is kept globally.

    ``plugins`` adds plugin modules or objects for one program, ``find`` False leaves out all that is installed,
    ``strangers`` False all that is installed apart from the built-ins.
    ``CODEX_QUOTA_DISABLED_PLUGINS`` in *environ* names entry points to leave out, separated by commas; ``disabled`` has those.
    """

    def __init__(
        self,
        *,
        plugins: Sequence[object] = (),
        environ: Mapping[str, str] | None = None,
        find: bool = True,
        strangers: bool = True,
    ) -> None:
        self._manager = pluggy.PluginManager(PROJECT)
        self._manager.add_hookspecs(hookspecs)
        self._problems: list[Problem] = []
        self._loaded: list[tuple[Plugin, object]] = []
        names = (name.strip() for name in (environ or {}).get(DISABLED, "").split(","))
        unwanted = {name for name in names if name}
        points = [point for point in installed(GROUP) if strangers or point.distribution == BUILTIN] if find else []
        points.sort(key=lambda point: point.distribution != BUILTIN)
        self.disabled = tuple(point for point in points if point.name in unwanted)
        for point in points:
            if point not in self.disabled:
                self._load_entry_point(point)
        for missing in sorted(unwanted - {point.name for point in points}) if find else ():
            self._note(missing, "(unknown)", "disable", f"{DISABLED} names it, but there is no plugin of that name")
        for number, plugin in enumerate(plugins):
            name = getattr(plugin, "__name__", None)
            self._register(name if isinstance(name, str) else f"{type(plugin).__name__}-{number}", "(this program)", "", plugin)
        if find and not any(is_builtin(plugin) for plugin, _ in self._loaded):
            self._note(BUILTIN, BUILTIN, "import", "the built-in plugins are not installed")
        self.sources: Offers[CredentialSource] = self._collect("register_credential_sources", "source", CredentialSource)
        self.stores: Offers[CacheStore] = self._collect("register_cache_stores", "cache store", CacheStore)
        self.formatters: Offers[Formatter] = self._collect("register_formatters", "format", Formatter)
        self.commands: Offers[Command] = self._collect("register_commands", "command", Command)
        self.routes: Offers[Route] = self._collect("register_routes", "route", Route)
        self._offers: tuple[Offers[Any], ...] = (self.sources, self.stores, self.formatters, self.commands, self.routes)

    @property
    def plugins(self) -> tuple[Plugin, ...]:
        """The loaded plugins, by name."""
        return tuple(sorted((plugin for plugin, _ in self._loaded), key=lambda p: (p.name, p.distribution)))

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that went wrong, in the order in which it did."""
        return (*self._problems, *(problem for offers in self._offers for problem in offers.problems))

    @property
    def settings(self) -> tuple[Option, ...]:
        """The options that plugins have of their own, each once, by flag."""
        found = {option.flag: option for offers in self._offers for thing in offers.values() for option in thing.settings}
        return tuple(found[flag] for flag in sorted(found))

    @property
    def has_listeners(self) -> bool:
        """True when a plugin wants to hear of every reading."""
        return any("snapshots_updated" in plugin.hooks for plugin, _ in self._loaded)

    def tell(self, previous: Mapping[str, Snapshot], current: Mapping[str, Snapshot], options: Options) -> tuple[Problem, ...]:
        """Call every ``snapshots_updated`` with what was known before and what was read now; returns what went wrong in it."""
        given = {"previous": MappingProxyType(previous), "current": MappingProxyType(current), "options": options}
        failed: list[Problem] = []
        for record, plugin in self._loaded:
            for implementation in self._implementations("snapshots_updated", plugin):
                try:
                    if implementation.wrapper or implementation.hookwrapper:
                        raise TypeError("is a wrapper, but each plugin is called on its own")
                    implementation.function(*(given[name] for name in implementation.argnames))
                except (Exception, SystemExit, GeneratorExit) as error:
                    reason = error.line() if isinstance(error, CodexQuotaError) else describe(error)
                    failed.append(problem_of(record, "snapshots_updated", one_line(reason)))
        return tuple(failed)

    def _load_entry_point(self, point: Found) -> None:
        distribution = point.distribution
        began = time.perf_counter()
        loaded = self._guard(point.name, distribution, "import", lambda: (point.load(),))
        took = time.perf_counter() - began
        if took > SLOW_SECONDS and distribution != BUILTIN:
            self._note(point.name, distribution, "slow", f"its import takes {took:.1f} s at every start")
        if loaded is not None:
            self._register(point.name, distribution, point.version, *loaded)

    def _register(self, name: str, distribution: str, version: str, plugin: object) -> None:
        unique = f"{distribution}:{name}"
        if plugin is None or isinstance(plugin, type):
            what = "None" if plugin is None else "a class"
            self._note(name, distribution, "register", f"is {what}; give a module or an object")
            return
        if self._guard(name, distribution, "register", lambda: self._manager.register(plugin, unique)) is None:
            return
        callers = self._manager.get_hookcallers(plugin) or []
        for caller in callers:
            if not caller.has_spec():
                near = nearest(caller.name, HOOKS)
                guess = f", did you mean {near}?" if near else ""
                self._note(name, distribution, "hooks", f"unknown hook {caller.name}{guess}")
        hooks = tuple(sorted(caller.name for caller in callers if caller.has_spec()))
        if not callers:
            self._note(name, distribution, "hooks", "answers no hook; mark its functions with @codex_quota.hookimpl")
        self._loaded.append((Plugin(name=name, distribution=distribution, version=version, hooks=hooks), plugin))

    def _collect(self, hook: str, kind: str, base: type[Any]) -> Offers[Any]:
        taken: list[tuple[Plugin, Any]] = []
        for record, plugin in self._loaded:
            own = self._implementations(hook, plugin)
            for thing in self._guard(record.name, record.distribution, hook, partial(_answers, own)) or ():
                reason = self._guard(record.name, record.distribution, hook, partial(_unfit, thing, base, record))
                if reason:
                    self._note(record.name, record.distribution, hook, reason)
                elif reason is not None:
                    taken.append((record, thing))
        return Offers(kind, taken)

    def _implementations(self, hook: str, plugin: object) -> list[pluggy.HookImpl]:
        return [each for each in getattr(self._manager.hook, hook).get_hookimpls() if each.plugin is plugin]

    def _guard(self, name: str, distribution: str, stage: str, act: Callable[[], Any]) -> Any:  # noqa: ANN401
        try:
            # what a plugin prints while it is loaded must not stand in what this program prints
            with redirect_stdout(sys.stderr):
                return act()
        except (Exception, SystemExit, GeneratorExit) as error:
            self._note(name, distribution, stage, describe(error))
            return None

    def _note(self, name: str, distribution: str, stage: str, reason: str) -> None:
        self._problems.append(Problem(plugin=name, distribution=distribution, stage=stage, reason=one_line(reason)))


def _answers(implementations: Iterable[pluggy.HookImpl]) -> tuple[object, ...]:
    """What one plugin answers; pluggy's own calls would mix it with what others answer, or lose all when one fails."""
    things: list[object] = []
    for implementation in implementations:
        if implementation.wrapper or implementation.hookwrapper:
            raise TypeError("is a wrapper, but each plugin is asked on its own")
        answer = implementation.function()
        if isinstance(answer, (str, bytes, Mapping)) or not isinstance(answer, Iterable):
            raise TypeError(f"returned {type(answer).__name__}, not a list")
        things.extend(answer)
    return tuple(things)


def _unfit(thing: object, base: type, plugin: Plugin) -> str:
    """Why *thing* cannot be taken, empty when it can."""
    if isinstance(thing, type):
        return f"returned the class {thing.__name__}, not an object of it"
    if not isinstance(thing, base):
        return f"returned {type(thing).__name__}, not a {base.__name__}"
    name, summary = getattr(thing, "name", None), getattr(thing, "summary", None)
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        return f"{type(thing).__name__} has the name {name!r}; names are lower-case letters, digits and - . _"
    if not isinstance(summary, str) or not summary:
        return f"{type(thing).__name__} has no summary"
    if isinstance(thing, Route) and not _PATH.fullmatch(str(getattr(thing, "path", ""))):
        return f"{type(thing).__name__} has the path {getattr(thing, 'path', None)!r}; paths are like /metrics"
    settings = tuple(getattr(thing, "settings", ()))
    prefixes = ("--",) if is_builtin(plugin) else (f"--{name}-", f"--{plugin.name}-")
    return _unfit_settings(type(thing).__name__, settings, prefixes) if settings else ""


def _unfit_settings(who: str, settings: Iterable[object], prefixes: tuple[str, ...]) -> str:
    from .options import Option

    for option in settings:
        if not isinstance(option, Option):
            return f"{who} has a setting that is no codex_quota.options.Option"
        if not f"{option.flag}-".startswith(prefixes):
            return f"{who} has the setting {option.flag}; its name must begin with {' or '.join(dict.fromkeys(prefixes))}"
        # the parser would raise, and with it every command
        good = {
            "flag": isinstance(option.flag, str) and _FLAG.fullmatch(option.flag),
            "help": isinstance(option.help, str),
            "group": isinstance(option.group, str),
            "convert": option.convert is None or callable(option.convert),
            "metavar": option.metavar is None or isinstance(option.metavar, str),
            "choices": option.choices is None or (isinstance(option.choices, (tuple, list)) and option.choices),
            "short": option.short is None or (isinstance(option.short, str) and _SHORT.fullmatch(option.short)),
        }
        bad = next((field for field, fits in good.items() if not fits), None)
        if bad is not None:
            return f"{who} has the setting {option.flag}, whose {bad} cannot be {getattr(option, bad)!r}"
    return ""
