"""Style sheet, scripts and icon over a real socket."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from served import HTML, Served, serving

from codex_quota.builtin.dashboard.pages import STATIC, fingerprint
from codex_quota.simulated import SimulatedService


@pytest.fixture
def served(service: SimulatedService, tmp_path: Path, environ: dict[str, str]) -> Iterator[Served]:
    with serving(service, tmp_path / "account", environ) as running:
        yield running


@pytest.mark.parametrize("file", sorted(path.name for path in STATIC.iterdir()))
def test_every_file_is_served_with_its_type(served: Served, file: str) -> None:
    kinds = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
    got = served.ask("GET", f"/static/{file}")
    assert (got.status, got.headers["content-type"]) == (200, kinds[file.rpartition(".")[2]])
    assert got.text == (STATIC / file).read_text()


def test_an_address_with_the_files_own_hash_may_be_kept_for_a_year(served: Served) -> None:
    address = f"/static/app.css?v={fingerprint('app.css')}"
    assert served.ask("GET", address).headers["cache-control"] == "public, max-age=31536000, immutable"
    assert served.ask("GET", "/static/app.css?v=000000000000").headers["cache-control"] == "private, no-cache"
    tag = served.ask("GET", "/static/app.css").headers["etag"]
    assert served.ask("GET", "/static/app.css", headers={"If-None-Match": tag}).status == 304


@pytest.mark.parametrize(
    "path", ["/static/nothing.css", "/static/", "/static/../pages.py", "/static/..%2Fpages.py", "/static/%2e%2e/pages.py"]
)
def test_nothing_else_is_served(served: Served, path: str) -> None:
    got = served.ask("GET", path, headers={"Accept": HTML})
    assert got.status == 404
    assert "import" not in got.text
