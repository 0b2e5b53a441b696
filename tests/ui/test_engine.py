"""The chat with everything real behind it: Chroma on disk, the bundled models, and Chromium in front."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from rag import settings
from rag.chat import Chat
from rag.ui.serve import start
from tests.conftest import WHICH

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def address(index_dir: Path) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    served = start(Chat(settings.load(index_dir=index_dir)), "127.0.0.1", port)
    yield f"http://127.0.0.1:{port}/"
    served.close(verbose=False)


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    opened = context.new_page()
    opened.goto(address)
    yield opened
    context.close()


def ask(page: Page, question: str) -> None:
    expect(page.get_by_role("button", name="Send")).to_be_enabled(timeout=60_000)
    page.get_by_label("Question").fill(question)
    page.keyboard.press("Enter")
    expect(page.locator("#status")).to_contain_text("done", timeout=120_000)


def test_a_question_is_answered_and_its_citation_shows_the_sentence(page: Page, papers_file: Path) -> None:
    expect(page.locator("#header")).to_contain_text("papers.jsonl")
    expect(page.locator("#header")).to_contain_text("14 papers")
    ask(page, WHICH)
    marker = page.get_by_role("link", name=re.compile(r"^Source \d: SwiftDepth")).first
    quote = marker.get_attribute("title") or ""
    abstracts = [json.loads(line)["abstract"] for line in papers_file.read_text(encoding="utf-8").splitlines()]
    assert any(quote in abstract for abstract in abstracts)
    marker.click()
    card = page.locator(f"details{marker.get_attribute('href')}")
    expect(card).to_have_attribute("open", "")
    expect(card.locator("mark").filter(has_text=quote)).to_be_in_viewport()


def test_what_the_papers_do_not_say_is_refused(page: Page) -> None:
    ask(page, "who won the 2022 world cup?")
    expect(page.locator("#dialogue")).to_contain_text("do not answer this")
    expect(page.locator(".statement")).to_have_count(0)
