"""The page about the JSON document, its published schema and what is really written agree in every field, both ways."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import codex_quota
from bodies import PLAUSIBLE
from codex_quota.pace import Pace
from codex_quota.testing import SAMPLE_NOW, sample_snapshots

PAGE = (Path(__file__).parent.parent / "docs" / "reference" / "json.md").read_text(encoding="utf-8")
SCHEMA = json.loads((Path(codex_quota.__file__).parent / "snapshot.schema.json").read_text(encoding="utf-8"))
SECTIONS = {"The document": "", **{name.capitalize(): name for name in SCHEMA["$defs"] if "properties" in SCHEMA["$defs"][name]}}
NAMED = {"time": "time", "amount": "amount", "used": "number", "left": "number"}
SIMPLE = {"string": "text", "boolean": "bool", "integer": "int", "number": "number"}

PACE = Pace(
    at=SAMPLE_NOW,
    even_percent=50,
    ahead_points=-8,
    rate=0.5,
    exhausts_at=SAMPLE_NOW,
    exhausts_between=(SAMPLE_NOW, SAMPLE_NOW),
    percent_at_reset=99,
    percent_between=(90, 110),
    basis="history",
    reason="too_early",
)


def rows(section: str) -> dict[str, list[str]]:
    """The table of a section of the page: by field the other cells."""
    text = PAGE.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    table = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("| `")]
    return {cells[0].strip(" `"): [re.sub(r"\]\([^)]*\)|\[", "", cell).strip() for cell in cells[1:]] for cells in table}


def described(name: str) -> dict[str, Any]:
    return SCHEMA["$defs"][name] if name else SCHEMA  # type: ignore[no-any-return]


def kind(rule: dict[str, Any]) -> tuple[str, bool]:
    """The type in the words of the page, and whether the value may be null."""
    if "anyOf" in rule:
        (one,) = [each for each in rule["anyOf"] if each != {"type": "null"}]
        return kind(one)[0], True
    if "$ref" in rule:
        name = rule["$ref"].rpartition("/")[2]
        return NAMED.get(name, name), "null" in SCHEMA["$defs"][name].get("type", ())
    if "items" in rule:
        inner = kind(rule["items"])[0]
        return ("list" if inner == "result" else f"list of {inner}"), False
    if "const" in rule:
        return str(rule["const"]), False
    if "enum" in rule:
        return "text", None in rule["enum"]
    types = [rule["type"]] if isinstance(rule["type"], str) else rule["type"]
    (plain,) = [one for one in types if one != "null"]
    return SIMPLE[plain], "null" in types


@pytest.mark.parametrize("section", SECTIONS)
def test_the_page_and_the_schema_have_the_same_fields_types_and_nulls(section: str) -> None:
    shown = {}
    for field, cells in rows(section).items():
        word = re.sub(r"^list of (limit|window)s$", r"list of \1", cells[0])
        shown[field] = word, len(cells) > 2 and cells[2] != "never"
    assert list(shown.items()) == [(field, kind(rule)) for field, rule in described(SECTIONS[section])["properties"].items()]


@pytest.mark.parametrize("section", SECTIONS)
def test_every_field_is_always_there(section: str) -> None:
    rules = described(SECTIONS[section])
    assert rules["required"] == list(rules["properties"])


def snapshots() -> list[codex_quota.Snapshot]:
    """The kit's samples, and an answer with something in every field."""
    account = codex_quota.Account(name="full", source="directory", account_id="acct-1")
    quota = codex_quota.parse_usage(PLAUSIBLE, answered_at=SAMPLE_NOW, asked_account_id="acct-1")
    main, *others = quota.limits
    first, *rest = main.windows
    quota = replace(quota, limits=(replace(main, windows=(replace(first, pace=PACE), *rest)), *others))
    full = codex_quota.Snapshot(account=account, quota=quota, fetched_at=SAMPLE_NOW, token_expires_at=SAMPLE_NOW)
    return [*sample_snapshots(), full, replace(full, quota=codex_quota.Quota())]


def places(value: object, rule: dict[str, Any]) -> Iterator[tuple[str, str, object]]:
    """Every field of *value*, with the name of the object it is in, as the schema's references lead."""
    for each in rule.get("anyOf", ()):
        if value is not None and each != {"type": "null"}:
            yield from places(value, each)
    if "$ref" in rule:
        name = rule["$ref"].rpartition("/")[2]
        if isinstance(value, dict):
            yield from fields(value, name)
    for one in value if isinstance(value, list) else ():
        yield from places(one, rule["items"])


def fields(value: dict[str, Any], name: str) -> Iterator[tuple[str, str, object]]:
    rules = described(name)["properties"]
    for field, inner in value.items():
        yield name, field, inner
        yield from places(inner, rules.get(field, {}))


def test_what_is_written_has_exactly_the_fields_of_the_schema_and_the_page() -> None:
    document = json.loads(codex_quota.dump_results(snapshots(), generated_at=SAMPLE_NOW))
    written = {(name, field) for name, field, _ in fields(document, "")}
    told = {(name, field) for name, field, value in fields(document, "") if value not in (None, [])}
    documented = {(name, field) for section, name in SECTIONS.items() for field in rows(section)}
    assert sorted(written ^ documented) == []
    assert sorted(documented - told) == []  # else a field of which nobody ever saw a value


def test_what_is_written_fits_the_schema_when_nothing_else_is_allowed() -> None:
    strict = deepcopy(SCHEMA)
    for part in (strict, *strict["$defs"].values()):
        if "properties" in part:
            part["additionalProperties"] = False
    document = json.loads(codex_quota.dump_results(snapshots(), generated_at=datetime.now(UTC)))
    complaints = jsonschema.Draft202012Validator(strict).iter_errors(document)
    assert [f"{error.json_path}: {error.message}" for error in complaints] == []
