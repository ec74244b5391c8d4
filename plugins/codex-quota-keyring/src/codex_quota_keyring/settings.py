"""The plugin's own options."""

from __future__ import annotations

from codex_quota.options import Option, positive_seconds

GROUP = "keyring"

HOMES = Option(
    flag="--keyring-home",
    group=GROUP,
    convert=str,
    metavar="[NAME=]DIR",
    many=True,
    shown="$CODEX_HOME or ~/.codex, when its config.toml says keyring or auto",
    help="Codex home whose sign-in lies in the keyring, and the account's name; may be repeated",
)
UNLOCK = Option(
    flag="--keyring-unlock",
    group=GROUP,
    default=False,
    help="open a window that asks for the password when the keyring is locked",
)
TIMEOUT = Option(
    flag="--keyring-timeout",
    group=GROUP,
    convert=positive_seconds,
    metavar="SECONDS",
    default=30.0,
    shown="30",
    help="longest wait for the keyring, and for whoever has to unlock it",
)
