"""The application around the application: base paths, refusals in the reader's form, and failures without their texts."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from codex_quota.builtin.dashboard.gate import Gate, Guarded, Refusal, Visitor
from codex_quota.builtin.dashboard.settings import Settings

TOKEN = "right-token-0123456789"
SECRET = "eyJ-a-token-that-nobody-may-see"


class Answer:
    """What came back from one request."""

    def __init__(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status = int(status.partition(" ")[0])
        self.headers = {name.lower(): value for name, value in headers}
        self.body = body.decode()


def ask(app: Callable[..., Any], path: str = "/", method: str = "GET", **headers: str) -> Answer:
    started: list[Any] = []
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "SCRIPT_NAME": "",
        "REMOTE_ADDR": "192.0.2.7",
        "HTTP_HOST": "localhost:8081",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
    }
    parts = app(environ, lambda status, headers, exc_info=None: started.append((status, headers)))
    ((status, sent),) = started
    return Answer(status, sent, b"".join(parts))


class Inner:
    """An application that tells what it was asked, or does what a test wants."""

    def __init__(self, act: Callable[[dict[str, Any]], Any] | None = None) -> None:
        self.act = act or (lambda environ: [b"fine"])
        self.seen: list[dict[str, Any]] = []

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        self.seen.append(environ)
        start_response("200 OK", [("Content-Type", "text/plain"), ("Server", "inner/1.0")])
        return self.act(environ)


def guarded(inner: Inner, log: list[str] | None = None, page: Any = None, **settings: Any) -> Guarded:
    gate = Gate(Settings(admin_token=TOKEN, **settings))
    return Guarded(inner, gate, page=page, log=(log if log is not None else []).append)


def test_the_visitor_is_told_to_the_application() -> None:
    inner = Inner()
    answer = ask(guarded(inner), "/x", authorization=f"Bearer {TOKEN}")
    assert (answer.status, answer.body) == (200, "fine")
    visitor = inner.seen[0]["codex_quota.visitor"]
    assert isinstance(visitor, Visitor)
    assert visitor.admin


def test_answers_are_strict_and_do_not_name_the_server() -> None:
    answer = ask(guarded(Inner()))
    assert "server" not in answer.headers
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_whoever_is_refused_does_not_reach_the_application() -> None:
    inner = Inner()
    answer = ask(guarded(inner), host="evil.example")
    assert (answer.status, inner.seen) == (403, [])
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("settings", "headers", "path", "inside", "script"),
    [
        ({}, {}, "/auth", "/auth", ""),
        ({"base_path": "/quota"}, {}, "/quota/auth", "/auth", "/quota"),
        ({"base_path": "/quota"}, {}, "/quota", "/", "/quota"),
        ({"base_path": "/quota"}, {}, "/quota/", "/", "/quota"),
        ({"base_path": "/quota"}, {}, "/auth", "/auth", ""),  # the proxy has taken it off
        ({"base_path": "/quota"}, {}, "/quotas", "/quotas", ""),
        ({}, {"x_forwarded_prefix": "/evil"}, "/evil/auth", "/evil/auth", ""),
        ({"trusted_proxies": ("192.0.2.7",)}, {"x_forwarded_prefix": "/q"}, "/q/auth", "/auth", "/q"),
        ({}, {}, "", "/", ""),
    ],
)
def test_the_application_sees_paths_below_the_base_path(
    settings: dict[str, Any], headers: dict[str, str], path: str, inside: str, script: str
) -> None:
    inner = Inner()
    ask(guarded(inner, **settings), path, **headers)
    assert (inner.seen[0]["PATH_INFO"], inner.seen[0]["SCRIPT_NAME"]) == (inside, script)


def test_limits_and_health_are_those_of_the_path_below_the_base_path() -> None:
    inner = Inner()
    assert ask(guarded(inner, base_path="/quota", require_token=True), "/quota/healthz", host="any.example").status == 200
    assert ask(guarded(inner, base_path="/quota", require_token=True), "/quota/api/results").status == 401


@pytest.mark.parametrize(
    ("path", "accept", "kind"),
    [
        ("/", "text/html,*/*;q=0.8", "text/html; charset=utf-8"),
        ("/", "application/json", "application/json; charset=utf-8"),
        ("/", "text/html,application/json", "text/html; charset=utf-8"),
        ("/", "*/*", "text/plain; charset=utf-8"),
        ("/api/results", "text/html", "application/json; charset=utf-8"),
        ("/api/results", "*/*", "application/json; charset=utf-8"),
    ],
)
def test_a_refusal_comes_in_the_form_that_the_client_reads(path: str, accept: str, kind: str) -> None:
    answer = ask(guarded(Inner()), path, host="<b>", accept=accept)
    assert (answer.status, answer.headers["content-type"]) == (403, kind)
    assert "The dashboard does not answer to the name" in answer.body
    assert ("<b>" in answer.body) is (not kind.startswith("text/html"))
    assert answer.headers["content-length"] == str(len(answer.body.encode()))


def test_a_refusal_for_programs_has_code_message_and_hint() -> None:
    answer = ask(guarded(Inner(), require_token=True, base_path="/quota"), "/quota/api/results")
    assert answer.status == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="codex-quota"'
    assert json.loads(answer.body) == {
        "error": {
            "code": "token_needed",
            "message": "This dashboard shows nothing without the admin token.",
            "hint": "Sign in at /quota/auth, or send the header 'Authorization: Bearer' with the token.",
        }
    }


def test_the_page_of_a_refusal_may_be_made_elsewhere() -> None:
    def page(environ: dict[str, Any], refusal: Refusal) -> str:
        return f"<p>{refusal.code} {refusal.base}"

    answer = ask(guarded(Inner(), page=page, base_path="/q"), host="evil.example", accept="text/html")
    assert answer.body == "<p>wrong_host /q"


def test_a_page_of_a_refusal_that_fails_is_replaced() -> None:
    log: list[str] = []

    def page(environ: dict[str, Any], refusal: Refusal) -> str:
        raise KeyError(SECRET)

    answer = ask(guarded(Inner(), log, page=page), host="evil.example", accept="text/html")
    assert (answer.status, answer.body.startswith("<!doctype html>")) == (403, True)
    assert (len(log), SECRET in log[0]) == (1, False)


def crash(environ: dict[str, Any]) -> Any:
    raise ValueError(f"cannot read {SECRET}")


def crash_late(environ: dict[str, Any]) -> Iterator[bytes]:
    yield b"half of it"
    raise OSError(SECRET)


def leave(environ: dict[str, Any]) -> Any:
    raise SystemExit(SECRET)


@pytest.mark.parametrize(
    ("act", "error"),
    [(crash, "ValueError"), (crash_late, "OSError"), (leave, "SystemExit"), (lambda environ: [None], "TypeError")],
)
@pytest.mark.parametrize("accept", ["text/html", "application/json", "*/*"])
def test_a_failure_is_one_answer_and_one_line_without_its_text(act: Callable[..., Any], error: str, accept: str) -> None:
    log: list[str] = []
    answer = ask(guarded(Inner(act), log), "/auth/save", accept=accept)
    assert answer.status == 500
    assert "Something went wrong in the dashboard." in answer.body
    assert "half of it" not in answer.body
    (line,) = log
    number = line.split()[2]
    assert number in answer.body
    assert f" at GET /auth/save: {error} in " in line
    assert [text for text in (answer.body, line) if SECRET in text or "Traceback" in text] == []
    assert answer.headers["cache-control"] == "no-store"


def test_the_body_of_the_application_is_closed() -> None:
    class Body:
        closed = False

        def __iter__(self) -> Iterator[bytes]:
            yield b"a"
            yield b"b"

        def close(self) -> None:
            self.closed = True

    body = Body()
    assert ask(guarded(Inner(lambda environ: body))).body == "ab"
    assert body.closed


def test_an_application_that_never_starts_its_answer_is_a_failure() -> None:
    log: list[str] = []

    def silent(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        return [b"x"]

    gate = Gate(Settings(admin_token=TOKEN))
    assert ask(Guarded(silent, gate, log=log.append)).status == 500
    assert len(log) == 1


def test_head_has_no_body() -> None:
    refusal = ask(guarded(Inner()), method="HEAD", host="evil.example")
    assert (refusal.status, refusal.body) == (403, "")
    assert ask(guarded(Inner()), method="HEAD").body == ""


def test_failures_are_logged_on_stderr_unless_told_otherwise(capsys: pytest.CaptureFixture[str]) -> None:
    ask(Guarded(Inner(crash), Gate(Settings(admin_token=TOKEN))))
    assert capsys.readouterr().err.startswith("internal error ")
