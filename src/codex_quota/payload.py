"""The service's usage answer → ``Quota``; pure.

Unknown keys are ignored and every field is decoded on its own, so that one bad sibling never loses a good one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from .errors import BadPayloadError
from .limits import read_limits
from .model import MAIN_LIMIT, Credits, Quota, RateLimit, SpendLimit, Window
from .values import Fields, decimal, flag, json_value, nested, number, percent, text
from .windows import reset_of

KNOWN_KEYS = frozenset({
    "plan_type", "rate_limit", "additional_rate_limits", "code_review_rate_limit", "credits", "spend_control",
    "individual_limit", "rate_limit_reached_type", "rate_limit_reset_credits", "model_usage",
})  # fmt: skip
FREE_PLANS = frozenset({"free", "free_workspace"})
MOST_DIGITS = 40


def parse_usage(body: str | bytes | object, *, answered_at: datetime, asked_account_id: str | None = None) -> Quota:
    """The quota that a usage answer tells.

    *body* is JSON text or the value decoded from it.
    *answered_at* (aware) is when the answer came: relative resets count from it.
    *asked_account_id* is the account the question named; an answer for another one gets a warning.
    Raises ``BadPayloadError`` for a body that is no JSON object or has none of the fields of a usage answer.
    """
    fields = _decode(body)
    plan_text = text(fields.get("plan_type"))
    plan = plan_text.lower() if plan_text else None
    limits = tuple(read_limits(fields, free=plan in FREE_PLANS, answered_at=answered_at))
    account_id = text(fields.get("account_id"))
    warnings = [*_identity_warnings(fields, plan, account_id, asked_account_id), *_window_warnings(limits)]
    kind = _reached_type(fields)
    return Quota(
        plan=plan,
        limits=limits,
        limit_reached=_verdict(fields, kind),
        limit_reached_type=kind,
        credits=_credits(nested(fields, "credits")),
        spend=_spend(fields, answered_at),
        reset_credits=_count(nested(fields, "rate_limit_reset_credits").get("available_count")),
        unavailable_models=_unavailable_models(fields),
        email=text(fields.get("email")),
        account_id=account_id,
        user_id=text(fields.get("user_id")),
        warnings=tuple(warnings),
    )


def _decode(body: object) -> Fields:
    """The body as an object with at least one known key."""
    if isinstance(body, str | bytes | bytearray):
        try:
            body = json_value(body)
        except ValueError:
            raise BadPayloadError("the answer cannot be read as JSON") from None
    if not isinstance(body, dict):
        raise BadPayloadError("the answer is not a JSON object")
    if KNOWN_KEYS.isdisjoint(body):
        what = "an error report" if "error" in body or "detail" in body else "an object without any field of a usage answer"
        raise BadPayloadError(f"the answer is {what}")
    return body


def _reached_type(fields: Fields) -> str | None:
    """What the service says is reached, None when it does not name it; older answers used the key ``kind`` or bare text."""
    value = fields.get("rate_limit_reached_type")
    return (text(value.get("type")) or text(value.get("kind"))) if isinstance(value, dict) else text(value)


def _verdict(fields: Fields, kind: str | None) -> bool | None:
    """The service's own verdict; None when it gave none.

    Any ``rate_limit_reached_type`` that is there says that a limit is reached, also one whose type cannot be read.
    """
    main = nested(fields, "rate_limit")
    allowed = flag(main.get("allowed"))
    said = [
        True if kind or isinstance(fields.get("rate_limit_reached_type"), dict) else None,
        flag(nested(fields, "spend_control").get("reached")),
        None if allowed is None else not allowed,
        flag(main.get("limit_reached")),
    ]
    given = [one for one in said if one is not None]
    return any(given) if given else None


def _credits(fields: Fields) -> Credits | None:
    found = Credits(
        has_credits=flag(fields.get("has_credits")),
        unlimited=flag(fields.get("unlimited")),
        overage_limit_reached=flag(fields.get("overage_limit_reached")),
        balance=_decimal(fields.get("balance")),
    )
    return None if found == Credits() else found


def _spend(fields: Fields, answered_at: datetime) -> SpendLimit | None:
    """The spend limit; the one at the top level wins over the ones inside ``spend_control`` and ``rate_limit``."""
    control = nested(fields, "spend_control")
    reached = flag(control.get("reached"))
    for place in (fields, control, nested(fields, "rate_limit")):
        found = _individual_limit(nested(place, "individual_limit"), reached, answered_at)
        if found != SpendLimit(reached=reached):
            return found
    return None if reached is None else SpendLimit(reached=reached)


def _individual_limit(fields: Fields, reached: bool | None, answered_at: datetime) -> SpendLimit:
    limit, used = _decimal(fields.get("limit")), _decimal(fields.get("used"))
    used_percent, left = percent(fields.get("used_percent")), percent(fields.get("remaining_percent"))
    if used_percent is None and left is not None:
        used_percent = percent(max(0.0, 100 - left))
    if used_percent is None and limit is not None and used is not None and limit > 0:
        used_percent = percent(float(used / limit * 100))
    return SpendLimit(
        reached=reached,
        limit=limit,
        used=used,
        remaining=_decimal(fields.get("remaining")),
        used_percent=used_percent,
        resets_at=reset_of(fields, answered_at),
    )


def _decimal(value: object) -> Decimal | None:
    """An exact amount given as a number or as text, with or without a dollar sign and thousands commas."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, int) and abs(value) >= 10**MOST_DIGITS:
        return None
    plain = str(value).strip().removeprefix("$").replace(",", "")
    return decimal(plain, MOST_DIGITS) if len(plain) <= 2 * MOST_DIGITS else None


