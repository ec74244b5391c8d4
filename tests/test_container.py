"""The container: what its files promise, and which user the entrypoint becomes."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from codex_quota.builtin.cli.common import CLIENT_OPTIONS
from codex_quota.builtin.dashboard.command import TOKEN_VARIABLE, WEB_OPTIONS

ROOT = Path(__file__).parent.parent
OWN = 10001
DAC_OVERRIDE = 1 << 1
KNOWN = {option.variable for option in (*CLIENT_OPTIONS, *WEB_OPTIONS)} | {TOKEN_VARIABLE}
HARMLESS = {"DAC_OVERRIDE", "SETGID", "SETUID"}
needs_root = pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can become somebody else")
needs_setpriv = pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv is missing")


# The files


def dockerfile() -> list[tuple[str, str]]:
    """The instructions and their arguments, with continued lines joined."""
    text = re.sub(r"(?m)^\s*#.*\n", "", (ROOT / "Dockerfile").read_text())
    lines = text.replace("\\\n", " ").splitlines()
    return [(name, " ".join(rest.split())) for name, _, rest in (line.partition(" ") for line in lines if line.strip())]


def arguments(name: str) -> list[str]:
    return [rest for instruction, rest in dockerfile() if instruction == name]


def compose(text: str | None = None) -> dict[str, Any]:
    yaml = pytest.importorskip("yaml")
    service: dict[str, Any] = yaml.safe_load(text or (ROOT / "docker-compose.yml").read_text())["services"]["codex-quota"]
    return service


def test_both_stages_start_from_a_base_that_can_be_replaced() -> None:
    assert dockerfile()[0] == ("ARG", "BASE=python:3.13-slim")
    assert arguments("FROM") == ["${BASE} AS build", "${BASE}"]


def test_the_last_stage_takes_only_what_the_first_one_built() -> None:
    last = dockerfile()[max(i for i, (name, _) in enumerate(dockerfile()) if name == "FROM") :]
    assert [rest for name, rest in last if name in ("COPY", "ADD")] == [
        "--from=build /opt/codex-quota /opt/codex-quota",
        f"--from=build --chown={OWN}:{OWN} /empty /app/account",
    ]


def test_no_secret_is_an_argument_or_a_variable_of_the_image() -> None:
    assert [rest for name in ("ARG", "ENV") for rest in arguments(name) if re.search("token|secret|password", rest, re.I)] == []


def test_everything_starts_without_a_shell_in_between() -> None:
    assert arguments("ENTRYPOINT") == ['["entrypoint"]']
    assert arguments("CMD") == ['["web"]']
    assert arguments("HEALTHCHECK")[0].partition(" CMD ")[2] == '["healthcheck"]'
    assert "USER" not in dict(dockerfile())


def test_labels_say_what_the_project_says() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    labels = dict(word.split("=", 1) for word in shlex.split(arguments("LABEL")[0]))
    assert {name.removeprefix("org.opencontainers.image."): value for name, value in labels.items()} == {
        "title": project["name"],
        "description": project["description"],
        "version": project["version"],
        "licenses": project["license"],
    }


def test_the_images_settings_are_ones_the_program_reads() -> None:
    set_by_image = set(re.findall(r"CODEX_QUOTA_\w+", arguments("ENV")[-1]))
    assert set_by_image == {"CODEX_QUOTA_ACCOUNT_DIR", "CODEX_QUOTA_CACHE_DIR"}
    assert {name for name in {*set_by_image, *compose()["environment"]} if name.startswith("CODEX_QUOTA_")} <= KNOWN


def kept(path: str) -> bool:
    """Whether the file at *path* goes into the build, by Docker's rules: the last pattern that matches it or a parent decides."""
    parts = path.split("/")
    answer = True
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        pattern = line.removeprefix("!")
        tried = parts if pattern.startswith("**/") else ["/".join(parts[: n + 1]) for n in range(len(parts))]
        if any(fnmatchcase(one, pattern.removeprefix("**/")) for one in tried):
            answer = line.startswith("!")
    return answer


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("account/work.auth.json", False),
        ("account/codex_quota_web_results.json", False),
        ("account/README.md", False),
        (".env", False),
        (".git/config", False),
        ("auth.json", False),
        ("src/work.auth.json", False),
        ("plugins/one/.env", False),
        ("src/codex_quota/__pycache__/model.pyc", False),
        ("tests/test_container.py", False),
        ("src/codex_quota/model.py", True),
        ("src/codex_quota/builtin/dashboard/templates/index.tpl", True),
        ("plugins/one/pyproject.toml", True),
        ("container/entrypoint", True),
        ("container/healthcheck", True),
        ("docs/reference/manual-sections.txt", True),
        ("pyproject.toml", True),
    ],
)
def test_what_goes_into_the_build(path: str, expected: bool) -> None:
    assert kept(path) == expected


