"""Reading an answer: markers, quotes, cards, lists that can be sorted, and tables."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.conftest import WHICH

from .browsers import ask_and_wait
from .conftest import LONG, UNANSWERABLE

COMPARED = "how do SwiftDepth and TinySpeech differ?"
SEEN = "all => all.map((one) => one.querySelector('.paper').checkVisibility())"
REPLACE = "old => old.replaceWith(old.cloneNode(true))"
PUSH_DOWN = "old => old.before(Object.assign(document.createElement('h1'), { textContent: 'new' }))"


def marker(page: Page, number: int) -> Locator:
    return page.get_by_role("link", name=re.compile(f"^Source {number}: ")).first


def test_every_sentence_ends_in_a_marker_that_has_a_card(page: Page) -> None:
    ask_and_wait(page)
    statements = page.locator(".turn .statement").all()
    assert len(statements) > 2
    for statement in statements:
        link = statement.locator("a.cite").last
        expect(page.locator(f"article{link.get_attribute('href')}")).to_have_count(1)
    shown = page.locator(".turn .list .statement").count()
    expect(page.locator(".turn .status")).to_have_text(f"done: checked {shown} of {shown} sentences, each cited")


def test_a_marker_opens_its_card_at_the_quote_and_leads_to_what_is_known_of_the_paper(page: Page) -> None:
    ask_and_wait(page)
    quote = marker(page, 2).get_attribute("data-quote") or ""
    marker(page, 2).click()
    card = page.locator("#source-2")
    expect(card.locator("mark .current").first).to_be_in_viewport()
    assert "".join(card.locator("mark .current").all_inner_texts()) == quote
    expect(card).to_have_class(re.compile("current"))
    expect(card.locator(".by")).to_contain_text(re.compile(r"\w.* · \d{4}"))
    expect(card.locator("h3 a")).to_have_attribute("rel", "noopener noreferrer")
    expect(card.locator(".badge")).to_have_text("match")
    expect(card.locator(".check")).to_contain_text("quoted word for word")
    expect(page.locator("#sources details[open]")).to_have_count(1)


def test_a_marker_shows_its_quote_and_verdict_on_hover_and_on_focus(page: Page) -> None:
    ask_and_wait(page)
    tip = page.get_by_role("tooltip")
    marker(page, 1).hover()
    expect(tip).to_contain_text(marker(page, 1).get_attribute("data-quote") or "?")
    expect(tip).to_contain_text("quoted word for word")
    page.locator("header .facts").hover()
    expect(tip).to_be_hidden()
    marker(page, 2).focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(marker(page, 2)).to_be_focused()
    expect(tip).to_contain_text(marker(page, 2).get_attribute("data-quote") or "?")
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()


@pytest.mark.parametrize("way", ["Back to the answer", "Escape"])
def test_the_way_back_from_a_card_shows_no_quote_over_the_text(page: Page, way: str) -> None:
    ask_and_wait(page)
    marker(page, 2).press("Enter")
    expect(page.locator("#source-2 h3")).to_be_focused()
    page.mouse.move(0, 0)
    page.get_by_role("button", name=way).click() if way != "Escape" else page.keyboard.press(way)
    expect(marker(page, 2)).to_be_focused()
    page.mouse.move(0, 0)
    expect(page.get_by_role("tooltip")).to_be_hidden()


def test_a_marker_is_as_high_as_a_finger_needs_in_lines_that_are_no_higher(page: Page) -> None:
    ask_and_wait(page)
    page.set_viewport_size({"width": 390, "height": 844})
    statement = page.locator(".turn .list .statement").first
    box = statement.locator("a.cite").first.bounding_box()
    assert box
    assert box["width"] >= 24 <= box["height"]
    height = statement.evaluate("one => one.offsetHeight")
    statement.evaluate("one => one.querySelectorAll('a.cite').forEach((link) => link.style.display = 'inline')")
    assert statement.evaluate("one => one.offsetHeight") == height


def test_a_marker_works_from_the_keyboard(page: Page) -> None:
    ask_and_wait(page)
    marker(page, 1).press("Enter")
    expect(page.locator("#source-1 h3")).to_be_focused()
    page.keyboard.press("Tab")  # the title's link
    page.keyboard.press("Tab")
    expect(page.locator("#source-1 summary")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#source-1 details")).not_to_have_attribute("open", "")


@pytest.mark.parametrize("update", [REPLACE, PUSH_DOWN])
def test_a_click_counts_though_an_update_comes_between_press_and_release(page: Page, update: str) -> None:
    ask_and_wait(page)
    marker(page, 1).hover()
    page.mouse.down()
    page.locator(".turn .statement").first.evaluate(update)
    page.mouse.up()
    expect(page.locator("#source-1 details")).to_have_attribute("open", "")


def test_on_a_phone_sources_follow_the_answer_and_lead_back_to_it(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    ask_and_wait(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    answer, sources = page.locator(".turn").bounding_box(), page.locator("#sources").bounding_box()
    assert answer
    assert sources
    assert sources["y"] >= answer["y"] + answer["height"] - 1
    marker(page, 2).click()
    expect(page.locator("#source-2 mark .current").first).to_be_in_viewport()
    page.locator("#source-2").get_by_role("button", name="Back to the answer").click()
    expect(marker(page, 2)).to_be_in_viewport()
    expect(marker(page, 2)).to_be_focused()


def test_a_list_of_papers_is_sorted_and_back(page: Page) -> None:
    ask_and_wait(page, "which papers study lighthouse lamps?")
    sections = page.locator(".turn .list section")
    titles = sections.evaluate_all("all => all.map((one) => one.dataset.title)")
    assert len(titles) > 5
    sort = page.get_by_label("Sort the papers")
    sort.select_option("newest first")
    years = sections.evaluate_all("all => all.map((one) => Number(one.dataset.year))")
    assert years == sorted(years, reverse=True)
    sort.select_option("by title")
    assert sections.evaluate_all("all => all.map((one) => one.dataset.title)") == sorted(titles, key=str.lower)
    sort.select_option("best match first")
    assert sections.evaluate_all("all => all.map((one) => one.dataset.title)") == titles


def test_papers_after_the_fifth_are_folded_by_place_and_a_card_leads_back_into_the_fold(page: Page) -> None:
    ask_and_wait(page, "which papers study lighthouse lamps?")
    papers = page.locator(".turn .list > section")
    total = papers.count()
    more = page.get_by_role("button", name=re.compile(rf"^Show {total - 5} more papers?$"))
    assert papers.evaluate_all(SEEN) == [n < 5 for n in range(total)]
    page.get_by_label("Sort the papers").select_option("newest first")
    assert papers.evaluate_all(SEEN) == [n < 5 for n in range(total)]
    more.focus()
    page.keyboard.press("Enter")
    expect(papers.last).to_be_visible()
    expect(papers.nth(5)).to_be_focused()
    page.get_by_role("button", name="Show fewer papers").click()
    expect(more).to_have_attribute("aria-expanded", "false")
    hidden = papers.last.locator("a.cite").first.get_attribute("href")
    page.mouse.move(0, 0)  # off the numbers, whose tip Escape would close first
    page.locator(f"article{hidden} h3").focus()
    page.keyboard.press("Escape")
    expect(papers.last.locator("a.cite").last).to_be_focused()


def test_a_wide_table_scrolls_in_its_own_box(page: Page) -> None:
    ask_and_wait(page, COMPARED)
    page.set_viewport_size({"width": 800, "height": 600})
    table = page.get_by_role("region", name="Comparison")
    assert table.evaluate("one => one.scrollWidth > one.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") <= 800
    aspect = table.locator("tbody th").first
    left = aspect.bounding_box()["x"]  # type: ignore[index]
    table.evaluate("one => (one.scrollLeft = 400)")
    assert aspect.bounding_box()["x"] == left  # type: ignore[index]


def test_a_comparison_is_a_table_that_names_papers_and_aspects(page: Page) -> None:
    ask_and_wait(page, COMPARED)
    heads = page.locator(".turn th[scope=col]")
    expect(heads).to_have_count(2)
    expect(heads.first).to_contain_text("SwiftDepth")
    assert page.locator(".turn th[scope=row]").count() > 0
    page.locator(".turn td a.cite").first.click()
    expect(page.locator("#sources details[open] mark .current").first).to_be_in_viewport()
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_refusal_names_papers_whose_cards_open(page: Page) -> None:
    ask_and_wait(page, UNANSWERABLE)
    expect(page.locator(".turn .reply")).to_contain_text("Nearest papers:")
    expect(page.locator(".turn .statement")).to_have_count(0)
    expect(page.locator(".turn .status")).to_have_text("done: no answer in these abstracts")
    page.locator(".reply a.cite").last.click()
    expect(page.locator("article.source.current details")).to_have_attribute("open", "")
    expect(page.locator("article.source mark")).to_have_count(0)
    ask_and_wait(page, WHICH)
    expect(page.locator("#cards")).not_to_contain_text("Nearest papers")
    page.locator(".turn").first.locator(".reply a.cite").last.click()  # its card has gone, the paper has not
    expect(page).to_have_url(re.compile(r"/papers\?q="))
    expect(page.locator("article.source").first).to_be_visible()


def test_formulas_are_drawn_and_money_is_not(page: Page) -> None:
    ask_and_wait(page, "which papers keep bees?")
    expect(page.locator(".turn .list math").first).to_be_visible()
    card = page.locator("article.source").filter(has_text="Honeycombs")
    card.locator("summary").click()
    expect(card.locator(".abstract math mfrac")).to_have_count(1)
    expect(card.locator(".abstract")).to_contain_text("Honey costs $5 and wax $6 a jar.")


def test_a_long_title_fits_at_every_width(page: Page) -> None:
    ask_and_wait(page, "which papers keep bees?")
    expect(page.locator("article.source h3").filter(has_text=LONG)).to_have_count(1)
    wide = "all => all.filter((one) => one.scrollWidth > one.clientWidth + 1).length"
    for width in (320, 390, 768, 1280, 2560):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator(".turn .paper, article.source, .question").evaluate_all(wide) == 0, width
