"""The parser for the manual page, made without installed plugins since it is needed while the project is built."""

from __future__ import annotations

import argparse

from codex_quota.builtin.cli.parser import build_parser
from codex_quota.builtin.cli.plugin import register_commands


def manual_parser() -> argparse.ArgumentParser:
    """The parser that the program uses, with the built-in commands."""
    return build_parser(register_commands())
