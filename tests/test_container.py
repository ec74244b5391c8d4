"""The container: what its files promise, and its health check."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tomllib
from errno import ECONNREFUSED
from fnmatch import fnmatchcase
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from codex_quota.builtin.cli.common import CLIENT_OPTIONS
from codex_quota.builtin.dashboard.command import TOKEN_VARIABLE, WEB_OPTIONS

ROOT = Path(__file__).parent.parent
OWN = 10001
KNOWN = {option.variable for option in (*CLIENT_OPTIONS, *WEB_OPTIONS)} | {TOKEN_VARIABLE}


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
    assert service["cap_add"] == ["SETUID", "SETGID", "DAC_OVERRIDE"]
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


@pytest.mark.parametrize(
    "words",
    [("hadolint", "Dockerfile"), ("shellcheck", "container/entrypoint", "container/build-without-docker.sh")],
    ids=" ".join,
)
def test_the_linter_has_nothing_to_say(words: tuple[str, ...]) -> None:
    places = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    linter = shutil.which(words[0], path=places)
    if linter is None:
        pytest.skip(f"{words[0]} is missing")
    done = subprocess.run([linter, *words[1:]], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


# The health check


class Health(BaseHTTPRequestHandler):
    """Answers like a dashboard that is well, or is not."""

    def do_GET(self) -> None:
        self.send_response(self.server.status if self.path == "/healthz" else 404)  # type: ignore[attr-defined]
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


def check_health(port: int) -> tuple[int, str]:
    environ = {"CODEX_QUOTA_PORT": str(port), "http_proxy": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
    done = subprocess.run(
        [sys.executable, "-I", ROOT / "container" / "healthcheck"], env=environ, capture_output=True, text=True, timeout=20
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("status", "expected"), [(200, (0, "")), (503, (1, "the dashboard answers with status 503\n"))], ids=["well", "unwell"]
)
def test_the_health_check_asks_the_dashboard_itself(status: int, expected: tuple[int, str]) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Health) as server:
        server.status = status  # type: ignore[attr-defined]
        Thread(target=server.serve_forever, daemon=True).start()
        seen = check_health(server.server_port)
        server.shutdown()
    assert seen == expected


def test_the_health_check_says_when_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert check_health(port) == (1, f"the dashboard does not answer: [Errno {ECONNREFUSED}] {os.strerror(ECONNREFUSED)}\n")
