"""For MkDocs: takes the repository's files that pages link to into the site, and names anchors as code hosts do."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page

OUTSIDE = "repository"
_LINK = re.compile(r"^```.*?^```$|`[^`\n]+`|(?P<before>\]\(|\b(?:src|href)=\")(?P<target>[^)\s\"#]+)", re.M | re.S)


def on_config(config: MkDocsConfig) -> None:
    """Lets headings have the anchors that links on a code host use."""
    config.mdx_configs.setdefault("toc", {})["slugify"] = lambda text, separator: anchor(text)


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Adds every file outside of the docs that a page or the nav names, and what such a file links to in its turn."""
    root = Path(config.config_file_path).parent
    pages = [f"docs/{file.src_uri}" for file in files.documentation_pages()]
    named = re.findall(rf"\b{OUTSIDE}/([^\s'\"\]}}]+)", str(config.nav))
    waiting = [*named, *(path for page in pages for path in _outside(root, page))]
    while waiting:
        path = waiting.pop()
        if files.get_file_from_path(f"{OUTSIDE}/{path}") is None and (root / path).is_file():
            source = str(root / path)
            files.append(File.generated(config, f"{OUTSIDE}/{path}", abs_src_path=source, inclusion=InclusionLevel.NOT_IN_NAV))
            waiting += _outside(root, path) if path.endswith(".md") else []
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Lets links lead to where the files are in the site."""
    root, here = Path(config.config_file_path).parent, _in_repository(page.file.src_uri)

    def moved(found: re.Match[str]) -> str:
        path = _target(root, here, found)
        if path is None:
            return found[0]
        return found["before"] + posixpath.relpath(_in_site(path), posixpath.dirname(page.file.src_uri) or ".")

    return _LINK.sub(moved, markdown)


def anchor(heading: str) -> str:
    """The anchor of a heading: lower case, without punctuation, and with a dash for each space."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _outside(root: Path, page: str) -> Iterator[str]:
    """The paths in the repository, outside of the docs, that *page* links to."""
    for found in _LINK.finditer((root / page).read_text(encoding="utf-8")):
        path = _target(root, page, found)
        if path is not None and not path.startswith("docs/"):
            yield path


def _target(root: Path, page: str, found: re.Match[str]) -> str | None:
    """The path in the repository that a link on *page* leads to; a directory's is its README."""
    target = found["target"]
    if target is None or re.match(r"[a-z]+:|/", target):
        return None
    path = posixpath.normpath(posixpath.join(posixpath.dirname(page), target))
    return f"{path}/README.md" if (root / path).is_dir() else path


def _in_repository(uri: str) -> str:
    return uri.removeprefix(f"{OUTSIDE}/") if uri.startswith(f"{OUTSIDE}/") else f"docs/{uri}"


def _in_site(path: str) -> str:
    return path.removeprefix("docs/") if path.startswith("docs/") else f"{OUTSIDE}/{path}"