def test_everything_the_project_names_for_its_build_goes_into_it() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    manual = re.findall(r":(?:pyfile|include)=([^:]+)", "".join(project["tool"]["build_manpages"]["manpages"]))
    named = [project["project"]["readme"], *project["project"]["license-files"], *manual]
    assert [path for path in named if not kept(path)] == []


def test_compose_gives_no_more_than_the_change_of_user_needs() -> None:
    service = compose()
    assert service["cap_drop"] == ["ALL"]
    assert set(service["cap_add"]) == HARMLESS
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is True
    assert [place.split(":")[0] for place in service["tmpfs"]] == ["/tmp"]
    assert "privileged" not in service


def test_compose_restarts_it_within_limits() -> None:
    service = compose()
    assert service["restart"] == "unless-stopped"
    assert service["deploy"]["resources"]["limits"] == {"cpus": "1.0", "memory": "128M", "pids": 64}


def test_compose_says_the_same_as_the_image() -> None:
    service = compose()
    assert service["healthcheck"]["test"] == ["CMD", "healthcheck"]
    assert service["volumes"] == ["./account:/app/account"]
    assert service["ports"] == ["${CODEX_QUOTA_PUBLISH:-8081}:" + arguments("EXPOSE")[0]]


def test_compose_starts_without_any_setting() -> None:
    names = re.findall(r"\$\{([^}]*)\}", (ROOT / "docker-compose.yml").read_text())
    assert [name for name in names if ":-" not in name] == []


def test_the_page_on_containers_shows_compose_files_that_are_ones() -> None:
    page = (ROOT / "docs" / "how-to" / "docker.md").read_text()
    shown = [compose(block) for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)]
    assert len(shown) > 0
    assert set(re.findall(r"CODEX_QUOTA_[A-Z_]+", page)) <= KNOWN | {"CODEX_QUOTA_PLUGINS", "CODEX_QUOTA_PUBLISH"}


# The entrypoint


@dataclass
class Became:
    """What the program behind the entrypoint saw."""

    status: int
    err: str
    user: str = ""
    groups: str = ""
    capabilities: int = 0
    no_new_privileges: str = ""
    words: str = ""


@dataclass
class Container:
    """A directory that any user may enter, with the entrypoint, an account directory and a program that tells who it is."""

    place: Path

    @property
    def account(self) -> Path:
        return self.place / "account"

    def owned_by(self, user: int, group: int, mode: int = 0o700) -> None:
        os.chown(self.account, user, group)
        self.account.chmod(mode)

    def __call__(self, *words: str, before: tuple[str, ...] = ()) -> Became:
        environ = {"PATH": f"{self.place / 'bin'}:{os.environ['PATH']}", "CODEX_QUOTA_ACCOUNT_DIR": str(self.account)}
        done = subprocess.run(
            [*before, self.place / "bin" / "entrypoint", *words], env=environ, capture_output=True, text=True, timeout=20
        )
        lines = done.stdout.splitlines()
        if len(lines) != 5:
            return Became(done.returncode, done.stderr)
        user, groups, capabilities, bit, words_seen = lines
        return Became(done.returncode, done.stderr, user, groups, int(capabilities, 16), bit, words_seen)


