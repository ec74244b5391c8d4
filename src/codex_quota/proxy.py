"""Which proxy an address is asked through; pure but for the system's own settings on macOS and Windows."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit


def proxy_for(url: str, environ: Mapping[str, str]) -> str | None:
    """The address of the proxy for *url*, None when it is asked directly.

    ``HTTPS_PROXY`` or ``HTTP_PROXY`` by the scheme of *url*, else ``ALL_PROXY``; lower-case names count first.
    ``NO_PROXY`` is read as httpx reads it: a name stands for itself and everything below it, ``.name`` for what is below only,
    ``*`` for everything, and an entry may have a scheme and a port.
    Where no variable names a proxy, the system's own settings count, which only macOS and Windows have.
    """
    scheme = urlsplit(url).scheme
    named: Mapping[str, str] = {key: found for key in ("http", "https", "all") if (found := _variable(environ, key))}
    named = named or _system_proxies()
    proxy = named.get(scheme) or named.get("all")
    if not proxy or any(_matches(entry.strip(), url) for entry in _variable(environ, "no").split(",")):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def shown_proxy(proxy: str) -> str:
    """Host and port of a proxy's address, without a user name and a password."""
    return urlsplit(proxy).netloc.rpartition("@")[2]


def _variable(environ: Mapping[str, str], key: str) -> str:
    """The lower-case variable, else the upper-case one; a web server sets ``HTTP_PROXY`` from a request's header ``Proxy``."""
    upper = "" if key == "http" and "REQUEST_METHOD" in environ else environ.get(f"{key.upper()}_PROXY", "")
    return environ.get(f"{key}_proxy", upper).strip()


def _system_proxies() -> Mapping[str, str]:
    import sys

    if sys.platform not in ("darwin", "win32"):
        return {}
    import urllib.request

    found = getattr(urllib.request, "getproxies_macosx_sysconf", None) or getattr(urllib.request, "getproxies_registry", dict)
    return dict(found())


def _matches(entry: str, url: str) -> bool:
    """Whether an entry of ``NO_PROXY`` stands for the host of *url*."""
    if entry in ("", "*"):
        return entry == "*"
    parts, bare = urlsplit(url), entry.strip("[]")
    host = parts.hostname or ""
    if _is_address(bare):
        return host == bare.lower()
    try:
        given = urlsplit(entry if "://" in entry else f"//{entry}")
        port, name = given.port, (given.hostname or "").removeprefix("*")
    except ValueError:
        return False
    usual = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    if (given.scheme and given.scheme not in ("all", parts.scheme)) or (port is not None and port != usual):
        return False
    if "://" in entry or name == "localhost" or _is_address(name):
        return host == name
    return host == name or host.endswith(name if name.startswith(".") else f".{name}")


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
