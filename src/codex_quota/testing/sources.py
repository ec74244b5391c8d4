"""What every credential source has to do, as a test class that a source's tests subclass."""

from __future__ import annotations

import os
import traceback
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

import pytest

import codex_quota
from codex_quota import Credential, CredentialError, CredentialSource, Options
from codex_quota.simulated import make_token

from .contract import Contract, check_names, only_if
from .records import SAMPLE_NOW

REFRESH_TOKEN = "rt-secret-of-the-contract"  # noqa: S105 - a decoy
OPAQUE = "opaque-0123456789"
NO_CHATGPT_TOKEN = "at-secret"  # noqa: S105 - a decoy
BROKEN_TOKENS = {
    "two lines": "secret-of-two\nlines",
    "not ASCII": "secret-süß",
    "control": "secret-\x00-\x1b[31m",
    "a personal access token": NO_CHATGPT_TOKEN,
}
BROKEN_SIGN_INS: dict[str, dict[str, Any]] = {
    "an API key": {"OPENAI_API_KEY": "sk-secret", "tokens": None},
    "no token": {"auth_mode": "chatgpt", "tokens": {"refresh_token": REFRESH_TOKEN}},
    "tokens of a wrong type": {"auth_mode": "chatgpt", "tokens": ["secret"]},
}


def sign_in(name: str, *, number: int = 1, token: str | None = None) -> dict[str, Any]:
    """A sign-in of that name in the shape of Codex's own file; *number* makes another token for the same login."""
    claims = {
        "exp": int((SAMPLE_NOW + timedelta(days=9)).timestamp()),
        "jti": f"{name}-{number}",
        "email": f"{name}@example.com",
        "https://api.openai.com/auth": {
            "chatgpt_account_id": f"account-{quote(name)}",
            "chatgpt_user_id": f"user-{quote(name)}",
            "chatgpt_plan_type": "team",
        },
    }
    access = make_token(claims) if token is None else token
    tokens = {"id_token": make_token(claims), "access_token": access, "refresh_token": REFRESH_TOKEN}
    return {"auth_mode": "chatgpt", "OPENAI_API_KEY": None, "tokens": tokens, "last_refresh": "2026-11-20T00:00:00Z"}


