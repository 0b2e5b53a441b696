"""While an answer is made: titles first, sentences as they come, a stop that stops, and faults that lose nothing."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from rag.chat.conversation import Conversation
from tests.conftest import WHICH

from .browsers import ask, ask_and_wait
from .conftest import WRITTEN
from .sites import Site, Writing, opened

PLACES = """() => [...document.querySelectorAll(".question, .status, .written .statement")]
  .map((one) => one.getBoundingClientRect().top)"""

NEXT_FRAME = "new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(true))))"
# But for the questions to ask next, which are fetched later, and for the order of a turn's attributes.
SHOWN = """() => [...document.querySelectorAll("article.turn, #cards > *, #conversations li")].map((shown) => {
  const one = shown.cloneNode(true);
  one.querySelector(".next")?.remove();
  const attributes = [...one.attributes].map(({ name, value }) => [name, value]).sort();
  attributes.forEach(([name]) => one.removeAttribute(name));
  attributes.forEach(([name, value]) => one.setAttribute(name, value));
  return one.outerHTML.replace(/ style="[^"]*"/g, "").replace(/\\s+/g, " ").replaceAll("> <", "><");
})"""


def test_quotes_come_before_the_model_writes_a_word_then_each_sentence_above_them(
    blank: Page, writing: Writing
) -> None:
    page = opened(blank, writing.site)
    writing.hold()
    ask(page, WRITTEN)
    expect(page.locator(".turn .list .paper")).to_have_count(4)
    expect(page.locator(".turn .lead")).to_have_text(re.compile("^4 of .* papers mention"))
    written = page.get_by_role("region", name="Written answer")
    expect(written.locator("p")).to_have_text("The model is judging papers: 1 of 2…")
    expect(page.locator(".turn .status")).to_have_text(re.compile(r"^\d+ quotes so far…$"))
    writing.one_more(page)
    expect(written.locator(".direct")).to_have_text(f"{writing.text} [1]")
    expect(written.locator("p").last).to_have_text("The model is writing…")
    expect(page.locator(".turn .status")).to_have_text(re.compile(r"^\d+ quotes and 1 sentence so far…$"))
    writing.gate.set()
    expect(page.locator(".turn .status")).to_have_text(re.compile(r"^done: checked (\d+) of \1 sentences, each cited$"))
    expect(page.locator(".turn h3")).to_have_text(["Findings", "The evidence"])
    expect(written.locator("p").last).to_have_text("Written by owl: 4 sentences, 4 confirmed; 3 s")
    places = [part.bounding_box()["y"] for part in (written, page.locator(".turn .list"))]  # type: ignore[index]
    assert places == sorted(places)


def test_no_written_sentence_moves_while_more_arrives(blank: Page, writing: Writing) -> None:
    page = opened(blank, writing.site)
    ask_and_wait(page, "what error does FoldGAT reach on CASP14?")
    writing.hold()
    ask(page, WRITTEN)
    writing.one_more(page)
    writing.one_more(page)
    before = page.evaluate(PLACES)
    writing.gate.set()
    expect(page.locator(".turn").last).to_have_attribute("data-state", "done")
    after = page.evaluate(PLACES)
    assert after[: len(before)] == before
    assert page.locator(".turn").last.locator(".question").bounding_box()["y"] < 120  # type: ignore[index]


@pytest.mark.parametrize("size", [{"width": 1280, "height": 480}, {"width": 390, "height": 600}], ids=["desk", "phone"])
def test_the_quote_that_a_reader_looks_at_stays_where_it_is(blank: Page, writing: Writing, size: ViewportSize) -> None:
    blank.set_viewport_size(size)
    page = opened(blank, writing.site)
    writing.text = "Tails steady kites. " * 12
    writing.hold()
    ask(page, WRITTEN)
    expect(page.locator(".written .progress")).to_be_visible()
    quote = page.locator(".list .statement").nth(1)
    quote.evaluate("one => one.scrollIntoView({ block: 'start', behavior: 'instant' })")
    page.evaluate(NEXT_FRAME)
    before = quote.bounding_box()["y"]  # type: ignore[index]
    for _ in range(3):
        writing.one_more(page)
        page.evaluate(NEXT_FRAME)
        assert abs(quote.bounding_box()["y"] - before) < 2  # type: ignore[index]


def test_papers_stay_sorted_while_the_answer_grows(blank: Page, writing: Writing) -> None:
    page = opened(blank, writing.site)
    writing.hold()
    ask(page, WRITTEN)
    expect(page.locator(".written .progress")).to_be_visible()
    titles = page.locator(".turn .list section").evaluate_all("all => all.map((one) => one.dataset.title)")
    page.get_by_label("Sort the papers").select_option("title")
    assert titles != sorted(titles)
    for go_on in (lambda: writing.one_more(page), writing.gate.set):
        go_on()
        expect(page.locator(".turn .list .paper")).to_contain_text(sorted(titles))
    expect(page.locator(".turn")).to_have_attribute("data-state", "done")
    expect(page.locator(".turn .list .paper")).to_contain_text(sorted(titles))
    page.get_by_label("Sort the papers").select_option("")
    expect(page.locator(".turn .list .paper")).to_contain_text(titles)


def test_an_open_card_and_the_focus_stay_while_the_answer_grows(blank: Page, writing: Writing) -> None:
    page = opened(blank, writing.site)
    for part in (".turn .written a.cite", ".turn .list a.cite"):
        page.get_by_role("link", name="New conversation").click()
        writing.hold()
        ask(page, WRITTEN)
        writing.one_more(page)
        page.locator(part).first.click()
        expect(page.locator("article.source details[open]")).to_have_count(1)
        page.locator(part).first.focus()
        writing.gate.set()
        expect(page.locator(".turn")).to_have_attribute("data-state", "done")
        expect(page.locator("article.source details[open]")).to_have_count(1)
        expect(page.locator("article.source mark .current").first).to_be_visible()
        expect(page.locator(part).first).to_be_focused()


@pytest.mark.parametrize("how", ["click", "Escape"])
def test_stop_stops_the_model_and_keeps_what_is_written(blank: Page, writing: Writing, how: str) -> None:
    page = opened(blank, writing.site)
    writing.hold()
    ask(page, WRITTEN)
    writing.one_more(page)
    page.get_by_role("button", name="Stop").click() if how == "click" else page.keyboard.press("Escape")
    expect(page.locator(".turn")).to_have_attribute("data-state", "stopped")
    assert writing.stopped.wait(20)
    expect(page.locator(".turn .written .statement")).to_have_count(1)
    expect(page.locator(".turn .written .progress")).to_have_count(0)
    shown = page.locator(".turn .statement").count()
    assert shown > 4
    expect(page.locator(".turn .status")).to_have_text(f"stopped after {shown} sentences")
    expect(page.locator(".turn .notice")).to_have_text("This answer was cut off.")
    writing.gate.set()
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator(".turn")).to_have_attribute("data-state", "done")
    expect(page.locator(".turn")).to_have_count(1)


def test_the_page_may_be_left_and_the_answer_goes_on(blank: Page, writing: Writing) -> None:
    page = opened(blank, writing.site)
    writing.hold()
    ask(page, WRITTEN)
    writing.one_more(page)
    page.reload()
    expect(page.locator(".turn .written .statement")).to_have_count(1)
    expect(page.get_by_role("button", name="Stop")).to_be_enabled()
    writing.gate.set()
    expect(page.locator(".turn")).to_have_attribute("data-state", "done")
    expect(page.get_by_role("button", name="Send")).to_be_enabled()


def test_a_page_shows_the_same_after_a_reload(blank: Page, writing: Writing) -> None:
    page = opened(blank, writing.site)
    for question in (WRITTEN, WHICH, "who won the 2022 world cup?"):
        ask_and_wait(page, question)
    before = page.evaluate(SHOWN)
    assert len(before) > 8
    page.reload()
    expect(page.locator(".turn")).to_have_count(3)
    assert page.evaluate(SHOWN) == before


def test_an_error_is_shown_in_words_and_the_question_is_kept(page: Page) -> None:
    ask(page, "year:soon diffusion")
    fault = page.locator(".turn .fault")
    expect(fault).to_contain_text("“year:soon”")
    expect(page.locator(".turn .question")).to_have_text("year:soon diffusion")
    page.reload()
    expect(fault).to_be_visible()
    page.get_by_role("button", name="Edit").click()
    expect(page.get_by_label("Question", exact=True)).to_have_value("year:soon diffusion")
    page.get_by_label("Question", exact=True).fill(WHICH)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".turn")).to_have_attribute("data-state", "done")
    expect(page.locator(".turn")).to_have_count(1)


def test_an_internal_error_does_not_hang_the_page(page: Page, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Conversation, "resume", lambda *given: 1 / 0)
    ask(page, WHICH)
    expect(page.locator(".turn .fault")).to_have_text(re.compile("internal error"))
    monkeypatch.undo()
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator(".turn")).to_have_attribute("data-state", "done")


def test_if_the_server_is_gone_the_question_is_back_in_the_box(page: Page) -> None:
    page.context.set_offline(True)
    page.get_by_label("Question", exact=True).fill(WHICH)
    page.keyboard.press("Enter")
    expect(page.locator("#talk > .fault")).to_contain_text("The server is not responding.")
    expect(page.get_by_label("Question", exact=True)).to_have_value(WHICH)
    page.context.set_offline(False)
    ask_and_wait(page, WHICH)
    expect(page.locator("#talk > .fault")).to_have_count(0)


def test_a_screen_reader_hears_each_state_once(blank: Page, writing: Writing) -> None:
    page = opened(blank, writing.site)
    page.evaluate(
        """() => { window.said = [];
        new MutationObserver(() => window.said.push(document.getElementById("live").textContent))
          .observe(document.getElementById("live"), { childList: true }); }"""
    )
    writing.hold()
    ask(page, WRITTEN)
    for _ in range(3):
        writing.one_more(page)
    writing.gate.set()
    expect(page.locator(".turn")).to_have_attribute("data-state", "done")
    said = page.evaluate("window.said")
    assert said[-1].startswith("done: checked")
    assert len(said) == len(set(said)) <= 4
