"""HTTP answers as values."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from http.client import responses
from typing import Any

Headers = tuple[tuple[str, str], ...]
JSON_TYPE: Headers = (("Content-Type", "application/json"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer before it is sent; ``chunked`` leaves ``Content-Length`` out and sends the body in chunks."""

    status: int
    body: bytes = field(repr=False)
    headers: Headers = JSON_TYPE
    chunked: bool = False

    def head(self, date: str) -> bytes:
        """The status line and headers; a header of the reply replaces the ordinary one of the same name."""
        length = ("Transfer-Encoding", "chunked") if self.chunked else ("Content-Length", str(len(self.body)))
        own = {name.lower() for name, _ in self.headers}
        ordinary = [pair for pair in (("Date", date), length) if pair[0].lower() not in own]
        status_line = f"HTTP/1.1 {self.status} {responses.get(self.status, 'Status')}"
        lines = [status_line, *(f"{name}: {value}" for name, value in (*ordinary, *self.headers))]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def wire_body(self) -> bytes:
        """The body as it goes over the wire."""
        if not self.chunked:
            return self.body
        return b"%x\r\n%b\r\n0\r\n\r\n" % (len(self.body), self.body)


def json_reply(status: int, value: Any, *headers: tuple[str, str]) -> Reply:  # noqa: ANN401
    """A reply with that JSON value as its body."""
    return Reply(status=status, body=json.dumps(value, separators=(",", ":")).encode(), headers=(*JSON_TYPE, *headers))


def unauthorized(code: str) -> Reply:
    """The 401 that the service gives, with that error code."""
    kind = None if code == "unauthorized_unknown" else "invalid_request_error"
    message = "Your authentication token is not valid. Please try signing in again."
    return json_reply(401, {"error": {"message": message, "type": kind, "code": code, "param": None}, "status": 401})
