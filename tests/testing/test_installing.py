"""Plugins that are put onto the path without being installed."""

from __future__ import annotations

import sys
from importlib.metadata import distribution
from pathlib import Path

import pytest

from codex_quota import Catalogue, Plugin
from codex_quota.testing import install_plugin, on_path

MODULE = "import {other}\nimport codex_quota\n@codex_quota.hookimpl\ndef register_formatters():\n    return []\n"


def strangers() -> list[Plugin]:
    return [plugin for plugin in Catalogue().plugins if plugin.name.startswith("kit-test")]


def test_it_is_found_while_its_directory_is_on_the_path(tmp_path: Path) -> None:
    modules = {"kit_test_a": MODULE.format(other="kit_test_b"), "kit_test_b": ""}
    install_plugin(tmp_path, "quota-kit-test", {"kit-test": "kit_test_a"}, version="2.3", **modules)
    before = (list(sys.path), set(sys.modules))
    assert strangers() == []
    with on_path(tmp_path):
        hooks = ("register_formatters",)
        assert strangers() == [Plugin(name="kit-test", distribution="quota-kit-test", version="2.3", hooks=hooks)]
        assert {"kit_test_a", "kit_test_b"} <= set(sys.modules)
    assert (sys.path, {name for name in set(sys.modules) - before[1] if name.startswith("kit_")}) == (before[0], set())


def test_it_looks_like_an_installed_one_to_others_too(tmp_path: Path) -> None:
    install_plugin(tmp_path, "quota-kit-test", {"kit-test": "kit_test_a:box", "kit-test-2": "kit_test_a"})
    with on_path(tmp_path):
        found = distribution("quota-kit-test")
        points = [(point.group, point.name, point.value) for point in found.entry_points]
    assert (found.version, points) == (
        "1.0",
        [("codex_quota", "kit-test", "kit_test_a:box"), ("codex_quota", "kit-test-2", "kit_test_a")],
    )


def test_the_path_is_put_right_after_an_exception(tmp_path: Path) -> None:
    before = list(sys.path)
    with pytest.raises(ZeroDivisionError), on_path(tmp_path):
        raise ZeroDivisionError
    assert sys.path == before
