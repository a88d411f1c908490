"""Requests to URLs that strangers have given: real sockets, and a resolver that lies where a test wants."""

import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from judge.config import settings
from judge.webhooks import outbound, reach
from judge.webhooks.outbound import Unanswered, post
from judge.webhooks.reach import Refused
from tests.webhooks.receiver import Receiver

LONG_S = 60.0
"""For what must come much sooner."""


@pytest.fixture
def allow(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Set JUDGE_WEBHOOK_ALLOW for this test."""

    def allow(listed: str) -> None:
        changed = settings().model_copy(update={"webhook_allow": listed})
        monkeypatch.setattr(reach, "settings", lambda: changed)

    allow("")
    return allow


@contextmanager
def listening(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server on the loopback that hands each connection to ``serve``; its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


def resolve_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[Any]:
    """Have every name resolve to these; what was asked for."""
    asked = []

    def getaddrinfo(host: bytes, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        families = {True: socket.AF_INET6, False: socket.AF_INET}
        return [(families[":" in one], socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def test_a_body_arrives_and_its_answer_comes_back(allow: Callable[[str], None]) -> None:
    """With the path, the query and the headers; of a long answer its beginning."""
    allow("127.0.0.0/8")
    with Receiver(lambda request: (503, {"Retry-After": "7"}, b"x" * 300_000)) as receiver:
        reply = post(f"{receiver.url}?a=b%20c", b"\x00body", {"webhook-id": "msg_1"}, within_s=LONG_S)
    assert (reply.status, reply.retry_after, reply.body) == (503, "7", b"x" * 65536)
    [request] = receiver.requests
    assert (request.path, request.body, request.id) == ("/hook?a=b%20c", b"\x00body", "msg_1")
    assert request.headers["host"] == f"127.0.0.1:{receiver.port}"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(allow: Callable[[str], None], status: int) -> None:
    """Not even to where the first request was allowed to go."""
    allow("127.0.0.0/8")
    with Receiver() as inside:
        with Receiver(lambda request: (status, {"Location": inside.url}, b"")) as receiver:
            assert post(receiver.url, b"", {}, within_s=LONG_S).status == status
        assert (len(receiver.requests), inside.requests) == (1, [])


def test_proxies_of_the_environment_are_ignored(
    allow: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy would be asked for the name, and would resolve it as it likes."""
    allow("127.0.0.0/8")
    with Receiver() as receiver, Receiver() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert post(receiver.url, b"", {}, within_s=LONG_S).status == 204
    assert (len(receiver.requests), proxy.requests) == (1, [])


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["::1"], ["::ffff:127.0.0.1"], ["10.0.0.1", "192.168.0.1"], ["169.254.169.254"],
     ["64:ff9b::7f00:1"], ["2002:7f00:1::"], ["fe80::1%1"], ["0.0.0.0"]],
)  # fmt: skip
def test_a_name_that_resolves_to_something_inside(
    allow: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, addresses: list[str]
) -> None:
    """Nothing is sent, though the server is there; which address it was is not told."""
    resolve_to(monkeypatch, *addresses)
    with Receiver() as receiver:
        with pytest.raises(Refused, match="not on the public network") as refused:
            post(f"http://hook.example:{receiver.port}/", b"secret", {}, within_s=LONG_S)
        assert receiver.requests == []
    assert not any(address in str(refused.value) for address in addresses)


