from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest

from codex_quota import CodexQuotaError, Style
from codex_quota.builtin.dashboard import language
from codex_quota.builtin.dashboard.language import CATALOGUES, choose, languages
from codex_quota.builtin.formatters import table
from codex_quota.errors import all_errors
from codex_quota.model import Credits, Snapshot, SpendLimit
from codex_quota.view import block, pool_text
from messages import places, used_messages
from snapshots import (
    BIZ,
    BURNED,
    DAY,
    EVERYBODY,
    FIVE,
    FREE,
    GONE,
    HOUR,
    NOTHING,
    NOW,
    OLD,
    PAUSED,
    SPEND,
    WEEK,
    WORK,
    quota,
    snapshot,
    window,
)

CHINESE = choose("zh-CN").style(Style(now=NOW, tz=UTC))


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "en"),
        ("", "en"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("zh", "zh-Hans"),
        ("zh-CN", "zh-Hans"),
        ("ZH-cn", "zh-Hans"),
        ("zh_CN", "zh-Hans"),
        ("zh-SG", "zh-Hans"),
        ("zh-Hans", "zh-Hans"),
        ("zh-Hans-CN", "zh-Hans"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
        ("en,zh-CN;q=0.9", "en"),
        ("zh-CN;q=0.5,en;q=0.9", "en"),
        ("zh-CN ; q=0.9 , en ; q=0.8", "zh-Hans"),
        ("fr-FR,fr;q=0.9,zh-CN;q=0.2", "zh-Hans"),
        ("fr,de;q=0.5", "en"),
        ("zh-TW", "zh-Hans"),
        ("zh-Hant", "zh-Hans"),
        ("zh-Hant-HK,fr", "zh-Hans"),
        ("zh-TW,en;q=0.8", "en"),
        ("zh-HK,en-US;q=0.8", "en"),
        ("zh-Hant-TW,en;q=0.1", "en"),
        ("zh-TW,zh;q=0.9,en-US;q=0.8,en;q=0.7", "zh-Hans"),
        ("zh-CN;q=0,en;q=0.5", "en"),
        ("zh;q=0,zh-TW", "en"),
        ("*", "en"),
        ("*;q=0.5,zh-CN", "zh-Hans"),
        ("zh-CN;q=high,en;q=0.1", "en"),
        ("zh-CN;q=nan", "en"),
        ("zh-CN;q=2", "en"),
        (";;,,q=1,-", "en"),
        ("x," * 100_000 + "zh-CN", "en"),
        ("zh" + "-a" * 100_000, "en"),
    ],
)
def test_the_language_is_the_one_the_visitor_reads_best(header: str | None, code: str) -> None:
    assert choose(header).code == code


def test_a_message_has_its_values_and_an_unknown_one_stays() -> None:
    assert choose("zh").say("{days}d {hours}h", days=4, hours=5) == "4 天 5 小时"
    assert choose("zh").say("{minutes}m") == "{minutes} 分钟"
    assert choose("en").say("{days}d {hours}h", days=4, hours=5) == "4d 5h"
    assert choose("zh").say("what nobody translated {x}", x="{y}") == "what nobody translated {y}"


def test_a_style_is_the_same_but_for_its_words() -> None:
    english = Style(now=NOW, tz=UTC, show="used")
    assert choose("zh").style(english) == choose("zh-CN").style(english) != english
    assert replace(choose("zh").style(english), say=english.say) == english
    assert "say" not in repr(english)


def test_the_table_is_wholly_chinese_and_aligned() -> None:
    (formatter,) = table.register_formatters()
    assert formatter.format((WORK, BURNED, FREE, BIZ, OLD, GONE, NOTHING), replace(CHINESE, width=80)) == (
        "账号     套餐      周期      剩余 %          重置                      来源\n"
        "work     Plus      5 小时    █████████░  88  15:04 (3 小时后)          网络\n"
        "                   每周      ██████░░░░  59  周四 12:04 (4 天后)\n"
        "burned   Plus      每周      ░░░░░░░░░░   0  周一 12:04 (1 天后) 恢复  缓存\n"
        "                   5 小时    ▒▒▒▒▒▒▒▒▒░  99  每周额度重置后可用\n"
        "free     免费版    每月      ██░░░░░░░░  17  12月16日 12:04 (24 天后)  网络\n"
        "biz      Business  消费      ███████░░░  68  12月1日 12:04 (9 天后)    网络\n"
        "old      Plus      每周      ██████░░░░  59  周四 12:04 (4 天后)       12 分钟前\n"
        "gone     Team      失败      登录已失效                                -\n"
        "nothing  Plus      -         没有用量周期                              网络\n"
        "\n"
        "burned: 每周额度已用完，周一 12:04 (1 天后) 恢复\n"
        "burned: 有 2 次备用重置可用\n"
        "old: 数据截至 11:52 (12 分钟前)：no answer；请检查网络或代理，或用 --timeout\n"
        "  延长等待时间\n"
        "gone: signed out；请用 codex login 重新登录\n"
    )


