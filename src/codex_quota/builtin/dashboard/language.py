"""Which language a visitor reads, and its words.

Every message id is the English text, so English needs no catalogue.
Another language is one file, ``languages/<code>.json``: an object from each English text to its translation,
with the same ``{named}`` places; the file's name is the language's code (BCP 47).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from codex_quota import Style

CATALOGUES = Path(__file__).parent / "languages"
_MOST_TAGS, _LONGEST_TAG = 30, 35  # nobody reads more languages; a tag of 35 must be possible (RFC 5646, section 4.4.1)
# Regions that write Chinese in the traditional script (CLDR, likelySubtags): "zh" alone would lose that.
_TRADITIONAL = ("zh-tw", "zh-hk", "zh-mo")


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """One language: ``code`` is fit for the attribute ``lang``, ``messages`` lead from English to it."""

    code: str
    messages: Mapping[str, str] = field(repr=False)

    def say(self, text: str, **values: object) -> str:
        """The message *text* with *values* in its places; a text that has no translation stays as it is."""
        said = self.messages.get(text, text)
        return said.format(**values) if values else said

    def style(self, style: Style) -> Style:
        """*style* in this language."""
        return replace(style, say=self.say)


ENGLISH = Language("en", {})


@cache
def languages() -> Mapping[str, Language]:
    """Every language by its code, English first."""
    files = sorted(CATALOGUES.glob("*.json"))
    return {"en": ENGLISH} | {file.stem: Language(file.stem, json.loads(file.read_text("utf-8"))) for file in files}


def choose(accept_language: str | None) -> Language:
    """The language that fits an ``Accept-Language`` header best (RFC 9110, section 12.5.4), English when none does.

    "zh", "zh-CN" and "zh-Hans-SG" find "zh-Hans".
    "zh-TW" does only when no other language that the visitor accepts is here: another script is better than another language.
    """
    wanted, refused = _tags(accept_language or "")
    offered = [code for code in languages() if not any(_covers(tag, code.lower()) for tag in refused)]
    fitting = (code for tag in wanted for code in _fitting(tag, offered))
    related = (code for tag in wanted for code in offered if _primary(code) == _primary(tag))
    return languages()[next(fitting, None) or next(related, "en")]


def _tags(header: str) -> tuple[list[str], list[str]]:
    """Language tags in lower case, the most wanted first, and those that are refused; what cannot be read is left out."""
    weighted = []
    for part in header.lower().split(",", _MOST_TAGS):
        tag, _, parameter = part.partition(";")
        name, _, weight = parameter.partition("=")
        tag = tag.strip().replace("_", "-")
        try:
            quality = float(weight) if name.strip() == "q" else 1.0
        except ValueError:
            continue
        if 0 < len(tag) <= _LONGEST_TAG and 0 <= quality <= 1:
            weighted.append((tag, quality))
    weighted.sort(key=lambda pair: -pair[1])
    return [tag for tag, quality in weighted if quality], [tag for tag, quality in weighted if not quality]


def _fitting(tag: str, offered: list[str]) -> Iterator[str]:
    """What of *offered* is written as *tag* asks, the closest first."""
    words = [tag, "zh-hant"] if tag in _TRADITIONAL else [tag]
    while "-" in words[-1] and len(words[-1].rpartition("-")[2]) != 4:
        words.append(words[-1].rpartition("-")[0])
    for word in words:
        yield from (code for code in offered if _covers(word, code.lower()))


def _covers(tag: str, code: str) -> bool:
    """True when *code* is *tag* or a narrower one (RFC 4647, section 3.3.1, basic filtering)."""
    return code == tag or code.startswith(f"{tag}-")


def _primary(tag: str) -> str:
    return tag.lower().partition("-")[0]
