"""Templates into pages: what every template knows, and that nothing gets into a page unescaped."""

from __future__ import annotations

import re
from pathlib import Path

import bottle
import pytest
from boards import ENGLISH, SETTINGS

from codex_quota.builtin.dashboard.language import choose
from codex_quota.builtin.dashboard.pages import STATIC, TEMPLATES, fingerprint, link, refusal, render, static_link
from codex_quota.builtin.dashboard.visitor import Visitor


def error_page(heading: str, visitor: Visitor | None = None, language: str = "en") -> str:
    return render("error", visitor or Visitor(), choose(language), SETTINGS, status=404, heading=heading, hint="")


def test_what_a_page_is_given_is_escaped() -> None:
    page = error_page("""<script>alert("1")</script> & 'so'""")
    assert "<h1>&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#039;so&#039;</h1>" in page
    assert "<script>" not in page


def test_links_and_files_lie_below_the_path_that_a_proxy_shows() -> None:
    page = error_page("x", Visitor(base="/quota"))
    addresses = re.findall(r'(?:href|src|action)="([^"#]*)"', page)
    assert len(addresses) >= 5
    assert [address for address in addresses if not address.startswith("/quota/")] == []


def test_a_page_speaks_the_visitors_language() -> None:
    assert '<html lang="zh-Hans">' in error_page("x", language="zh-CN")
    assert "返回额度页面" in error_page("x", language="zh-CN")
    assert "Back to the quota page" in error_page("x")


@pytest.mark.parametrize(
    ("base", "path", "query", "address"),
    [
        ("", "/", {}, "/"),
        ("/quota", "/", {}, "/quota/"),
        ("", "/auth/edit", {"name": "工作 & more"}, "/auth/edit?name=%E5%B7%A5%E4%BD%9C+%26+more"),
        ("/q", "/", {"sort": "left", "q": "", "only": None, "n": 0}, "/q/?sort=left&n=0"),
        ("", "/static/a b.css", {}, "/static/a%20b.css"),
    ],
)
def test_a_link(base: str, path: str, query: dict[str, object], address: str) -> None:
    assert link(base, path, **query) == address


def test_the_address_of_a_file_changes_with_the_file() -> None:
    assert static_link("/q", "app.css") == f"/q/static/app.css?v={fingerprint('app.css')}"
    assert re.fullmatch("[0-9a-f]{12}", fingerprint("app.css"))
    assert len({fingerprint(path.name) for path in STATIC.iterdir()}) == len(list(STATIC.iterdir()))
    with pytest.raises(FileNotFoundError):
        fingerprint("nothing.css")


def test_only_templates_of_the_package_are_found() -> None:
    with pytest.raises(bottle.TemplateError):
        render("../static/app", Visitor(), ENGLISH, SETTINGS)
    with pytest.raises(bottle.TemplateError):
        render("nothing", Visitor(), ENGLISH, SETTINGS)


def test_the_csrf_field_stands_in_forms_of_sessions_only() -> None:
    field = '<input type="hidden" name="csrf" value="a&quot;b">'
    assert render("csrf", Visitor(csrf='a"b'), ENGLISH, SETTINGS).strip() == field
    assert render("csrf", Visitor(admin=True), ENGLISH, SETTINGS).strip() == ""


def test_a_refusal_carries_its_sentences_and_headers() -> None:
    error = refusal(429, "Too fast.", "Wait.", Retry_After="3")
    assert (error.status_code, error.body, error.hint, error.get_header("Retry-After")) == (429, "Too fast.", "Wait.", "3")


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.tpl")), ids=lambda path: path.stem)
def test_no_template_needs_what_the_content_security_policy_forbids(path: Path) -> None:
    text = re.sub(r"\{\{.*?\}\}", "", path.read_text())
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)|https?://", text) == []
