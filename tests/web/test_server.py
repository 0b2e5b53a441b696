"""Which of Gradio's doors are open: those that our pages and its own client need, and no other."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from rag.web.server import NEEDED_ROUTES, ClosedServer
from tests.conftest import WHICH

from .serving import serving_with_server

OURS = {
    *(
        "/",
        "/ui",
        "/c/{name}",
        "/c/{name}/stop",
        "/c/{name}/{n}/rating",
        "/c/{name}/{n}/next",
        "/c/{name}/all.{format_}",
    ),
    *("/c/{name}/{n}.{format_}", "/c/{name}/{n}.copy", "/c/{name}/print", "/c/{name}/{n}/print", "/c/{name}/branch"),
    *("/conversations", "/settings", "/settings/filters", "/settings/test"),
    *("/papers", "/papers.{format_}", "/papers/{number}"),
    *("/map", "/uploads", "/uploads/preview", "/uploads/discard", "/rebuilding", "/rebuilding/stop"),
    *("/healthz", "/readyz", "/metrics"),
    *("/saved", "/saved/state", "/saved/updates", "/saved/{id_}", "/saved/{id_}/seen", "/c/{name}/{n}/saved"),
    *("/v1/models", "/v1/models/{id_}", "/v1/chat/completions"),
    *(f"/api/v1/{path}" for path in ("search", "ask", "papers", "papers/{paper}", "status", "openapi.json")),
    *("/gradio_api/mcp", "/gradio_api/mcp/"),
}


@pytest.fixture(scope="module")
def served(index_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ClosedServer, str]]:
    """The server of a chat, and its address."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(tmp_path_factory.mktemp("gradio")))
        with serving_with_server(index_dir) as found:
            yield found


@pytest.fixture
def client(served: tuple[ClosedServer, str]) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served[1], trust_env=False, timeout=60) as client:
        yield client


def paths(routes: Iterable[Any]) -> set[str]:
    """The paths of all routes, those of included routers too."""
    found = set()
    for route in routes:
        if path := getattr(route, "path", None):
            found.add(path)
        else:
            found |= paths(route.original_router.routes)
    return found


def test_only_the_routes_that_are_needed_are_there(served: tuple[ClosedServer, str]) -> None:
    assert paths(served[0].router.routes) == OURS | NEEDED_ROUTES


CLOSED = (
    *(
        "/gradio_api/upload",
        "/gradio_api//upload",
        "/gradio_api/%75pload",
        "/gradio_api/upload/",
        "//gradio_api/upload",
    ),
    *("/gradio_api/./upload", "/ui/../gradio_api/upload", "/ui/%2e%2e/gradio_api/upload", "/gradio_api/upload;x=1"),
    *("/gradio_api/file=/etc/passwd", "/file=/etc/passwd", "/gradio_api/file/etc/passwd", "/gradio_api/proxy=http://x"),
    *("/gradio_api/component_server", "/gradio_api/upload_progress", "/gradio_api/openapi.json", "/login", "/logout"),
    *("/gradio_api/vibe-edit", "/gradio_api/vibe-code", "/gradio_api/process_recording", "/monitoring", "/theme.css"),
    *("/gradio_api/run/ask", "/gradio_api/api/ask", "/gradio_api/call/v2/ask/x", "/gradio_api/token", "/robots.txt"),
    *("/gradio_api/stream/x", "/gradio_api/dev/reload", "/static/img/logo.svg", "/assets/index.js", "/manifest.json"),
    *("/docs", "/openapi.json", "/gradio_api/deep_link", "/gradio_api/mcp/sse", "/svelte/x.js", "/ui/../serve.py"),
    *("/ui/%2e%2e/serve.py", "/ui/..%2fserve.py", "/ui//etc/passwd", "/gradio_api/runs", "/monitoring/summary"),
)


@pytest.mark.parametrize("path", CLOSED)
def test_every_other_door_is_closed(served: tuple[ClosedServer, str], path: str) -> None:
    for method in ("GET", "POST", "PUT", "HEAD"):
        assert _status(served[1], method, path) in (404, 405), method


@pytest.mark.parametrize("line", [b"x" * 1_000, b"x: y\r\n" * 100])
def test_a_head_without_end_is_cut_off(served: tuple[ClosedServer, str], line: bytes) -> None:
    address = httpx.URL(served[1])
    sent, most = 0, 50_000_000
    with socket.create_connection((address.host, address.port), timeout=60) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nx: ")
        try:
            while sent < most:
                connection.sendall(line * 100)
                sent += len(line) * 100
        except ConnectionError:  # it was closed
            pass
    assert sent < most


def _status(url: str, method: str, path: str) -> int:
    """The status of the reply to a request for exactly this `path`, which clients would tidy up."""
    address = httpx.URL(url)
    with socket.create_connection((address.host, address.port), timeout=60) as connection:
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        connection.sendall(head.encode())
        with connection.makefile("rb") as reply:
            status = int(reply.readline().split()[1])
            reply.read()
        return status


def test_gradios_client_connects_and_asks(client: httpx.Client, served: tuple[ClosedServer, str]) -> None:
    from gradio_client import Client

    client.get("/")
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    program = Client(served[1], verbose=False, headers={"cookie": cookie})
    try:
        job = program.submit({"question": WHICH}, api_name="/page_ask")
        assert not job.result(timeout=60)["running"]
        job = program.submit({"question": WHICH}, api_name="/page_ask")
        job.cancel()
    finally:
        program.close()
    assert client.get("/").text.count('<a href="/c/') >= 1


def test_a_file_that_is_sent_anyway_is_kept_nowhere(client: httpx.Client) -> None:
    import os

    reply = client.post("/gradio_api/upload", files={"files": b"x" * 100_000})
    assert reply.status_code == 404
    assert [file for file in Path(os.environ["GRADIO_TEMP_DIR"]).rglob("*") if file.is_file()] == []
    assert tempfile.gettempdir() != os.environ["GRADIO_TEMP_DIR"]


def test_another_site_cannot_read_a_reply(client: httpx.Client) -> None:
    for method in ("GET", "OPTIONS", "POST"):
        asked = {"origin": "http://localhost:3000", "access-control-request-method": "GET"}
        reply = client.request(method, "/config", headers=asked)
        assert reply.status_code == 403
        assert not [name for name in reply.headers if name.startswith("access-control-")]
