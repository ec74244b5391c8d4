"""Whatever the service sends, nothing crashes and no token comes out anywhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import codex_quota
from bodies import bodies
from codex_quota.simulated import Fault, SimulatedAccount, SimulatedService
from program import Program

CALM = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
FORMATS = ("table", "plain", "json", "csv")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Program, SimulatedAccount]]:
    directory = tmp_path_factory.mktemp("world")
    with SimulatedService() as service:
        account = service.add("work")
        environ = {
            "HOME": str(directory),
            "CODEX_QUOTA_ACCOUNT_DIR": str(directory / "account"),
            "CODEX_QUOTA_CACHE_DIR": str(directory / "cache"),
            "CODEX_QUOTA_RETRIES": "0",
            "CODEX_QUOTA_CHATGPT_URL": service.url,
        }
        program = Program(directory, environ, service)
        program.serve()
        yield program, account


def with_token(value: Any, token: str) -> Any:
    """*value* with the token in every text and every name of it."""
    if isinstance(value, str):
        return value + token
    if isinstance(value, list):
        return [with_token(item, token) for item in value]
    if isinstance(value, dict):
        return {key: with_token(item, token) for key, item in value.items()} | {token: token}
    return value


def everything(program: Program) -> str:
    """All that the program shows and keeps."""
    runs = [program("--format", name, "--verbose", "--emails", "--refresh", terminal=True) for name in FORMATS]
    runs += [program("--raw-json", "--raw-headers"), program("accounts"), program("cache")]
    kept = "".join(path.read_text() for path in Path(program.environ["CODEX_QUOTA_CACHE_DIR"]).glob("*"))
    assert all(run.status in (0, 1) for run in runs)
    return kept + "".join(run.out + run.err for run in runs)


@CALM
@given(body=bodies(), status=st.sampled_from((200, 200, 400, 401, 402, 403, 404, 500)))
def test_no_body_crashes_the_program_or_brings_a_token_out(
    world: tuple[Program, SimulatedAccount], body: dict[str, Any], status: int
) -> None:
    program, account = world
    assert program.service is not None
    program.service.clear_faults()
    text = json.dumps(with_token(body, account.access_token)).encode()
    program.service.fail(account, Fault.status(status, text, headers={"X-Token-Echo": account.access_token}), times=None)
    assert account.access_token not in everything(program)


@pytest.mark.parametrize(
    "broken",
    [
        '{"tokens": {"access_token": "%s"',
        '{"access_token": "%s\\n x"}',
        '["%s"]',
        '"%s"',
        "%s",
        '{"personal_access_token": "at-%s"}',
    ],
)
def test_a_broken_sign_in_keeps_its_token_to_itself(program: Program, broken: str) -> None:
    secret = "s3cr3t-t0k3n-that-nobody-may-see"
    (program.directory / "account").mkdir()
    (program.directory / "account" / "work.auth.json").write_text(broken % secret)
    runs = [program(), program("accounts"), program("-f", "json"), program("-f", "table"), program("--verbose")]
    assert {run.status for run in runs} == {1}
    assert secret not in "".join(run.out + run.err for run in runs)


def test_no_repr_and_no_traceback_holds_a_token(program: Program) -> None:
    account = program.service.add("work")
    program.serve()
    with codex_quota.Client(environ=program.environ) as client:
        (listing,) = client.accounts()
        (snapshot,) = client.fetch_all()
        shown = f"{listing!r}{listing.credential!r}{snapshot!r}{client.options!r}{snapshot.answer!r}"
    assert account.access_token not in shown
    assert listing.credential is not None
    assert listing.credential.access_token == account.access_token
