"""The rows of a table of numbers in the order of the column that a reader pressed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from rag import settings
from rag.chat.library import Library
from rag.paper import Paper
from tests.index.building import build_index

from .browsers import ask_and_wait
from .sites import Site, opened, serving

PAPERS = [
    Paper("Leaf Sieves", "Leaves are sorted by sieves. The sieve reaches an accuracy of 92.3% on LeafBank."),
    Paper("Leaf Nets", "Leaves are sorted by nets. The net reaches an accuracy of 88% on LeafBank."),
    Paper("Leaf Combs", "Leaves are sorted by combs. The comb improves accuracy by 95% on LeafBank."),
    *(Paper(f"Glacier {name}", f"Glaciers of valley {name} melt. Rivers rise.") for name in "ABCDEFGH"),
]


@pytest.fixture(scope="module")
def leaves(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    index = build_index(tmp_path_factory.mktemp("leaves"), PAPERS)
    with serving(Library(settings.load(index_dir=index, llm="none"))) as served:
        yield served


def values(page: Page) -> list[str]:
    return page.locator(".measurements tbody .value").all_inner_texts()


def test_a_heading_sorts_amounts_apart_from_differences_and_a_value_opens_its_sentence(
    blank: Page, leaves: Site
) -> None:
    page = opened(blank, leaves)
    ask_and_wait(page, "what accuracy on LeafBank?")
    heading = page.get_by_role("button", name="Value")
    heading.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("columnheader", name="Value")).to_have_attribute("aria-sort", "ascending")
    assert values(page) == ["88%", "92.3%", "improves by 95%"]
    page.keyboard.press("Enter")
    assert values(page) == ["92.3%", "88%", "improves by 95%"]
    ask_and_wait(page, "which papers sort leaves?")  # an update leaves the order as it is
    assert values(page) == ["92.3%", "88%", "improves by 95%"]
    page.locator(".measurements td.value a").first.click()
    expect(page.locator("#cards mark", has_text="accuracy of 92.3%")).to_be_visible()


def test_the_headings_are_as_wide_as_their_words_on_a_phone(blank: Page, leaves: Site) -> None:
    page = opened(blank, leaves)
    ask_and_wait(page, "what accuracy on LeafBank?")
    page.set_viewport_size({"width": 390, "height": 844})
    gaps = page.locator(".measurements .sort-by").evaluate_all(
        """all => all.map((one) => { const words = document.createRange(); words.selectNodeContents(one);
        return Math.round(words.getBoundingClientRect().left - one.getBoundingClientRect().left); })"""
    )
    assert len(gaps) > 1
    assert len(set(gaps)) == 1
