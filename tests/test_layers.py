"""The floors: imports run downwards, and built-ins import only what a stranger could."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import codex_quota

ROOT = Path(codex_quota.__file__).parent
FLOORS = (
    ("errors", "files", "values", "digests"),
    ("model", "claims"),
    ("interfaces", "hookspecs"),
    ("wording", "times", "terms", "view", "ordering", "pace"),
    (
        "windows",
        "limits",
        "payload",
        "freshness",
        "jsonfields",
        "serial_pace",
        "serial_read",
        "serial",
        "endpoint",
        "statuses",
        "redaction",
        "proxy",
        "lines",
        "unpacking",
        "tls",
        "workers",
        "discovery",
        "options",
    ),
    ("signin", "transport", "offers", "plugins", "history"),
    ("accounts", "keeping", "reading", "client"),
    ("__init__", "simulated"),
    ("builtin", "__main__"),
    ("testing",),
)
FLOOR_OF = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
PUBLIC = {
    "codex_quota",
    "codex_quota.__main__",
    "codex_quota.history",
    "codex_quota.options",
    "codex_quota.pace",
    "codex_quota.simulated",
    "codex_quota.wording",
    "codex_quota.view",
    "codex_quota.testing",
}
HTTP_ROOM = "transport"


def modules() -> list[Path]:
    return sorted(ROOT.rglob("*.py"))


def room_of(path: Path) -> str:
    first = path.relative_to(ROOT).parts[0]
    return first.removesuffix(".py")


def imports(path: Path) -> list[tuple[str, bool]]:
    """Every absolute module name that *path* imports, and whether only for type checking."""
    package = ["codex_quota", *path.relative_to(ROOT).parts[:-1]]
    found: list[tuple[str, bool]] = []

    def walk(node: ast.AST, typing_only: bool) -> None:
        for child in ast.iter_child_nodes(node):
            checked = typing_only
            if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
                checked = True
            if isinstance(child, ast.Import):
                found.extend((alias.name, checked) for alias in child.names)
            elif isinstance(child, ast.ImportFrom):
                base = package[: len(package) - child.level + 1] if child.level else []
                module = ".".join([*base, *([child.module] if child.module else [])])
                for alias in child.names:
                    whole = f"{module}.{alias.name}"
                    is_module = (ROOT.parent / whole.replace(".", "/")).with_suffix(".py").exists()
                    found.append((whole if is_module else module, checked))
            walk(child, checked)

    walk(ast.parse(path.read_text()), False)
    return found


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_downwards(path: Path) -> None:
    room = room_of(path)
    floor = FLOOR_OF[room]
    if room == "__init__":
        return
    for name, typing_only in imports(path):
        if not name.startswith("codex_quota.") or typing_only:
            continue
        other = name.split(".")[1]
        if other != room:
            assert FLOOR_OF[other] <= floor, f"{room} (floor {floor}) imports {other} (floor {FLOOR_OF[other]})"


@pytest.mark.parametrize(
    "path",
    [path for path in modules() if room_of(path) in ("builtin", "simulated", "testing")],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_built_ins_import_public_names_only(path: Path) -> None:
    if path.name == "manual.py":
        return  # runs while the project is built, when nothing is installed yet
    own = ".".join(["codex_quota", *path.relative_to(ROOT).parts[:-1]])
    tree = ast.parse(path.read_text())
    for name, _ in imports(path):
        if name.startswith("codex_quota") and not name.startswith(own + ".") and name != own:
            assert name in PUBLIC or name.startswith("codex_quota.simulated"), f"imports {name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "codex_quota" and not node.level:
            for alias in node.names:
                assert alias.name in codex_quota.__all__ or f"codex_quota.{alias.name}" in PUBLIC, f"{alias.name} is not public"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_only_one_room_imports_the_http_library(path: Path) -> None:
    users = {name.split(".")[0] for name, typing_only in imports(path) if not typing_only}
    if room_of(path) != HTTP_ROOM:
        assert not users & {"httpx", "httpcore", "requests"}


def test_no_module_is_too_long() -> None:
    long = {str(path.relative_to(ROOT)): lines for path in modules() if (lines := len(path.read_text().splitlines())) > 300}
    assert long == {}


def test_every_module_stands_on_a_floor() -> None:
    assert {room_of(path) for path in modules()} - set(FLOOR_OF) == set()
