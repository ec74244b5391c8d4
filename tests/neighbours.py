"""The distributions in ``plugins/``: where they are, what they say of themselves, and a catalogue that has them all."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import codex_quota
from codex_quota.testing import install_plugin, on_path

ROOT = Path(__file__).parent.parent
FOLDERS = sorted(path.parent for path in (ROOT / "plugins").glob("*/pyproject.toml"))


def project(folder: Path) -> dict[str, Any]:
    """The table ``project`` of the distribution in *folder*."""
    table: dict[str, Any] = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return table


def points(folder: Path) -> dict[str, str]:
    """The plugins that the distribution in *folder* names, with what they mean."""
    found: dict[str, str] = project(folder)["entry-points"]["codex_quota"]
    return found


def code(folder: Path) -> str:
    """Every module of the distribution in *folder*, in one text."""
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("src/**/*.py")))


def pages(folder: Path) -> str:
    """Its README and every how-to page that names the distribution, in one text."""
    how_to = [path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "how-to").glob("*.md")]
    readme = folder / "README.md"
    own = readme.read_text(encoding="utf-8") if readme.exists() else ""
    return own + "".join(text for text in how_to if re.search(rf"\b{folder.name}\b", text))


def catalogue(directory: Path) -> codex_quota.Catalogue:
    """What the program offers where all of them are installed; *directory* takes what installing would write."""
    for folder in FOLDERS:
        install_plugin(directory, project(folder)["name"], points(folder), project(folder)["version"])
    with on_path(directory):
        return codex_quota.Catalogue(environ={})
