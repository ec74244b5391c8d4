"""The description of the API: valid, complete, and true of what the server really does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    positive_data_acceptance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)
from served import Served, serving

import codex_quota
from codex_quota.builtin.dashboard.openapi import openapi_document, results_schema
from codex_quota.simulated import SimulatedService

FORMATTERS = tuple(codex_quota.Catalogue().formatters.values())
DOCUMENT = openapi_document("", FORMATTERS)
CHECKS = [
    not_a_server_error,
    allow_header_conformance,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
    positive_data_acceptance,
    unsupported_method,
]


def references(part: Any) -> Iterator[str]:
    """Every ``$ref`` in the document."""
    if isinstance(part, dict):
        yield from [part["$ref"]] if "$ref" in part else []
        part = list(part.values())
    for one in part if isinstance(part, list) else []:
        yield from references(one)


def test_every_reference_leads_somewhere() -> None:
    found = set(references(DOCUMENT))
    assert {"#/components/schemas/results", "#/components/schemas/window", "#/components/schemas/failure"} <= found
    for reference in found:
        part: Any = DOCUMENT
        for name in reference.removeprefix("#/").split("/"):
            part = part[name]


def test_the_results_are_described_by_the_published_schema() -> None:
    published, described = results_schema(), DOCUMENT["components"]["schemas"]
    assert described["result"]["required"] == published["$defs"]["result"]["required"]
    assert described["results"]["properties"].keys() == published["properties"].keys()
    assert json.dumps(described["window"]) == json.dumps(published["$defs"]["window"]).replace(
        "#/$defs/", "#/components/schemas/"
    )


def test_every_format_is_named_with_its_content_type() -> None:
    formatted = DOCUMENT["paths"]["/api/results.{format}"]["get"]
    assert formatted["parameters"][0]["schema"]["enum"] == ["csv", "ics", "json", "plain", "table"]
    assert set(formatted["responses"]["200"]["content"]) == {"text/csv", "text/calendar", "application/json", "text/plain"}


def test_the_document_is_openapi() -> None:
    assert (DOCUMENT["openapi"], DOCUMENT["info"]["version"]) == ("3.1.0", codex_quota.__version__)
    jsonschema.Draft202012Validator.check_schema(DOCUMENT["components"]["schemas"]["results"])
    operations = [operation["operationId"] for path in DOCUMENT["paths"].values() for operation in path.values()]
    assert len(operations) == len(set(operations)) == 6
    assert [name for name in operations if not re.fullmatch("[a-z_]+", name)] == []


@pytest.fixture
def served(service: SimulatedService, tmp_path: Path, environ: dict[str, str]) -> Iterator[Served]:
    service.add("work")
    service.write_accounts(tmp_path / "account")
    with serving(service, tmp_path / "account", environ) as running:
        board = running.board
        with board._changed:
            assert board._changed.wait_for(lambda: board.results().snapshots, 20)
        yield running


@pytest.mark.parametrize(
    ("method", "path"), [(method.upper(), path) for path, item in DOCUMENT["paths"].items() for method in item]
)
def test_the_server_does_what_the_document_says(served: Served, method: str, path: str) -> None:
    schema = schemathesis.openapi.from_url(f"http://127.0.0.1:{served.port}/api/openapi.json")

    @settings(max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=schema[path][method].as_strategy())
    def holds(case: schemathesis.Case) -> None:
        case.call_and_validate(checks=CHECKS, headers={"Accept": "application/json"})

    holds()
