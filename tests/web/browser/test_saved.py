"""Saved questions in a browser: the button below an answer, the menu, and the page that tells what is new."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import APIResponse, Page, Route, ViewportSize, expect

from rag import settings
from rag.chat import rebuild
from rag.chat.library import Library
from rag.chat.saved_asking import SavedQuestions
from rag.chat.saved_store import LIBRARY
from rag.progress import silent
from tests.chat.test_saved_asking import EXIT, GLIDE, SWIFT
from tests.conftest import DATA, WHICH, typical_curve

from .browsers import DESK, ask_and_wait
from .sites import Site, serving
from .test_accessibility import PHONE, axe, check

__all__ = ["axe"]  # a fixture

CORAL = "which papers count coral?"
SHIFTS = """() => { window.shifted = 0; new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.shifted += entry.value; }).observe({ type: "layout-shift" }); }"""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, unopened_index: Path) -> Path:
    return Path(shutil.copytree(unopened_index, tmp_path_factory.mktemp("saved") / "index"))


@pytest.fixture(scope="module")
def kept(index: Path) -> Iterator[Site]:
    """A chat over fourteen papers, whose list of saved questions is empty."""
    with serving(Library(settings.load(index_dir=index, llm="none"))) as site:
        yield site


@pytest.fixture(autouse=True)
def _nothing_saved(index: Path) -> Iterator[None]:
    yield
    (index / "saved.db").unlink(missing_ok=True)


@pytest.fixture
def change(index: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two questions are saved; then a paper comes, one goes, and one is changed. In the end all is as before."""
    monkeypatch.setattr(rebuild, "calibrate", typical_curve)
    saved = SavedQuestions(Library(settings.load(index_dir=index, llm="none")))
    with ThreadPoolExecutor(1) as thread:  # here runs the event loop of the browser
        for question in (CORAL, WHICH):
            thread.submit(saved.save, LIBRARY, question).result()
    papers = [json.loads(line) for line in (DATA / "papers.jsonl").read_text(encoding="utf-8").splitlines()]
    for paper in papers:
        if paper["title"] == SWIFT:
            paper["abstract"] = paper["abstract"].replace("40 times", "400 times")
    hold(index, [GLIDE, *(paper for paper in papers if paper["title"] != EXIT)])
    yield
    hold(index, [json.loads(line) for line in (DATA / "papers.jsonl").read_text(encoding="utf-8").splitlines()])


def hold(index: Path, papers: list[dict[str, object]]) -> None:
    file = index.parent / "mine.jsonl"
    file.write_text("\n".join(map(json.dumps, papers)), encoding="utf-8")
    rebuild.rebuild([file], index, "bundled", silent)


def test_a_question_is_saved_and_unsaved_below_its_answer(blank: Page, kept: Site) -> None:
    page = blank
    page.goto(kept.url)
    ask_and_wait(page, WHICH)
    button = page.locator("button.save")
    expect(button).to_have_text("Save question")
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_text("Saved")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(button).to_be_focused()
    page.get_by_role("button", name="Helpful", exact=True).click()  # the turn comes anew
    expect(page.get_by_label("What should we know?")).to_be_visible()
    expect(button).to_have_text("Saved")
    page.reload()
    expect(button).to_have_text("Saved")
    button.click()
    expect(button).to_have_text("Save question")
    expect(button).to_have_attribute("aria-pressed", "false")


def test_all_buttons_of_a_question_tell_the_same(blank: Page, kept: Site) -> None:
    page = blank
    page.goto(kept.url)
    typed = "and what about coral?"
    for question in (WHICH, typed, CORAL, typed):
        ask_and_wait(page, question)
    buttons = page.locator(".turn button.save")
    same = buttons.and_(page.locator(f'.turn:has(.question:text-is("{typed}")) button.save'))
    expect(same).to_have_count(2)
    for pressed, state in ((0, "Saved"), (1, "Save question"), (1, "Saved"), (0, "Save question")):
        same.nth(pressed).click()
        expect(same).to_have_text([state, state])


def test_a_question_that_was_saved_in_other_words_is_saved(blank: Page, kept: Site, index: Path) -> None:
    page = blank
    page.goto(kept.url)
    for question in (WHICH, "and what about coral?"):
        ask_and_wait(page, question)
    button = page.locator("button.save").last
    button.click()
    expect(button).to_have_text("Saved")
    store = SavedQuestions(Library(settings.load(index_dir=index, llm="none"))).store
    (one,) = store.of(LIBRARY)
    button.click()
    expect(button).to_have_text("Save question")
    ask_and_wait(page, one.question)
    page.locator("button.save").last.click()
    button = page.locator("button.save").nth(1)
    button.click()
    expect(button).to_have_text("Saved")


def test_what_cannot_be_saved_says_why(blank: Page, kept: Site) -> None:
    page = blank
    page.goto(kept.url)
    ask_and_wait(page, WHICH)
    ask_and_wait(page, "what does [1] say about speed?")
    page.locator("button.save").last.click()
    expect(page.locator("#talk > .fault")).to_contain_text("papers of this conversation only")
    ask_and_wait(page, "thanks!")
    expect(page.locator("button.save")).to_have_count(2)


