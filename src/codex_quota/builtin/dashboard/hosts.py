"""Names under which the dashboard may be asked for, and where a request came from.

A page of a foreign site can make a browser ask any address, and by changing what its own name means (DNS rebinding) even
read the answers; but the browser always tells the name, in ``Host``, and the site, in ``Origin``.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import ip_address
from typing import NamedTuple

_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_][a-z0-9_-]{0,62})*")
_DEFAULT_PORTS = {"http": 80, "https": 443}


class Host(NamedTuple):
    """A host name or address in lower case, without brackets and final dot, and a port when one was told."""

    name: str
    port: int | None

    @property
    def is_address(self) -> bool:
        """True for an IPv4 or IPv6 address."""
        return _is_address(self.name)


@lru_cache(maxsize=256)
def parse_host(text: str) -> Host | None:
    """What a ``Host`` header says, None when it is not a host with an optional port."""
    if not text.isascii() or len(text) > 300:
        return None
    if text.startswith("["):
        name, bracket, rest = text[1:].partition("]")
        if not bracket or ":" not in name or "%" in name or not _is_address(name):
            return None
        name = str(ip_address(name))
    else:
        name, colon, port = text.partition(":")
        name, rest = name.lower(), colon + port
        name = name.removesuffix(".")
        if not _NAME.fullmatch(name):
            return None
    if not rest:
        return Host(name, None)
    digits = rest.removeprefix(":")
    if rest == digits or not digits.isdecimal() or len(digits) > 5 or not 0 < int(digits) < 65536:
        return None
    return Host(name, int(digits))


@lru_cache(maxsize=256)
def parse_origin(text: str) -> tuple[str, Host] | None:
    """Scheme and host of an ``Origin`` header, None for ``null`` and everything else that is not a web site."""
    scheme, found, rest = text.lower().partition("://")
    host = parse_host(rest) if found and scheme in _DEFAULT_PORTS else None
    return (scheme, host) if host is not None else None


def is_same_place(origin: tuple[str, Host], scheme: str, host: Host, *, vouched: bool = False) -> bool:
    """True when *origin* is the site that was asked as *scheme* and *host*.

    A site over https counts although the request seems to have come over http: something in between ended the encryption.
    Many proxies drop the port, so a *host* without one fits any port when the browser has *vouched* that the origin is the same.
    """
    theirs, where = origin
    if (theirs == "http" and scheme == "https") or where.name != host.name:
        return False
    if vouched and host.port is None:
        return True
    return (where.port or _DEFAULT_PORTS[theirs]) == (host.port or _DEFAULT_PORTS[theirs])


class AllowedHosts:
    """Loopback names, addresses, the bind address, the machine's own names, and *further* ones.

    An entry of *further* may hold a port, which does not matter; ``.example.com`` stands for all names below it, ``*`` for any.
    """

    def __init__(self, bind: str, further: Iterable[str] = ()) -> None:
        machine = socket.gethostname().lower()
        short = machine.partition(".")[0]
        given = [_bare(name) for name in (bind, machine, short, f"{short}.local", *further)]
        self._names = {"localhost", *(name for name in given if name and not name.startswith("."))}
        self._ends = (".localhost", *(name for name in given if name.startswith(".")))
        self._any = "*" in self._names

    def __contains__(self, host: Host) -> bool:
        return host.is_address or host.name in self._names or host.name.endswith(self._ends) or self._any


def _bare(text: str) -> str:
    """A name as it was given on the command line, without scheme, path and port."""
    text = text.strip().lower().rpartition("://")[2].partition("/")[0]
    if text.startswith(".") or text == "*":
        return text
    host = parse_host(text)
    return host.name if host is not None else text


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
