"""The site of the documentation: it builds without a complaint, needs no other host, and shows what a code host shows."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
import yaml
from markdown_it import MarkdownIt

from test_docs import anchor, headings

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
HOST = re.compile(r"(?:https?:)?//")


class Page(HTMLParser):
    """What a browser finds in a page: links, what is loaded besides, anchors, and the article in tags and words."""

    SHAPE = re.compile("h[1-6]|[uo]l|li|table|t[rhd]|pre|code|a|em|strong|img|blockquote|hr")

    def __init__(self, text: str, *, article: bool = False) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.anchors: list[str] = []
        self.shape: list[str] = []
        self._depth = 1 if article else 0
        self._permalink = False
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        named = {key: value or "" for key, value in attributes}
        self.anchors += [named["id"]] if "id" in named else []
        self.links += [named["href"]] if tag == "a" and "href" in named else []
        self.loaded += [named[key] for key in ("src", "srcset", "data") if key in named]
        self.loaded += [named["href"]] if tag == "link" and "href" in named else []
        self._permalink = named.get("class") == "headerlink"
        if tag == "div" and (self._depth or named.get("itemprop") == "articleBody"):
            self._depth += 1
        if self._depth and self.SHAPE.fullmatch(tag) and not self._permalink:
            self.shape.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "div" and self._depth:
            self._depth -= 1
        if self._depth and self.SHAPE.fullmatch(tag) and tag not in ("img", "hr") and not self._permalink:
            self.shape.append(f"/{tag}")
        self._permalink = self._permalink and tag != "a"

    def handle_data(self, text: str) -> None:
        if self._depth and not self._permalink:
            self.shape += text.split()


def build(checkout: Path, site: Path) -> tuple[int, str]:
    """The status and the words of a strict build, as CONTRIBUTING has it."""
    words = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(site)]
    done = subprocess.run(words, cwd=checkout, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("site")
    status, told = build(ROOT, place)
    assert (status, [line for line in told.splitlines() if not line.startswith("INFO")]) == (0, [])
    return place


@pytest.fixture(scope="module")
def built(site: Path) -> dict[Path, Page]:
    return {path: Page(path.read_text(encoding="utf-8")) for path in site.rglob("*.html") if path.name != "404.html"}


def test_every_page_is_there(site: Path, built: dict[Path, Page]) -> None:
    wanted = {site / path.relative_to(DOCS).with_suffix(".html") for path in PAGES}
    assert sorted(wanted - set(built)) == []


def test_nothing_comes_from_another_host(site: Path, built: dict[Path, Page]) -> None:
    styles = {
        path: re.findall(r"(?:url\(|@import)\s*['\"]?([^'\")\s]+)", path.read_text("utf-8")) for path in site.rglob("*.css")
    }
    loaded = {path: page.loaded for path, page in built.items()} | styles
    assert sum(map(len, styles.values())) > 5
    assert [(path.name, one) for path, found in loaded.items() for one in found if HOST.match(one)] == []


def test_what_a_page_loads_and_links_to_is_there(built: dict[Path, Page]) -> None:
    lost = []
    for path, page in built.items():
        for target in [*page.loaded, *page.links]:
            if HOST.match(target) or target.startswith("mailto:"):
                continue
            file, _, part = unquote(target).partition("#")
            there = (path.parent / file).resolve() if file else path
            if not there.is_file() or (part and there in built and part not in built[there].anchors):
                lost.append(f"{path.name}: {target}")
    assert lost == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_headings_have_the_anchors_that_a_code_host_gives_them(site: Path, built: dict[Path, Page], page: Path) -> None:
    anchors = built[site / page.relative_to(DOCS).with_suffix(".html")].anchors
    wanted = list(map(anchor, headings(page.read_text(encoding="utf-8"))))
    assert [one for one in wanted if one not in anchors] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_a_page_shows_the_same_as_on_a_code_host(site: Path, page: Path) -> None:
    assert shape(site / page.relative_to(DOCS).with_suffix(".html")) == shape_elsewhere(page)


def test_pages_from_outside_of_the_docs_show_the_same_too(site: Path) -> None:
    pages = {path: path.relative_to(site / "repository") for path in (site / "repository").rglob("*.html")}
    sources = {
        path: ROOT / name.with_suffix(".md") if name.stem != "index" else ROOT / name.parent / "README.md"
        for path, name in pages.items()
    }
    assert len(pages) > 2
    assert [str(source) for path, source in sources.items() if shape(path) != shape_elsewhere(source)] == []


def shape(path: Path) -> list[str]:
    return Page(path.read_text(encoding="utf-8")).shape


def shape_elsewhere(page: Path) -> list[str]:
    return Page(MarkdownIt("commonmark").enable("table").render(page.read_text(encoding="utf-8")), article=True).shape


PART = "# Page\n\n## A part\n\nText.\n"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A checkout with the pages that the real settings name, and nothing on them."""
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    shutil.copytree(DOCS / "assets", tmp_path / "docs" / "assets", ignore=shutil.ignore_patterns("__pycache__"))
    settings = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    for name in re.findall(r"'([\w/-]+\.md)'", str(settings["nav"])):
        path = tmp_path / name.removeprefix("repository/") if name.startswith("repository/") else tmp_path / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PART, encoding="utf-8")
    (tmp_path / "plugins" / "one").mkdir(parents=True)
    (tmp_path / "plugins" / "one" / "README.md").write_text(PART, encoding="utf-8")
    (tmp_path / "data.json").write_text("{}", encoding="utf-8")
    return tmp_path