@pytest.mark.usefixtures("change")
def test_news_appears_stays_while_it_is_read_and_is_seen_then(blank: Page, kept: Site) -> None:
    page = blank
    page.goto(kept.url)
    expect(page.get_by_role("link", name="Saved 1 with news")).to_be_visible()
    expect(page.locator("#news")).to_have_text("1")
    page.get_by_role("link", name="Saved").click()
    expect(page.locator("article h2")).to_have_text([CORAL, WHICH])  # as they were saved
    number = "(heading) => getComputedStyle(heading, '::before').content"
    assert page.locator("article h2").last.evaluate(number) == 'counter(question) ". "'
    news = page.locator("details.news")
    expect(news.locator("summary")).to_contain_text("1 new paper, 1 changed, 1 removed since ")
    news.locator("summary").click()
    expect(news.locator("h3")).to_contain_text(["New", "Changed", "Removed"])
    expect(news.locator(".paper")).to_have_text([str(GLIDE["title"]), SWIFT, EXIT])
    expect(news.locator(".before")).to_contain_text("40 times faster")
    expect(page.locator("#news")).to_be_hidden()
    expect(page.locator("#status")).to_have_text("Nothing new on 2 questions.")
    page.evaluate("document.dispatchEvent(new CustomEvent('saved', { detail: { checking: true } }))")  # it is looked up
    expect(page.locator("#status")).to_have_text("Nothing new on 2 questions.")
    expect(news.locator(".paper").first).to_be_visible()
    page.reload()
    expect(page.locator("details.news")).to_have_count(0)
    page.get_by_text("Seen before: 1 new paper, 1 changed, 1 removed").click()
    expect(page.locator(".earlier .paper").first).to_be_visible()


@pytest.mark.usefixtures("change")
def test_a_paper_opens_on_its_page_and_a_question_in_a_new_conversation(blank: Page, kept: Site) -> None:
    page = blank
    page.goto(f"{kept.url}saved")
    page.locator("details.news summary").click()
    page.get_by_role("link", name=str(GLIDE["title"])).click()
    expect(page.locator("article.source h3").first).to_contain_text(str(GLIDE["title"]))
    page.go_back()
    expect(page.locator(".earlier .paper").first).to_be_visible()  # what was open when it was left
    page.locator("article", has_text=CORAL).get_by_role("link", name="Ask it now").click()
    expect(page.locator(".turn")).to_have_attribute("data-state", "done")
    expect(page.locator(".question")).to_have_text(CORAL)
    page.get_by_role("link", name="New conversation").click()
    expect(page.locator(".turn")).to_have_count(0)


@pytest.mark.usefixtures("change")
def test_nothing_moves_while_questions_are_asked_again(blank: Page, kept: Site) -> None:
    page = blank
    page.add_init_script(f"({SHIFTS})()")
    page.goto(f"{kept.url}saved")
    expect(page.locator("#status")).to_contain_text("1 question of 2 with news.")
    expect(page.locator("#news")).to_have_text("1")
    assert page.evaluate("window.shifted") == 0


@pytest.mark.usefixtures("change")
def test_a_question_is_removed_by_a_second_press_only(blank: Page, kept: Site) -> None:
    page = blank
    page.goto(f"{kept.url}saved")
    for question in (WHICH, CORAL):
        remove = page.get_by_role("button", name=f"Remove “{question}”")
        remove.click()
        expect(page.get_by_role("heading", name=question)).to_be_visible()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name=question)).to_have_count(0)
    expect(page.get_by_text("No question is saved yet.")).to_be_visible()
    page.reload()
    expect(page.get_by_text("No question is saved yet.")).to_be_visible()


@pytest.mark.usefixtures("change")
def test_an_update_from_before_a_question_was_removed_does_not_bring_it_back(blank: Page, kept: Site) -> None:
    page = blank
    page.goto(f"{kept.url}saved")
    late: list[tuple[Route, APIResponse]] = []
    page.route("**/saved/updates", lambda route: late.append((route, route.fetch())))
    for n, question in enumerate((WHICH, CORAL), 1):
        page.get_by_role("button", name=f"Remove “{question}”").click()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name=question)).to_have_count(0)
        while len(late) < n:
            page.wait_for_timeout(10)
    for route, response in reversed(late):
        with page.expect_response("**/saved/updates"):
            route.fulfill(response=response)
    page.evaluate("new Promise((done) => setTimeout(done))")
    expect(page.get_by_role("heading", name=CORAL)).to_have_count(0)
    expect(page.get_by_text("No question is saved yet.")).to_be_visible()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.usefixtures("change")
def test_axe_finds_nothing_serious(blank: Page, kept: Site, axe: str, size: ViewportSize) -> None:
    page = blank
    page.set_viewport_size(size)
    page.goto(f"{kept.url}saved")
    page.locator("details.news summary").click()
    page.get_by_role("button", name=f"Remove “{CORAL}”").click()
    check(page, axe)
    page.reload()
    page.get_by_text("Seen before").click()
    check(page, axe)
    page.goto(kept.url)
    ask_and_wait(page, CORAL)
    expect(page.locator("button.save")).to_have_text("Saved")
    check(page, axe)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_axe_finds_nothing_serious_where_nothing_is_saved(
    blank: Page, kept: Site, axe: str, size: ViewportSize
) -> None:
    blank.set_viewport_size(size)
    blank.goto(f"{kept.url}saved")
    check(blank, axe)
