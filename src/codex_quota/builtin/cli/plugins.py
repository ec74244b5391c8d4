"""``codex-quota plugins``: what is plugged in, and what went wrong with it."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

import codex_quota
from codex_quota import Command, Context
from codex_quota.options import add_options

from .listing import FORMAT, print_list
from .status import ExitStatus

_COLUMNS = ("plugin", "distribution", "version", "hooks", "problem")


class Plugins(Command):
    """Lists plugins and their problems."""

    name = "plugins"
    summary = "list the plugins, what each adds, and what went wrong with them"
    wants_client = False

    def configure(self, parser: ArgumentParser) -> None:
        """Only the format."""
        add_options(parser, (FORMAT,))

    def run(self, args: Namespace, context: Context) -> int:
        """Always exit status 0: a broken plugin costs nothing but itself."""
        catalogue = context.catalogue
        rows = [
            {
                "plugin": plugin.name,
                "distribution": plugin.distribution,
                "version": plugin.version,
                "hooks": plugin.hooks,
                "problem": [f"{p.stage}: {p.reason}" for p in catalogue.problems if _same(p, plugin)],
            }
            for plugin in catalogue.plugins
        ]
        unloaded = [p for p in catalogue.problems if not any(_same(p, plugin) for plugin in catalogue.plugins)]
        rows += [
            {
                "plugin": p.plugin,
                "distribution": p.distribution,
                "version": "",
                "hooks": (),
                "problem": [f"{p.stage}: {p.reason}"],
            }
            for p in unloaded
        ]
        rows += [
            {"plugin": p.name, "distribution": p.distribution, "version": p.version, "hooks": (), "problem": ["disabled"]}
            for p in catalogue.disabled
        ]
        print_list(rows, _COLUMNS, args, context)
        return ExitStatus.OK


def _same(problem: codex_quota.Problem, plugin: codex_quota.Plugin) -> bool:
    return (problem.plugin, problem.distribution) == (plugin.name, plugin.distribution)
