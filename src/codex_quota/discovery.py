"""Entry points of one group, read from the installed distributions' own files.

``importlib.metadata`` does the same, but importing it takes about as long as a whole answer from the cache.
It still serves wherever modules come from anything but plain directories.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An entry point: its name, the object it means (``module`` or ``module:attribute``), and whose it is."""

    name: str
    value: str
    distribution: str
    version: str

    def load(self) -> Any:  # noqa: ANN401
        """The object, imported; raises whatever the import raises."""
        module, _, attributes = self.value.partition(":")
        found: Any = import_module(module.strip())
        for attribute in filter(None, attributes.strip().split(".")):
            found = getattr(found, attribute)
        return found


def installed(group: str, path: Sequence[str] | None = None) -> list[Found]:
    """The entry points of *group* in the distributions on *path* (by default ``sys.path``), by name.

    Of a distribution that is there twice only the first counts, as when importing.
    """
    places = list(sys.path if path is None else path)
    if any(os.path.isfile(place) for place in places):  # noqa: PTH113
        return _from_importlib(group, places)
    seen: set[str] = set()
    found: list[Found] = []
    for place in places:
        for name, version, file in _distributions(place or "."):
            if name not in seen:
                seen.add(name)
                entries = _entries(file, group)
                found += [Found(name=key, value=value, distribution=name, version=version) for key, value in entries]
    return sorted(found, key=lambda point: (point.name, point.distribution))


def _distributions(place: str) -> Iterator[tuple[str, str, str]]:
    try:
        names = sorted(os.listdir(place))  # noqa: PTH208
    except OSError:
        return
    for directory in names:
        stem, dot, kind = directory.rpartition(".")
        if dot and kind in ("dist-info", "egg-info"):
            name, _, version = stem.partition("-")
            yield name.replace("_", "-").lower(), version.partition("-")[0], f"{place}/{directory}/entry_points.txt"


def _entries(file: str, group: str) -> Iterator[tuple[str, str]]:
    try:
        with open(file, encoding="utf-8") as lines:  # noqa: PTH123
            section = ""
            for line in map(str.strip, lines):
                if line.startswith("["):
                    section = line.strip("[] ")
                elif section == group and "=" in line and line[0] not in "#;":
                    name, _, value = line.partition("=")
                    yield name.strip(), value.partition("[")[0].strip()
    except (OSError, ValueError):
        return


def _from_importlib(group: str, places: list[str]) -> list[Found]:
    from importlib.metadata import distributions

    seen: set[str] = set()
    found: list[Found] = []
    for distribution in distributions(path=places):
        try:
            name = distribution.metadata["Name"].replace("_", "-").lower()
            points = [point for point in distribution.entry_points if point.group == group]
        except Exception:  # noqa: S112
            # whatever is wrong with somebody's metadata, it is not our plugin's
            continue
        if name not in seen:
            seen.add(name)
            version = distribution.version
            found += [Found(name=p.name, value=p.value, distribution=name, version=version) for p in points]
    return sorted(found, key=lambda point: (point.name, point.distribution))