def test_links_to_the_rest_of_the_repository_lead_to_the_same_in_the_site(small: Path) -> None:
    links = [
        "../plugins/one/",
        "../plugins/one/README.md#a-part",
        "../SECURITY.md#a-part",
        "../data.json",
        "quickstart.md#a-part",
    ]
    (small / "docs" / "index.md").write_text(PART + "".join(f"[x]({link})\n" for link in links), encoding="utf-8")
    (small / "plugins" / "one" / "README.md").write_text(f"{PART}[x](../../docs/quickstart.md) [y](../../CHANGELOG.md)", "utf-8")
    assert build(small, small / "site")[0] == 0
    inside = {link for link in Page((small / "site" / "index.html").read_text("utf-8")).links if link.startswith("repository/")}
    assert inside >= {
        "repository/plugins/one/index.html",
        "repository/plugins/one/index.html#a-part",
        "repository/SECURITY.html#a-part",
        "repository/data.json",
    }
    outside = Page((small / "site" / "repository" / "plugins" / "one" / "index.html").read_text("utf-8")).links
    assert {"../../../quickstart.html", "../../CHANGELOG.html"} <= set(outside)


@pytest.mark.parametrize(
    ("page", "text", "complaint"),
    [
        ("index.md", "[x](nowhere.md)", "'nowhere.md'"),
        ("index.md", "[x](quickstart.md#no-part)", "does not contain an anchor"),
        ("index.md", "[x](../NOWHERE.md)", "NOWHERE.md"),
        ("index.md", "[x](../SECURITY.md#no-part)", "does not contain an anchor"),
        ("index.md", "[x](../plugins/)", "plugins/README.md"),
        ("index.md", "[x](/quickstart.md)", "absolute link"),
        ("index.md", "[x](quickstart)", "unrecognized relative link"),
        ("more.md", "", "more.md"),
    ],
)
def test_a_page_that_leads_nowhere_fails_the_build(small: Path, page: str, text: str, complaint: str) -> None:
    (small / "docs" / page).write_text(PART + text, encoding="utf-8")
    status, told = build(small, small / "site")
    assert (status, complaint in told) == (1, True), told


def test_a_page_that_is_only_in_the_nav_fails_the_build(small: Path) -> None:
    (small / "docs" / "quickstart.md").unlink()
    status, told = build(small, small / "site")
    assert (status, "'quickstart.md' is included in the 'nav'" in told) == (1, True), told


def test_the_site_is_built_as_contributing_says_and_stays_out_of_the_repository() -> None:
    assert "mkdocs build --strict" in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert "/site/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
