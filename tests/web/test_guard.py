"""Which requests are refused, and what every reply tells the browser."""

from __future__ import annotations

import pytest
from fastapi import Body, FastAPI, Request, WebSocket
from starlette.middleware.cors import CORSMiddleware
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from rag.web.access.addresses import Addresses
from rag.web.bounds import MAX_ADDRESS_BYTES, MAX_BODY_BYTES, MAX_HEADER_BYTES
from rag.web.guard import SECURITY_HEADERS, Guard

HOST = "127.0.0.1:7860"
URL = "https://papers.example.org"
NAVIGATION = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
METHODS = ["GET", "POST", "DELETE", "HEAD", "OPTIONS"]


async def size(request: Request) -> int:
    """The bytes of the body."""
    return len(await request.body())


def text(value: str = Body(embed=True)) -> str:
    """A body that FastAPI reads."""
    return value


async def listen(socket: WebSocket) -> None:
    await socket.accept()


def client(addresses: Addresses | None = None, base: str = f"http://{HOST}") -> TestClient:
    app = FastAPI()
    app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)  # as Gradio's, or worse
    called = "/gradio_api/call/page_ask"
    for path in ("/", "/papers", "/papers.bib", "/map", "/uploads", "/c/some-conversation-1", called):
        app.api_route(path, methods=METHODS)(size)
    app.post("/text")(text)
    app.websocket("/socket")(listen)
    return TestClient(Guard(app, addresses or Addresses("127.0.0.1")), base_url=base)


def ask(method: str, headers: dict[str, str], path: str = "/") -> int:
    """The status of the reply to a request with these headers, 200 if it is let through."""
    reply = client().request(method, path, headers=headers)
    assert all(reply.headers[name] == value for name, value in SECURITY_HEADERS.items())
    assert not [name for name in reply.headers if name.startswith("access-control-")]
    return reply.status_code


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},  # another port of this machine
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"},
        {"sec-fetch-site": ""},
        {"origin": "https://evil.invalid"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "http://127.0.0.1:8000"},
        {"origin": f"https://{HOST}"},
        {"origin": f"http://user@{HOST}"},
        {"origin": f"http://{HOST}.evil.invalid"},
        {"origin": f"http://{HOST}", "sec-fetch-site": "same-site"},
    ],
)
def test_no_other_page_asks_or_changes_anything(method: str, headers: dict[str, str]) -> None:
    for path in ("/", "/papers?q=slow", "/gradio_api/call/page_ask"):
        assert ask(method, headers, path) == 403


@pytest.mark.parametrize(
    "headers", [{}, {"sec-fetch-site": "same-origin", "origin": f"http://{HOST}"}, {"sec-fetch-site": "none"}]
)
def test_our_page_and_the_users_own_tools_ask_and_change_things(headers: dict[str, str]) -> None:
    for method in METHODS:
        assert ask(method, headers) == 200


@pytest.mark.parametrize("path", ["/", "/papers?q=owls", "/c/some-conversation-1"])
def test_a_link_from_anywhere_opens_a_page(path: str) -> None:
    assert ask("GET", NAVIGATION, path) == 200
    assert ask("GET", NAVIGATION | {"sec-fetch-dest": "iframe"}, path) == 403
    assert ask("GET", NAVIGATION | {"sec-purpose": "prefetch;prerender"}, path) == 403
    assert ask("POST", NAVIGATION, path) == 403
    assert ask("HEAD", NAVIGATION, path) == 403


@pytest.mark.parametrize("path", ["/papers.bib?q=owls", "/map", "/gradio_api/call/page_ask", "/papers/"])
def test_a_link_from_elsewhere_opens_nothing_but_a_page(path: str) -> None:
    assert ask("GET", NAVIGATION, path) == 403


@pytest.mark.parametrize("host", ["evil.invalid", "evil.invalid:7860", "localhost.evil.invalid", "localhost.", ""])
def test_a_name_of_another_site_that_points_here_is_refused(host: str) -> None:
    assert ask("GET", {"host": host}) == 403


def test_behind_a_proxy_the_origin_is_that_of_the_address_that_browsers_open() -> None:
    proxied = client(Addresses("127.0.0.1", URL), "http://papers.example.org")
    for origin, status in ((URL, 200), ("http://papers.example.org", 403), (f"{URL}:8443", 403), ("null", 403)):
        assert proxied.post("/", headers={"origin": origin}).status_code == status


def test_a_header_that_is_sent_twice_is_refused() -> None:
    for name in ("host", "origin", "authorization", "sec-fetch-site"):
        twice = [(name, "localhost"), (name, "evil.invalid")]
        assert client().get("/", headers=twice).status_code == 400


def test_a_request_has_one_length() -> None:
    lengths = {"content-length": "4", "transfer-encoding": "chunked"}
    assert client().post("/", content=b"text", headers=lengths).status_code == 400


def test_what_is_kept_by_nobody_says_so() -> None:
    assert client().get("/map").headers["cache-control"] == "no-store"


def test_a_body_is_bounded_whatever_it_says_of_its_length() -> None:
    body = b"x" * (MAX_BODY_BYTES + 1)
    assert client().post("/", content=body[:-1]).json() == MAX_BODY_BYTES
    assert client().post("/", content=body).status_code == 413
    assert client().post("/", content=iter([body[:-1], b"x"])).status_code == 413
    assert client().post("/text", content=iter([b'{"value": "', body, b'"}'])).status_code == 413
    assert client().post("/", content=b"", headers={"content-length": "9" * 5_000}).status_code == 413
    assert client().post("/uploads", content=body).json() == len(body)
    assert client().put("/uploads", content=body).status_code == 413


def test_an_address_and_the_headers_are_bounded() -> None:
    assert client().get(f"/papers?q={'x' * MAX_ADDRESS_BYTES}").status_code == 414
    assert client().get("/", headers={"cookie": "a=" + "x" * MAX_HEADER_BYTES}).status_code == 431
    assert client().get("/", headers={f"x-{n}": "y" * 100 for n in range(400)}).status_code == 431


@pytest.mark.parametrize("headers", [{}, {"origin": f"http://{HOST}"}, {"origin": "https://evil.invalid"}])
def test_there_are_no_web_sockets(headers: dict[str, str]) -> None:
    with pytest.raises(WebSocketDisconnect), client().websocket_connect("/socket", headers=headers):
        pass