@pytest.fixture
def container() -> Iterator[Container]:
    """Not below pytest's own directory, which only its owner may enter."""
    place = Path(mkdtemp(prefix="codex-quota-container-"))
    (place / "account").mkdir()
    (place / "bin").mkdir()
    shutil.copy(ROOT / "container" / "entrypoint", place / "bin")
    program = place / "bin" / "codex-quota"
    program.write_text(
        "#!/bin/sh\n"
        'echo "$(id -u):$(id -g)"\n'
        "sed -n 's/^Groups:[[:space:]]*//p' /proc/self/status\n"
        "sed -n 's/^CapEff:[[:space:]]*//p' /proc/self/status\n"
        "sed -n 's/^NoNewPrivs:[[:space:]]*//p' /proc/self/status\n"
        'echo "$*"\n'
    )
    for path in (place, place / "bin", program, place / "bin" / "entrypoint"):
        path.chmod(0o755)
    yield Container(place)
    shutil.rmtree(place)


def limited(*capabilities: str) -> tuple[str, ...]:
    """As docker-compose.yml starts it: root with these capabilities and no others, and a group that it shall lose."""
    held = ",".join(["-all", *(f"+{name.lower()}" for name in sorted(capabilities))])
    return ("setpriv", "--groups=27", f"--bounding-set={held}", "--no-new-privs")


AS_DOCKER, AS_COMPOSE = ("setpriv", "--groups=27"), limited(*HARMLESS)


@needs_setpriv
def test_another_user_stays_that_user(container: Container) -> None:
    before = () if os.geteuid() else ("setpriv", "--reuid=1234", "--regid=1234", "--clear-groups")
    if before:
        container.owned_by(1234, 1234)
    became = container("show", "--utc", before=before)
    expected = f"{os.geteuid()}:{os.getegid()}" if os.geteuid() else "1234:1234"
    assert (became.status, became.err, became.user, became.words) == (0, "", expected, "show --utc")


@needs_root
@needs_setpriv
@pytest.mark.parametrize("before", [AS_DOCKER, AS_COMPOSE], ids=["docker", "compose"])
class TestStartedAsRoot:
    """Whatever it may become, it is root only until it has read who owns the directory."""

    def test_it_becomes_the_owner_without_any_privilege(self, container: Container, before: tuple[str, ...]) -> None:
        container.owned_by(1234, 5678)
        became = container("web", before=before)
        assert became == Became(0, "", "1234:5678", "", 0, "1", "web")

    def test_a_directory_of_group_root_does_not_make_it_a_member(self, container: Container, before: tuple[str, ...]) -> None:
        container.owned_by(1234, 0)
        assert container("web", before=before).user == "1234:1234"

    def test_a_directory_of_roots_leaves_it_one_capability(self, container: Container, before: tuple[str, ...]) -> None:
        container.owned_by(0, 0)
        became = container("web", before=before)
        assert became == Became(0, "", f"{OWN}:{OWN}", "", DAC_OVERRIDE, "1", "web")

    def test_a_directory_of_roots_and_a_group_gives_it_the_group(self, container: Container, before: tuple[str, ...]) -> None:
        container.owned_by(0, 5678)
        assert container("web", before=before).user == f"{OWN}:5678"

    def test_without_a_directory_it_is_a_user_of_its_own(self, container: Container, before: tuple[str, ...]) -> None:
        container.account.rmdir()
        became = container("web", before=before)
        assert became == Became(0, "", f"{OWN}:{OWN}", "", 0, "1", "web")

    def test_a_link_counts_as_what_it_leads_to(self, container: Container, before: tuple[str, ...]) -> None:
        container.owned_by(1234, 5678)
        container.account.rename(container.place / "elsewhere")
        container.account.symlink_to("elsewhere")
        assert container("web", before=before).user == "1234:5678"

    def test_nothing_in_the_directory_changes(self, container: Container, before: tuple[str, ...]) -> None:
        container.owned_by(0, 0, 0o750)
        sign_in = container.account / "work.auth.json"
        sign_in.write_text("{}")
        sign_in.chmod(0o600)
        facts = [path.stat() for path in (container.account, sign_in)]
        container("web", before=before)
        now = [path.stat() for path in (container.account, sign_in)]
        assert [(s.st_uid, s.st_gid, s.st_mode, s.st_mtime_ns) for s in now] == [
            (s.st_uid, s.st_gid, s.st_mode, s.st_mtime_ns) for s in facts
        ]
        assert [path.name for path in container.account.iterdir()] == ["work.auth.json"]

    def test_words_reach_the_program_as_they_are(self, container: Container, before: tuple[str, ...]) -> None:
        container.owned_by(1234, 1234)
        assert container("show", "--account-name", "a  b*", before=before).words == "show --account-name a  b*"


