"""Nothing that a reader looks at moves, wherever that is, while an answer comes, ends, or is followed by another."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Iterator

import pytest
from playwright.sync_api import Page, Route, ViewportSize, expect

from rag.answer.types import Event
from rag.chat.conversation import Conversation

from .browsers import ask, ask_and_wait
from .conftest import UNANSWERABLE, WRITTEN
from .sites import Site, Writing, opened

# A phone, a desk at 200 %, a desk.
SIZES: list[ViewportSize] = [
    {"width": 390, "height": 844},
    {"width": 640, "height": 400},
    {"width": 1280, "height": 800},
]
LISTED = "which papers study lighthouse lamps?"
QUESTIONS = [
    LISTED,
    "what error does FoldGAT reach on CASP14?",
    "how do SwiftDepth and TinySpeech differ?",
    UNANSWERABLE,
]
LONG = "Tails steady kites, and kites that are steady stay up for as long as the wind is good. " * 4

# Notes in each frame what is in view and has another place than in the frame before; and what the browser reports.
WATCH = """() => {
  const moved = (window.moved = []);
  const shown = ".question, .status, .lead, .statement, .paper, .progress, .actions, #sources h2, #sources h3, #ask";
  let before = new Map();
  const look = () => {
    const now = new Map();
    const covered = document.getElementById("ask").getBoundingClientRect().top; // on a phone, by the question box
    for (const element of document.querySelectorAll(shown)) {
      const { top, bottom, left, height } = element.getBoundingClientRect();
      if (!height || bottom < 0 || top > innerHeight || getComputedStyle(element).visibility !== "visible") continue;
      const box = element.closest("#turns, #sources")?.getBoundingClientRect();
      const isClipped = box && (innerWidth > 752 ? bottom < box.top || top > box.bottom : top > covered);
      if (!isClipped) now.set(element, [top, left]);
    }
    for (const [element, [top, left]] of now) {
      const [y, x] = before.get(element) ?? [top, left];
      if (!window.scrolling && (Math.abs(y - top) > 1 || Math.abs(x - left) > 1)) {
        moved.push(`${element.className || element.id} "${element.textContent.trim().slice(0, 30)}" ${y} -> ${top}`);
      }
    }
    before = now;
    window.scrolling = false;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const what = entry.sources.map(({ node, previousRect, currentRect }) =>
        `${node?.className || node?.id || node?.nodeName} ${previousRect.y} -> ${currentRect.y}`);
      if (entry.value > 0.0005) moved.push(`layout shift ${entry.value.toFixed(4)}: ${what.join("; ")}`);
    }
  }).observe({ type: "layout-shift" });
}"""
TWO_FRAMES = (
    "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(true)))))"
)


def watch(page: Page) -> None:
    page.evaluate(WATCH)


def scroll_to(page: Page, part: str, block: str = "start") -> None:
    """The reader scrolls to the last `part` of the page."""
    page.evaluate(TWO_FRAMES)
    page.evaluate(
        """([part, block]) => { window.scrolling = true;
        [...document.querySelectorAll(part)].at(-1).scrollIntoView({ block, behavior: "instant" }); }""",
        [part, block],
    )
    page.evaluate(TWO_FRAMES)


def forget(page: Page) -> None:
    """What has moved so far was moved by the reader."""
    page.evaluate(TWO_FRAMES)
    page.evaluate("window.moved.length = 0")


def check(page: Page) -> None:
    """Fails if anything moved."""
    page.evaluate(TWO_FRAMES)
    assert page.evaluate("window.moved") == []


@pytest.fixture(params=SIZES, ids=lambda size: str(size["width"]))
def sized(blank: Page, request: pytest.FixtureRequest) -> Page:
    blank.set_viewport_size(request.param)
    return blank


def test_nothing_moves_while_quotes_come(sized: Page, site: Site) -> None:
    page = opened(sized, site)
    watch(page)
    for question in QUESTIONS:
        page.evaluate("window.scrolling = true")
        ask(page, question)
        forget(page)
        expect(page.locator(".turn").last).to_have_attribute("data-state", "done")
        check(page)


@pytest.mark.parametrize(
    ("part", "block"),
    [
        (".question", "start"),
        (".list .statement", "center"),
        (".list", "end"),
        ("#sources h3", "center"),
        (".turn:first-child .statement", "start"),
    ],
    ids=["top", "middle", "end", "sources", "earlier"],
)
def test_nothing_moves_while_a_model_writes(sized: Page, writing: Writing, part: str, block: str) -> None:
    page = opened(sized, writing.site)
    ask_and_wait(page, LISTED)
    writing.text = LONG
    writing.hold()
    ask(page, WRITTEN)
    expect(page.locator(".turn").last.locator(".progress")).to_contain_text("judging")
    watch(page)
    scroll_to(page, part, block)
    forget(page)
    for _ in range(3):
        writing.one_more(page)
        check(page)
    writing.gate.set()
    expect(page.locator(".turn").last).to_have_attribute("data-state", "done")
    check(page)
    assert page.locator(".turn").last.locator(".question").bounding_box()


def test_nothing_moves_in_the_first_answer_nor_in_a_long_one(sized: Page, writing: Writing) -> None:
    page = opened(sized, writing.site)
    writing.text = LONG
    writing.hold()
    watch(page)
    ask(page, WRITTEN)
    forget(page)
    expect(page.locator(".list .statement").first).to_be_attached()
    for _ in range(4):
        writing.one_more(page)
    writing.gate.set()
    expect(page.locator(".turn")).to_have_attribute("data-state", "done")
    check(page)
    written, whole = page.locator(".written"), page.get_by_role("button", name="Show the whole answer")
    if whole.is_visible():  # the quotes below were in view, so the text scrolls by itself
        question = page.locator(".question").bounding_box()
        whole.click()
        assert page.locator(".question").bounding_box() == question
    expect(whole).to_be_hidden()
    assert written.evaluate("one => one.scrollHeight <= one.clientHeight + 1")


def test_what_a_model_wrote_is_whole_once_that_moves_nothing(sized: Page, writing: Writing) -> None:
    page = opened(sized, writing.site)
    writing.text = LONG
    ask_and_wait(page, WRITTEN)
    # Not watched: the browser may paint the reader's scroll and what makes up for the longer text at once.
    statement = page.locator(".list .statement").last
    top = statement.evaluate("""(one) => {
        one.scrollIntoView({ block: "start", behavior: "instant" });
        return one.getBoundingClientRect().top; }""")
    expect(page.locator(".written[data-held]")).to_have_count(0)
    page.evaluate(TWO_FRAMES)
    assert statement.evaluate("one => one.getBoundingClientRect().top") == pytest.approx(top, abs=1)


def test_folds_and_selected_text_stay_while_an_answer_grows(sized: Page, writing: Writing) -> None:
    page = opened(sized, writing.site)
    writing.hold()
    ask(page, LISTED)
    papers, more = page.locator(".list > section"), page.get_by_role("button", name="more papers")
    expect(more).to_be_visible()
    shown = papers.count()
    more.click()
    expect(page.get_by_role("button", name="Show fewer papers")).to_be_visible()
    expect(papers.nth(shown - 1)).to_be_visible()
    quote = papers.nth(5).locator(".statement").first
    quote.evaluate("one => getSelection().selectAllChildren(one)")
    selected = page.evaluate("getSelection().toString()")
    assert selected
    scroll_to(page, ".list > section:nth-child(6)")
    watch(page)
    for _ in range(2):
        writing.one_more(page)
        check(page)
    writing.gate.set()
    expect(page.locator(".turn")).to_have_attribute("data-state", "done")
    check(page)
    assert page.evaluate("getSelection().toString()") == selected
    expect(papers.nth(shown - 1)).to_be_visible()


def test_what_is_read_stays_in_view_when_the_window_changes_its_width(page: Page) -> None:
    ask_and_wait(page, LISTED)
    page.get_by_role("button", name="more papers").click()
    title = page.locator(".list > section").nth(5).locator(".paper")
    title.evaluate("one => one.scrollIntoView({ block: 'start', behavior: 'instant' })")
    page.wait_for_timeout(200)  # until scrolling has ended
    for size in (*SIZES, SIZES[0]):
        page.set_viewport_size(size)
        page.evaluate(TWO_FRAMES)
        box = title.bounding_box()
        assert box
        assert 0 <= box["y"] < size["height"] / 2, size


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Searches end only while this is set, as it is at first."""
    gate, ask = threading.Event(), Conversation.ask
    gate.set()

    async def held(*given: object) -> AsyncGenerator[Event]:
        while not gate.is_set():
            await asyncio.sleep(0.01)
        async for event in ask(*given):  # type: ignore[arg-type]
            yield event

    monkeypatch.setattr(Conversation, "ask", held)
    yield gate
    gate.set()


