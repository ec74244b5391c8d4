"""The README and the page about alerts say what is true."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from codex_quota_notify.config import Config
from codex_quota_notify.quiet import Quiet
from codex_quota_notify.reading import parse_config
from codex_quota_notify.records import RULES

PLUGIN = Path(__file__).parent.parent
README = (PLUGIN / "README.md").read_text(encoding="utf-8")
PAGE = PLUGIN.parent.parent / "docs" / "how-to" / "alerts.md"
needs_page = pytest.mark.skipif(not PAGE.exists(), reason="the plugin stands alone, without the project's docs")


def toml(text: str) -> str:
    """The one block of TOML in *text*."""
    (block,) = re.findall(r"^```toml\n(.*?)^```$", text, flags=re.M | re.S)
    return str(block)


def test_the_readme_has_every_setting_with_its_default() -> None:
    assert parse_config(toml(README), "README.md") == Config()


def test_the_settings_that_the_readme_leaves_out_are_understood() -> None:
    whole = re.sub(r"^# (zone = \"[^\"]*\"|\[quiet\]|from = .*|to = .*|urgent = \[.*?\]).*$", r"\1", toml(README), flags=re.M)
    assert parse_config(whole, "README.md") == replace(
        Config(),
        zone=ZoneInfo("Europe/Berlin"),
        quiet=Quiet(start=time(22), end=time(7), urgent=frozenset({"exhausted", "sign_in"})),
    )


@needs_page
def test_the_page_s_configuration_is_understood() -> None:
    config = parse_config(toml(PAGE.read_text(encoding="utf-8")), "alerts.md")
    assert config.low["weekly"] == (25, 10)
    assert "five_hour" not in config.low
    assert config.quiet == Quiet(start=time(22), end=time(7), urgent=frozenset({"sign_in"}))


@needs_page
def test_the_page_has_every_rule() -> None:
    named = re.findall(r"^\| `(\w+)` \|", PAGE.read_text(encoding="utf-8"), flags=re.M)
    assert sorted(named) == sorted(RULES)