def test_the_address_that_was_looked_at_is_the_one_connected_to(
    allow: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name is resolved once: a second answer, which might be another, is not asked for."""
    with Receiver() as receiver:
        allow(f"hook.example:{receiver.port}")
        asked = resolve_to(monkeypatch, "127.0.0.1")
        assert post(f"http://hook.example:{receiver.port}/", b"", {}, within_s=LONG_S).status == 204
    assert asked == [b"hook.example"]
    [request] = receiver.requests
    assert request.headers["host"] == f"hook.example:{receiver.port}"


def test_what_may_be_reached_is_reached_beside_what_may_not(
    allow: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of several addresses those inside are passed over, and one that refuses gives way to the next."""
    allow("127.0.0.0/30")
    with Receiver() as receiver:
        resolve_to(monkeypatch, "10.0.0.1", "::1", "127.0.0.2", "127.0.0.1")
        assert post(f"http://hook.example:{receiver.port}/", b"", {}, within_s=LONG_S).status == 204


def test_the_ports_below_1024(allow: Callable[[str], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a network is allowed a name may have any port, but not with an address that is not in it."""
    allow("10.0.0.0/8")
    resolve_to(monkeypatch, "8.8.8.8")
    with pytest.raises(Refused, match="port"):
        post("http://hook.example:25/", b"", {}, within_s=LONG_S)


def drip(connection: socket.socket) -> None:
    """An answer without end, a byte at a time."""
    try:
        connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        while True:
            connection.sendall(b"x")
            time.sleep(0.02)
    except OSError:
        connection.close()


def hang(connection: socket.socket) -> None:
    """No answer, until the other side has enough."""
    while connection.recv(65536):
        pass
    connection.close()


@pytest.mark.parametrize("serve", [drip, hang])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_receiver_that_takes_its_time_is_cut_off(
    allow: Callable[[str], None], serve: Callable[[socket.socket], None], scheme: str
) -> None:
    """The whole request has a limit, not each read of it; the TLS handshake is part of it."""
    allow("127.0.0.0/8")
    with listening(serve) as port, pytest.raises(Unanswered, match=r"no answer within 0.5 s|TLS|SSL|wrong"):
        post(f"{scheme}://127.0.0.1:{port}/", b"", {}, within_s=0.5)


def test_a_body_that_never_ends_is_cut_off(allow: Callable[[str], None]) -> None:
    """The status has come, and that is what counts."""
    allow("127.0.0.0/8")

    def serve(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nbeginning")
        hang(connection)

    with listening(serve) as port:
        reply = post(f"http://127.0.0.1:{port}/", b"", {}, within_s=0.5)
    assert reply.status == 200


@pytest.mark.parametrize(
    "said",
    [b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 banana\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200],
)
def test_what_is_no_answer(allow: Callable[[str], None], said: bytes) -> None:
    """Nothing, another protocol, or headers without end: no failure of ours."""
    allow("127.0.0.0/8")

    def serve(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(said)
        connection.close()

    with listening(serve) as port, pytest.raises(Unanswered, match="answer"):
        post(f"http://127.0.0.1:{port}/", b"", {}, within_s=LONG_S)


def test_nobody_listens(allow: Callable[[str], None]) -> None:
    allow("127.0.0.0/8")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(Unanswered, match="refused"):
        post(f"http://127.0.0.1:{port}/", b"", {}, within_s=LONG_S)


def test_a_name_that_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    def getaddrinfo(*_: Any, **__: Any) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    with pytest.raises(Unanswered, match="could not be resolved: Name or service"):
        post("http://hook.invalid/", b"", {}, within_s=LONG_S)


def test_a_resolver_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for it has a limit, which the resolver knows nothing of."""
    ended = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: ended.wait(LONG_S) and [])
    monkeypatch.setattr(outbound, "CONNECT_S", 0.2)
    with pytest.raises(Unanswered, match=r"could not be resolved within 0.2 s"):
        post("http://hook.example/", b"", {}, within_s=LONG_S)
    ended.set()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for hook.example that signs itself, with its key."""
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
         "-days", "2", "-subj", "/CN=hook.example", "-addext", "subjectAltName=DNS:hook.example",
         "-keyout", str(folder / "key"), "-out", str(folder / "certificate")],
        check=True, capture_output=True,
    )  # fmt: skip
    return folder


def test_certificates_are_looked_at(
    allow: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, certificate: Path
) -> None:
    """By the name in the URL, though an address is connected to; a name of no certificate is refused."""
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(certificate / "certificate", certificate / "key")
    asked: list[str | None] = []
    server_side.sni_callback = lambda _, name, __: asked.append(name)

    def serve(connection: socket.socket) -> None:
        try:
            with server_side.wrap_socket(connection, server_side=True) as wrapped:
                wrapped.recv(65536)
                wrapped.sendall(b"HTTP/1.1 204 Fine\r\n\r\n")
        except OSError:
            connection.close()

    resolve_to(monkeypatch, "127.0.0.1")
    allow("127.0.0.0/8")
    with listening(serve) as port:
        with pytest.raises(Unanswered, match="certificate is not valid"):
            post(f"https://hook.example:{port}/", b"", {}, within_s=LONG_S)
        trusting = ssl.create_default_context(cafile=str(certificate / "certificate"))
        monkeypatch.setattr(outbound, "_tls", lambda: trusting)
        assert post(f"https://hook.example:{port}/", b"", {}, within_s=LONG_S).status == 204
        with pytest.raises(Unanswered, match="certificate is not valid"):
            post(f"https://other.example:{port}/", b"", {}, within_s=LONG_S)
    assert asked == ["hook.example", "hook.example", "other.example"]
