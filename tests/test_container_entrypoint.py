"""The container's entrypoint: which user it becomes, with which privileges, and what it says."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import pytest

ROOT = Path(__file__).parent.parent
OWN = 10001
DAC_OVERRIDE = 1 << 1
COMPOSE = ("SETUID", "SETGID", "DAC_OVERRIDE")
needs_root = pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can become somebody else")
needs_setpriv = pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv is missing")


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


AS_DOCKER, AS_COMPOSE = ("setpriv", "--groups=27"), limited(*COMPOSE)


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
        "so no account can be saved and the last results are not kept; mount it without :ro, and give its owner mode 700\n"
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
