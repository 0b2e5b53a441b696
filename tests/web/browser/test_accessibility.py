"""For everyone: axe finds nothing serious in any state of the pages, keys reach everything, motion can be reduced."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.conftest import WHICH

from .browsers import DESK, ask, ask_and_wait
from .conftest import UNANSWERABLE, WRITTEN
from .sites import Site, Writing, opened

AXE = Path(__file__).parents[3] / ".venv" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
PHONE: ViewportSize = {"width": 390, "height": 844}


def empty(page: Page, site: Site) -> None:
    page.goto(site.url)


def answered(page: Page, site: Site) -> None:
    page.goto(site.url)
    ask_and_wait(page, "which papers keep bees?")
    page.locator("a.cite").first.click()
    page.get_by_role("button", name="Not helpful").click()
    expect(page.get_by_label("What should we know?")).to_be_focused()  # once the rating is saved
    page.locator("details.menu summary").click()
    page.locator("a.cite").first.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("tooltip")).to_be_visible()


def compared(page: Page, site: Site) -> None:
    page.goto(site.url)
    ask_and_wait(page, "how do SwiftDepth and TinySpeech differ?")


def refused_and_failed(page: Page, site: Site) -> None:
    page.goto(site.url)
    ask_and_wait(page, f"{WHICH} since 2024 author:nobody")
    ask_and_wait(page, UNANSWERABLE)
    ask(page, "year:soon diffusion")
    expect(page.locator(".turn .fault")).to_be_visible()
    page.locator(".turn").first.get_by_role("button", name="Edit").click()


def organising(page: Page, site: Site) -> None:
    page.goto(site.url)
    ask_and_wait(page, "which papers keep bees?")
    if page.locator("#menu").is_visible():
        page.locator("#menu").click()
    page.get_by_label("Search your conversations").fill("bees")
    expect(page.locator("#finding")).to_have_text("1 found")
    page.locator("#conversations .hits .options").click()
    page.locator("#options .delete").click()


def renaming(page: Page, site: Site) -> None:
    organising(page, site)
    page.locator("#options .rename").click()


def choosing(page: Page, site: Site) -> None:
    page.goto(site.url)
    page.get_by_role("button", name="Settings").click()
    page.get_by_label("Papers per answer").select_option("5")
    page.get_by_role("button", name="Test").click()
    expect(page.locator("#tested")).to_contain_text("no model")


def collection(page: Page, site: Site) -> None:
    page.goto(f"{site.url}papers?q=lighthouse")
    expect(page.locator("#clusters a").first).to_be_visible()
    page.get_by_text("By source and year").click()
    page.get_by_text("Add papers and rebuild").click()
    page.locator("#clusters a").first.click()


def selecting(page: Page, site: Site) -> None:
    page.goto(f"{site.url}papers?q=kites+zzz")
    page.locator("#selecting .shown").click()
    page.locator("#selecting summary").click()
    expect(page.locator("#selecting .sheet")).to_be_visible()


def limited(page: Page, site: Site) -> None:
    hashes = [paper.identity_hash for paper in site.library.retriever().store.papers([1, 2, 3])]
    page.goto(f"{site.url}?papers={'.'.join(hashes)}")
    page.locator("#selected summary").click()
    expect(page.locator("#selected .sheet")).to_be_visible()


def nothing_found(page: Page, site: Site) -> None:
    page.goto(f"{site.url}papers?q=asdfqwer+year:1800&cluster=0")
    expect(page.get_by_role("link", name="In all groups")).to_be_visible()


def card(page: Page, site: Site) -> None:
    page.goto(f"{site.url}papers")
    expect(page.locator("#clusters a").first).to_be_visible()
    page.evaluate("document.querySelector('#paper').showModal()")


def check(page: Page, axe: str) -> None:
    """Nothing is wider than the page, and axe finds nothing serious in either scheme."""
    assert page.viewport_size
    page.wait_for_load_state()  # with all style sheets: nobody sees a page without, but a script can measure it
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    page.evaluate(axe)
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
        serious = [one for one in found if one["impact"] in ("serious", "critical")]
        assert [(one["id"], [node["html"] for node in one["nodes"][:3]]) for one in serious] == [], scheme


SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
STATES = [
    empty,
    answered,
    compared,
    refused_and_failed,
    organising,
    renaming,
    choosing,
    collection,
    selecting,
    limited,
    nothing_found,
    card,
]


@pytest.fixture(scope="module")
def axe() -> str:
    if not AXE.exists():
        complain = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        complain("NO AXE: whether everyone can use the pages is NOT tested. Install npm, then: make check")
    return AXE.read_text(encoding="utf-8")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_serious(
    blank: Page, site: Site, axe: str, state: Callable[[Page, Site], None], size: ViewportSize
) -> None:
    blank.set_viewport_size(size)
    state(blank, site)
    check(blank, axe)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_axe_finds_nothing_serious_in_a_written_answer(
    blank: Page, writing: Writing, axe: str, size: ViewportSize
) -> None:
    blank.set_viewport_size(size)
    page = opened(blank, writing.site)
    writing.hold()
    ask(page, WRITTEN)
    writing.one_more(page)
    check(page, axe)
    writing.gate.set()
    expect(page.locator(".turn")).to_have_attribute("data-state", "done")
    check(page, axe)


def test_everything_is_reached_by_key_in_the_order_of_reading(page: Page) -> None:
    ask_and_wait(page, WHICH)
    page.locator(".skip").focus()
    reached = ["skip"]
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("(document.activeElement.id || document.activeElement.className || '') + ''"))
        if reached[-1] == "" and len(reached) > 20:
            break
    wanted = "skip brand new find options edit sort cite copy rate box choose send".split()
    places = [reached.index(one) for one in wanted]
    assert places == sorted(places), reached


def test_a_question_is_asked_and_sent_by_keys_alone(page: Page) -> None:
    expect(page.get_by_label("Question", exact=True)).to_be_focused()
    page.keyboard.type("which papers")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("keep bees?")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".turn")).to_have_attribute("data-state", "done")
    expect(page.locator(".question")).to_have_text("which papers\nkeep bees?")


@pytest.mark.parametrize(("motion", "still"), [("reduce", True), ("no-preference", False)])
def test_motion_can_be_reduced(
    blank: Page, site: Site, motion: Literal["reduce", "no-preference"], still: bool
) -> None:
    blank.emulate_media(reduced_motion=motion)
    blank.set_viewport_size(PHONE)
    page = opened(blank, site)
    ask_and_wait(page, WHICH)
    page.evaluate(
        """() => { const scroll = Element.prototype.scrollIntoView;
        Element.prototype.scrollIntoView = function (how) { window.how = how.behavior; scroll.call(this, how); }; }"""
    )
    page.locator("a.cite").first.click()
    assert page.evaluate("window.how") == ("instant" if still else "smooth")
    moving = page.locator("article.source").first.evaluate("one => getComputedStyle(one).transitionDuration")
    assert (moving == "0s") is still


def test_light_and_dark_follow_the_system(page: Page) -> None:
    backgrounds = []
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        backgrounds.append(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))
    assert backgrounds[0] != backgrounds[1]


def test_many_sentences_are_read_from_the_top(blank: Page, writing: Writing) -> None:
    page = opened(blank, writing.site)
    ask_and_wait(page, "which papers study lighthouse lamps?")
    assert page.locator(".turn .statement").count() > 20
    expect(page.locator(".question")).to_be_in_viewport()
    ask_and_wait(page, WRITTEN)
    expect(page.locator(".written").last).to_be_in_viewport()
    expect(page.locator(".question").last).to_be_in_viewport()
    expect(page.locator(".question").first).not_to_be_in_viewport()
