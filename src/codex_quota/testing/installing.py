"""Distributions that are put onto the path by hand, so that entry points can be tried without installing anything."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path


def install_plugin(directory: Path, distribution: str, points: Mapping[str, str], version: str = "1.0", **modules: str) -> None:
    """Put a distribution into *directory*: its entry points, name to ``module`` or ``module:object``, and its modules' texts.

    It is found as soon as *directory* is on the path, see ``on_path``; one of the same name and version is replaced.
    """
    info = directory / f"{distribution.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True, exist_ok=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n", encoding="utf-8")
    lines = "".join(f"{name} = {value}\n" for name, value in points.items())
    (info / "entry_points.txt").write_text(f"[codex_quota]\n{lines}", encoding="utf-8")
    for name, text in modules.items():
        (directory / f"{name}.py").write_text(text, encoding="utf-8")
    importlib.invalidate_caches()


@contextmanager
def on_path(directory: Path) -> Iterator[Path]:
    """Have *directory* first on ``sys.path``; afterwards everything that was imported from it is forgotten."""
    sys.path.insert(0, str(directory))
    importlib.invalidate_caches()
    try:
        yield directory
    finally:
        sys.path.remove(str(directory))
        for name, module in list(sys.modules.items()):
            if (getattr(module, "__file__", None) or "").startswith(f"{directory}/"):
                del sys.modules[name]
