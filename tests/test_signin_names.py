"""Which names an account may have."""

from __future__ import annotations

import contextlib
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codex_quota.errors import CredentialInvalidError
from codex_quota.signin import check_account_name

NAMES = [
    *("work", "a", "A1", "user@example.com", "a_b-c+d.e", "team one", "x" * 100, "a..b", "-a", "@a", "trailing.", "7"),
    *("Grüße", "работа", "工作", "عمل", "काम", "ทำงาน", "עבודה", "日本語アカウント", "Việt", "एक+दो", "①", "٣"),
]


@pytest.mark.parametrize("name", NAMES)
def test_letters_and_digits_of_any_script_make_a_name(name: str) -> None:
    assert check_account_name(name) == name


@pytest.mark.parametrize("name", ["Grüße", "Việt", "がぎぐ", "각"])
def test_a_name_has_one_form_however_it_is_written(name: str) -> None:
    decomposed = unicodedata.normalize("NFD", name)
    assert decomposed != name
    assert check_account_name(decomposed) == name


def test_the_length_counts_composed_characters() -> None:
    assert check_account_name("e\u0301" * 100) == "é" * 100


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "account name '' is empty, or has a dot or a space at its edge"),
        (".hidden", "account name '.hidden' is empty, or has a dot or a space at its edge"),
        ("..", "account name '..' is empty, or has a dot or a space at its edge"),
        (" a", "account name ' a' is empty, or has a dot or a space at its edge"),
        ("a ", "account name 'a ' is empty, or has a dot or a space at its edge"),
        ("x" * 101, f"account name '{'x' * 20}'… is longer than 100 characters"),
        ("é" * 101, f"account name '{'é' * 20}'… is longer than 100 characters"),
        *((f"a{c}b", f"account name 'a{c}b' holds '{c}', which is not allowed") for c in "/:*?<>|#%&,;=!(){}[]~$^`😀⁄∕．"),
        ("a\\b", "account name 'a\\\\b' holds '\\\\', which is not allowed"),
        ("a\nb", "account name 'a b' holds '\\n', which is not allowed"),
        ("a\x1b[31mb", "account name 'a [31mb' holds '\\x1b', which is not allowed"),
        ("a\u202eb", "account name 'a b' holds '\\u202e', which is not allowed"),
        ("a\u200bb", "account name 'a b' holds '\\u200b', which is not allowed"),
        ("a\u00a0b", "account name 'a b' holds '\\xa0', which is not allowed"),
        ("a\udcffb", "account name 'a b' holds '\\udcff', which is not allowed"),
        ("a\u037eb", "account name 'a;b' holds ';', which is not allowed"),
    ],
)
def test_a_name_that_is_not_allowed_says_why(name: str, message: str) -> None:
    with pytest.raises(CredentialInvalidError) as raised:
        check_account_name(name)
    assert raised.value.message == message
    assert "letters and digits of any script" in raised.value.hint


@given(st.text(st.characters(exclude_categories=()), max_size=30))
def test_a_name_that_passes_is_normal_and_safe_in_a_path(name: str) -> None:
    with contextlib.suppress(CredentialInvalidError):
        passed = check_account_name(name)
        assert check_account_name(passed) == passed == unicodedata.normalize("NFC", name)
        assert not set(passed) & set("/\\\0:")
        assert passed.isprintable()
        assert passed[0] != "."
