"""Which authorities are trusted, proved with a server on this machine whose authority nobody knows."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import certifi
import pytest
import trustme

from codex_quota import tls
from codex_quota.errors import NetworkError
from codex_quota.tls import client_context

PATIENCE = 10
BODY = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


@dataclass(frozen=True)
class Secured:
    """A TLS server and the authority that vouches for it."""

    port: int
    authority: trustme.CA

    def pem(self, directory: Path) -> str:
        path = directory / "authority.pem"
        path.write_bytes(self.authority.cert_pem.bytes())
        return str(path)


@pytest.fixture(scope="module")
def server() -> Iterator[Secured]:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with contextlib.suppress(OSError), connection:
                connection.settimeout(PATIENCE)
                with context.wrap_socket(connection, server_side=True) as secured:
                    secured.recv(65536)
                    secured.sendall(BODY)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield Secured(listener.getsockname()[1], authority)
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(PATIENCE)


def ask(port: int, environ: dict[str, str]) -> bytes:
    connection = http.client.HTTPSConnection("localhost", port, context=client_context(environ), timeout=PATIENCE)
    with contextlib.closing(connection):
        connection.request("GET", "/")
        return connection.getresponse().read()


@pytest.mark.parametrize("environ", [{}, {"CODEX_CA_CERTIFICATE": "", "SSL_CERT_FILE": ""}], ids=["unset", "empty"])
def test_an_unknown_authority_is_refused(server: Secured, environ: dict[str, str]) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        ask(server.port, environ)


@pytest.mark.parametrize("variable", ["CODEX_CA_CERTIFICATE", "SSL_CERT_FILE"])
def test_an_authority_can_be_given(server: Secured, tmp_path: Path, variable: str) -> None:
    assert ask(server.port, {variable: server.pem(tmp_path)}) == b"ok"


@pytest.mark.parametrize("variable", ["CODEX_CA_CERTIFICATE", "SSL_CERT_FILE"])
def test_another_authority_does_not_help(server: Secured, tmp_path: Path, variable: str) -> None:
    stranger = Secured(server.port, trustme.CA())
    with pytest.raises(ssl.SSLCertVerificationError):
        ask(server.port, {variable: stranger.pem(tmp_path)})


def test_the_host_name_is_checked_too(server: Secured, tmp_path: Path) -> None:
    context = client_context({"CODEX_CA_CERTIFICATE": server.pem(tmp_path)})
    with (
        socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as plain,
        pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"),
    ):
        context.wrap_socket(plain, server_hostname="chatgpt.com")


def test_the_codex_variable_counts_before_the_general_one(server: Secured, tmp_path: Path) -> None:
    assert ask(server.port, {"CODEX_CA_CERTIFICATE": server.pem(tmp_path), "SSL_CERT_FILE": "/nowhere"}) == b"ok"


def authorities(environ: dict[str, str]) -> int:
    return client_context(environ).cert_store_stats()["x509_ca"]


def test_the_codex_variable_adds_and_the_general_one_replaces(
    server: Secured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tls, "_has_system_store", lambda: False)
    public = len(certificates(certifi.where()))
    assert authorities({}) == public
    assert authorities({"CODEX_CA_CERTIFICATE": server.pem(tmp_path)}) == public + 1
    assert authorities({"SSL_CERT_FILE": server.pem(tmp_path)}) == 1


def certificates(path: str) -> list[str]:
    return Path(path).read_text().split("-----BEGIN CERTIFICATE-----")[1:]


@pytest.mark.parametrize(("cafile", "capath", "files", "there"), [
    ("/etc/ssl/cert.pem", None, [], True),
    (None, "certs", ["one.pem"], True),
    (None, "certs", [], False),
    (None, "missing", [], False),
    (None, None, [], False),
])  # fmt: skip
def test_a_system_store_that_is_empty_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cafile: str | None, capath: str | None, files: list[str], there: bool
) -> None:
    (tmp_path / "certs").mkdir()
    for name in files:
        (tmp_path / "certs" / name).touch()
    directory = capath and str(tmp_path / capath)
    paths = ssl.DefaultVerifyPaths(cafile, directory, "SSL_CERT_FILE", "", "SSL_CERT_DIR", "")  # type: ignore[arg-type]
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: paths)
    assert tls._has_system_store() is there


@pytest.mark.parametrize("variable", ["CODEX_CA_CERTIFICATE", "SSL_CERT_FILE"])
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "no such file or directory"),
        ("", "holds no usable certificate"),
        ("no certificate", "holds no usable certificate"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "holds no usable certificate"),
        ("directory", "is a directory"),
    ],
    ids=["missing", "empty", "text", "damaged", "directory"],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, variable: str, content: str | None, reason: str) -> None:
    path = tmp_path / "authority.pem"
    if content == "directory":
        path.mkdir()
    elif content is not None:
        path.write_text(content)
    with pytest.raises(NetworkError) as raised:
        client_context({variable: str(path)})
    error = raised.value
    assert (error.message, error.hint) == (f"{variable} is {path}: {reason}", f"set {variable} to a PEM file, or unset it")
    assert error.retryable is False


def test_one_bad_file_spoils_no_other_error() -> None:
    with pytest.raises(NetworkError):
        client_context({"SSL_CERT_FILE": "/nowhere"})
    assert NetworkError("no connection").retryable is True
