"""The page of the collection: its papers, its map, and files that are dropped on it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from rag import settings
from rag.chat.library import Library
from rag.index import generations
from rag.index.opening import open_current
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
    expect(page.locator("#clusters button").first).to_be_visible()
    return page


@pytest.fixture
def own(tmp_path: Path, unopened_index: Path) -> Iterator[Site]:
    """A chat over an index that may be changed, built from a file of its own."""
    index = index_of(tmp_path, [NEW | {"title": f"{NEW['title']} {n}"} for n in range(3)])
    with serving(Library(settings.load(index_dir=index, llm="none"))) as served:
        yield served


def adding(page: Page, site: Site) -> Page:
    """The part of the page where papers are added."""
    page.goto(f"{site.url}papers")
    page.get_by_text("Add papers and rebuild").click()
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
    names = papers.locator("#clusters button").all_inner_texts()
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


def test_the_map_is_moved_by_keys_and_narrowed_to_a_cluster(papers: Page) -> None:
    canvas, _ = dots(papers)
    look = canvas.evaluate("canvas => canvas.toDataURL()")
    canvas.focus()
    for key in ("+", "+", "ArrowRight"):
        papers.keyboard.press(key)
    papers.wait_for_function("([canvas, look]) => canvas.toDataURL() !== look", arg=[canvas.element_handle(), look])
    papers.keyboard.press("0")
    papers.wait_for_function("([canvas, look]) => canvas.toDataURL() === look", arg=[canvas.element_handle(), look])
    first = papers.locator("#clusters button").first
    first.click()
    expect(first).to_have_attribute("aria-pressed", "true")
    papers.wait_for_function("([canvas, look]) => canvas.toDataURL() !== look", arg=[canvas.element_handle(), look])
    first.click()
    papers.wait_for_function("([canvas, look]) => canvas.toDataURL() === look", arg=[canvas.element_handle(), look])


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


def test_a_dropped_file_is_tried_out_first_then_built_with_progress(blank: Page, own: Site) -> None:
    page = adding(blank, own)
    before = generations.current(own.library.settings.index_dir)
    records = NEW, NEW | {"title": "A Paper on Gnomes 1", "year": 2020}, {"title": 1}
    page.evaluate(
        """(text) => { const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([text], "gnomes.jsonl"));
        document.getElementById("drop").dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true })); }""",
        "\n".join(map(json.dumps, records)),
    )
    plan = page.locator("#plan")
    expect(plan).to_contain_text("1 added, 1 changed, 0 removed, 2 unchanged, 1 skipped")
    plan.get_by_text("New: 1").click()
    expect(plan).to_contain_text("A Paper on Gnomes")
    assert generations.current(own.library.settings.index_dir) == before  # nothing is done yet
    page.get_by_role("button", name="Rebuild now").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    expect(plan.locator(".done")).to_contain_text("4 papers", timeout=120_000)
    page.get_by_role("link", name="Show the new collection").click()
    expect(page.locator("h1")).to_have_text("4 papers")
    page.get_by_text("Add papers and rebuild").click()
    page.get_by_role("button", name="Remove gnomes.jsonl").click()
    expect(plan).to_contain_text("0 added, 1 changed, 1 removed")


def test_a_file_that_cannot_be_added_is_told_and_a_plan_can_be_dropped(blank: Page, own: Site) -> None:
    page = adding(blank, own)
    chooser = page.get_by_label("Drop files of papers here")
    chooser.set_input_files({"name": "x.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"})
    expect(page.locator("#plan .fault")).to_contain_text(
        "Cannot add “x.pdf”: only files such as .bib, .ris, .csv, .xml, .jsonl, .md and .txt"
    )
    text = json.dumps(NEW).encode()
    chooser.set_input_files({"name": "gnomes.jsonl", "mimeType": "text/plain", "buffer": text})
    expect(page.locator("#plan")).to_contain_text("1 added")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#plan")).to_be_empty()
    page.get_by_role("button", name="Preview the rebuild").click()
    expect(page.locator("#plan")).to_contain_text("0 added, 0 changed, 0 removed, 3 unchanged")


def test_a_collection_of_one_paper_is_shown_and_asked(blank: Page, tmp_path: Path) -> None:
    index = index_of(tmp_path, [NEW])
    with serving(Library(settings.load(index_dir=index, llm="none"))) as site:
        blank.goto(f"{site.url}papers")
        expect(blank.locator("h1")).to_have_text("1 paper")
        expect(blank.locator("#clusters button")).to_have_count(1)
        page = opened(blank, site)
        expect(page.locator("#welcome h1")).to_have_text("Ask 1 paper")
        ask_and_wait(page, "when do gnomes garden?")
        expect(page.locator(".turn .reply")).to_contain_text("Gnomes garden at night.")


def test_without_an_index_the_pages_say_what_to_do(blank: Page, tmp_path: Path) -> None:
    index = index_of(tmp_path, [NEW])
    with serving(Library(settings.load(index_dir=index, llm="none"))) as site:
        shutil.move(index, tmp_path / "away")
        page = opened(blank, site)
        expect(page.locator(".fault").first).to_contain_text("There is no index in")
        page.goto(f"{site.url}papers")
        expect(page.locator(".fault").first).to_contain_text("Run: rag rebuild")
        shutil.move(tmp_path / "away", index)
        page.goto(site.url)
        ask_and_wait(page, "when do gnomes garden?")
    assert open_current(index).paper_count == 1
