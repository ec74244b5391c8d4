"""What a user sees of an installed plugin that fails: its name, the stage and the reason, and every account as ever."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from codex_quota import plugins
from codex_quota.testing import Fault, Ran, SimulatedService, install_plugin, on_path, run_cli

HOOK = {
    "CredentialSource": "register_credential_sources",
    "CacheStore": "register_cache_stores",
    "Formatter": "register_formatters",
    "Command": "register_commands",
}
HEAD = "import codex_quota\nfrom codex_quota import hookimpl\n"


def offering(base: str, *lines: str, name: str = "odd", times: int = 1) -> str:
    """A module that offers something of that kind with those lines in its class."""
    body = "".join(f"    {line}\n" for line in (f"name = {name!r}", "summary = 'an odd one'", *lines))
    made = ", ".join(["Odd()"] * times)
    return f"{HEAD}class Odd(codex_quota.{base}):\n{body}\n@hookimpl\ndef {HOOK[base]}():\n    return [{made}]\n"


def formatter(format_: str = "return 'odd\\n'", **more: int) -> str:
    return offering("Formatter", f"def format(self, snapshots, style): {format_}", **more)  # type: ignore[arg-type]


def store(**methods: str) -> str:
    usual = {
        "open(self, options)": "pass",
        "get(self, key)": "return None",
        "set(self, key, text)": "pass",
        "delete(self, key)": "pass",
        "keys(self)": "return ()",
        "lock(self, key, timeout)": "import contextlib; return contextlib.nullcontext(True)",
        "close(self)": "pass",
    }
    own = {head: methods.get(head.partition("(")[0], body) for head, body in usual.items()}
    return offering("CacheStore", *(f"def {head}: {body}" for head, body in own.items()))


@dataclass
class World:
    """Three accounts, one of them signed out, and whatever is installed."""

    directory: Path
    service: SimulatedService
    environ: dict[str, str] = field(default_factory=lambda: {"CODEX_QUOTA_CACHE": "none"})

    def __call__(self, *words: str) -> Ran:
        return run_cli(*words, directory=self.directory, service=self.service, environ=self.environ, strangers=True)

    def install(self, module: str, *, name: str = "odd", target: str = "odd_plugin") -> None:
        modules = {f"{name}_plugin": module}
        install_plugin(self.directory / "site", f"quota-{name}", {name: target.replace("odd_", f"{name}_")}, **modules)

    def listed(self) -> dict[str, Mapping[str, object]]:
        """What ``codex-quota plugins`` says, by plugin."""
        ran = self("plugins", "--format", "json")
        assert (ran.status, ran.err) == (0, "")
        return {row["plugin"]: row for row in json.loads(ran.out)}


@pytest.fixture
def world(tmp_path: Path, service: SimulatedService) -> Iterator[World]:
    service.add("work")
    service.add("home", weekly=100)
    service.sign_out(service.add("gone"))
    service.write_accounts(tmp_path / "account")
    with on_path(tmp_path / "site"):
        yield World(tmp_path, service)


LOADING: dict[str, tuple[str, str, str]] = {
    "no module": ("nowhere_to_be_found", "", "import: ModuleNotFoundError: No module named 'nowhere_to_be_found'"),
    "no attribute": ("odd_plugin:box", "", "import: AttributeError: module 'odd_plugin' has no attribute 'box'"),
    "syntax": ("odd_plugin", "def (", "import: SyntaxError: invalid syntax (odd_plugin.py, line 1)"),
    "raises": ("odd_plugin", "1 / 0", "import: ZeroDivisionError: division by zero"),
    "raises what has no words": (
        "odd_plugin",
        "class Mute(Exception):\n    def __str__(self): raise ValueError\nraise Mute",
        "import: Mute",
    ),
    "exits": ("odd_plugin", "import sys; sys.exit(0)", "import: SystemExit: 0"),
    "two lines": ("odd_plugin", "raise Exception('one\\ntwo\\x1b[31m')", "import: Exception: one two [31m"),
    "a class": ("odd_plugin:Box", "class Box: pass", "register: is a class; give a module or an object"),
    "no hook": ("odd_plugin", HEAD, "hooks: answers no hook; mark its functions with @codex_quota.hookimpl"),
    "misspelt hook": (
        "odd_plugin",
        HEAD + "@hookimpl\ndef register_formaters(): return []\n",
        "hooks: unknown hook register_formaters, did you mean register_formatters?",
    ),
    "hook raises": (
        "odd_plugin",
        HEAD + "@hookimpl\ndef register_commands(): raise OSError('no disk')\n",
        "register_commands: OSError: no disk",
    ),
    "hook exits": (
        "odd_plugin",
        HEAD + "@hookimpl\ndef register_cache_stores(): raise SystemExit\n",
        "register_cache_stores: SystemExit",
    ),
    "hook raises late": (
        "odd_plugin",
        HEAD + "@hookimpl\ndef register_formatters():\n    yield 5\n    raise OSError('late')\n",
        "register_formatters: OSError: late",
    ),
    "no list": (
        "odd_plugin",
        HEAD + "@hookimpl\ndef register_commands(): pass\n",
        "register_commands: TypeError: returned NoneType, not a list",
    ),
    "wrong type": (
        "odd_plugin",
        HEAD + "@hookimpl\ndef register_credential_sources(): return ['vault']\n",
        "register_credential_sources: returned str, not a CredentialSource",
    ),
    "not finished": (
        "odd_plugin",
        offering("Formatter"),
        "register_formatters: TypeError: Can't instantiate abstract class Odd",
    ),
    "bad name": (
        "odd_plugin",
        offering("Command", "def run(self, args, context): return 0", name="Odd One"),
        "register_commands: Odd has the name 'Odd One'; names are lower-case letters, digits and - . _",
    ),
    "taken source": (
        "odd_plugin",
        offering("CredentialSource", "def credentials(self, options): return ()", name="directory"),
        "name: the source name 'directory' is taken",
    ),
    "taken store": ("odd_plugin", store().replace("'odd'", "'file'"), "name: the cache store name 'file' is taken"),
    "taken format": ("odd_plugin", formatter().replace("'odd'", "'plain'"), "name: the format name 'plain' is taken"),
    "taken command": (
        "odd_plugin",
        offering("Command", "def run(self, args, context): return 0", name="show"),
        "name: the command name 'show' is taken",
    ),
    "twice": ("odd_plugin", formatter(times=2), "name: the format name 'odd' is taken"),
}


@pytest.mark.parametrize(("target", "module", "problem"), LOADING.values(), ids=LOADING)
def test_a_plugin_that_cannot_be_loaded_is_named_with_stage_and_reason_and_hides_no_account(
    world: World, target: str, module: str, problem: str
) -> None:
    shown, listed, helped = world("--format", "plain"), world.listed(), world("--help")
    world.install(module, target=target)
    row = world.listed().pop("odd")
    (told,) = row["problem"]  # type: ignore[misc]
    assert (row["distribution"], told[: len(problem)]) == ("quota-odd", problem)
    assert {name: about for name, about in world.listed().items() if name != "odd"} == listed
    ran, what = world("--format", "plain"), "could not be loaded" if problem.startswith("import") else "has a problem"
    assert (ran.status, ran.out) == (shown.status, shown.out)
    reason = told.partition(": ")[2]
    assert ran.err.removesuffix(shown.err) == (
        f"codex-quota: plugin odd (distribution quota-odd) {what}: {reason}; 'codex-quota plugins' tells more\n"
    )
    assert (world("--help").status, world("--help").out) == (0, helped.out)


def test_a_slow_plugin_is_named_but_works_and_is_not_told_at_every_start(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.install(formatter())
    shown = world("--format", "plain")
    monkeypatch.setattr(plugins, "SLOW_SECONDS", -1)
    assert world.listed()["odd"]["problem"] == ["slow: its import takes 0.0 s at every start"]
    assert world("--format", "plain") == shown
    assert world("--format", "odd") == Ran(shown.status, "odd\n", shown.err)


def test_a_plugin_that_is_slow_to_fail_is_told_for_its_failure(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.install("1 / 0")
    monkeypatch.setattr(plugins, "SLOW_SECONDS", -1)
    assert "could not be loaded: ZeroDivisionError: division by zero; " in world("--format", "plain").err


def test_two_plugins_of_one_name_are_both_named_and_neither_can_be_chosen(world: World) -> None:
    shown = world("--format", "plain")
    for name in ("left", "right"):
        world.install(formatter(), name=name)
    listed = world.listed()
    twins = [listed[name]["problem"] for name in ("left", "right")]
    assert twins == [["name: another plugin offers a format named 'odd' too"]] * 2
    ran = world("--format", "odd")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.endswith(
        "codex-quota: quota-left and quota-right both offer a format named 'odd'; uninstall or disable one of them\n"
    )
    assert world("--format", "plain").out == shown.out
    world.environ["CODEX_QUOTA_DISABLED_PLUGINS"] = "left"
    assert world("--format", "odd").out == "odd\n"


def test_one_hook_that_fails_leaves_the_plugin_its_others(world: World) -> None:
    world.install(formatter() + "@hookimpl\ndef register_commands(): return 5\n")
    assert world("--format", "odd").out == "odd\n"
    assert world.listed()["odd"]["problem"] == ["register_commands: TypeError: returned int, not a list"]


SOURCES: dict[str, tuple[str, str]] = {
    "raises": ("raise OSError('no vault')", "OSError: no vault"),
    "exits": ("raise SystemExit(0)", "SystemExit: 0"),
    "wrong type": ("return ['sesame']", "TypeError: gave str, not a Credential"),
    "no list": ("return None", "TypeError: 'NoneType' object is not iterable"),
}


@pytest.mark.parametrize(("body", "reason"), SOURCES.values(), ids=SOURCES)
def test_a_source_that_fails_is_one_line_among_the_accounts(world: World, body: str, reason: str) -> None:
    shown = world("--format", "plain")
    world.install(offering("CredentialSource", f"def credentials(self, options): {body}"))
    ran = world("--format", "plain")
    assert ran.status == 3
    assert [line for line in ran.out.splitlines() if not line.startswith("odd\t")] == shown.out.splitlines()
    assert ran.err == (
        shown.err + f"odd: the source odd failed: {reason}; 'codex-quota plugins' tells which distribution it comes from\n"
    )


def test_what_a_source_gave_before_it_failed_is_kept(world: World) -> None:
    account = world.service.add("half")
    good = f"codex_quota.parse_credential({{'access_token': {account.access_token!r}}}, name='half', source='odd')"
    world.install(offering("CredentialSource", f"def credentials(self, options): yield {good}; raise OSError('no more')"))
    states = {line.split("\t")[0]: line.split("\t")[-1] for line in world("--format", "plain").out.splitlines()[1:]}
    assert states == {"gone": "failed", "half": "fresh", "home": "fresh", "odd": "failed", "work": "fresh"}


@pytest.mark.parametrize("body", ["raise OSError('no idea')", "raise SystemExit(0)", "return 5"])
def test_a_source_that_fails_over_a_signed_out_account_leaves_the_error_as_it_is(world: World, body: str) -> None:
    account = world.service.add("late")
    good = f"codex_quota.parse_credential({{'access_token': {account.access_token!r}}}, name='late', source='odd')"
    world.install(offering("CredentialSource", f"def credentials(self, options): yield {good}", f"def reread(self, *_): {body}"))
    world.service.fail(account, Fault.status(401))
    ran = world("--format", "json", "late")
    (told,) = json.loads(ran.out)["results"]
    assert (told["account"], told["error"]["code"]) == ("late", "unauthorized")


STORES: dict[str, tuple[dict[str, str], list[str]]] = {
    "open": ({"open": "raise ValueError('no place')"}, ["read", "locked", "written"]),
    "get": ({"get": "raise ValueError('no place')"}, ["read"]),
    "get in words of its own": ({"get": "raise codex_quota.PluginError('no place', hint='make one')"}, ["used"]),
    "get gives bytes": ({"get": "return b'{}'"}, []),
    "get gives nonsense": ({"get": "return 'nonsense'"}, []),
    "set": ({"set": "raise ValueError('no place')"}, ["written"]),
    "set exits": ({"set": "raise SystemExit(0)"}, ["written"]),
    "lock": ({"lock": "raise ValueError('no place')"}, ["locked"]),
    "close": ({"close": "raise SystemExit(0)"}, []),
}


@pytest.mark.parametrize(("methods", "wrong"), STORES.values(), ids=STORES)
def test_a_store_that_fails_costs_the_cache_alone(world: World, methods: dict[str, str], wrong: list[str]) -> None:
    shown = world("--format", "plain")
    world.install(store(**methods))
    ran = world("--format", "plain", "--cache", "odd")
    assert (ran.status, ran.out) == (shown.status, shown.out)
    told = [line for line in ran.err.splitlines() if line not in shown.err.splitlines()]
    assert sorted(line.partition(": ")[2].partition(": ")[0] for line in told) == sorted(
        f"the cache cannot be {word}" for word in wrong
    )


FORMATTERS: dict[str, tuple[str, str]] = {
    "raises": ("raise ValueError('no ink')", "ValueError: no ink"),
    "exits": ("raise SystemExit(0)", "SystemExit: 0"),
    "bytes": ("return b'text'", "TypeError: gave bytes, not text"),
    "nothing": ("pass", "TypeError: gave NoneType, not text"),
}


@pytest.mark.parametrize(("body", "reason"), FORMATTERS.values(), ids=FORMATTERS)
def test_a_format_that_fails_is_told_in_one_line(world: World, body: str, reason: str) -> None:
    world.install(formatter(body))
    ran = world("--format", "odd")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.splitlines()[-1] == (
        f"codex-quota: the format odd failed: {reason}; 'codex-quota plugins' tells which distribution it comes from"
    )


COMMANDS: dict[str, tuple[str, str]] = {
    "raises": ("raise ValueError('no idea')", "ValueError: no idea; --debug shows where"),
    "exits": ("raise SystemExit(0)", "SystemExit: 0; it has to return its exit status"),
    "nothing": ("context.client.fetch_all()", "TypeError: gave NoneType, not an exit status; --debug shows where"),
}


@pytest.mark.parametrize("wants_client", [True, False])
@pytest.mark.parametrize(("body", "reason"), COMMANDS.values(), ids=COMMANDS)
def test_a_command_that_fails_is_told_in_one_line(world: World, body: str, reason: str, wants_client: bool) -> None:
    if not wants_client:
        body = body.replace("context.client.fetch_all()", "pass")
    world.install(offering("Command", f"wants_client = {wants_client}", f"def run(self, args, context): {body}"))
    ran = world("odd")
    assert (ran.status, ran.out, ran.err) == (1, "", f"codex-quota: the command odd failed: {reason}\n")


LISTENERS: dict[str, tuple[str, str]] = {
    "raises": ("raise OSError('no bell')", "OSError: no bell"),
    "exits": ("raise SystemExit(0)", "SystemExit: 0"),
    "assumes too much": ("previous['work'].quota.weekly", "KeyError: 'work'"),
}


@pytest.mark.parametrize(("body", "reason"), LISTENERS.values(), ids=LISTENERS)
def test_a_listener_that_fails_is_told_after_the_accounts(world: World, body: str, reason: str) -> None:
    shown = world("--format", "plain")
    world.install(f"{HEAD}@hookimpl\ndef snapshots_updated(previous, current): {body}\n")
    ran = world("--format", "plain")
    assert (ran.status, ran.out) == (shown.status, shown.out)
    assert ran.err.removeprefix(shown.err) == (f"codex-quota: plugin odd (distribution quota-odd): {reason}\n")


def test_nothing_of_a_failing_plugin_is_a_traceback_unless_it_is_asked_for(world: World) -> None:
    fails: Callable[[], Ran] = lambda: world("odd", "--debug")  # noqa: E731
    world.install(offering("Command", "def run(self, args, context): return 1 / 0"))
    with pytest.raises(ZeroDivisionError):
        fails()


def test_the_demo_names_a_failing_plugin_too(world: World) -> None:
    world.install("1 / 0")
    told, banner = world("demo", "--format", "csv").err.splitlines()[:2]
    assert told == (
        "codex-quota: plugin odd (distribution quota-odd) could not be loaded: ZeroDivisionError: division by zero; "
        "'codex-quota plugins' tells more"
    )
    assert banner == "Simulated accounts; nothing leaves this machine."


def test_the_demo_asks_no_plugin_for_sign_ins(world: World) -> None:
    names = "codex_quota.parse_credential({'access_token': 'sesame'}, name='mine', source='odd')"
    world.install(offering("CredentialSource", f"def credentials(self, options): yield {names}"))
    assert "mine" in world("accounts").out
    ran = world("demo", "--format", "csv")
    assert ("mine" in ran.out, "mine" in ran.err) == (False, False)


def test_a_format_finds_its_settings_in_the_demo_too(world: World) -> None:
    setting = "Option(flag='--odd-word', group='odd', convert=str, default='plain', help='a word')"
    lines = (
        f"settings = ({setting},)",
        "def format(self, snapshots, style): return self.settings[0].value(style.environ) + '\\n'",
    )
    world.install("from codex_quota.options import Option\n" + offering("Formatter", *lines))
    world.environ |= {"CODEX_QUOTA_ODD_WORD": "golden"}
    assert world("demo", "--format", "odd").out == "golden\n"
