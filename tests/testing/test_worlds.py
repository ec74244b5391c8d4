"""Clients and runs of the program that know nothing but what a test gives them."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

import pytest

import codex_quota
from codex_quota import hookimpl
from codex_quota.testing import SimulatedService, clean_environ, install_plugin, make_client, on_path, run_cli
from offering import Offering

BUILTINS = [*codex_quota.Catalogue(strangers=False).formatters]
STRANGER = """
import codex_quota

class Stranger(codex_quota.Formatter):
    name = "stranger"
    summary = "of somebody else"

    def format(self, snapshots, style):
        return "stranger\\n"

@codex_quota.hookimpl
def register_formatters():
    return [Stranger()]
"""


class Told(codex_quota.Command):
    """Prints what the world of a command is."""

    name = "told"
    summary = "what it is told"

    def configure(self, parser: ArgumentParser) -> None:
        parser.add_argument("--status", type=int, default=0)

    def run(self, args: Namespace, context: codex_quota.Context) -> int:
        print(context.stdin.read(), context.stdout.isatty(), context.environ.get("EXTRA"), file=context.stdout)
        print(*context.catalogue.formatters, file=context.stderr)
        return int(args.status)


class Plugin:
    @hookimpl
    def register_commands(self) -> list[codex_quota.Command]:
        return [Told()]


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[None]:
    """A plugin that is installed on this machine."""
    install_plugin(tmp_path / "site", "quota-stranger", {"stranger": "stranger_plugin"}, stranger_plugin=STRANGER)
    with on_path(tmp_path / "site"):
        yield


def test_a_client_has_the_built_ins_and_exactly_the_given_plugins(stranger: None, tmp_path: Path) -> None:
    with make_client(Offering("mine"), directory=tmp_path) as client:
        assert [*client.catalogue.formatters] == [*BUILTINS, "mine"]
        assert client.catalogue.problems == ()


def test_a_client_without_the_built_ins_has_the_given_plugins_alone(service: SimulatedService, tmp_path: Path) -> None:
    account = service.add("work")

    class Source(codex_quota.CredentialSource):
        name = "mine"
        summary = "one account"

        def credentials(self, options: codex_quota.Options) -> Iterator[codex_quota.Credential]:
            yield codex_quota.parse_credential({"access_token": account.access_token}, name="work", source=self.name)

    class Mine:
        @hookimpl
        def register_credential_sources(self) -> list[codex_quota.CredentialSource]:
            return [Source()]

    with make_client(Mine(), directory=tmp_path, service=service, builtins=False) as client:
        assert [(one.account.name, one.status) for one in client.fetch_all()] == [("work", "fresh")]
        assert ([*client.catalogue.sources], [*client.catalogue.formatters]) == (["mine"], [])
        assert client.fetch("work").source == "network"
    assert [path.name for path in tmp_path.iterdir()] == []


def test_a_client_reads_the_accounts_of_its_directory_from_its_service(service: SimulatedService, tmp_path: Path) -> None:
    service.add("work")
    service.write_accounts(tmp_path / "account")
    with make_client(directory=tmp_path, service=service, max_age=60) as client:
        assert [client.fetch("work").source for _ in range(2)] == ["network", "cache"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["account", "cache"]


def test_nothing_of_the_real_environment_counts(
    service: SimulatedService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = service.add("decoy").access_token
    real = {
        "CODEX_QUOTA_ACCESS_TOKEN": token,
        "CODEX_QUOTA_FORMAT": "nonsense",
        "CODEX_QUOTA_DISABLED_PLUGINS": "table",
        "HTTPS_PROXY": "http://127.0.0.1:1",
        "HOME": "/nowhere",
        "EXTRA": "real",
    }
    for name, value in real.items():
        monkeypatch.setenv(name, value)
    with make_client(directory=tmp_path, service=service) as client:
        assert client.accounts() == []
    assert run_cli("told", directory=tmp_path, service=service, plugins=[Plugin()]).out == " False None\n"
    assert "nowhere" not in "".join(clean_environ(tmp_path).values())


def test_a_run_writes_below_its_directory_only(
    service: SimulatedService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, world = tmp_path / "real", tmp_path / "world"
    for place in (real, world):
        place.mkdir()
    monkeypatch.chdir(real)
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(real))
    service.add("work")
    service.write_accounts(world / "account")
    assert run_cli(directory=world, service=service).status == 0
    assert (list(real.iterdir()), (world / "cache").is_dir()) == ([], True)


def test_without_a_service_nobody_is_asked(tmp_path: Path) -> None:
    SimulatedService.demo().write_accounts(tmp_path / "account")
    with make_client(directory=tmp_path, retries=0) as client:
        assert client.endpoint == "http://127.0.0.1:9/backend-api/wham/usage"
        assert {one.error.code for one in client.fetch_all() if one.error} == {"network"}


def test_a_run_tells_status_and_streams_apart(tmp_path: Path) -> None:
    environ = {"EXTRA": "more"}
    ran = run_cli("told", "--status", "3", plugins=[Plugin()], directory=tmp_path, environ=environ, stdin="in")
    assert (ran.status, ran.out, ran.err) == (3, "in False more\n", " ".join(BUILTINS) + "\n")


def test_a_terminal_has_80_columns_and_colours(service: SimulatedService, tmp_path: Path) -> None:
    service.add("work")
    service.write_accounts(tmp_path / "account")
    piped = run_cli(directory=tmp_path, service=service)
    shown = run_cli(directory=tmp_path, service=service, terminal=True)
    assert ("\x1b[" in piped.out, "\x1b[" in shown.out, piped.out.startswith("account\t")) == (False, True, True)
    plain = run_cli("--color", "never", directory=tmp_path, service=service, terminal=True).out
    assert 60 < max(map(len, plain.splitlines())) <= 80


@pytest.mark.parametrize(("strangers", "formats"), [(False, BUILTINS), (True, [*BUILTINS, "stranger"])])
def test_what_else_is_installed_counts_only_when_it_is_wanted(
    stranger: None, tmp_path: Path, strangers: bool, formats: list[str]
) -> None:
    assert run_cli("told", plugins=[Plugin()], directory=tmp_path, strangers=strangers).err.split() == formats
