"""The files of ``static/``, read once and served from memory, so that no request ever names a path on the disk."""

from __future__ import annotations

from functools import cache

from bottle import HTTPResponse, request

from .answers import FOR_EVER, REVALIDATE, Ready, ready, send
from .pages import STATIC, fingerprint, refusal, this_language

_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


def serve_static(file: str) -> HTTPResponse:
    """``GET /static/<file>``: for a year when the address has the file's own hash, else to be asked about again."""
    answer = _files().get(file)
    if answer is None:
        raise refusal(404, this_language().say("There is no such file."))
    return send(answer, cache=FOR_EVER if request.query.get("v") == fingerprint(file) else REVALIDATE)


@cache
def _files() -> dict[str, Ready]:
    return {path.name: ready(path.read_bytes(), _TYPES[path.suffix]) for path in STATIC.iterdir() if path.suffix in _TYPES}
