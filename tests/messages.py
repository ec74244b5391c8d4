"""Every message that the program can say, found in its sources: what a catalogue has to translate.

A message is the text in ``say("…")``, in Python or in a template, or one that ``CARRIERS`` bring to a later ``say``.
It may be one of several (``a if b else c``), a name that the same function gave it, an entry of a table at the top of the module
(``_DAYS[3]``), or each of several in a loop (``for text in _TEXTS``).
Nobody could translate anything else, so it is an ``AssertionError`` here.
The command line speaks English, so its room ``builtin/cli`` is left out.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from string import Formatter

import codex_quota
from codex_quota.errors import all_errors

ROOT = Path(codex_quota.__file__).parent
# Which arguments are messages, by place or by name.
CARRIERS: dict[str, tuple[int | str, ...]] = {"Refusal": ("text", "hint"), "AccountFileError": (1, 2), "changed": (0,)}
# How they are said later; an error's own message stays English.
CARRIED = (".text", ".hint", ".advice", ".message", "kept[0]")
Tables = dict[str, list[ast.expr]]


def used_messages(root: Path = ROOT) -> dict[str, str]:
    """Every message below *root*, and one file that says it; the usual hints of errors are always among them."""
    found = {error.default_hint: "errors.py" for error in all_errors()}
    for path in sorted([*root.rglob("*.py"), *root.rglob("*.tpl")]):
        if path.parent.name == "cli":
            continue
        text = path.read_text()
        tree = ast.parse(text) if path.suffix == ".py" else ast.Module([ast.Expr(call) for call in _calls(text)], [])
        found |= {message: str(path.relative_to(root)) for message in _messages(tree)}
    return found


def places(message: str) -> set[str | None]:
    """The names of the places in *message*."""
    return {name for _, name, _, _ in Formatter().parse(message) if name is not None}


def _calls(template: str) -> Iterator[ast.expr]:
    """The calls of ``say`` in a template, each up to the bracket that closes it."""
    for start in re.finditer(r"\bsay\(", template):
        for end in re.finditer(r"\)", template[start.end() :]):
            try:
                yield ast.parse(template[start.start() : start.end() + end.end()], mode="eval").body
                break
            except SyntaxError:
                continue
        else:
            raise AssertionError(f"cannot read {template[start.start() : start.end() + 60]!r}")


def _messages(tree: ast.Module) -> Iterator[str]:
    tables = _named(tree.body)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    inner = {node: function for function in functions for node in ast.walk(function) if isinstance(node, ast.Call)}
    derived = [node for node in functions if isinstance(node, ast.ClassDef) and node.bases]
    base_of = {node: ast.unparse(cls.bases[0]) for cls in derived for node in ast.walk(cls) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            scope = inner.get(node, tree)
            names = tables | _named(ast.walk(scope)) | _looped(ast.walk(scope))
            for said in _said(node, base_of.get(node, "")):
                yield from _texts(said, names)


def _said(call: ast.Call, base: str) -> Iterator[ast.expr]:
    """The arguments of *call*, in a class derived from *base*, that are messages."""
    called = ast.unparse(call.func)
    if called.rpartition(".")[2] == "say":
        yield call.args[0]
    carried = CARRIERS.get(base if called == "super().__init__" else called, ())
    yield from (argument for place, argument in enumerate(call.args) if place in carried)
    yield from (keyword.value for keyword in call.keywords if keyword.arg in carried)


def _named(nodes: Iterable[ast.AST]) -> Tables:
    found: Tables = {}
    for node in nodes:
        if isinstance(node, ast.Assign):
            pairs = [(node.targets[0], node.value)]
            if isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = list(zip(node.targets[0].elts, node.value.elts, strict=True))
            for name, value in pairs:
                found.setdefault(ast.unparse(name), []).append(value)
    return found


def _looped(nodes: Iterable[ast.AST]) -> Tables:
    """What loops take their elements from, as ``name[]``."""
    found: Tables = {}
    for node in nodes:
        if isinstance(node, ast.For | ast.comprehension):
            found.setdefault(f"{ast.unparse(node.target)}[]", []).append(node.iter)
    return found


def _texts(said: ast.expr, names: Tables) -> Iterator[str]:
    source = ast.unparse(said)
    if isinstance(said, ast.Constant):
        yield str(said.value)
    elif isinstance(said, ast.IfExp):
        yield from _texts(said.body, names)
        yield from _texts(said.orelse, names)
    elif source.endswith(CARRIED):
        return
    elif isinstance(said, ast.Subscript):
        yield from _entries(said.value, names)
    elif f"{source}[]" in names:
        for table in names[f"{source}[]"]:
            yield from _entries(table, names)
    else:
        known = isinstance(said, ast.Name) and source in names
        assert known, f"nobody can tell which messages are meant with {source}"
        for value in names[source]:
            yield from _texts(value, names)


def _entries(table: ast.expr, names: Tables) -> Iterator[str]:
    for known in names.get(ast.unparse(table), [table]):
        assert isinstance(known, ast.Dict | ast.Tuple), f"nobody can tell which messages are meant with {ast.unparse(table)}"
        for value in known.values if isinstance(known, ast.Dict) else known.elts:
            yield from _texts(value, names)