def test_a_heading_is_as_wide_as_it_looks() -> None:
    (formatter,) = table.register_formatters()
    assert formatter.format([snapshot("a", quota(WEEK, plan="go"), source="cache")], replace(CHINESE, width=60)) == (
        "账号  套餐  周期  剩余 %           重置                 来源\n"
        "a     Go    每周  ██████░░░░░  59  周四 12:04 (4 天后)  缓存\n"
    )


IDLE = snapshot("idle", quota(FIVE, reached=False))


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        ([], "没有账号"),
        ([IDLE] * 3, "全部 3 个可用"),
        ([IDLE, PAUSED, GONE], "3 个账号中 1 个可用，1 个未知，最早恢复：14:04 (2 小时后)"),
        ([BURNED], "全部不可用，最早恢复：周一 12:04 (1 天后)"),
    ],
)
def test_the_pool_in_chinese(shown: list[Snapshot], text: str) -> None:
    assert pool_text(shown, CHINESE) == text


def odd_ones() -> Iterator[Snapshot]:
    """Accounts in every state that has words of its own."""
    odd_windows = [window("daily", 3), window("annual", 5), window("other", 1, label=""), window("other", 1, label="other")]
    yield snapshot("a", quota(*odd_windows, window("other", 1, label="9 h"), window("other", 1, label="90 min")))
    yield snapshot("b", quota(window("five_hour", 80, HOUR), reached=True))
    yield snapshot("c", quota(FIVE, WEEK, reached=True, kind="workspace_member_credits_depleted"))
    yield snapshot("d", quota(FIVE, reached=True, kind="workspace_owner_usage_limit_reached"))
    yield snapshot("e", quota(FIVE, WEEK, reached=True, spend=replace(SPEND, reached=True)))
    yield snapshot("f", quota(spend=SpendLimit(reached=True)))
    yield snapshot("g", quota(FIVE, WEEK, reached=True))
    yield snapshot("h", quota(window("weekly", 100), reset_credits=1))
    yield snapshot("i", quota(window("weekly", 100, DAY), reached=False, credits=Credits(unlimited=True)))
    yield snapshot("j", quota(WEEK, credits=Credits(unlimited=True, overage_limit_reached=True)))
    yield snapshot("k", quota(window("weekly", 9, -DAY)), status="stale", fetched_at=None)
    yield snapshot("l", status="failed")
    yield snapshot("m", quota(window("weekly", 9, 400 * DAY), plan="enterprise"))
    yield from (snapshot("n", quota(plan=plan)) for plan in ("guest", "free_workspace", "hc", "education"))
    for kind in all_errors():
        if kind is not CodexQuotaError:
            yield snapshot("o", status="failed", error=kind("…"))


KEPT = {
    "Plus", "Pro", "Lite", "Team", "Business", "ChatGPT", "Sign", "in", "with", "codex", "quota", "login", "demo", "accounts",
    "plugins", "help", "verbose", "timeout", "max", "age", "raw", "json", "headers", "chatgpt", "url", "account", "name", "auth",
    "HTTPS_PROXY", "NO_PROXY", "CODEX_QUOTA_USER_AGENT", "https", "com", "backend", "api", "status", "openai",
}  # fmt: skip


