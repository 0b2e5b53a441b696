"""The page of the collection: its papers and its map."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from rag import settings
from rag.chat.library import Library
from tests.conftest import WHICH, index_of
from tests.web.payloads import PAYLOADS

from .browsers import ask_and_wait
from .sites import Site, opened, serving

NEW = {"title": "A Paper on Gnomes", "abstract": "Gnomes garden at night. They rest by day."}
INKED = """canvas => { const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
let inked = 0; for (let i = 3; i < data.length; i += 4) inked += data[i] > 0; return inked; }"""


@pytest.fixture
def papers(page: Page, site: Site) -> Page:
    page.goto(f"{site.url}papers")
    expect(page.locator("#map canvas")).to_have_attribute("data-drawn", "yes")
    return page


def dots(page: Page) -> tuple[Locator, dict[str, list[float]]]:
    """The map, and where its points lie."""
    return page.locator("#map canvas"), page.request.get(f"{page.url.split('/papers')[0]}/map").json()


def test_papers_are_counted_listed_and_searched(papers: Page) -> None:
    total = 20 + len(PAYLOADS)
    expect(papers.locator("h1")).to_have_text(f"{total} papers")
    expect(papers.locator("article.source")).to_have_count(50)
    papers.get_by_role("link", name="Next").click()
    expect(papers.locator("article.source")).to_have_count(total - 50)
    papers.get_by_text("By source and year").click()
    papers.get_by_role("link", name="papers.jsonl 20").click()
    expect(papers.locator("h1")).to_have_text('20 papers: source:"papers.jsonl"')
    papers.get_by_role("searchbox").fill("corals")
    papers.keyboard.press("Enter")
    expect(papers.locator("article.source h3").first).to_contain_text("Coral")
    papers.locator("article.source summary").first.click()
    expect(papers.locator("article.source .abstract").first).to_be_visible()
    papers.get_by_role("searchbox").fill("year:soon")
    papers.keyboard.press("Enter")
    expect(papers.locator("#shelf .fault")).to_contain_text("“year:soon”")


def test_the_map_names_its_clusters_and_opens_the_card_of_a_point(papers: Page) -> None:
    canvas, points = dots(papers)
    assert len(points["x"]) == len(points["clusters"]) == 20 + len(PAYLOADS)
    assert canvas.evaluate(INKED) > 1000
    names = papers.locator("#clusters a").all_inner_texts()
    assert len(set(names)) == len(points["names"]) == max(points["clusters"]) + 1
    box = canvas.bounding_box()
    assert box
    leftmost = points["x"].index(min(points["x"]))  # not below the buttons on the right
    x, y = (16 + points[axis][leftmost] * (box[side] - 32) for axis, side in (("x", "width"), ("y", "height")))
    papers.mouse.move(box["x"] + x, box["y"] + y)
    expect(papers.get_by_role("tooltip")).to_be_visible()
    title = papers.get_by_role("tooltip").inner_text()
    papers.mouse.click(box["x"] + x, box["y"] + y)
    dialog = papers.get_by_role("dialog")
    expect(dialog.locator(".abstract")).to_be_visible()
    assert title
    expect(dialog.locator("h3")).to_have_text(title)
    papers.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_the_map_is_moved_by_keys(papers: Page) -> None:
    canvas, _ = dots(papers)
    look = canvas.evaluate("canvas => canvas.toDataURL()")
    canvas.focus()
    for key in ("+", "+", "ArrowRight"):
        papers.keyboard.press(key)
    papers.wait_for_function("([canvas, look]) => canvas.toDataURL() !== look", arg=[canvas.element_handle(), look])
    papers.keyboard.press("0")
    papers.wait_for_function("([canvas, look]) => canvas.toDataURL() === look", arg=[canvas.element_handle(), look])


def test_a_group_lists_its_papers_which_the_map_shows_alone(papers: Page) -> None:
    canvas, points = dots(papers)
    look = canvas.evaluate("canvas => canvas.toDataURL()")
    size = points["clusters"].count(1)
    papers.locator("#clusters a").nth(1).click()
    expect(papers.locator("h1")).to_contain_text(f"{size} papers in “{points['names'][1]}”")  # type: ignore[call-overload]
    expect(papers.locator("#cards article")).to_have_count(size)
    expect(papers.locator("#clusters [aria-current]")).to_contain_text(str(size))
    expect(canvas).to_have_attribute("data-drawn", "yes")
    assert canvas.evaluate("canvas => canvas.toDataURL()") != look
    papers.get_by_role("searchbox").fill("asdfqwer")  # a search stays in the group
    papers.keyboard.press("Enter")
    expect(papers.locator("h1")).to_contain_text("Nothing found in “")
    papers.get_by_role("link", name="In all groups").click()
    expect(papers.locator("h1")).to_have_text("Nothing found")
    expect(papers.locator("#shelf .notice")).to_have_text("No paper here has “asdfqwer”.")


def test_a_group_is_left_by_its_own_link(papers: Page) -> None:
    whole = papers.locator("h1").inner_text()
    papers.locator("#clusters a").first.click()
    expect(papers.locator("h1")).to_contain_text(" in “")
    papers.locator("#clusters [aria-current]").click()
    expect(papers.locator("h1")).to_have_text(whole)


def test_the_search_box_keeps_the_focus_and_its_text(papers: Page) -> None:
    box = papers.get_by_role("searchbox")
    expect(box).not_to_be_focused()
    box.fill("kite")
    papers.keyboard.press("Enter")
    expect(papers.locator("h1")).to_contain_text("have “kite”")
    expect(box).to_be_focused()
    papers.keyboard.type("s tails")
    expect(box).to_have_value("kites tails")


def test_on_a_phone_the_list_comes_before_the_map_which_opens_on_request(blank: Page, site: Site) -> None:
    blank.set_viewport_size({"width": 390, "height": 844})
    asked: list[str] = []
    blank.on("request", lambda one: asked.append(one.url))
    blank.goto(f"{site.url}papers")
    first = blank.locator("#cards article").first
    expect(first).to_be_in_viewport()
    expect(blank.locator("#map canvas")).to_be_hidden()
    blank.get_by_role("button", name="Map", exact=True).click()
    expect(blank.locator("#map canvas")).to_have_attribute("data-drawn", "yes")
    assert [url for url in asked if url.endswith("/map")] == [f"{site.url}map"]
    blank.get_by_role("button", name="Map", exact=True).click()
    expect(blank.locator("#map canvas")).to_be_hidden()
    assert blank.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_papers_of_an_answer_are_listed_and_highlighted(page: Page) -> None:
    ask_and_wait(page, WHICH)
    cited = page.locator("#sources .source h3").all_inner_texts()
    page.get_by_role("link", name="Show on the map").click()
    expect(page.locator("article.source")).to_have_count(len(cited))
    titles = {title.partition("] ")[2] for title in cited}
    assert set(page.locator("article.source h3").all_inner_texts()) == titles
    assert len(json.loads(page.locator("#map canvas").get_attribute("data-found") or "[]")) == len(cited)


def test_the_papers_that_a_search_finds_are_saved(papers: Page) -> None:
    papers.get_by_role("searchbox").fill("year:2023")
    papers.keyboard.press("Enter")
    expect(papers.locator("h1")).to_contain_text(": year:2023")
    titles = papers.locator("article.source h3").all_inner_texts()
    with papers.expect_download() as download:
        papers.get_by_role("group", name="Export these papers").get_by_role("link", name="CSL-JSON").click()
    assert download.value.suggested_filename == "year-2023.json"
    saved = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert titles
    assert [item["title"] for item in saved] == titles


def test_a_collection_of_one_paper_is_shown_and_asked(blank: Page, tmp_path: Path) -> None:
    index = index_of(tmp_path, [NEW])
    with serving(Library(settings.load(index_dir=index, llm="none"))) as site:
        blank.goto(f"{site.url}papers")
        expect(blank.locator("h1")).to_have_text("1 paper")
        expect(blank.locator("#clusters a")).to_have_count(1)
        page = opened(blank, site)
        expect(page.locator("#welcome h1")).to_have_text("Ask 1 paper")
        ask_and_wait(page, "when do gnomes garden?")
        expect(page.locator(".turn .reply")).to_contain_text("Gnomes garden at night.")
