"""The configuration: a TOML file, variables, and every mistake in one line that names the place."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import codex_quota
from codex_quota import UsageError

from .config import Config
from .fields import Fields, length, percent, texts, truth, zone
from .places import CONFIG, URLS, config_path, is_there
from .reading_rules import read_quiet, read_rules

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+")
_PRIVATE = 0o077


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What was read and where; ``warnings`` are for people, ``path`` is None when there is no file."""

    config: Config
    path: Path | None = None
    urls_from: str = ""
    warnings: tuple[str, ...] = field(default=())


def read_setup(environ: Mapping[str, str]) -> Setup:
    """The configuration that *environ* asks for: of the file, with the URLs of ``CODEX_QUOTA_NOTIFY_URLS`` in place of its own.

    Raises ``UsageError`` for a file that is named but not there, cannot be read or says something impossible.
    """
    path = config_path(environ)
    config, warnings, found = Config(), list[str](), True
    try:
        text = codex_quota.read_regular(path).decode("utf-8-sig")
    except (OSError, ValueError) as error:
        text, found = "", is_there(path)
        if not found and environ.get(CONFIG):
            raise UsageError(f"there is no configuration of alerts at {path}", hint=f"write it, or unset {CONFIG}") from None
        if found:
            reason = getattr(error, "strerror", None) or str(error)
            raise UsageError(f"the configuration of alerts {path} cannot be read: {reason}", hint="check the file") from None
    if found:
        config = parse_config(text, str(path))
        if config.urls and os.name == "posix" and path.stat().st_mode & _PRIVATE:
            warnings.append(f"{path} holds secrets and others may read it; run: chmod 600 {path}")
    urls_from = "the file" if config.urls else ""
    if environ.get(URLS):
        config, urls_from = replace(config, urls=split_urls(environ[URLS])), URLS
    return Setup(config=config, path=path if found else None, urls_from=urls_from, warnings=tuple(warnings))


def parse_config(text: str, place: str) -> Config:
    """The configuration that a TOML *text* says; *place* stands in front of every error.

    Raises ``UsageError`` for anything that is unknown or of a wrong type; it never repeats a URL.
    """
    import tomllib

    try:
        top = Fields(tomllib.loads(text), place)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        where = re.search(r"\(at [^()]*\)$", str(error))
        raise UsageError(f"{place} is not TOML {where[0] if where else ''}".strip(), hint="see the page about alerts") from None
    usual = Config()
    config = Config(
        urls=top.take("urls", _urls, usual.urls),
        accounts=top.take("accounts", texts, usual.accounts),
        zone=top.take("zone", zone, usual.zone),
        time_limit=top.take("time_limit", length, usual.time_limit),
        emails=top.take("emails", truth, usual.emails),
        side_limits=top.take("side_limits", truth, usual.side_limits),
        jump=top.take("jump", percent, usual.jump),
    )
    config = read_rules(config, top.table("rules"))
    config = replace(config, quiet=read_quiet(top.table("quiet")))
    top.done()
    return config


def split_urls(text: str) -> tuple[str, ...]:
    """The URLs in the variable, between spaces or commas; a comma within a URL is its own.

    Raises ``UsageError`` without repeating any of it.
    """
    parts = re.split(r"[\s,]+(?=[A-Za-z][A-Za-z0-9+.-]*://)", text.strip())
    return check_urls([part.rstrip(",") for part in parts], URLS)


def check_urls(urls: list[str], place: str) -> tuple[str, ...]:
    """*urls* when each looks like one; raises ``UsageError`` that tells which does not, by its number."""
    for number, url in enumerate(urls, 1):
        if not _URL.fullmatch(url):
            raise UsageError(f"{place}: number {number} is not a URL", hint="Apprise's URLs begin like ntfy:// or mailto://")
    return tuple(urls)


def _urls(value: Any, place: str) -> tuple[str, ...]:  # noqa: ANN401
    return check_urls([one.strip() for one in texts(value, place)], place)
