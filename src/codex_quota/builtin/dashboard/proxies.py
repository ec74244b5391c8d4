"""What a reverse proxy tells about the browser behind it, believed only when the proxy is a trusted one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from codex_quota import UsageError

_PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+)*")


@dataclass(frozen=True, slots=True)
class Asked:
    """How the browser asked: its address, the scheme, the ``Host`` text and the path below which it sees the dashboard."""

    address: str
    scheme: str
    host: str
    base: str


class Proxies:
    """The trusted proxies, as addresses and networks; raises ``UsageError`` for anything else."""

    def __init__(self, trusted: Iterable[str], base: str) -> None:
        self._base = base
        self._networks: list[IPv4Network | IPv6Network] = []
        for text in trusted:
            try:
                self._networks.append(ip_network(text.strip(), strict=False))
            except ValueError:
                raise UsageError(
                    f"--trusted-proxy is {text!r}, but must be an address or a network", hint="like 127.0.0.1 or 172.16.0.0/12"
                ) from None

    def see(self, environ: Mapping[str, Any]) -> Asked:
        """How the browser asked.

        ``X-Forwarded-For`` is read from its end, since its beginning is whatever the browser claims, and every trusted
        proxy in it is skipped; the other headers are read as many places from their end.
        """
        peer = environ.get("REMOTE_ADDR", "")
        direct = Asked(peer, environ.get("wsgi.url_scheme", "http"), environ.get("HTTP_HOST", ""), self._base)
        if not self._networks or not self._trusts(peer):
            return direct
        chain = _list(environ, "HTTP_X_FORWARDED_FOR")
        hops = 1
        while chain and self._trusts(chain[-1]) and len(chain) > 1:
            chain.pop()
            hops += 1
        address = _bare(chain[-1]) if chain and _address(chain[-1]) is not None else peer
        scheme = _place(_list(environ, "HTTP_X_FORWARDED_PROTO"), hops).lower()
        prefix = _place(_list(environ, "HTTP_X_FORWARDED_PREFIX"), hops).rstrip("/")
        return Asked(
            address,
            scheme if scheme in ("http", "https") else direct.scheme,
            _place(_list(environ, "HTTP_X_FORWARDED_HOST"), hops) or direct.host,
            prefix if prefix and _is_prefix(prefix) else direct.base,
        )

    def _trusts(self, text: str) -> bool:
        address = _address(text)
        return address is not None and any(address in network for network in self._networks)


def _is_prefix(text: str) -> bool:
    return len(text) <= 200 and _PREFIX.fullmatch(text) is not None and not {".", ".."} & set(text.split("/"))


def _list(environ: Mapping[str, Any], name: str) -> list[str]:
    return [part.strip() for part in str(environ.get(name, "")).split(",") if part.strip()]


def _place(values: list[str], hops: int) -> str:
    return values[-min(hops, len(values))] if values else ""


def _bare(text: str) -> str:
    """An address without the brackets and the port that some proxies write."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text


def _address(text: str) -> Any:  # noqa: ANN401
    try:
        parsed = ip_address(_bare(text))
    except ValueError:
        return None
    return parsed.ipv4_mapped or parsed if isinstance(parsed, IPv6Address) else parsed
