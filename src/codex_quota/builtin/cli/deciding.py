"""The choice of ``codex-quota best``, its reason and its JSON document; pure but for looking where a sign-in lies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from codex_quota import Snapshot, Style, wording

from .choosing import Standing, first_back, ranked
from .homes import home_at
from .saying import standing_text

USUAL_LEAST = 10
_OWN = ("account", "home", "verdict", "left", "resets_at", "status", "fetched_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The account that was ``chosen``, None when there is none to use; ``back`` is then the first one that comes back.

    ``wanted`` is the least percentage that was asked for, None when it was left to the program.
    """

    chosen: Standing | None
    ranking: tuple[Standing, ...]
    back: Standing | None
    wanted: float | None

    @property
    def least(self) -> float:
        """Percent that an account with enough has left."""
        return USUAL_LEAST if self.wanted is None else self.wanted

    @property
    def nobody_answered(self) -> bool:
        """True when nothing is known of any account."""
        return all(one.verdict == "failed" for one in self.ranking)


def decide(snapshots: Sequence[Snapshot], wanted: float | None, bound: str | None, now: datetime) -> Decision:
    """The choice among *snapshots*: never a blocked account, and one with less than *wanted* percent only if that is None."""
    ranking = ranked(snapshots, USUAL_LEAST if wanted is None else wanted, bound)
    good = {"enough", "unknown", *(["little"] if wanted is None else [])}
    chosen = next((one for one in ranking if one.verdict in good), None)
    # without a wish it is enough to be back at all
    back = None if chosen else first_back(ranked(snapshots, wanted or 0, bound), now)
    return Decision(chosen=chosen, ranking=tuple(ranking), back=back, wanted=wanted)


def reason(decision: Decision, style: Style) -> str:
    """In one line how the chosen account stands and why it comes before the others, or why there is none and until when."""
    chosen = decision.chosen
    if chosen is None:
        return _nobody(decision, style)
    same = sum(one.verdict == chosen.verdict for one in decision.ranking)
    text = standing_text(chosen, style)
    if chosen.verdict == "little":
        return f"{text}; no account has {decision.least:g} % left" + (", and this one has most" if same > 1 else "")
    if chosen.verdict == "unknown":
        return f"{text}; of no usable account more is known"
    if same == 1 or chosen.expiring is None:
        return text
    why = "its quota is reset first" if chosen.expiring.resets_at is not None else "it has most"
    return f"{text}; of {same} accounts with enough left {why}"


def document(decision: Decision, locations: Mapping[str, str], style: Style) -> dict[str, object]:
    """Everything about the choice for programs; *locations* tells where each account's sign-in was read."""
    rows = {one.name: _row(one, locations.get(one.name)) for one in decision.ranking}
    own, back = rows[decision.chosen.name] if decision.chosen else {}, decision.back
    return {
        "schema_version": 1,
        "generated_at": _time(style.now),
        **{key: own.get(key) for key in _OWN},
        "reason": wording.one_line(reason(decision, style)),
        "first_back": None if back is None else {"account": back.name, "at": _time(back.back_at)},
        "ranking": list(rows.values()),
    }


def _nobody(decision: Decision, style: Style) -> str:
    if decision.nobody_answered:
        return "no account answered; 'codex-quota accounts' tells where each sign-in is kept"
    wanted, back = decision.wanted, decision.back
    what = f"no account that can be used now has {wanted:g} % left" if wanted else "no account can be used now"
    if back is None or back.back_at is None:
        return f"{what}, and nobody knows when one can; 'codex-quota' shows what each of them waits for"
    return f"{what}; the first one back is {back.name}, {wording.moment_text(back.back_at, style)}"


def _row(one: Standing, location: str | None) -> dict[str, object]:
    home, expiring, error = home_at(location), one.expiring, one.snapshot.error
    return {
        "account": one.name,
        "home": None if home is None else str(home),
        "verdict": one.verdict,
        "left": one.left,
        "resets_at": _time(expiring.resets_at if expiring else None),
        "available_at": _time(one.snapshot.available_at),
        "windows": [{"name": each.name, "left": each.left, "resets_at": _time(each.resets_at)} for each in one.figures],
        "status": one.snapshot.status,
        "fetched_at": _time(one.snapshot.fetched_at),
        "error": None if error is None else error.code,
    }


def _time(when: datetime | None) -> str | None:
    return None if when is None else when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
