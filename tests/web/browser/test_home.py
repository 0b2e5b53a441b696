"""What a new conversation begins with, and what can be asked next, in a browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, ViewportSize, expect

from .browsers import DESK, ask_and_wait
from .conftest import UNANSWERABLE, WRITTEN
from .sites import Site, opened

PHONE: ViewportSize = {"width": 390, "height": 844}
ZOOMED: ViewportSize = {"width": 640, "height": 400}
SIZES = pytest.mark.parametrize("size", [DESK, PHONE, ZOOMED], ids=["desk", "phone", "zoomed"])
SECONDS = 60_000  # the first examples of a collection are looked for while the page is there


def home(page: Page, site: Site) -> Page:
    """The page of a new conversation, with its examples."""
    opened(page, site)
    expect(page.locator("#welcome .example").first).to_be_visible(timeout=SECONDS)
    return page


def next_questions(page: Page, turn: int) -> list[str]:
    """What can be asked after this turn, once it is known."""
    expect(page.locator(f"#turn-{turn} .next button").first).to_be_visible(timeout=SECONDS)
    return page.locator(f"#turn-{turn} .next button").all_inner_texts()


@SIZES
def test_the_home_fits_and_leads_to_topics_and_examples(blank: Page, site: Site, size: ViewportSize) -> None:
    blank.set_viewport_size(size)
    page = home(blank, site)
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    page.locator(".topics a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/papers\?cluster=0$"))
    page.go_back()
    page.locator("#welcome .own a").click()
    page.wait_for_url(re.compile(r"/papers#work$"))


def test_the_home_fits_a_desk_and_shades_its_end_where_it_is_cut_off(blank: Page, site: Site) -> None:
    page = home(blank, site)
    hidden = (
        "(() => { const home = document.querySelector('#welcome'); return home.scrollHeight - home.clientHeight })()"
    )
    page.evaluate(  # as much as a collection may have
        """() => {
            for (const [items, most] of [['.topics li', 9], ['.examples li', 8]]) {
                const [first] = document.querySelectorAll(items);
                while (first && document.querySelectorAll(items).length < most) first.after(first.cloneNode(true));
            }
        }"""
    )
    assert page.evaluate(hidden) <= 0
    page.set_viewport_size({"width": 1280, "height": 500})
    assert page.evaluate(hidden) > 0
    shade = page.locator("#welcome").evaluate("(home) => getComputedStyle(home).backgroundAttachment")
    assert shade == "local, scroll"


def test_what_is_above_the_examples_does_not_move_when_they_come(blank: Page, site: Site) -> None:
    page = home(blank, site)
    page.evaluate("document.querySelector('#welcome .examples').innerHTML = ''")
    before = page.locator(".topics").bounding_box()
    page.reload()
    expect(page.locator("#welcome .example").first).to_be_visible(timeout=SECONDS)
    assert page.locator(".topics").bounding_box() == before


@SIZES
def test_an_example_that_is_pressed_is_asked_and_leads_on(blank: Page, site: Site, size: ViewportSize) -> None:
    blank.set_viewport_size(size)
    page = home(blank, site)
    example = page.locator("#welcome .example").first
    asked = example.inner_text()
    example.click()
    expect(page.locator("#turn-0 .question")).to_have_text(asked)
    expect(page.locator("#turn-0")).to_have_attribute("data-state", "done", timeout=SECONDS)
    first = next_questions(page, 0)
    assert asked not in first
    page.locator("#turn-0 .next button").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#turn-1 .question")).to_have_text(first[0])
    expect(page.locator("#turn-1")).to_have_attribute("data-state", "done", timeout=SECONDS)
    expect(page.locator("#turn-1 .refused")).to_have_count(0)
    expect(page.locator("#turn-0 .next")).to_have_count(0)
    expect(page.get_by_label("Question", exact=True)).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


@SIZES
def test_what_is_read_does_not_move_when_the_next_questions_come(blank: Page, site: Site, size: ViewportSize) -> None:
    blank.set_viewport_size(size)
    page = opened(blank, site)
    held: list[Route] = []
    page.route("**/next", lambda route: held.append(route))
    ask_and_wait(page, WRITTEN)
    page.wait_for_function("document.querySelector('.next[data-asked]')")
    read = "#turn-0 .question, #turn-0 .actions, .source"
    places = f"[...document.querySelectorAll('{read}')].map((one) => one.getBoundingClientRect().top)"
    before = page.evaluate(places)
    held[0].continue_()
    next_questions(page, 0)
    assert page.evaluate(places) == before


def test_a_refusal_tells_what_can_be_asked_instead(page: Page) -> None:
    ask_and_wait(page, UNANSWERABLE)
    assert next_questions(page, 0)


def test_the_next_questions_stay_when_the_answer_is_rated_and_come_back_with_the_page(page: Page) -> None:
    ask_and_wait(page, WRITTEN)
    before = next_questions(page, 0)
    page.get_by_role("button", name="Helpful", exact=True).click()
    expect(page.get_by_role("button", name="Helpful", exact=True)).to_have_attribute("aria-pressed", "true")
    assert next_questions(page, 0) == before
    page.reload()
    assert next_questions(page, 0) == before
