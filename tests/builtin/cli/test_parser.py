"""The parser itself."""

from __future__ import annotations

import io

import pytest

from codex_quota.builtin.cli.parser import build_parser
from codex_quota.builtin.cli.plugin import register_commands


@pytest.mark.parametrize("words", [["--help"], ["cache", "--help"]])
def test_each_parser_writes_to_its_own_stream(words: list[str]) -> None:
    streams = [io.StringIO(), io.StringIO()]
    first, _ = (build_parser(register_commands(), stream=stream) for stream in streams)
    with pytest.raises(SystemExit):
        first.parse_args(words)
    assert [stream.getvalue()[:6] for stream in streams] == ["usage:", ""]
