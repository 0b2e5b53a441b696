"""What a connection may do: how long it may take to ask, and what it is told about a head that is too long."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from rag import settings
from rag.chat.library import Library
from rag.web import bounds, protocol

from .serving import served


@pytest.fixture(scope="module")
def port(unopened_index: Path) -> Iterator[int]:
    """The port of a chat."""
    with served(Library(settings.load(index_dir=unopened_index, llm="none"))) as port:
        yield port


@pytest.mark.parametrize(
    "begun", [b"", b"GET / HTTP/1.1\r\nHost: localhost\r\n", b"GET /ui/x HTTP/1.1\r\nHost: a\r\n\r\nGET "]
)
def test_a_connection_that_does_not_finish_asking_is_closed(
    port: int, monkeypatch: pytest.MonkeyPatch, begun: bytes
) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.3)
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(begun)
        try:
            while connection.recv(65_536):
                pass
        except ConnectionResetError:
            pass


def test_a_body_that_does_not_arrive_is_not_waited_for(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "BODY_SECONDS", 0.3)
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        head = b"POST /uploads/preview HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        connection.sendall(head + b"Content-Length: 100\r\n\r\n{")
        assert connection.recv(65_536).startswith(b"HTTP/1.1 400 ")


def test_among_too_many_connections_one_that_only_waits_is_closed(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "MAX_CONNECTIONS", 5)
    waiting = [socket.create_connection(("127.0.0.1", port), timeout=60) for _ in range(20)]
    try:
        assert httpx.get(f"http://127.0.0.1:{port}/ui/base.css", trust_env=False).status_code == 200
    finally:
        for connection in waiting:
            connection.close()


def test_too_many_cookies_are_told_with_what_helps(port: int) -> None:
    cookies = "; ".join(f"c{n}={'x' * 3_500}" for n in range(60))
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(f"GET / HTTP/1.1\r\nHost: localhost\r\nCookie: {cookies[:60_000]}".encode())
        reply = connection.recv(65_536).decode()
    assert reply.startswith("HTTP/1.1 431 ")
    assert "delete the cookies of this host" in reply