@needs_root
@needs_setpriv
def test_without_the_capability_a_directory_of_roots_is_explained(container: Container) -> None:
    container.owned_by(0, 0)
    became = container("web", before=limited("SETUID", "SETGID"))
    assert (became.status, became.user, became.capabilities) == (0, f"{OWN}:{OWN}", 0)
    assert became.err == (
        f"codex-quota: {container.account} belongs to 0:0 with mode 700 and cannot be read by user {OWN}; "
        f"run 'sudo chown -R {OWN}' on it outside, or give the container the capability DAC_OVERRIDE and no --user\n"
    )


@needs_root
@needs_setpriv
def test_a_user_who_is_not_the_owner_is_told_who_is(container: Container) -> None:
    container.owned_by(1234, 5678)
    became = container("show", before=("setpriv", "--reuid=4711", "--regid=4711", "--clear-groups"))
    assert became.user == "4711:4711"
    assert became.err == (
        f"codex-quota: {container.account} belongs to 1234:5678 with mode 700 and cannot be read by user 4711; "
        "leave --user out, or start with --user 1234:5678\n"
    )


@needs_root
@needs_setpriv
@pytest.mark.parametrize(("word", "warned"), [("web", True), ("show", False)])
def test_only_the_dashboard_minds_a_directory_it_cannot_write(container: Container, word: str, warned: bool) -> None:
    container.owned_by(1234, 1234, 0o500)
    became = container(word)
    assert became.user == "1234:1234"
    assert became.err == warned * (
        f"codex-quota: {container.account} belongs to 1234:1234 with mode 500 and cannot be written by user 1234, "
        "so no account can be saved and the last results are not kept; give its owner mode 700, and mount it without :ro\n"
    )


@needs_root
@needs_setpriv
def test_root_that_cannot_become_anybody_refuses(container: Container) -> None:
    container.owned_by(1234, 5678)
    assert container("web", before=limited()) == Became(
        1,
        "codex-quota: cannot become user 1234 without the capabilities SETUID and SETGID; "
        "add them, or start with --user 1234:5678\n",
    )


@needs_root
@needs_setpriv
def test_root_of_a_rootless_engine_is_the_ordinary_user_outside(container: Container) -> None:
    rootless = ("setpriv", "--reuid=1234", "--regid=1234", "--clear-groups", "unshare", "--user", "--map-root-user")
    if subprocess.run([*rootless, "true"], capture_output=True).returncode:
        pytest.skip("this machine lets no ordinary user have a user namespace")
    container.owned_by(1234, 1234)
    became = container("web", before=rootless)
    assert (became.status, became.err, became.user, became.capabilities, became.no_new_privileges) == (0, "", "0:0", 0, "1")


@needs_setpriv
def test_the_program_takes_the_entrypoints_place(container: Container) -> None:
    if os.geteuid() == 0:
        container.owned_by(1234, 1234)
    (container.place / "bin" / "codex-quota").write_text("#!/bin/sh\necho $$\n")
    environ = {"PATH": f"{container.place / 'bin'}:{os.environ['PATH']}", "CODEX_QUOTA_ACCOUNT_DIR": str(container.account)}
    with subprocess.Popen([container.place / "bin" / "entrypoint"], env=environ, stdout=subprocess.PIPE, text=True) as running:
        said, _ = running.communicate(timeout=20)
        assert int(said) == running.pid
