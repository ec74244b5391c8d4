"""Source distributions and wheels, built and installed as somebody would who has no checkout, and without a network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
_BUILD = "import sys; from setuptools import build_meta as build; print(getattr(build, 'build_' + sys.argv[1])(sys.argv[2]))"
_LEFT_BEHIND = (
    *(".git", ".venv", "site", "build", "dist", "man", "__pycache__", "*.egg-info", ".*_cache", ".hypothesis"),
    *("*.auth.json", ".env", "admin_token", "docker-compose.override.yml"),
)


def listed(folder: Path = ROOT) -> list[Path]:
    """Every file below *folder* that belongs to the project: what git keeps or would keep; relative paths."""
    if (ROOT / ".git").exists() and shutil.which("git"):
        words = ["git", "-c", "core.quotepath=off", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=True)
        found = {Path(name) for name in done.stdout.split("\0") if name and (folder / name).is_file()}
    else:
        found = {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
    return sorted(path for path in found if not any(Path(part).match(one) for part in path.parts for one in _LEFT_BEHIND))


def copy(folder: Path, place: Path) -> Path:
    """*folder* at *place*, with the files of the project and nothing else."""
    for name in listed(folder):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(folder / name, place / name)
    return place


def environment(place: Path) -> Path:
    """The Python of a new virtual environment, which sees what is installed beside the tests but not the checkout."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place)], check=True)
    (packages,) = place.glob("lib/python*/site-packages")
    others = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    (packages / "beside-the-tests.pth").write_text("".join(f"{path}\n" for path in others), encoding="utf-8")
    return place / "bin" / "python"


def run(*words: str | Path, cwd: Path) -> str:
    """What a program prints; fails with all that it said."""
    environ = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(list(map(str, words)), cwd=cwd, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def build(python: Path, kind: str, tree: Path, place: Path) -> Path:
    """The ``sdist`` or ``wheel`` of what lies in *tree*, put into *place* by the build backend alone."""
    place.mkdir(parents=True, exist_ok=True)
    return place / run(python, "-c", _BUILD, kind, place, cwd=tree).splitlines()[-1]


def unpack(sdist: Path, place: Path) -> Path:
    """The one directory that a source distribution holds."""
    with tarfile.open(sdist) as archive:
        if hasattr(tarfile, "data_filter"):  # which the first releases of Python 3.11 do not have
            archive.extraction_filter = tarfile.data_filter
        archive.extractall(place)
    (tree,) = place.iterdir()
    return tree


def install(python: Path, *wheels: Path) -> None:
    """Put *wheels* into the environment of *python*, as pip does it."""
    quiet = ("--quiet", "--disable-pip-version-check", "--no-compile")
    run(sys.executable, "-m", "pip", "--python", python, "install", *quiet, "--no-index", "--no-deps", *wheels, cwd=python.parent)


@dataclass(frozen=True)
class Made:
    """A source distribution, what it holds, the wheel that was built from that, and a Python that has the wheel installed."""

    sdist: Path
    tree: Path
    wheel: Path
    python: Path


@cache
def made(place: Path) -> Made:
    """All of that, below *place*; once for each place."""
    python = environment(place / "installed")
    sdist = build(python, "sdist", copy(ROOT, place / "copy"), place / "distributions")
    tree = unpack(sdist, place / "unpacked")
    wheel = build(python, "wheel", tree, place / "distributions")
    install(python, wheel)
    return Made(sdist, tree, wheel, python)