def test_chinese_has_no_english_left_but_names_commands_and_the_text_of_errors() -> None:
    said = []
    for shown in (*EVERYBODY, *odd_ones()):
        for time in ("clock", "countdown", "both"):
            made = block(shown, replace(CHINESE, time=time))  # type: ignore[arg-type]
            said += [made.plan, made.source, made.age]
            said += [text for row in made.rows for text in (row.period, row.reset, row.says or "")]
            said += [note.text for note in made.notes]
    plain = re.sub("signed out|mind the gap|no answer|gpt-6|GPT-5.3-Codex-Spark|--[a-z-]+", "", "\n".join(said))
    codes = {"usage", "no_accounts", "unknown_account", "history"}  # errors that no account can have
    assert set(re.findall(r"[A-Za-z_]{2,}", plain)) - KEPT == codes


@pytest.fixture
def catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A directory of catalogues of one's own."""
    monkeypatch.setattr(language, "CATALOGUES", tmp_path)
    languages.cache_clear()
    yield tmp_path
    languages.cache_clear()


def test_another_language_is_one_file(catalogue: Path) -> None:
    (catalogue / "de.json").write_text('{"weekly": "wöchentlich"}', "utf-8")
    (catalogue / "zh-Hant.json").write_text('{"weekly": "每週"}', "utf-8")
    (catalogue / "zh-Hans.json").write_text("{}", "utf-8")
    assert choose("de-AT,en;q=0.5").say("weekly") == "wöchentlich"
    wanted = ("zh-TW", "zh-Hant-HK", "zh-CN", "zh", "de-1996", "fr")
    assert [choose(header).code for header in wanted] == ["zh-Hant", "zh-Hant", "zh-Hans", "zh-Hans", "de", "en"]


@pytest.mark.parametrize("path", sorted(CATALOGUES.glob("*.json")), ids=lambda path: path.stem)
class TestCatalogue:
    """What each catalogue must be."""

    def test_every_message_is_there_and_nothing_else(self, path: Path) -> None:
        catalogue, used = json.loads(path.read_text("utf-8")), used_messages()
        assert {text: used[text] for text in used.keys() - catalogue.keys()} == {}
        assert sorted(catalogue.keys() - used.keys()) == []

    def test_every_translation_has_the_places_of_its_message(self, path: Path) -> None:
        catalogue = json.loads(path.read_text("utf-8"))
        assert {text: said for text, said in catalogue.items() if places(text) != places(said)} == {}

    def test_no_translation_is_empty_or_given_twice(self, path: Path) -> None:
        pairs: list[tuple[str, str]] = json.loads(path.read_text("utf-8"), object_pairs_hook=list)
        assert [text for text, said in pairs if not said.strip() or said != said.strip()] == []
        assert len(pairs) == len(dict(pairs))


def test_messages_are_found_wherever_they_are_said(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        '_DAYS = ("Mon", "Tue")\n_WORDS = {"x": "one"}\n'
        'style.say("two").format()\nsay(_DAYS[1])\nsay(_WORDS[key])\nsay("three" if x else "four")\n'
        'say(error.advice)\n{text: say(text) for text in _DAYS}\nfor text in ("five", "six"): say(text)\n'
    )
    (tmp_path / "b.py").write_text(
        'Refusal(status=403, text="seven", hint="eight", values={"a": "b"})\n'
        "class OddError(AccountFileError):\n    def __init__(self):\n        text = 'nine'\n"
        "        super().__init__(422, text, 'ten', name='x')\n"
    )
    calls = """{{say("a (b)")}}">{{say('c\\'s {n})', n=len(say("d")))}}</p>"""
    (tmp_path / "c.tpl").write_text(f'<p title="{calls}\n% x = say("e")\n')
    (tmp_path / "cli").mkdir()
    (tmp_path / "cli" / "d.py").write_text("say('hello')")
    numbers = {"one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"}
    hints = {error.default_hint for error in all_errors()}
    assert used_messages(tmp_path).keys() - hints == {"Mon", "Tue", *numbers, "a (b)", "c's {n})", "d", "e"}


@pytest.mark.parametrize("call", ["say(text)", "say(f'{x} left')", "say('a' + b)", "say(_TABLE)", "Refusal(text=text)"])
def test_a_message_that_nobody_could_translate_is_refused(tmp_path: Path, call: str) -> None:
    (tmp_path / "a.py").write_text(f"_TABLE = ('a',)\n{call}\n")
    with pytest.raises(AssertionError, match="nobody can tell"):
        used_messages(tmp_path)
