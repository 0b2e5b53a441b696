"""While an answer is made: titles first, sentences as they come, a stop that stops, and faults that lose nothing."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from rag.chat.conversation import Conversation
from tests.conftest import WHICH

from .browsers import ask, ask_and_wait
from .conftest import WRITTEN
from .sites import Site, Writing, opened

PLACES = """() => [...document.querySelectorAll(".question, .status, .statement")]
  .map((one) => one.getBoundingClientRect().top)"""

SHOWN = """() => [...document.querySelectorAll("article.turn, #cards > *, #conversations li")]
  .map((one) => one.outerHTML.replace(/\\s+/g, " ").replaceAll("> <", "><"))"""


def test_titles_come_before_the_model_writes_a_word_then_each_sentence(blank: Page, writing: Writing) -> None:
    page = opened(blank, writing.site)
    writing.hold()
    ask(page, WRITTEN)
    titles = page.locator(".turn .list .paper, .turn .reading li")
    expect(titles).to_have_count(4)
    expect(page.locator(".turn .matching")).to_contain_text("4 of ")
    expect(page.locator(".turn .status")).to_contain_text("writing…")
    writing.one_more(page)
    expect(page.locator(".turn .status")).to_have_text(re.compile(r"^checked \d+ sentences? so far; writing…$"))
    writing.gate.set()
    expect(page.locator(".turn .status")).to_have_text(re.compile(r"^done: checked (\d+) of \1 sentences, each cited$"))
    expect(page.locator(".turn .reading")).to_have_count(0)


def test_nothing_on_the_page_moves_while_more_arrives(blank: Page, writing: Writing) -> None:
    page = opened(blank, writing.site)
    ask_and_wait(page, "what error does FoldGAT reach on CASP14?")
    writing.hold()
    ask(page, WRITTEN)
    expect(page.locator(".turn").last.locator(".reading li").first).to_be_visible()
    writing.one_more(page)
    before = page.evaluate(PLACES)
    writing.gate.set()
    expect(page.locator(".turn").last).to_have_attribute("data-state", "done")
    after = page.evaluate(PLACES)
    assert after[: len(before)] == before
    assert page.locator(".turn").last.locator(".question").bounding_box()["y"] < 120  # type: ignore[index]


def test_an_open_card_and_the_focus_stay_while_the_answer_grows(blank: Page, writing: Writing) -> None:
    page = opened(blank, writing.site)
    writing.hold()
    ask(page, WRITTEN)
    writing.one_more(page)
    page.locator(".turn a.cite").first.click()
    expect(page.locator("article.source details[open]")).to_have_count(1)
    page.locator(".turn a.cite").first.focus()
    writing.gate.set()
    expect(page.locator(".turn")).to_have_attribute("data-state", "done")
    expect(page.locator("article.source details[open]")).to_have_count(1)
    expect(page.locator("article.source mark .current").first).to_be_visible()
    expect(page.locator(".turn a.cite").first).to_be_focused()


@pytest.mark.parametrize("how", ["click", "Escape"])
def test_stop_stops_the_model_and_keeps_what_is_written(blank: Page, writing: Writing, how: str) -> None:
    page = opened(blank, writing.site)
    writing.hold()
    ask(page, WRITTEN)
    writing.one_more(page)
    writing.wait_for_request(page)
    page.get_by_role("button", name="Stop").click() if how == "click" else page.keyboard.press("Escape")
    expect(page.locator(".turn")).to_have_attribute("data-state", "stopped")
    assert writing.model.gone.wait(20)
    written = page.locator(".turn .statement").count()
    assert 0 < written < 8
    expect(page.locator(".turn .status")).to_have_text(re.compile(rf"^stopped after {written} sentences?$"))
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
    expect(page.locator(".turn .statement").first).to_be_visible()
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


def test_a_screen_reader_hears_each_state_once(page: Page) -> None:
    page.evaluate(
        """() => { window.said = [];
        new MutationObserver(() => window.said.push(document.getElementById("live").textContent))
          .observe(document.getElementById("live"), { childList: true }); }"""
    )
    ask_and_wait(page, WHICH)
    said = page.evaluate("window.said")
    assert said[-1].startswith("done: checked")
    assert len(said) == len(set(said)) <= 4