class CredentialSourceContract(Contract):
    """Subclass it and let ``make``, ``put`` and ``remove`` say how the source is made and fed; pytest runs the tests.

    ``several`` False is for a source that has one account at most, whose name it chooses itself.
    ``whole_sign_ins`` False is for a source that is given an access token alone and not Codex's whole sign-in.
    """

    several: ClassVar[bool] = True
    whole_sign_ins: ClassVar[bool] = True

    def make(self) -> CredentialSource:
        """A new source."""
        raise NotImplementedError("override make")

    def put(self, directory: Path, name: str, sign_in: Mapping[str, Any]) -> Options:
        """Put a sign-in (the content of Codex's ``auth.json``) where the source finds it, and give the options to find it.

        Everything lies below *directory*; a second one of the same name replaces the first.
        """
        raise NotImplementedError("override put")

    def remove(self, directory: Path, name: str) -> Options:
        """Take it away again, if it is there, and give the options with which nothing is found."""
        raise NotImplementedError("override remove")

    @pytest.fixture
    def source(self) -> CredentialSource:
        """The source under test."""
        return self.make()

    def found(self, source: CredentialSource, options: Options) -> Credential:
        """The only sign-in that there is."""
        (credential,) = source.credentials(options)
        assert isinstance(credential, Credential), credential
        return credential

    def test_it_says_what_it_is(self, source: CredentialSource) -> None:
        check_names(source)

    def test_where_nothing_is_nothing_is_found(self, source: CredentialSource, tmp_path: Path) -> None:
        assert list(source.credentials(self.remove(tmp_path, "work"))) == []

    def test_a_sign_in_becomes_an_account(self, source: CredentialSource, tmp_path: Path) -> None:
        given = sign_in("work")
        credential = self.found(source, self.put(tmp_path, "work", given))
        account = credential.account
        assert credential.access_token == given["tokens"]["access_token"]
        assert account.source == source.name
        assert codex_quota.check_account_name(account.name) == account.name
        assert (account.account_id, account.user_id, account.email) == ("account-work", "user-work", "work@example.com")
        assert (credential.plan, credential.expires_at) == ("team", SAMPLE_NOW.replace(microsecond=0) + timedelta(days=9))
        if self.several:
            assert account.name == "work"

    def test_an_opaque_token_is_a_sign_in_too(self, source: CredentialSource, tmp_path: Path) -> None:
        credential = self.found(source, self.put(tmp_path, "work", sign_in("work", token=OPAQUE)))
        assert credential.access_token == OPAQUE

    @only_if("several")
    def test_several_sign_ins_are_several_accounts(self, source: CredentialSource, tmp_path: Path) -> None:
        for name in ("work", "home", "北京 2"):
            options = self.put(tmp_path, name, sign_in(name))
        found = list(source.credentials(options))
        assert sorted(each.account.name for each in found if isinstance(each, Credential)) == ["home", "work", "北京 2"]
        assert len({each.access_token for each in found if isinstance(each, Credential)}) == 3

    def test_a_sign_in_that_cannot_be_used_is_yielded_as_an_error(self, source: CredentialSource, tmp_path: Path) -> None:
        broken = [sign_in("work", token=token) for token in BROKEN_TOKENS.values()]
        broken += BROKEN_SIGN_INS.values() if self.whole_sign_ins else ()
        for given in broken:
            options = self.put(tmp_path, "work", given)
            (error,) = source.credentials(options)
            assert isinstance(error, CredentialError), f"{given} is no sign-in that can be used"
            assert error.account, "an error names its account"
            told = "".join((str(error), repr(error), error.hint, error.line(), *traceback.format_exception(error)))
            assert "secret" not in told
            assert error.line().isprintable()

    @only_if("several")
    def test_a_broken_sign_in_hides_no_other(self, source: CredentialSource, tmp_path: Path) -> None:
        for name, token in (("a", None), ("b", NO_CHATGPT_TOKEN), ("c", None)):
            options = self.put(tmp_path, name, sign_in(name, token=token))
        found = list(source.credentials(options))
        assert sorted(each.account.name for each in found if isinstance(each, Credential)) == ["a", "c"]
        assert [each.account for each in found if isinstance(each, CredentialError)] == ["b"]

    def test_no_token_is_told(self, source: CredentialSource, tmp_path: Path) -> None:
        given = sign_in("work")
        credential = self.found(source, self.put(tmp_path, "work", given))
        told = "".join((repr(credential), str(credential), str(credential.location), source.sign_in_hint(credential)))
        assert [key for key, token in given["tokens"].items() if token in told] == []

    def test_the_hint_is_one_clause(self, source: CredentialSource, tmp_path: Path) -> None:
        hint = source.sign_in_hint(self.found(source, self.put(tmp_path, "work", sign_in("work"))))
        assert hint
        assert hint == codex_quota.one_line(hint)
        assert not hint.endswith((".", ";", "!"))

    def test_reading_again_gives_the_same(self, source: CredentialSource, tmp_path: Path) -> None:
        options = self.put(tmp_path, "work", sign_in("work"))
        credential = self.found(source, options)
        assert self.found(source, options) == credential
        again = source.reread(credential, options)
        assert isinstance(again, Credential)
        assert (again, again.access_token) == (credential, credential.access_token)

    def test_rereading_finds_a_new_token(self, source: CredentialSource, tmp_path: Path) -> None:
        credential = self.found(source, self.put(tmp_path, "work", sign_in("work")))
        newer = sign_in("work", number=2)
        again = source.reread(credential, self.put(tmp_path, "work", newer))
        assert isinstance(again, Credential)
        assert (again.account, again.access_token) == (credential.account, newer["tokens"]["access_token"])

    def test_rereading_what_is_gone_or_broken_raises_nothing(self, source: CredentialSource, tmp_path: Path) -> None:
        credential = self.found(source, self.put(tmp_path, "work", sign_in("work")))
        broken = source.reread(credential, self.put(tmp_path, "work", sign_in("work", token=NO_CHATGPT_TOKEN)))
        assert isinstance(broken, CredentialError)
        gone = source.reread(credential, self.remove(tmp_path, "work"))
        assert gone is None or (isinstance(gone, CredentialError) and bool(gone.account))

    def test_only_the_environment_of_the_options_counts(
        self, source: CredentialSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        decoy = self.put(tmp_path / "decoy", "decoy", sign_in("decoy"))
        nothing = self.remove(tmp_path / "here", "work")
        for name, value in decoy.environ.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(tmp_path / "decoy" if (tmp_path / "decoy").is_dir() else tmp_path)
        assert list(source.credentials(nothing)) == []

    def test_nothing_is_written(self, source: CredentialSource, tmp_path: Path) -> None:
        options = self.put(tmp_path, "work", sign_in("work"))
        before = _everything(tmp_path)
        credential = self.found(source, options)
        source.reread(credential, options)
        source.sign_in_hint(credential)
        assert _everything(tmp_path) == before


def _everything(directory: Path) -> dict[str, tuple[int, int, bytes]]:
    """Every file below *directory* with its mode, its time and its content."""
    found = {}
    for path in sorted(directory.rglob("*")):
        about = path.lstat()
        content = path.read_bytes() if path.is_file() else os.fsencode(path)
        found[str(path)] = (about.st_mode, about.st_mtime_ns, content)
    return found
