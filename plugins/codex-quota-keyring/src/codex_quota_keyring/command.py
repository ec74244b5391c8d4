"""``codex-quota keyring``: put sign-ins into the system keyring, list them, take them out."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path

import codex_quota
from codex_quota import Command, Context, Credential, CredentialError, CredentialInvalidError, UnknownAccountError, UsageError
from codex_quota.options import add_options

from . import own
from .asking import Call, Reply, Trouble, ask
from .settings import TIMEOUT


class Keyring(Command):
    """Keeps entries of our own; reads a sign-in from a file or standard input, and never shows a token."""

    name = "keyring"
    summary = "put a sign-in into the system keyring, list those that are there, or remove one"
    wants_client = False

    def configure(self, parser: ArgumentParser) -> None:
        """What to do, with which account, and for add the file."""
        parser.add_argument("action", choices=("add", "list", "remove"), help="what to do")
        parser.add_argument("account", nargs="?", metavar="ACCOUNT", help="the account's name, for add and remove")
        parser.add_argument(
            "file", nargs="?", metavar="FILE", help="for add: a sign-in file like auth.json; - or none reads standard input"
        )
        add_options(parser, (TIMEOUT,))

    def run(self, args: Namespace, context: Context) -> int:
        """Exit status 0; ``list`` gives 3 when some sign-ins cannot be used and 1 when none can."""
        TIMEOUT.resolve(args, context.environ)
        actions: dict[str, Callable[[Namespace, Context], int]] = {"add": _add, "list": _list, "remove": _remove}
        needs_account = args.action != "list"
        if needs_account != bool(args.account):
            raise UsageError(f"{args.action} takes {'the name of an account' if needs_account else 'no account'}")
        if args.file and args.action != "add":
            raise UsageError(f"{args.action} takes no file")
        try:
            return actions[args.action](args, context)
        except OSError as error:
            path = own.index_path(context.environ)
            reason = (error.strerror or "unknown reason").lower()
            raise CredentialError(f"{path} cannot be written: {reason}", hint="check its directory and the space left") from None


def _add(args: Namespace, context: Context) -> int:
    name = codex_quota.check_account_name(args.account)
    data, credential = _read_sign_in(name, args, context)
    # a name without an entry is told by every list, an entry without a name by none
    is_new = own.remember(name, context.environ)
    reply = _ask(own.call("set", name, own.entry_text(data, credential)), args=args, context=context)
    (outcome,) = reply.outcomes
    if isinstance(outcome, Trouble) or outcome is None:
        unknown = isinstance(outcome, Trouble) and outcome.kind == "no_answer"
        if is_new and not unknown:
            own.forget(name, context.environ)
        if isinstance(outcome, Trouble):
            raise outcome.error(name)
        hint = "name another backend in PYTHON_KEYRING_BACKEND; 'python -m keyring --list-backends' lists them"
        raise CredentialError(f"the keyring ({reply.backend}) did not keep the entry", hint=hint, account=name)
    done = "added to" if is_new else "replaced in"
    print(f"{name}: {done} the keyring ({reply.backend}){_ending(credential, context)}", file=context.stdout)
    return 0


def _read_sign_in(name: str, args: Namespace, context: Context) -> tuple[object, Credential]:
    import json

    if args.file in (None, "-"):
        if context.stdin.isatty():
            raise UsageError("add reads the sign-in from a file or a pipe", hint="name the file, like ~/.codex/auth.json")
        where, text = "standard input", context.stdin.read()
    else:
        where = args.file
        try:
            text = codex_quota.read_regular(Path(where)).decode("utf-8-sig")
        except OSError as error:
            reason = str(error) if error.strerror is None else f"cannot be read: {error.strerror.lower()}"
            raise CredentialInvalidError(f"{where} {reason}", hint="name a file like ~/.codex/auth.json") from None
        except ValueError:
            text = ""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        hint = "give the whole of a file like ~/.codex/auth.json"
        raise CredentialInvalidError(f"{where} is cut off or is not JSON", hint=hint, account=name) from None
    return data, codex_quota.parse_credential(data, name=name, source=own.SOURCE, location=where)


def _list(args: Namespace, context: Context) -> int:
    names = own.names(context.environ)
    if not names:
        print("no accounts were put into the keyring; 'codex-quota keyring add NAME FILE' does", file=context.stderr)
        return 0
    outcomes = _ask(*(own.call("get", name) for name in names), args=args, context=context).outcomes
    found = [own.sign_in(name, outcome) for name, outcome in zip(names, outcomes, strict=True)]
    rows = [("account", "status", "token_expires")]
    rows += [(name, *_state(each, context)) for name, each in zip(names, found, strict=True)]
    if context.stdout.isatty():
        widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
        rows = [tuple(text + " " * (width - _width(text)) for text, width in zip(row, widths, strict=True)) for row in rows]  # type: ignore[misc]
    gap = "  " if context.stdout.isatty() else "\t"
    for row in rows:
        print(gap.join(row).rstrip(), file=context.stdout)
    errors = [each for each in found if isinstance(each, CredentialError)]
    for error in errors:
        print(error.line(), file=context.stderr)
    return 0 if not errors else 3 if len(errors) < len(found) else 1


def _state(found: Credential | CredentialError, context: Context) -> tuple[str, str]:
    if isinstance(found, CredentialError):
        return found.code, "-"
    if found.expires_at is None:
        return "ok", "-"
    ends = found.expires_at.astimezone().isoformat(timespec="seconds")
    return ("ok" if found.expires_at > context.now() else "expired"), ends


def _remove(args: Namespace, context: Context) -> int:
    name = codex_quota.check_account_name(args.account)
    (outcome,) = _ask(own.call("delete", name), args=args, context=context).outcomes
    if isinstance(outcome, Trouble):
        raise outcome.error(name)
    was_known = own.forget(name, context.environ)
    if outcome is None and not was_known:
        known = own.names(context.environ)
        near = codex_quota.nearest(name, known)
        hint = f"{f'did you mean {near!r}? ' if near else ''}there is: {', '.join(known) or 'none'}"
        raise UnknownAccountError(f"no account {name!r} was put into the keyring", hint=hint)
    what = "removed from the keyring" if outcome else "its entry was gone already, its name is forgotten now"
    print(f"{name}: {what}", file=context.stdout)
    return 0


def _ask(*calls: Call, args: Namespace, context: Context) -> Reply:
    return ask(calls, environ=context.environ, timeout=args.keyring_timeout, unlock=True)


def _ending(credential: Credential, context: Context) -> str:
    from codex_quota.wording import countdown

    if credential.expires_at is None:
        return ""
    left = credential.expires_at - context.now()
    return f"; its token ends in {countdown(left)}" if left.total_seconds() > 0 else "; its token has ended already"


def _width(text: str) -> int:
    """The columns of *text* on a terminal."""
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)