@pytest.mark.parametrize("then", [LISTED, "how much do kite tails of felt weigh?"], ids=["others", "the same"])
def test_the_source_that_is_read_stays_when_the_next_answer_moves_it(
    sized: Page, site: Site, found: threading.Event, then: str
) -> None:
    page = opened(sized, site)
    ask_and_wait(page, WRITTEN)
    page.locator(".list a.cite").last.click()
    card = page.locator("#sources .source.current")
    found.clear()
    ask(page, then)
    expect(page.locator(".turn").last.locator(".status")).to_contain_text("searching")
    scroll_to(page, "#sources .source.current")
    before = card.bounding_box()
    found.set()
    expect(page.locator(".turn").last).to_have_attribute("data-state", "done")
    page.evaluate(TWO_FRAMES)
    after = card.bounding_box()
    assert before
    assert after
    assert after["y"] == pytest.approx(before["y"], abs=1)


def test_a_question_is_there_at_once_and_its_answer_does_not_call_the_reader_back(sized: Page, site: Site) -> None:
    page = opened(sized, site)
    ask_and_wait(page, LISTED)
    sent: list[Route] = []
    page.route("**/gradio_api/call/page_ask", lambda route: sent.append(route))
    ask(page, UNANSWERABLE)
    question = page.locator(".turn").last.locator(".question")
    expect(question).to_have_text(UNANSWERABLE)
    expect(question).to_be_in_viewport()
    expect(page.locator(".turn").last.locator(".status")).to_have_text("sending…")
    expect(page.locator("#stop")).to_be_disabled()
    scroll_to(page, ".turn:first-child .statement")
    watch(page)
    forget(page)
    sent[0].continue_()
    expect(page.locator(".turn").last).to_have_attribute("data-state", "done")
    expect(page.locator(".turn")).to_have_count(2)
    check(page)


@pytest.mark.parametrize("again", [False, True], ids=["new", "in place of another"])
def test_a_question_that_cannot_be_sent_goes_back_into_the_box(sized: Page, site: Site, again: bool) -> None:
    page = opened(sized, site)
    if again:
        for question in (LISTED, WRITTEN):
            ask_and_wait(page, question)
        page.get_by_role("button", name="Edit").first.click()
    before = page.locator(".turn .status, #welcome h1, #welcome h2").all_inner_texts()
    assert before
    page.route("**/gradio_api/call/page_ask", lambda route: route.abort())
    page.get_by_label("Question", exact=True).fill(UNANSWERABLE)
    page.keyboard.press("Enter")
    expect(page.locator("#talk > .fault")).to_contain_text("not responding")
    expect(page.get_by_label("Question", exact=True)).to_have_value(UNANSWERABLE)
    assert page.locator(".turn .status, #welcome h1, #welcome h2").all_inner_texts() == before
    expect(page.get_by_role("button", name="Send")).to_be_enabled()
