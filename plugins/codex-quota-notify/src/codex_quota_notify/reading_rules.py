"""The tables ``[rules]`` and ``[quiet]`` of the configuration."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import codex_quota
from codex_quota import UsageError

from .config import USUAL_LEVELS, WINDOWS, Config, Unused
from .fields import Fields, clock_time, length, percent, percents, refuse, texts, truth
from .quiet import Quiet
from .records import RULES, Rule

TOKEN_WITHIN = timedelta(hours=24)


def read_rules(config: Config, rules: Fields) -> Config:
    """*config* with the rules that the table turns on, off or adjusts; raises ``UsageError``."""
    low, unused = config.low, config.unused
    if isinstance(rules.peek("low"), bool):
        low = dict.fromkeys(WINDOWS, USUAL_LEVELS) if rules.take("low", truth, True) else {}
    else:
        levels = rules.table("low")
        low = {name: levels.take(name, percents, USUAL_LEVELS) for name in WINDOWS}
        levels.done()
    if isinstance(rules.peek("unused"), bool):
        unused = Unused() if rules.take("unused", truth, True) else None
    else:
        table, usual = rules.table("unused"), Unused()
        unused = Unused(
            left=table.take("left", percent, usual.left),
            within=table.take("within", length, usual.within),
            windows=table.take("windows", _windows, usual.windows),
        )
        table.done()
    config = replace(
        config,
        low={name: levels for name, levels in low.items() if levels},
        unused=unused,
        exhausted=rules.take("exhausted", truth, config.exhausted),
        back=rules.take("back", truth, config.back),
        early_reset=rules.take("early_reset", truth, config.early_reset),
        sign_in=rules.take("sign_in", truth, config.sign_in),
        token=rules.take("token", _token, config.token),
    )
    rules.done()
    return config


def read_quiet(table: Fields) -> Quiet | None:
    """The quiet hours, None when the table is empty; raises ``UsageError``."""
    if table.is_empty:
        return None
    start, end = (table.take(name, clock_time, None) for name in ("from", "to"))
    nothing: frozenset[Rule] = frozenset()
    urgent = table.take("urgent", _rules, nothing)
    table.done()
    if start is None or end is None:
        refuse(table.place("from" if start is None else "to"), 'given, as a time of day like "22:00"')
    if start == end:
        refuse(table.place("to"), "another time than from")
    return Quiet(start=start, end=end, urgent=urgent)


def _token(value: Any, place: str) -> timedelta | None:  # noqa: ANN401
    if isinstance(value, bool):
        return TOKEN_WITHIN if value else None
    return length(value, place)


def _windows(value: Any, place: str) -> tuple[str, ...]:  # noqa: ANN401
    return tuple(_one_of(name, WINDOWS, place, "window") for name in texts(value, place))


def _rules(value: Any, place: str) -> frozenset[Rule]:  # noqa: ANN401
    names = {_one_of(name, RULES, place, "rule") for name in texts(value, place)}
    return frozenset(rule for rule in RULES if rule in names)


def _one_of(name: str, names: tuple[str, ...], place: str, what: str) -> str:
    if name not in names:
        near = codex_quota.nearest(name, names)
        hint = f"did you mean {near!r}?" if near else f"there is {', '.join(names)}"
        raise UsageError(f"{place}: there is no {what} {codex_quota.one_line(name)!r}", hint=hint)
    return name
