"""Any request to the chat is answered within bounds, and never by an error of the server."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import settings
from rag.chat.library import Library
from tests.fuzz.budget import examples
from tests.fuzz.strategies import json_values, raw_texts, texts
from tests.web.browser.sites import Site, serving

PATHS = """/ /c/ /c/some-conversation-name /c/some-conversation-name/stop /c/some-conversation-name/0/rating
    /c/some-conversation-name/0.md /c/some-conversation-name/all.csv /settings /settings/test /settings/filters
    /conversations /c/some-conversation-name/branch /papers /papers.bib
    /api/v1/search /api/v1/ask /api/v1/papers /api/v1/papers/0123456789ab /api/v1/status /api/v1/openapi.json
    /papers/1 /map /uploads /uploads/preview /uploads/discard /ui/chat.js /gradio_api/call/page_ask
    /gradio_api/call/watch /gradio_api/call/rebuild /gradio_api/upload /gradio_api/info
    /gradio_api/queue/join /gradio_api/run/predict /gradio_api/file=/etc/passwd
    /gradio_api/proxy=http://127.0.0.1:9 /config /docs /ui/../../../etc/passwd""".split()
METHODS = ["GET", "POST", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS", "TRACE", "FUZZ"]
PARTS = st.sampled_from(["?q=", "?first=", "?answer=", "?name=", "/", "%", "%00", "%ff", "..", "-1", "9" * 30])
ADDRESSES = st.tuples(st.sampled_from(PATHS), st.lists(PARTS | texts(10).map(quote), max_size=3)).map(
    lambda pair: pair[0] + "".join(pair[1])
)
HEADERS = st.dictionaries(
    st.sampled_from(["origin", "cookie", "content-type", "sec-fetch-site", "range", "accept", "x-forwarded-host"]),
    st.sampled_from(["", "null", f"rag_owner={'a' * 32}", "text/plain", "application/json", "bytes=0-", "cross-site"]),
    max_size=3,
)
FIELDS = "name question replace choices staged good note llm data title turns history papers".split()
ASKED = st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, json_values()))
BODIES = (ASKED | json_values()).map(json.dumps).map(str.encode) | st.binary(max_size=60)
CALLS = st.lists(ASKED | json_values(), max_size=2)
MAX_REPLY = 1_000_000  # bytes
TIMEOUT = 60  # seconds


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, unopened_index: Path) -> Iterator[Site]:
    index_dir = Path(shutil.copytree(unopened_index, tmp_path_factory.mktemp("requests") / "index"))
    library = Library(settings.load(index_dir=index_dir, llm="none"))
    library.load()
    with serving(library) as served:
        yield served


def exchange(port: int, request: bytes, *, is_all: bool = False) -> bytes:
    """The reply to `request`, as bytes, up to about MAX_REPLY; no more can follow it if it `is_all`."""
    with socket.create_connection(("127.0.0.1", port), TIMEOUT) as connection:
        with suppress(ConnectionError):  # the server may have heard enough
            connection.sendall(request)
            if is_all:
                connection.shutdown(socket.SHUT_WR)
        reply = b""
        with suppress(ConnectionError):
            while len(reply) <= MAX_REPLY and (part := connection.recv(65_536)):
                reply += part
        return reply


@examples(150, shares_fixtures=True)
@given(st.sampled_from(METHODS), ADDRESSES, HEADERS, BODIES)
def test_any_request_is_answered(
    site: Site, capfd: pytest.CaptureFixture[str], method: str, address: str, headers: dict[str, str], body: bytes
) -> None:
    lines = {"host": f"127.0.0.1:{site.port}", "connection": "close", "content-length": str(len(body)), **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    reply = exchange(site.port, f"{method} {address} HTTP/1.1\r\n{head}\r\n".encode() + body)
    assert reply.startswith(b"HTTP/1.1 ")
    assert reply.split()[1] < b"500", reply[:1_000]
    assert len(reply) <= MAX_REPLY
    assert "Traceback" not in capfd.readouterr().err


@examples(60, shares_fixtures=True)
@given(st.binary(max_size=200))
def test_any_bytes_end_the_connection_at_most(site: Site, capfd: pytest.CaptureFixture[str], request_: bytes) -> None:
    assert exchange(site.port, request_ + b"\r\n\r\n", is_all=True)[9:10] in (b"", b"2", b"3", b"4")
    assert "Traceback" not in capfd.readouterr().err


@examples(40, shares_fixtures=True)
@given(st.sampled_from(["page_ask", "ask", "search", "watch", "opening", "rebuild"]), CALLS, raw_texts(20))
def test_any_call_is_streamed_to_its_end(
    site: Site, capfd: pytest.CaptureFixture[str], name: str, data: list[object], question: str
) -> None:
    if data and isinstance(data[0], dict):
        data[0] |= {"question": question, "staged": [question]}  # no files at all would be a rebuild, which takes long
    with httpx.Client(base_url=site.url, timeout=TIMEOUT, trust_env=False) as client:
        client.get("/")
        body = json.dumps({"data": data})
        called = client.post(f"/gradio_api/call/{name}", content=body, headers={"content-type": "application/json"})
        assert called.status_code < 500
        if called.is_success:
            stream = client.get(f"/gradio_api/call/{name}/{called.json()['event_id']}")
            assert stream.status_code < 500
            assert "event: complete" in stream.text or "event: error" in stream.text
    assert "Traceback" not in capfd.readouterr().err
