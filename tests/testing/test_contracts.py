"""The contracts notice what is wrong with a plugin, and nothing where nothing is."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from codex_quota.testing import CredentialSourceContract

BROKEN = Path(__file__).parent / "broken_plugins.py"
NAMES = "it_says_what_it_is"
SHAPES, SAME = "every_shape_gives_a_text_that_ends_in_a_newline", "it_gives_the_same_text_twice_and_from_two_threads"
ADDRESSES, ASCII = "no_address_is_shown_unless_it_is_asked_for", "without_unicode_only_texts_of_the_accounts_are_not_ascii"
NO_LOCK = (
    "forgetting_a_key_leaves_its_lock_held",
    "a_lock_that_somebody_holds_is_not_got_in_time",
    "who_did_not_get_a_lock_does_not_free_it",
    "a_lock_holds_against_other_threads_and_is_handed_on",
)
YIELDED, HIDES = "a_sign_in_that_cannot_be_used_is_yielded_as_an_error", "a_broken_sign_in_hides_no_other"
NOTICED: dict[str, tuple[str, ...]] = {
    "NoLock": NO_LOCK,
    "OneLockForAll": ("locks_of_two_keys_have_nothing_to_do_with_each_other",),
    "LockWithoutFinally": ("an_exception_frees_the_lock",),
    "FreesTheLocksOfOthers": NO_LOCK,
    "LockUnderTheKey": ("a_lock_is_not_a_text",),
    "DropsLineEnds": ("a_text_comes_back_as_it_was",),
    "RaisesForWhatIsNotThere": ("forgetting_what_is_not_there_is_nothing_bad",),
    "CutsKeys": ("keys_do_not_touch_each_other",),
    "ClosesTheirs": ("closing_one_copy_leaves_the_others_open",),
    "ForgetsOnClose": ("texts_outlive_the_store",),
    "NotShared": (
        "another_store_in_the_same_place_shares_texts_and_locks",
        "texts_outlive_the_store",
        "another_process_shares_texts_and_locks",
        "a_process_that_is_killed_holds_nothing",
    ),
    "Raises": (YIELDED, HIDES),
    "Nameless": (YIELDED, HIDES),
    "TellsTheToken": (YIELDED, "no_token_is_told", "reading_again_gives_the_same", "rereading_finds_a_new_token"),
    "OnlyTheFirst": ("several_sign_ins_are_several_accounts", HIDES),
    "ReadsTheRealEnvironment": ("only_the_environment_of_the_options_counts",),
    "Remembers": ("rereading_finds_a_new_token", "rereading_what_is_gone_or_broken_raises_nothing"),
    "Writes": ("nothing_is_written",),
    "Preaches": ("the_hint_is_one_clause",),
    "Fine": (),
    "BadName": (NAMES,),
    "BadSummary": (NAMES,),
    "NoNewline": (SHAPES,),
    "NoText": (SHAPES, ASCII, ADDRESSES, SAME),
    "NoQuota": (SHAPES, ASCII, ADDRESSES, SAME),
    "Narrow": (SHAPES,),
    "Colours": (SHAPES,),
    "Draws": (ASCII,),
    "Addresses": (ADDRESSES,),
    "NoJson": ("json_can_be_read_back",),
    "NaN": ("json_can_be_read_back",),
    "Counts": (SAME,),
    "Lies": ("problems_are_told_when_it_says_so",),
    "JsonAddresses": (ADDRESSES,),
    "Falls": ("it_runs_whatever_accounts_there_are",),
    "TakesAll": ("an_argument_that_it_does_not_know_is_told_in_one_line",),
    "OnlyGood": (
        "every_shape_is_answered",
        "a_question_with_odd_words_is_answered",
        "it_gives_the_same_answer_from_two_threads",
    ),
    "BadPath": (
        NAMES,
        "every_shape_is_answered",
        "a_question_with_odd_words_is_answered",
        "it_gives_the_same_answer_from_two_threads",
    ),
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What pytest says about the broken plugins."""
    place = tmp_path_factory.mktemp("broken") / "basetemp"
    command = [sys.executable, "-m", "pytest", "-rf", "-p", "no:cacheprovider", f"--basetemp={place}", str(BROKEN)]
    return subprocess.run(command, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def failed(told: str) -> Mapping[str, set[str]]:
    """The tests that failed, by the name of the broken plugin."""
    found: dict[str, set[str]] = {}
    for plugin, test in re.findall(r"^FAILED .*?::Test(\w+)::test_(\w+)", told, flags=re.M):
        found.setdefault(plugin, set()).add(test)
    return found


@pytest.mark.parametrize("plugin", NOTICED)
def test_what_is_wrong_with_a_plugin_is_noticed_and_nothing_else(failed: Mapping[str, set[str]], plugin: str) -> None:
    assert sorted(failed.get(plugin, ())) == sorted(NOTICED[plugin])


def test_every_broken_plugin_is_on_the_list(failed: Mapping[str, set[str]]) -> None:
    assert set(failed) - set(NOTICED) == set()


def test_a_failure_tells_of_which_sample_and_shows_the_values(told: str) -> None:
    assert "with the sample 'signed-out' alone" in told
    assert "AssertionError: with the sample 'work' alone" in told
    assert "E       AssertionError: assert ['b\\n" not in told
    assert "assert ['home'] == ['home', 'work'" in told


WITHOUT = """
import sys
sys.modules["pytest"] = None
import codex_quota.testing as kit
from pathlib import Path
print(len(kit.sample_snapshots()) > 30, kit.run_cli("plugins", directory=Path("nowhere")).status)
from codex_quota.testing import {contract}
"""


@pytest.mark.parametrize("contract", ["FormatterContract", "CacheStoreContract", "CredentialSourceContract", "RouteContract"])
def test_without_pytest_only_the_contracts_are_missing(contract: str) -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT.format(contract=contract)], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "True 0\n")
    assert done.stderr.splitlines()[-1] == (
        f"ImportError: codex_quota.testing.{contract} needs pytest; install it with: python -m pip install pytest"
    )


def test_every_name_of_the_kit_is_there_and_what_the_simulated_service_offers_is_among_them() -> None:
    import codex_quota.simulated
    import codex_quota.testing

    assert set(codex_quota.simulated.__all__) - set(codex_quota.testing.__all__) == set()
    assert [name for name in codex_quota.testing.__all__ if getattr(codex_quota.testing, name) is None] == []


def test_a_test_that_makes_no_sense_is_left_out_and_comes_back_where_it_does() -> None:
    class Alone(CredentialSourceContract):
        several = False

    class Many(Alone):
        several = True

    class Own(Alone):
        def test_several_sign_ins_are_several_accounts(self) -> str:  # type: ignore[override]
            return "own"

    name = "test_several_sign_ins_are_several_accounts"
    assert (getattr(Alone, name), getattr(Many, name)) == (None, getattr(CredentialSourceContract, name))
    assert Own().test_several_sign_ins_are_several_accounts() == "own"
