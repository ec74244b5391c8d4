"""Which certificate authorities are trusted."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from pathlib import Path

from .errors import NetworkError


def client_context(environ: Mapping[str, str]) -> ssl.SSLContext:
    """A verifying context.

    The system's own store is preferred, since it is read certificate by certificate when needed and knows a company's
    authority; where there is none, certifi's bundle.
    ``SSL_CERT_FILE`` replaces the store and ``CODEX_CA_CERTIFICATE``, which counts first as in the Codex client, adds to it.
    Raises ``NetworkError`` when such a file cannot be used.
    """
    extra, instead = environ.get("CODEX_CA_CERTIFICATE"), environ.get("SSL_CERT_FILE")
    variable, given = ("CODEX_CA_CERTIFICATE", extra) if extra else ("SSL_CERT_FILE", instead)
    try:
        if extra:
            context = _system_context()
            context.load_verify_locations(cafile=extra)
            return context
        return ssl.create_default_context(cafile=instead) if instead else _system_context()
    except (OSError, ssl.SSLError) as error:
        reason = (
            "holds no usable certificate" if isinstance(error, ssl.SSLError) else (error.strerror or "cannot be read").lower()
        )
        failure = NetworkError(f"{variable} is {given}: {reason}", hint=f"set {variable} to a PEM file, or unset it")
        failure.retryable = False
        raise failure from None


def _system_context() -> ssl.SSLContext:
    if os.name == "nt" or _has_system_store():
        return ssl.create_default_context()
    import certifi

    return ssl.create_default_context(cafile=certifi.where())


def _has_system_store() -> bool:
    paths = ssl.get_default_verify_paths()
    if paths.cafile:
        return True
    try:
        return paths.capath is not None and any(Path(paths.capath).iterdir())
    except OSError:
        return False
