"""While the index and the model are being opened, the page is there, can be asked, and follows without a reload."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from rag import settings
from tests.conftest import WHICH
from tests.llm.server import running
from tests.web.held import HeldLibrary

from .browsers import DESK, ask
from .sites import Site, opened, serving

PHONE: ViewportSize = {"width": 390, "height": 844}


@pytest.fixture
def library(pages_index: Path) -> Iterator[HeldLibrary]:
    with running() as model:
        chosen = settings.load(index_dir=pages_index, llm=f"openai-like:{model.url}/v1#owl")
        yield HeldLibrary(chosen)


@pytest.fixture
def opening(library: HeldLibrary) -> Iterator[Site]:
    """A chat whose index is still being opened."""
    with serving(library) as site:
        yield site
        library.let_all()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_question_can_be_written_before_the_index_is_open(
    blank: Page, opening: Site, library: HeldLibrary, size: ViewportSize
) -> None:
    blank.set_viewport_size(size)
    page = opened(blank, opening)
    page.evaluate("window.loaded = true")
    expect(page.locator("header .facts")).to_have_text("opening the papers…")
    expect(page.get_by_role("heading")).to_contain_text(["Opening the papers…"])
    expect(page.get_by_text("You can already ask")).to_be_visible()
    expect(page.get_by_role("button", name="Send")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    page.keyboard.type("how is")
    library.index_may_open.set()
    expect(page.locator("#welcome h1")).to_have_text(re.compile(r"^Ask \d+ papers$"))
    expect(page.locator("#welcome .topics li").first).to_be_visible()
    expect(page.locator("header .brand")).to_have_text("papers.jsonl")
    expect(page.locator("header .facts")).to_have_text(re.compile(r"^\d+ papers · opening owl…$"))
    library.model_may_open.set()
    expect(page.locator("header .facts")).to_have_text(re.compile(r"^\d+ papers · owl, writes from the evidence$"))
    expect(page.locator("#welcome .example").first).to_be_visible(timeout=60_000)
    page.keyboard.type(" protein structure predicted?")
    expect(page.get_by_label("Question", exact=True)).to_have_value("how is protein structure predicted?")
    page.keyboard.press("Enter")
    expect(page.locator(".turn")).to_have_attribute("data-state", "done")
    assert page.evaluate("window.loaded")


def test_a_question_asked_before_the_index_is_open_is_answered_then(
    blank: Page, opening: Site, library: HeldLibrary
) -> None:
    page = opened(blank, opening)
    ask(page, WHICH)
    expect(page.locator(".turn .status")).to_have_text("opening the papers…")
    page.reload()
    expect(page.locator(".turn .status")).to_have_text("opening the papers…")
    library.index_may_open.set()
    expect(page.locator(".turn .list .paper")).to_have_count(2)  # the quotes do not wait for the model
    expect(page.locator(".turn .status")).to_contain_text("so far…")
    library.model_may_open.set()
    expect(page.locator(".turn")).to_have_attribute("data-state", "done")
    expect(page.locator("header .facts")).to_contain_text("owl, writes from the evidence")


def test_a_question_can_be_stopped_before_the_index_is_open(blank: Page, opening: Site, library: HeldLibrary) -> None:
    page = opened(blank, opening)
    ask(page, WHICH)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".turn")).to_have_attribute("data-state", "stopped")
    library.let_all()
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator(".turn")).to_have_attribute("data-state", "done")


def test_the_settings_and_the_collection_are_there_once_the_index_is(
    blank: Page, opening: Site, library: HeldLibrary
) -> None:
    page = opened(blank, opening)
    page.get_by_role("button", name="Settings").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    library.index_may_open.set()
    expect(page.get_by_label("from the source").locator("option")).not_to_have_count(1)
    page.goto(f"{opening.url}papers")
    expect(page.locator("article.source").first).to_be_visible()
    expect(page.locator("header .facts")).to_contain_text("opening owl…")
    library.model_may_open.set()
    expect(page.locator("header .facts")).to_contain_text("owl, writes from the evidence")


def test_an_index_that_cannot_be_opened_is_told(blank: Page, tmp_path: Path, pages_index: Path) -> None:
    index = Path(shutil.copytree(pages_index, tmp_path / "index"))
    library = HeldLibrary(settings.load(index_dir=index, llm="none"))
    with serving(library) as site:
        page = opened(blank, site)
        ask(page, WHICH)
        (index / "CURRENT").unlink()
        library.let_all()
        expect(page.locator("#trouble .detail")).to_contain_text("CURRENT is missing")
        expect(page.locator(".turn .fault")).to_contain_text("CURRENT is missing")
        expect(page.locator("header .facts")).to_be_empty()
