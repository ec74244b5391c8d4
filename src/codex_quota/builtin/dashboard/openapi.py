"""The reading API in OpenAPI 3.1; the results are described by the published schema, which exists once."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

import codex_quota
from codex_quota import Formatter

SCHEMA = "snapshot.schema.json"
_ACCOUNT = {
    "name": "account",
    "in": "query",
    "description": "only the account of this name",
    "schema": {"type": "string"},
    "example": "work",
}
_SAME = {"description": "nothing has changed since the answer whose ETag was sent in If-None-Match"}


def openapi_document(base: str, formatters: Iterable[Formatter]) -> dict[str, Any]:
    """The document for a dashboard shown below the path *base* that offers *formatters*."""
    by_name = {formatter.name: formatter for formatter in formatters}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "codex-quota dashboard",
            "version": codex_quota.__version__,
            "summary": "How much ChatGPT Codex quota is left",
            "description": (
                "Reading is open unless the dashboard was started with --require-token; without the admin token e-mail "
                "addresses are masked. The account pages below /auth are for people and are not described here."
            ),
        },
        "servers": [{"url": base or "/"}],
        "security": [{}, {"admin": []}],
        "paths": {
            "/api/results": {"get": _results()},
            "/api/results.{format}": {"get": _formatted(by_name)},
            "/refresh": {"post": _refresh("post"), "get": _refresh("get")},
            "/healthz": {"get": _health()},
            "/api/openapi.json": {"get": _itself()},
        },
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {"admin": {"type": "http", "scheme": "bearer", "description": "the admin token"}},
        },
    }


@cache
def results_schema() -> dict[str, Any]:
    """The published JSON Schema of the results document."""
    schema: dict[str, Any] = json.loads((files("codex_quota") / SCHEMA).read_text(encoding="utf-8"))
    return schema


def _schemas() -> dict[str, Any]:
    schema = results_schema()
    whole = {key: value for key, value in schema.items() if key not in ("$schema", "$defs")}
    failure = {
        "description": "Why the request was refused.",
        "type": "object",
        "required": ["error"],
        "properties": {"error": {"$ref": "#/$defs/error"}},
    }
    refreshed = {
        "description": "Account names: asked now, being asked already, asked within the last seconds.",
        "type": "object",
        "required": ["started", "running", "too_soon"],
        "properties": {kind: {"type": "array", "items": {"type": "string"}} for kind in ("started", "running", "too_soon")},
    }
    named: dict[str, Any] = _moved({**schema["$defs"], "results": whole, "failure": failure, "refreshed": refreshed})
    return named


def _moved(part: Any) -> Any:  # noqa: ANN401
    """*part* with its references pointing to where OpenAPI keeps schemas."""
    if isinstance(part, dict):
        return {
            key: value.replace("#/$defs/", "#/components/schemas/") if key == "$ref" else _moved(value)
            for key, value in part.items()
        }
    return [_moved(one) for one in part] if isinstance(part, list) else part


def _results() -> dict[str, Any]:
    etag = {"ETag": {"description": "changes whenever the results do", "schema": {"type": "string"}}}
    good = {"description": "the results document", "headers": etag, "content": _json("results")}
    return {
        "operationId": "results",
        "summary": "Every account's last results",
        "description": "Cheap: no account is asked because of it. Send If-None-Match to get 304 while nothing changes.",
        "parameters": [_ACCOUNT],
        "responses": {"200": good, "304": _SAME, "401": _refused(), "404": _refused()},
    }


def _formatted(formatters: dict[str, Formatter]) -> dict[str, Any]:
    content: dict[str, Any] = {one.content_type.partition(";")[0]: {"schema": {"type": "string"}} for one in formatters.values()}
    content |= {"application/json": {}} if "application/json" in content else {}
    name = {
        "name": "format",
        "in": "path",
        "required": True,
        "description": "; ".join(f"{one.name}: {one.summary}" for one in formatters.values()),
        "schema": {"type": "string", "enum": list(formatters)},
    }
    return {
        "operationId": "formatted",
        "summary": "The last results in a format of the command line",
        "parameters": [name, _ACCOUNT],
        "responses": {
            "200": {"description": "what the formatter wrote", "content": content},
            "304": _SAME,
            "401": _refused(),
            "404": _refused(),
        },
    }


def _refresh(method: str) -> dict[str, Any]:
    many = _ACCOUNT | {"schema": {"type": "array", "items": {"type": "string"}}, "explode": True}
    return {
        "operationId": f"refresh_{method}",
        "summary": "Ask the service now",
        "description": (
            "Waits a few seconds for answers. An account is asked by one request at a time and every 10 seconds at most. "
            "Without 'Accept: application/json' it leads back to the page."
        ),
        "parameters": [many],
        "responses": {
            "200": {"description": "what was begun, when JSON was asked for", "content": _json("refreshed")},
            "303": {"description": "back to the page"},
            "401": _refused(),
            "404": _refused(),
        },
    }


def _health() -> dict[str, Any]:
    schema = {"type": "object", "required": ["status"], "properties": {"status": {"const": "ok"}}}
    good = {"description": "the server answers", "content": {"application/json": {"schema": schema}}}
    return {"operationId": "health", "summary": "Is the server up?", "security": [{}], "responses": {"200": good}}


def _itself() -> dict[str, Any]:
    good = {"description": "this document", "content": {"application/json": {"schema": {"type": "object"}}}}
    return {
        "operationId": "openapi",
        "summary": "This document",
        "responses": {"200": good, "304": _SAME, "401": _refused()},
    }


def _json(schema: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}


def _refused() -> dict[str, Any]:
    return {"description": "refused, with the reason", "content": _json("failure")}
