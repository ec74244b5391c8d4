"""Entry points are found as ``importlib.metadata`` finds them."""

from __future__ import annotations

import sys
import zipfile
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from codex_quota.discovery import Found, installed


def distribution(place: Path, directory: str, text: str) -> None:
    (place / directory).mkdir(parents=True)
    name, version = directory.rsplit(".", 1)[0].split("-")
    (place / directory / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (place / directory / "entry_points.txt").write_text(text)


@pytest.mark.parametrize("group", ["codex_quota", "console_scripts", "pytest11", "nothing"])
def test_it_agrees_with_importlib(group: str) -> None:
    ours = sorted((point.name, point.value) for point in installed(group))
    assert ours == sorted((point.name, point.value.partition("[")[0].strip()) for point in entry_points(group=group))


def test_a_file_is_read_as_the_specification_says(tmp_path: Path) -> None:
    distribution(
        tmp_path,
        "My_Plugins-1.5.dist-info",
        "# a remark\n[other]\na = wrong\n\n[codex_quota]\n; another\none=pkg.one\n two = pkg.two:thing.part [extra]\nnonsense\n"
        "[more]\nb = wrong\n",
    )
    assert installed("codex_quota", [str(tmp_path)]) == [
        Found(name="one", value="pkg.one", distribution="my-plugins", version="1.5"),
        Found(name="two", value="pkg.two:thing.part", distribution="my-plugins", version="1.5"),
    ]


def test_of_a_distribution_that_is_there_twice_the_first_counts(tmp_path: Path) -> None:
    distribution(tmp_path / "a", "plug-2.0.dist-info", "[codex_quota]\nnew = m\n")
    distribution(tmp_path / "b", "plug-1.0.dist-info", "[codex_quota]\nold = m\n")
    assert [point.name for point in installed("codex_quota", [str(tmp_path / "a"), str(tmp_path / "b")])] == ["new"]


def test_a_place_that_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    distribution(tmp_path / "a", "plug-2.0.dist-info", "[codex_quota]\nnew = m\n")
    (tmp_path / "a" / "bad-1.dist-info").mkdir()
    (tmp_path / "a" / "bad-1.dist-info" / "entry_points.txt").write_bytes(b"[codex_quota]\n\xff = m\n")
    assert [point.name for point in installed("codex_quota", [str(tmp_path / "missing"), str(tmp_path / "a")])] == ["new"]


def test_an_archive_on_the_path_is_left_to_importlib(tmp_path: Path) -> None:
    distribution(tmp_path / "a", "plug-2.0.dist-info", "[codex_quota]\nplain = m\n")
    with zipfile.ZipFile(tmp_path / "lib.zip", "w") as archive:
        archive.writestr("zipped-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: zipped\nVersion: 1.0\n")
        archive.writestr("zipped-1.0.dist-info/entry_points.txt", "[codex_quota]\ninside = m\n")
    assert installed("codex_quota", [str(tmp_path / "lib.zip"), str(tmp_path / "a")]) == [
        Found(name="inside", value="m", distribution="zipped", version="1.0"),
        Found(name="plain", value="m", distribution="plug", version="2.0"),
    ]


def test_loading_follows_attributes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "loaded_by_test.py").write_text("class Thing:\n    part = 7\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    found = Found(name="x", value="loaded_by_test:Thing.part", distribution="d", version="1")
    assert found.load() == 7
    assert Found(name="x", value="loaded_by_test", distribution="d", version="1").load() is sys.modules["loaded_by_test"]
