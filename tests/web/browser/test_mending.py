"""Where the index or the model is missing or broken, the page says so, mends it, and keeps the question."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from rag import settings
from rag.chat.library import Library
from rag.index import embedder, generations, uploads
from tests.conftest import WHICH, typical_curve

from .browsers import DESK, ask, ask_and_wait
from .sites import Site, opened, serving
from .test_accessibility import AXE, PHONE, check

LATE = 120_000  # milliseconds for an index to be built


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, papers_file: Path) -> None:
    """The papers that come with rag are fourteen, and are not calibrated."""
    monkeypatch.setattr(uploads, "shipped", lambda _: papers_file)
    monkeypatch.setattr("rag.chat.rebuild.calibrate", typical_curve)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Site]:
    """A chat without an index."""
    with serving(Library(settings.load(index_dir=tmp_path / "index", llm="none"))) as site:
        yield site


@pytest.fixture
def damaged(index_copy: Path) -> Iterator[Site]:
    """A chat whose vectors are damaged."""
    folder = generations.current(index_copy)
    assert folder
    (folder / "vectors.f32").write_bytes(b"x" * 100)
    with serving(Library(settings.load(index_dir=index_copy, llm="none"))) as site:
        yield site


def test_without_an_index_the_page_offers_to_build_one_and_answers_what_was_asked_before(
    blank: Page, empty: Site
) -> None:
    page = opened(blank, empty)
    trouble = page.locator("#trouble")
    expect(trouble).to_contain_text("There are no papers to search yet.")
    expect(trouble.get_by_role("link", name="Add your own papers")).to_have_attribute("href", "/papers#work")
    page.get_by_label("Question", exact=True).fill("a question that is not asked yet")
    page.reload()
    expect(page.get_by_label("Question", exact=True)).to_have_value("a question that is not asked yet")
    ask(page, WHICH)
    expect(page.locator(".turn")).to_have_attribute("data-state", "running")
    expect(page.locator(".turn")).to_contain_text("waiting for papers: add some or build the index")
    trouble.get_by_role("button", name="Build it from the papers that come with rag").click()
    expect(trouble.locator("progress")).to_be_visible()
    expect(page.locator(".turn")).to_have_attribute("data-state", "done", timeout=LATE)
    expect(trouble).to_be_hidden()
    expect(page.locator("header .facts")).to_contain_text("14 papers")


def test_while_the_first_papers_are_indexed_that_is_all_that_is_said_and_own_ones_may_be_added_instead(
    blank: Page, empty: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_go, of_papers = threading.Event(), embedder.of_papers

    def held(*given: object) -> object:
        assert may_go.wait(60)
        return of_papers(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(embedder, "of_papers", held)
    page = opened(blank, empty)
    trouble = page.locator("#trouble")
    trouble.get_by_role("button", name="Build it from the papers that come with rag").click()
    expect(trouble.locator(".line")).to_contain_text("The papers that come with rag are being indexed.")
    page.goto(f"{empty.url}papers")
    expect(trouble.locator(".line")).to_contain_text("The papers that come with rag are being indexed.")
    expect(page.locator(".fault:visible")).to_have_count(0)
    trouble.get_by_role("button", name="Add your own papers instead").click()
    may_go.set()
    expect(page.locator("#files")).to_be_visible()
    expect(page.locator("#change")).to_contain_text("Stopped: nothing has changed.", timeout=LATE)
    expect(trouble).to_contain_text("There are no papers to search yet.")


def test_one_s_own_papers_can_be_the_first(blank: Page, empty: Site) -> None:
    opened(blank, empty).get_by_role("link", name="Add your own papers").click()
    page = blank
    expect(page.locator("#files")).to_be_visible()
    page.get_by_text("Paste records instead").click()
    page.get_by_label("Records to add").fill(
        "@article{g, title={Gnomes at Night}, abstract={Gnomes garden at night and rest by day.}}"
    )
    page.get_by_role("button", name="Add these records").click()
    page.get_by_role("button", name="Add 1 paper").click()
    expect(page.locator("#change")).to_contain_text("Done: 1 paper: 1 added", timeout=LATE)
    page.goto(empty.url)
    ask_and_wait(page, "when do gnomes garden?")
    expect(page.locator(".turn .reply")).to_contain_text("Gnomes garden at night")


def test_a_damaged_index_is_repaired_on_the_page_and_the_question_asked_again(blank: Page, damaged: Site) -> None:
    page = opened(blank, damaged)
    trouble = page.locator("#trouble")
    expect(trouble).to_contain_text("The index is damaged")
    trouble.get_by_text("Details").click()
    expect(trouble.locator(".detail")).to_contain_text("vectors.f32")
    ask(page, WHICH)
    expect(page.locator(".turn")).to_have_attribute("data-state", "failed")
    trouble.get_by_role("button", name="Repair it").click()
    expect(page.locator(".turn")).to_have_attribute("data-state", "done", timeout=LATE)
    expect(page.locator(".turn")).to_have_count(1)
    expect(trouble).to_be_hidden()


def test_how_a_repair_ended_is_told_until_it_is_dismissed(blank: Page, damaged: Site) -> None:
    page = opened(blank, damaged)
    page.goto(f"{damaged.url}papers")  # which is loaded again once the index is mended
    page.locator("#trouble").get_by_role("button", name="Repair it").click()
    box = page.get_by_role("region", name="How the repair ended")
    told = box.get_by_text("Built again from the 14 papers that it holds.", exact=True)
    expect(page.locator("#trouble")).to_be_hidden(timeout=LATE)
    expect(page.locator("header .facts")).to_contain_text("14 papers")
    expect(told).to_be_visible()
    page.goto(damaged.url)
    expect(told).to_be_visible()
    box.get_by_role("button", name="OK").click()
    expect(box).to_have_count(0)
    page.reload()
    expect(page.locator("header .facts")).to_contain_text("14 papers")
    expect(box).to_have_count(0)


def test_an_index_that_is_mended_elsewhere_is_noticed(blank: Page, index_copy: Path, tmp_path: Path) -> None:
    with serving(Library(settings.load(index_dir=index_copy, llm="none"))) as site:
        shutil.move(index_copy, tmp_path / "away")
        page = opened(blank, site)
        expect(page.locator("#trouble")).to_contain_text("There are no papers to search yet.")
        ask(page, WHICH)
        shutil.rmtree(index_copy, ignore_errors=True)  # which now holds the question only
        shutil.move(tmp_path / "away", index_copy)
        expect(page.locator("#trouble")).to_be_hidden()
        expect(page.locator("header .facts")).to_contain_text("14 papers")


def test_a_model_that_cannot_be_opened_leaves_the_quotes_and_is_left_out_by_choice(
    blank: Page, index_copy: Path
) -> None:
    library = Library(settings.load(index_dir=index_copy, llm="gguf:/no/such.gguf"))
    with serving(library) as site:
        page = opened(blank, site)
        trouble = page.locator("#trouble")
        expect(trouble).to_contain_text("The model that writes the answers cannot be used")
        expect(page.locator("header .facts")).to_contain_text("cannot be used, quotes only")
        expect(page.locator("#welcome h1")).to_be_visible()
        ask_and_wait(page, WHICH)
        expect(page.locator(".turn .notice")).to_contain_text("such.gguf")
        trouble.get_by_role("button", name="Try again").click()
        expect(trouble.locator(".tried")).to_contain_text("Tried again: still the same.")
        trouble.get_by_role("button", name="Choose another model").click()
        expect(page.get_by_role("dialog")).to_be_visible()
        page.keyboard.press("Escape")
        trouble.get_by_role("button", name="Answer with quotes only").click()
        expect(trouble).to_be_hidden()
        ask_and_wait(page, WHICH)
        expect(page.locator(".turn").last.locator(".notice")).to_have_count(0)
        page.goto(site.url)
        expect(page.locator("header .facts")).to_have_text("14 papers · quotes only")
        expect(trouble).to_be_hidden()


@pytest.mark.skipif(not AXE.exists(), reason="no axe")
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_page_with_trouble_is_for_everyone(blank: Page, damaged: Site, size: ViewportSize) -> None:
    blank.set_viewport_size(size)
    page = opened(blank, damaged)
    page.locator("#trouble").get_by_text("Details").click()
    expect(page.get_by_role("button", name="Send")).to_be_in_viewport()
    check(page, AXE.read_text(encoding="utf-8"))
    page.locator("#trouble summary").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Repair it")).to_be_focused()
