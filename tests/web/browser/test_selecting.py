"""From papers to questions: selecting them, asking them alone, papers like one, and the way back from a card."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.conftest import WHICH

from .browsers import DESK, ask_and_wait
from .sites import Site

PHONE: ViewportSize = {"width": 390, "height": 844}
ZOOMED: ViewportSize = {"width": 640, "height": 400}
TOPS = "Array.from(document.querySelectorAll('#cards article'), one => one.getBoundingClientRect().top)"


@pytest.fixture
def papers(blank: Page, site: Site) -> Page:
    blank.goto(f"{site.url}papers?q=kites")
    expect(blank.locator("#cards article")).to_have_count(4)
    return blank


def box(page: Page, n: int) -> Locator:
    return page.locator("#cards .select input").nth(n)


def follow(page: Page, link: Locator) -> None:
    """Presses a link, and waits until the page that it leads to has run its scripts."""
    with page.expect_navigation(wait_until="load"):
        link.click()


def titles(page: Page, place: str = "#cards") -> list[str]:
    return page.locator(f"{place} article h3").all_inner_texts()


def test_selected_papers_are_asked_alone_in_a_conversation_that_keeps_to_them(papers: Page) -> None:
    chosen = titles(papers)[:2]
    for n in (0, 1):
        box(papers, n).check()
    follow(papers, papers.get_by_role("link", name="Ask these"))
    expect(papers.locator("#welcome h1")).to_have_text("Ask 2 selected papers")
    ask_and_wait(papers, "which papers study kite tails?")
    assert sorted(title.partition("] ")[2] for title in titles(papers)) == sorted(chosen)
    limited = papers.locator(".turn").last.locator(".filters")
    expect(limited).to_contain_text("2 selected papers")
    papers.reload()
    expect(papers.locator("#selected summary")).to_have_text("only 2 selected papers")
    papers.locator("#selected summary").click()
    expect(papers.locator("#selected li")).to_have_text(chosen)
    papers.keyboard.press("Escape")
    expect(papers.locator("#selected details")).not_to_have_attribute("open", "")
    ask_and_wait(papers, "how do they differ?")
    expect(limited).to_contain_text("2 selected papers")
    limited.get_by_role("button").click()
    expect(papers.locator(".turn").last).to_have_attribute("data-state", "done")
    expect(limited).to_have_count(0)
    expect(papers.locator("#selected")).to_be_hidden()
    ask_and_wait(papers, WHICH)
    expect(limited).to_have_count(0)


def test_the_limit_is_left_at_the_question_box(papers: Page) -> None:
    box(papers, 0).check()
    follow(papers, papers.get_by_role("link", name="Ask these"))
    question = papers.get_by_label("Question", exact=True)
    question.fill("which papers")
    papers.get_by_role("button", name="Ask all papers again").click()
    expect(papers.locator("#selected")).to_be_hidden()
    expect(question).to_be_focused()
    expect(question).to_have_value("which papers")  # what is typed stays
    ask_and_wait(papers, WHICH)
    expect(papers.locator(".turn .filters")).to_have_count(0)


def test_a_selection_outlasts_searches_pages_and_reloads_and_ends_when_it_is_cleared(papers: Page, site: Site) -> None:
    first = titles(papers)[0]
    box(papers, 0).check()
    papers.goto(f"{site.url}papers?q=depth")
    papers.locator("#selecting .shown").click()
    others = titles(papers, "#shelf")
    expect(papers.locator("#selecting .listed")).to_have_text(f"{len(others) + 1} selected")
    papers.goto(f"{site.url}papers?sort=title&first=50")
    papers.reload()
    expect(papers.locator("#selecting .listed")).to_have_text(f"{len(others) + 1} selected")
    papers.locator("#selecting .listed").click()
    expect(papers.locator("h1")).to_have_text(f"{len(others) + 1} selected papers")
    assert titles(papers) == [first, *others]
    papers.get_by_role("button", name="Clear").click()
    expect(papers.locator("#selecting .for-selected")).to_be_hidden()
    expect(papers.locator(".select input:checked")).to_have_count(0)
    papers.reload()
    expect(papers.locator("#selecting .for-selected")).to_be_hidden()


def test_no_more_papers_are_selected_than_are_allowed(papers: Page, site: Site) -> None:
    ids = [f"{n:012x}" for n in range(99)]
    papers.evaluate("ids => sessionStorage.setItem('rag-selected', JSON.stringify(ids))", ids)
    papers.reload()
    papers.locator("#selecting .shown").click()
    expect(papers.locator("#live")).to_have_text("At most 100 papers can be selected.")
    expect(papers.locator("#selecting .listed")).to_have_text("100 selected (the most)")
    expect(papers.locator("#cards .select input:checked")).to_have_count(1)
    box(papers, 1).click()
    expect(box(papers, 1)).not_to_be_checked()


def test_what_others_put_into_the_storage_is_no_selection(papers: Page) -> None:
    for stored in ("no JSON", "7", '[1, null, "x"]', "{}"):
        papers.evaluate("stored => sessionStorage.setItem('rag-selected', stored)", stored)
        papers.reload()
        expect(papers.locator("#selecting .for-selected")).to_be_hidden()
        box(papers, 0).check()
        expect(papers.locator("#selecting .listed")).to_have_text("1 selected")


def test_selected_papers_are_exported(papers: Page) -> None:
    chosen = [titles(papers)[n] for n in (2, 0)]
    for n in (2, 0):
        box(papers, n).check()
    papers.locator("#selecting summary").click()
    with papers.expect_download() as download:
        papers.locator("#selecting").get_by_role("link", name="CSL-JSON").click()
    saved = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert [item["title"] for item in saved] == chosen


@pytest.mark.parametrize("size", [DESK, ZOOMED, PHONE], ids=["desk", "zoomed", "phone"])
def test_no_card_moves_when_papers_are_selected_and_the_row_fits(papers: Page, size: ViewportSize) -> None:
    papers.set_viewport_size(size)
    before = papers.evaluate(TOPS)
    box(papers, 0).evaluate("one => one.click()")
    expect(papers.locator("#selecting .for-selected")).to_be_visible()
    assert papers.evaluate(TOPS) == before
    row = papers.locator("#selecting")
    assert row.evaluate("one => one.scrollWidth <= one.clientWidth")
    papers.get_by_role("button", name="Clear").evaluate("one => one.click()")
    assert papers.evaluate(TOPS) == before


def test_a_paper_is_selected_by_keys_and_its_box_has_its_title(papers: Page) -> None:
    title = titles(papers)[1]
    papers.get_by_role("checkbox", name=f"Select: {title}").focus()
    papers.keyboard.press("Space")
    expect(box(papers, 1)).to_be_checked()
    expect(papers.locator("#live")).to_have_text("1 selected")
    papers.keyboard.press("Tab")  # its title leads nowhere, so the next is the abstract
    papers.keyboard.press("Tab")
    expect(papers.get_by_role("link", name=f"Ask about this: {title}")).to_be_focused()


def test_a_card_on_the_papers_page_begins_a_conversation_about_its_paper(papers: Page) -> None:
    title = titles(papers)[0]
    follow(papers, papers.locator("#cards .ask-about").first)
    expect(papers.locator("#welcome h1")).to_have_text("Ask this paper")
    expect(papers.locator("#selected .one")).to_have_text(f"only: {title}")
    ask_and_wait(papers, "how many grams?")
    assert [one.partition("] ")[2] for one in titles(papers)] == [title]


def test_a_card_of_an_answer_is_asked_alone_from_then_on(page: Page) -> None:
    ask_and_wait(page, "which papers study kite tails?")
    card = page.locator("#cards article").nth(1)
    title = card.locator("h3").inner_text().partition("] ")[2]
    card.locator(".ask-about").click()
    expect(page.locator("#selected .one")).to_have_text(f"only: {title}")
    expect(page.get_by_label("Question", exact=True)).to_be_focused()
    assert page.url.endswith(page.locator("#turns").get_attribute("data-name") or "?")  # in the same conversation
    ask_and_wait(page, "how many grams?")
    last = page.locator(".turn").last
    expect(last.locator(".filters")).to_contain_text(title)
    assert set(last.locator("a.cite").all_inner_texts()) == {"[2]"}
    last.locator(".remove-filter").click()
    expect(page.locator("#selected")).to_be_hidden()


def test_papers_like_one_are_reached_from_its_card(page: Page) -> None:
    ask_and_wait(page, "which papers study kite tails?")
    title = page.locator("#cards h3").first.inner_text().partition("] ")[2]
    page.get_by_role("link", name=f"Similar: {title}").click()
    expect(page.locator("h1")).to_have_text(f"Most like “{title}”")
    similar = titles(page)
    assert title not in similar
    assert all(one.startswith("Kite Tails") for one in similar[:3])


@pytest.mark.parametrize("size", [DESK, ZOOMED, PHONE], ids=["desk", "zoomed", "phone"])
def test_escape_leads_back_from_a_card_to_its_citation(page: Page, size: ViewportSize) -> None:
    page.set_viewport_size(size)
    ask_and_wait(page, "which papers study kite tails?")
    marker = page.locator("a.cite").nth(2)
    marker.focus()
    page.keyboard.press("Enter")
    card = page.locator("article.source.current")
    expect(card.locator("h3")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert card.evaluate("one => one.contains(document.activeElement)")
    page.keyboard.press("Escape")
    expect(marker).to_be_focused()
    expect(marker).to_be_in_viewport()
    page.keyboard.press("Enter")
    card.get_by_role("button", name="Back to the answer").click()
    expect(marker).to_be_focused()


def test_escape_closes_what_is_open_before_it_leads_back(page: Page) -> None:
    ask_and_wait(page, "which papers study kite tails?")
    page.locator("a.cite").first.focus()
    page.keyboard.press("Enter")
    heading = page.locator("article.source.current h3")
    page.locator("a.cite").nth(1).hover()  # its quote is shown, while the focus stays on the card
    expect(page.get_by_role("tooltip")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("tooltip")).to_be_hidden()
    expect(heading).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("a.cite").first).to_be_focused()