def _count(value: object) -> int | None:
    found = number(value)
    return int(found) if found is not None and 0 <= found < 1e15 and found == int(found) else None


def _unavailable_models(fields: Fields) -> tuple[str, ...]:
    """The models that the service marks as unavailable; no percentage explains those."""
    usage = nested(fields, "model_usage")
    gone = {text(slug) for slug, value in usage.items() if isinstance(value, dict) and value.get("available") is False}
    return tuple(sorted(slug for slug in gone if slug is not None))


def _identity_warnings(fields: Fields, plan: str | None, account_id: str | None, asked: str | None) -> Iterator[str]:
    if asked is None:
        if plan == "free" and "rate_limit" in fields and fields["rate_limit"] is None:
            yield (
                "the answer has no limits; a workspace's sign-in gets such an answer when the question names no account: "
                "add the account id to the sign-in"
            )
    elif account_id is not None and not account_id.startswith("user-") and account_id.casefold() != asked.casefold():
        yield f"the service answered for account {_short(account_id)}, not for {_short(asked)}"


def _short(identifier: str) -> str:
    return identifier if len(identifier) <= 12 else f"{identifier[:4]}…{identifier[-4:]}"


def _window_warnings(limits: tuple[RateLimit, ...]) -> Iterator[str]:
    """One line for each window name that occurs twice in the main limit, and for each percentage that cannot be read."""
    for limit in limits:
        seen: dict[str, list[Window]] = {}
        for window in limit.windows:
            if window.name != "other":
                seen.setdefault(window.name, []).append(window)
            if window.used_percent is None:
                yield f"{_title(window)}: the service's percentage cannot be read"
        for same in seen.values():
            if len(same) > 1 and limit.name == MAIN_LIMIT:
                figures = " and ".join("unknown" if w.used_percent is None else f"{w.used_percent:g} %" for w in same)
                yield f"the answer has {len(same)} {_kind(same[0])} windows ({figures} used); the most used one counts"


def _title(window: Window) -> str:
    return f"{_kind(window)} window" if window.limit == MAIN_LIMIT else f"{window.limit}, {_kind(window)} window"


def _kind(window: Window) -> str:
    return {"five_hour": "five-hour", "other": window.label}.get(window.name, window.name)
