"""Where the configuration and the state lie."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from codex_quota import Options

CONFIG, URLS, STATE = "CODEX_QUOTA_NOTIFY_CONFIG", "CODEX_QUOTA_NOTIFY_URLS", "CODEX_QUOTA_NOTIFY_STATE"
_APP = "codex-quota"


def is_configured(environ: Mapping[str, str]) -> bool:
    """True when a variable or a file in the usual place asks for alerts."""
    return bool(environ.get(URLS) or environ.get(CONFIG)) or is_there(usual_config(environ))


def is_there(path: Path) -> bool:
    """True when there is such a file; one in a directory that may not be looked into is not there."""
    try:
        return path.exists()
    except OSError:
        return False


def usual_config(environ: Mapping[str, str]) -> Path:
    """The configuration file that is read when no other is named."""
    return _directory(environ, "config") / "notify.toml"


def config_path(environ: Mapping[str, str]) -> Path:
    """The configuration file."""
    named = environ.get(CONFIG)
    return _at_home(named, environ) if named else usual_config(environ)


def state_path(environ: Mapping[str, str]) -> Path:
    """The file that keeps what was sent."""
    named = environ.get(STATE)
    return _at_home(named, environ) if named else _directory(environ, "state") / "notify.json"


def _directory(environ: Mapping[str, str], kind: str) -> Path:
    if sys.platform in ("win32", "darwin"):
        import platformdirs

        places = {"config": platformdirs.user_config_path, "state": platformdirs.user_state_path}
        return places[kind](_APP, appauthor=False)
    # what platformdirs answers on every other system, from *environ* and without the import
    base = environ.get(f"XDG_{kind.upper()}_HOME", "")
    usual = {"config": ".config", "state": ".local/state"}[kind]
    return (Path(base) if base.startswith("/") else Options(environ=environ).home() / usual) / _APP


def _at_home(path: str, environ: Mapping[str, str]) -> Path:
    return Options(environ=environ).home() / path[2:] if path.startswith("~/") else Path(path)
