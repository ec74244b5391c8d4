"""What pages and programs are told about account files and about errors with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from codex_quota import CodexQuotaError, Snapshot, Style
from codex_quota.wording import clock, notes, plan_text

from .account_errors import AccountFileError
from .language import Language
from .sign_ins import AccountFile, Checked


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """One account in the list: every text but ``name`` is in the visitor's language and may be empty.

    ``ends`` is when the token ends or, with ``ended``, when it did.
    ``tone`` is the badge's: good, low or bad; ``remark`` says what is wrong, and ``advice`` what to do about it.
    """

    name: str
    email: str = ""
    plan: str = ""
    ends: str = ""
    ended: bool = False
    last4: str = ""
    mark: str
    tone: str
    remark: str = ""
    advice: str = ""
    link: bool = False


def account_row(file: AccountFile, snapshot: Snapshot | None, style: Style, language: Language) -> AccountRow:
    """*file* with what the service said last about its account."""
    say, found = language.say, file.sign_in
    if file.link:
        remark = say("This is a symbolic link, which is not looked into from here.")
        return AccountRow(name=file.name, mark=say("link"), tone="low", remark=remark, link=True)
    if found is None:
        remark, advice = said(file.error, language) if file.error else ("", "")
        return AccountRow(name=file.name, mark=say("not usable"), tone="bad", remark=remark, advice=advice)
    mark, tone, remark = say("good"), "good", ""
    if found.expired:
        mark, tone, remark = say("ended"), "bad", say("Its access token has ended; give it a new sign-in.")
    elif snapshot is not None and snapshot.error is not None:
        mark, tone = say("not read"), "bad"
        remark = next((note.text for note in notes(snapshot, style) if note.kind == "error"), "")
    elif file.same_as is not None:
        mark, tone, remark = say("twice"), "low", say("This is the same login as {name}.", name=file.same_as)
    return AccountRow(
        name=file.name,
        email=found.account.email or "",
        plan=plan_text((snapshot.plan if snapshot else None) or found.plan, say).removeprefix("-"),
        ends=clock(found.expires_at, style.now, style.tz, say) if found.expires_at else "",
        ended=found.expired,
        last4=found.last4,
        mark=mark,
        tone=tone,
        remark=remark,
    )


def account_json(file: AccountFile) -> dict[str, Any]:
    """*file* for programs."""
    told = {"name": file.name, "status": file.status, **_facts(file.sign_in), "same_as": file.same_as, "error": None}
    return told | ({"error": error_json(file.error)} if file.error else {})


def checked_json(name: str, found: Checked) -> dict[str, Any]:
    """A sign-in that was checked, for programs."""
    return {"name": name, "status": "expired" if found.expired else "ok", **_facts(found)}


def error_json(error: CodexQuotaError) -> dict[str, str]:
    """An error for programs, in English."""
    return {"code": error.code, "message": error.message, "hint": error.hint}


def said(error: CodexQuotaError, language: Language) -> tuple[str, str]:
    """What happened and what to do, as sentences in the visitor's language as far as it has words for them."""
    if isinstance(error, AccountFileError):
        return language.say(error.text, **error.values), language.say(error.advice, **error.values)
    return _sentence(language.say(error.message)), _sentence(language.say(error.hint))


def status_of(error: CodexQuotaError) -> int:
    """The HTTP status that fits *error*."""
    return error.status if isinstance(error, AccountFileError) else 422


def _facts(found: Checked | None) -> dict[str, Any]:
    return {
        "email": found.account.email if found else None,
        "account_id": found.account.account_id if found else None,
        "plan": found.plan if found else None,
        "expires_at": f"{found.expires_at:%Y-%m-%dT%H:%M:%SZ}" if found and found.expires_at else None,
        "last4": found.last4 if found else None,
    }


def _sentence(text: str) -> str:
    """*text* with a capital and a full stop, as sentences on a page have."""
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?。" else ".")
