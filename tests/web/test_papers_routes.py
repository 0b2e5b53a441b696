"""The files of papers that the page of the collection offers, as a browser gets them from a served chat."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock

import httpx
import pytest

from rag import settings
from rag.chat.library import Library
from rag.export.formats import PAPER_EXPORTS
from rag.index.opening import open_current
from rag.web import papers_routes, receiving, selection
from rag.web.access.browsers import COOKIE
from rag.web.conversations import Conversations
from rag.web.guard import SECURITY_HEADERS
from rag.web.keys import hashed
from rag.web.serve import start
from rag.web.staged import MAX_ARRIVING
from tests.conftest import WHICH

from .reader import read
from .samples import cite, done, state

OWNER, NAME = "ada-owns-this-one", "a-conversation-of-hers"


@pytest.fixture(scope="module")
def browser(index_dir: Path) -> Iterator[httpx.Client]:
    """A browser without a cookie, and a chat over fourteen papers."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    close = start(Library(settings.load(index_dir=index_dir, llm="none")), "127.0.0.1", port)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60) as client:
        yield client
    close()


def titles(reply: httpx.Response) -> list[str]:
    """The titles in a CSL-JSON file."""
    assert reply.status_code == 200, reply.text
    return [item["title"] for item in json.loads(reply.text)]


def on_the_page(browser: httpx.Client, address: str) -> list[str]:
    return [title.text for title in read(browser.get(address).text).all("h3", "title")]


def fault(reply: httpx.Response) -> str:
    assert reply.status_code == 400
    return str(reply.json()["fault"])


@pytest.mark.parametrize("format_", PAPER_EXPORTS)
def test_a_file_is_saved_in_each_format_and_is_as_safe_as_a_page(browser: httpx.Client, format_: str) -> None:
    reply = browser.get(f"/papers.{format_}", params={"q": "year:2024"})
    assert reply.status_code == 200
    assert "SwiftDepth" in reply.text
    assert reply.headers["content-disposition"].startswith("attachment; filename*=UTF-8''year-2024.")
    assert all(reply.headers[name] == value for name, value in SECURITY_HEADERS.items())


def test_the_links_of_a_page_lead_to_its_papers(browser: httpx.Client) -> None:
    for address in ("/papers", "/papers?q=year:2023..", "/papers?q=counting+coral"):
        links = [link.attributes["href"] for link in read(browser.get(address).text).all("a")]
        (file,) = (link for link in links if re.match(r"/papers\.csl", link))
        assert titles(browser.get(file)) == on_the_page(browser, address)


def test_without_a_search_all_papers_are_saved(browser: httpx.Client) -> None:
    assert len(titles(browser.get("/papers.csl"))) == 14


def test_papers_of_further_pages_are_saved_too_in_order(browser: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = titles(browser.get("/papers.csl"))
    monkeypatch.setattr(selection, "PER_PAGE", 5)
    monkeypatch.setattr(selection, "MAX_PAGE_SIZE", 4)
    assert len(on_the_page(browser, "/papers")) == 5
    assert titles(browser.get("/papers.csl")) == everything


def test_more_papers_than_a_file_holds_are_refused_rather_than_cut_off(
    browser: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selection, "MAX_EXPORTED", 13)
    assert "At most 13 papers" in fault(browser.get("/papers.bib"))
    assert titles(browser.get("/papers.csl", params={"q": "year:2024"}))


def test_the_papers_of_an_answer_are_saved_for_its_owner_only(browser: httpx.Client, index_dir: Path) -> None:
    browser.cookies.clear()
    paper = open_current(index_dir).paper(2)
    Conversations(index_dir).save(hashed(OWNER), NAME, 0, done(state(cite(paper=paper)), question=WHICH))
    asked = {"answer": f"{NAME}.0"}
    owner = {"cookie": f"{COOKIE}={OWNER}"}
    assert titles(browser.get("/papers.csl", params=asked, headers=owner)) == [paper.title]
    assert "belongs to another browser" in fault(
        browser.get("/papers.csl", params=asked, headers={"cookie": f"{COOKIE}={'x' * 20}"})
    )
    assert "cookie" in fault(browser.get("/papers.csl", params=asked, headers={"cookie": ""}))
    assert browser.get("/papers.csl", params={"answer": f"{NAME}.7"}, headers=owner).status_code == 404


def test_a_filter_that_cannot_be_read_is_told(browser: httpx.Client) -> None:
    assert "“year:soon”" in fault(browser.get("/papers.bib", params={"q": "year:soon"}))


@pytest.mark.parametrize("address", ["/papers.md", "/papers.exe", "/papers.", "/papers.BIB"])
def test_there_is_no_file_in_another_format(browser: httpx.Client, address: str) -> None:
    assert browser.get(address).status_code == 404


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
    monkeypatch.setattr(papers_routes, "SpooledTemporaryFile", Mock(side_effect=full))
    told = fault(browser.post("/uploads?name=owls.bib", content=b"x"))
    assert told == "The file cannot be kept: No space left on device. Make room, then add it again."
