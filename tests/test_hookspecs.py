"""Every hook's docstring is a plugin that works."""

from __future__ import annotations

import inspect
import textwrap
import types
from collections.abc import Callable
from pathlib import Path

import pytest

import codex_quota
from codex_quota import hookspecs
from codex_quota.hookspecs import HOOKS
from codex_quota.interfaces import Options
from codex_quota.plugins import Catalogue
from codex_quota.simulated import SimulatedService
from snapshots import FIVE, FULL_WEEK, NOW, quota, snapshot


def example(hook: str) -> types.ModuleType:
    """The docstring's plugin as a module."""
    _, _, code = (inspect.getdoc(getattr(hookspecs, hook)) or "").partition("::\n")
    module = types.ModuleType(f"example_of_{hook}")
    exec(compile(textwrap.dedent(code), hook, "exec"), module.__dict__)
    return module


def test_the_list_of_hooks_is_complete() -> None:
    marked = [name for name, thing in vars(hookspecs).items() if hasattr(thing, f"{hookspecs.PROJECT}_spec")]
    assert sorted(HOOKS) == sorted(marked)


@pytest.mark.parametrize("hook", HOOKS)
def test_an_example_answers_its_hook_without_a_problem(hook: str) -> None:
    catalogue = Catalogue(plugins=[example(hook)], find=False)
    assert [plugin.hooks for plugin in catalogue.plugins] == [(hook,)]
    assert catalogue.problems == ()


@pytest.mark.parametrize("hook", HOOKS)
def test_only_the_hook_that_hears_takes_anything_and_none_answers_by_itself(hook: str) -> None:
    function: Callable[..., object] = getattr(hookspecs, hook)
    parameters = list(inspect.signature(function).parameters)
    assert parameters == (["previous", "current", "options"] if hook == "snapshots_updated" else [])
    with pytest.raises(NotImplementedError):
        function(*parameters)


def test_the_example_of_a_source_finds_its_sign_in() -> None:
    source = Catalogue(plugins=[example("register_credential_sources")], find=False).sources["vault"]
    (credential,) = source.credentials(Options(environ={"VAULT_TOKEN": "opaque"}))
    assert not isinstance(credential, codex_quota.CredentialError)
    assert (credential.account.name, credential.account.account_id, credential.access_token) == ("shared", "acct-1", "opaque")


def test_the_example_of_a_store_keeps_texts() -> None:
    store = Catalogue(plugins=[example("register_cache_stores")], find=False).stores["dictionary"]
    store.open(Options(environ={}))
    store.set("key", "text")
    with store.lock("key", 1) as held:
        assert (held, store.get("key"), list(store.keys()), store.get("other")) == (True, "text", ["key"], None)
    store.delete("key")
    store.delete("key")
    assert list(store.keys()) == []


def test_the_example_of_a_formatter_names_who_can_work() -> None:
    formatter = Catalogue(plugins=[example("register_formatters")], find=False).formatters["names"]
    snapshots = [snapshot("work", quota(FIVE, reached=False)), snapshot("burned", quota(FIVE, reached=True)), snapshot("gone")]
    style = codex_quota.Style(now=snapshots[0].fetched_at)  # type: ignore[arg-type]
    assert formatter.format(snapshots, style) == "work\n"


def test_the_example_of_a_command_counts_on_the_command_line(
    service: SimulatedService, environ: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from codex_quota.builtin.cli.main import main

    service.add("work")
    service.add("burned", weekly=100)
    service.write_accounts(tmp_path / "account")
    environ["CODEX_QUOTA_CHATGPT_URL"] = service.url
    status = main(["count"], environ=environ, plugins=[example("register_commands")])
    assert (status, capsys.readouterr().out) == (0, "1\n")


def test_the_example_of_a_route_counts_who_can_be_used() -> None:
    route = Catalogue(plugins=[example("register_routes")], find=False).routes["usable"]
    shown = (snapshot("a", quota(FIVE, reached=False)), snapshot("b", quota(FIVE)))
    request = codex_quota.RouteRequest(snapshots=shown, now=NOW, options=Options(environ={}))
    assert (route.path, route.answer(request).body) == ("/usable", "1\n")


def test_the_example_of_a_listener_says_who_is_back(capsys: pytest.CaptureFixture[str]) -> None:
    catalogue = Catalogue(plugins=[example("snapshots_updated")], find=False)
    blocked, free = snapshot("a", quota(FULL_WEEK, reached=True)), snapshot("a", quota(FIVE, reached=False))
    for previous, current in ((blocked, free), (free, free), (free, blocked)):
        assert catalogue.tell({"a": previous}, {"a": current}, Options(environ={})) == ()
    assert capsys.readouterr() == ("", "a can be used again\n")
