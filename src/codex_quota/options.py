"""The options as data: each has a flag, an environment variable and a default, and the flag beats the environment."""

from __future__ import annotations

import argparse
import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from .errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime, timedelta

PREFIX = "CODEX_QUOTA_"
_YES, _NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option; without ``convert`` it is a switch, and one that is on by default is shown by the flag that turns it off.

    ``many`` lets the flag be repeated, and the variable hold several values between commas.
    ``shown`` is the default in words, for help.
    With the metavar ``DIR`` or ``FILE`` it is a path, in which a leading ``~`` is the home directory.
    """

    flag: str
    help: str
    group: str
    convert: Callable[[str], Any] | None = None
    default: Any = None
    shown: str | None = None
    metavar: str | None = None
    choices: tuple[str, ...] | None = None
    many: bool = False
    short: str | None = None

    @property
    def dest(self) -> str:
        """The name in the parsed arguments."""
        return self.flag.lstrip("-").replace("-", "_")

    @property
    def variable(self) -> str:
        """The environment variable."""
        return PREFIX + self.dest.upper()

    @property
    def opposite(self) -> str:
        """The flag that turns a switch off."""
        return "--no-" + self.flag.removeprefix("--")

    def add_to(self, group: argparse._ArgumentGroup) -> None:
        """Add it to an argument group, with default and variable in its help."""
        shown = self.shown if self.shown is not None else self.default
        known = f"default: {shown}; " if shown not in (None, False, (), "") else ""
        off = "=0" if self.convert is None and self.default else ""
        text = f"{self.help} [{known}${self.variable}{off}]"
        flags = [self.short, self.flag] if self.short else [self.flag]
        if self.convert is None:
            on, off = (argparse.SUPPRESS, text) if self.default else (text, argparse.SUPPRESS)
            group.add_argument(*flags, dest=self.dest, action="store_true", default=None, help=on)
            group.add_argument(self.opposite, dest=self.dest, action="store_false", default=None, help=off)
            return
        group.add_argument(
            *flags,
            dest=self.dest,
            type=self.convert,
            action="append" if self.many else "store",
            choices=self.choices,
            metavar=self.metavar if not self.choices else None,
            default=None,
            help=text,
        )

    def resolve(self, args: argparse.Namespace, environ: Mapping[str, str]) -> None:
        """Fill in what the command line left open; raises ``UsageError`` for a bad variable.

        ``args.origins`` then tells by ``dest`` where each value comes from: the flag, the variable, or None for the default.
        """
        origins = vars(args).setdefault("origins", {})
        if self.dest in origins:
            return
        value, text = getattr(args, self.dest, None), environ.get(self.variable, "")
        origin: str | None = self.flag
        if value is None:
            value, origin = (self.default, None) if text == "" else (self._from_text(text), f"${self.variable}")
        setattr(args, self.dest, _at_home(value, environ) if origin and self.metavar in ("DIR", "FILE") else value)
        origins[self.dest] = origin

    def value(self, environ: Mapping[str, str]) -> Any:  # noqa: ANN401
        """What *environ* holds, else the default; raises ``UsageError`` for a bad value."""
        text = environ.get(self.variable, "")
        return self.default if text == "" else self._from_text(text)

    def _from_text(self, text: str) -> Any:  # noqa: ANN401
        if self.convert is None:
            if text.lower() not in (*_YES, *_NO):
                raise UsageError(f"{self.variable} is {text!r}, but must be 1 or 0")
            return text.lower() in _YES
        texts = [part.strip() for part in text.split(",")] if self.many else [text]
        try:
            values = [self.convert(part) for part in texts]
        except Exception as error:
            raise UsageError(f"{self.variable}: {_reason(error)}") from None
        for value in values:
            if self.choices and value not in self.choices:
                raise UsageError(f"{self.variable} is {value!r}, but must be one of {', '.join(self.choices)}")
        return values if self.many else values[0]


def add_options(parser: argparse.ArgumentParser, options: Sequence[Option]) -> None:
    """Add *options* to *parser*, each in its group."""
    for title in dict.fromkeys(option.group for option in options):
        group = parser.add_argument_group(title)
        for option in options:
            if option.group == title:
                option.add_to(group)


def add_settings(parser: argparse.ArgumentParser, settings: Sequence[Option]) -> None:
    """Add plugins' own options, whose values stay the texts that were given once these are known to be good."""

    def checked(convert: Callable[[str], Any]) -> Callable[[str], str]:
        def check(text: str) -> str:
            try:
                convert(text)
            except Exception as error:
                raise argparse.ArgumentTypeError(_reason(error)) from None
            return text

        return check

    add_options(parser, [replace(one, convert=checked(one.convert)) if one.convert else one for one in settings])


def with_settings(settings: Sequence[Option], args: argparse.Namespace, environ: Mapping[str, str]) -> Mapping[str, str]:
    """*environ* with what the command line gave for plugins' own options; raises ``UsageError`` for a bad variable."""
    given: dict[str, str] = {}
    for option in settings:
        option.value(environ)
        value = getattr(args, option.dest, None)
        if isinstance(value, bool):
            given[option.variable] = "1" if value else "0"
        elif value is not None:
            given[option.variable] = ",".join(value) if option.many else str(value)
            if option.metavar in ("DIR", "FILE"):
                given[option.variable] = _at_home(given[option.variable], environ)
    return {**environ, **given} if given else environ


def _reason(error: Exception) -> str:
    """Why a converter refused its text, also one that did not mean to."""
    meant = isinstance(error, (ValueError, argparse.ArgumentTypeError)) and str(error)
    return meant or f"cannot be used ({type(error).__name__})"


def _at_home(path: str, environ: Mapping[str, str]) -> str:
    """*path* with the home directory for ``~``, which shells leave alone in ``--option=~/path`` and in quotes."""
    home = environ.get("HOME") or environ.get("USERPROFILE")
    if home and path[:1] == "~" and path[1:2] in ("", "/", os.sep):
        return home + path[1:]
    return os.path.expanduser(path)  # noqa: PTH111


def seconds(text: str) -> float:
    """A length of time: ``90``, ``90s``, ``5m``, ``1h``, ``2d``."""
    number, unit = (text[:-1], text[-1:].lower()) if text[-1:].isalpha() else (text, "s")
    try:
        value = float(number) * _UNITS[unit]
    except (ValueError, KeyError):
        value = math.nan
    if not 0 <= value <= 10 * 365 * 86400:
        raise argparse.ArgumentTypeError(f"{text!r} is not a length of time like 90, 5m, 1h or 2d")
    return value


def positive_seconds(text: str) -> float:
    """A length of time above zero."""
    value = seconds(text)
    if value <= 0:
        raise argparse.ArgumentTypeError("must be more than 0 seconds")
    return value


def ago_or_moment(text: str) -> timedelta | datetime:
    """``7d`` as a length, ``2026-11-22`` or ``2026-11-22T12:00`` as a moment, in local time unless it names a zone."""
    from datetime import datetime, timedelta

    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError, OSError):
        pass
    try:
        return timedelta(seconds=seconds(text))
    except argparse.ArgumentTypeError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is neither a length like 7d nor a time like 2026-11-22 or 2026-11-22T12:00")


def whole(least: int, most: int) -> Callable[[str], int]:
    """A converter for whole numbers from *least* to *most*."""

    def convert(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {least} to {most}")
        return value

    return convert
