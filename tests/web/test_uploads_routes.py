"""Files that are added on the page of the collection, and rebuilds, as a browser asks for them."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from unittest.mock import Mock

import httpx
import pytest
from markupsafe import Markup

from rag.web import adding, receiving, uploads_routes
from rag.web.access.browsers import COOKIE
from rag.web.staged import MAX_ARRIVING

from .serving import serving


@pytest.fixture(scope="module")
def browser(index_dir: Path) -> Iterator[httpx.Client]:
    """A browser without a cookie, and a chat over fourteen papers."""
    with serving(index_dir) as address, httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
        yield client


def fault(reply: httpx.Response) -> str:
    assert reply.status_code == 400
    return str(reply.json()["fault"])


def test_what_a_page_sends_to_be_rebuilt_is_bounded(browser: httpx.Client) -> None:
    browser.get("/papers")
    for staged in (["x"] * 51, ["x" * 33], "x", [1]):
        assert browser.post("/uploads/preview", json={"staged": staged}).status_code == 422
        assert browser.post("/uploads/discard", json={"staged": staged}).status_code == 422
        event = browser.post("/gradio_api/call/rebuild", json={"data": [{"staged": staged}]}).json()["event_id"]
        told = browser.get(f"/gradio_api/call/rebuild/{event}").text
        assert "at most 50 uploaded files" in told or "can no longer be found" in told


def test_only_a_browser_that_is_known_uploads_rebuilds_and_tests_models(index_dir: Path, browser: httpx.Client) -> None:
    nobody = {"cookie": ""}
    before = (index_dir / "CURRENT").read_text()
    for path, sent in (("/uploads/preview", {"staged": []}), ("/uploads/discard", {"staged": []})):
        assert "cookie" in fault(browser.post(path, json=sent, headers=nobody))
    assert "cookie" in fault(browser.post("/settings/test", json={"llm": ""}, headers=nobody))
    assert "cookie" in fault(browser.post("/uploads?name=owls.bib", content=b"x", headers=nobody))
    event = browser.post("/gradio_api/call/rebuild", json={"data": [{}]}, headers=nobody).json()["event_id"]
    assert "Your browser sent no cookie" in browser.get(f"/gradio_api/call/rebuild/{event}", headers=nobody).text
    assert (index_dir / "CURRENT").read_text() == before


def test_an_upload_that_stalls_ends_and_gives_up_its_place(
    browser: httpx.Client, index_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.get("/papers")
    monkeypatch.setattr(receiving, "PATIENCE", 0.05)
    cookie = f"{COOKIE}={browser.cookies[COOKIE]}"
    for _ in range(MAX_ARRIVING + 1):
        with socket.create_connection((browser.base_url.host, browser.base_url.port or 0), timeout=60) as connection:
            head = f"POST /uploads?name=owls.bib HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n"
            connection.sendall(f"{head}Content-Length: 100\r\nConnection: close\r\n\r\n@article".encode())
            with connection.makefile("rb") as reply:
                assert b"Nothing of the file came for 0.05 seconds." in reply.read()
    assert list((index_dir / ".incoming").glob("*")) == []


def test_a_full_disk_is_told_as_such(browser: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    browser.get("/papers")
    full = OSError(28, "No space left on device")
    monkeypatch.setattr(uploads_routes, "SpooledTemporaryFile", Mock(side_effect=full))
    told = fault(browser.post("/uploads?name=owls.bib", content=b"x"))
    assert told == "The file cannot be kept: No space left on device. Make room, then add it again."


def test_others_are_served_while_a_plan_of_many_papers_is_drawn(
    browser: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.get("/papers")
    begun, may_go, drawn = Event(), Event(), adding.rich

    def held(title: str) -> Markup:
        begun.set()
        assert may_go.wait(60)
        return drawn(title)

    monkeypatch.setattr(adding, "rich", held)
    record = b'{"title": "Herons Wait at the Pond", "abstract": "Herons stand still for hours. We count catches."}'
    staged = browser.post("/uploads?name=ponds.jsonl", content=record).json()["staged"]
    with ThreadPoolExecutor(1) as threads:
        plan = threads.submit(browser.post, "/uploads/preview", json={"staged": staged})
        assert begun.wait(60)
        try:
            assert httpx.get(browser.base_url.join("/healthz"), trust_env=False, timeout=20).status_code == 200
            assert not plan.done()
        finally:
            may_go.set()
        assert "Herons Wait" in plan.result().json()["html"]
    browser.post("/uploads/discard", json={"staged": staged})
