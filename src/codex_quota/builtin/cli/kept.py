"""What commands take out of the history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from codex_quota import Context, UnknownAccountError, UsageError

from .missing import names_hint, unknown_of
from .parser import PROGRAM

if TYPE_CHECKING:
    from codex_quota.history import History


def the_history(context: Context) -> History:
    """The history that the options ask for; raises ``UsageError`` when they ask for none."""
    from codex_quota.history import History

    history = History.of(context.client.options)
    if history is None:
        raise UsageError("there is no history, because --no-history or CODEX_QUOTA_HISTORY turns it off", hint="leave that out")
    return history


def chosen_accounts(names: Sequence[str], history: History) -> list[str]:
    """The accounts of the history, or those of the given *names*; raises ``UnknownAccountError`` for one it does not have."""
    from unicodedata import normalize

    from codex_quota.wording import natural_key

    names = [normalize("NFC", name) for name in names]
    known = sorted(set(history.names()), key=natural_key)
    unknown = unknown_of(names, known)
    if unknown:
        wanted = " or ".join(map(repr, unknown))
        raise UnknownAccountError(f"the history has no account {wanted}", hint=names_hint(unknown, known))
    return [name for name in known if not names or name in names]


def tell(text: str, context: Context) -> None:
    """A remark on standard error."""
    print(f"{PROGRAM}: {text}", file=context.stderr)
