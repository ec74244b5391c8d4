"""The parser for the manual page, made without installed plugins since it is needed while the project is built."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def manual_parser() -> argparse.ArgumentParser:
    """The parser that the program uses, with the built-in commands; the project need not be installed yet."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    from codex_quota.builtin.cli import plugin as cli
    from codex_quota.builtin.cli.parser import build_parser
    from codex_quota.builtin.dashboard import plugin as dashboard

    commands = [*cli.register_commands(), *dashboard.register_commands()]
    return build_parser(commands, settings=[option for command in commands for option in command.settings])
