"""Settings in the page: which model, how many sources, which papers; and ratings of answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Page, expect

from rag import settings, sources
from rag.chat.library import Library
from rag.cli.main import main
from rag.index.build import build
from rag.index.contents import Contents
from rag.models import embedding
from rag.paper import Paper
from rag.progress import silent
from rag.web.chat_routes import FEEDBACK
from tests.conftest import WHICH
from tests.llm.server import Server

from .browsers import ask_and_wait
from .conftest import CURVE
from .sites import Site, opened, serving

SEAS = ["the North Sea", "the Baltic", "the Channel", "the Adriatic", "the Aegean", "the Irish Sea"]


@pytest.fixture(scope="module")
def undated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A chat about papers without years and authors, of one source."""
    folder = tmp_path_factory.mktemp("undated")
    file = folder / "papers.jsonl"
    told = [{"title": f"Tides of {sea}", "abstract": f"We measure the tides of {sea}. They are high."} for sea in SEAS]
    file.write_text("\n".join(map(json.dumps, told)), encoding="utf-8")
    papers = [paper for paper in sources.read(file) if isinstance(paper, Paper)]
    build(Contents(papers, [file]), folder / "index", embedding.load("bundled"), lambda *given: CURVE, silent)
    with serving(Library(settings.load(index_dir=folder / "index", llm="none"))) as served:
        yield served


def choose(page: Page, label: str, value: str) -> None:
    field = page.get_by_role("dialog").get_by_label(label)
    field.select_option(value) if field.evaluate("one => one.tagName") == "SELECT" else field.fill(value)


def test_each_setting_that_differs_from_the_default_is_a_chip_that_resets_it(page: Page) -> None:
    page.get_by_role("button", name="Settings").click()
    choose(page, "Papers per answer", "3")
    choose(page, "published since", "1910")
    choose(page, "published until", "1930")
    choose(page, "by the author", "keeper")
    page.get_by_role("dialog").get_by_role("button", name="Done").click()
    chips = page.locator("#chips .chip")
    expect(chips).to_have_text(["at most 3 papers ✕", "since 1910 ✕", "until 1930 ✕", "author keeper ✕"])
    page.reload()
    expect(chips).to_have_count(4)  # kept
    ask_and_wait(page, "which papers study lighthouse lamps?")
    expect(page.locator(".turn .filters .chip")).to_have_text(["year:1910..1930 ✕", 'author:"keeper" ✕'])
    expect(page.locator(".turn .chosen")).to_have_text("at most 3 papers")
    expect(page.locator(".turn .list section[data-n]")).to_have_count(3)
    expect(page.locator(".turn .notice")).to_contain_text(
        re.compile(r"Only the best 3 of \d+ matching papers are used.")
    )
    page.get_by_role("button", name="Remove the setting author keeper").click()
    expect(chips).to_have_count(3)
    page.get_by_role("button", name="Settings").click()
    page.get_by_role("button", name="Reset to the defaults").click()
    page.keyboard.press("Escape")
    expect(chips).to_have_count(0)


def test_filters_that_no_paper_can_satisfy_are_not_offered_and_the_dialog_says_why(blank: Page, undated: Site) -> None:
    page = opened(blank, undated)
    page.get_by_role("button", name="Settings").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("#not-offered")).to_have_text(
        "None of these papers has a year or an author. All of them are from one source."
    )
    for label in ("published since", "published until", "by the author", "from the source"):
        expect(dialog.get_by_label(label)).to_be_hidden()
    expect(dialog.get_by_label("Papers per answer")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Settings")).to_be_focused()


def test_filters_kept_for_other_papers_are_dropped_with_a_word(page: Page, undated: Site) -> None:
    kept = {"from": "2020", "author": "bengio", "source": "gone.bib", "limit": "5"}
    for url in (undated.url, page.url):
        page.goto(url)
        page.evaluate("kept => localStorage.setItem('rag-settings', JSON.stringify(kept))", kept)
    page.reload()
    dropped = page.locator("#dropped")
    expect(dropped).to_contain_text("source gone.bib (no paper is from it)")
    expect(dropped).not_to_contain_text("author")
    expect(page.locator("#chips .chip")).to_have_text(["at most 5 papers ✕", "since 2020 ✕", "author bengio ✕"])
    page.get_by_role("button", name="Close this note").click()
    expect(page.get_by_label("Question", exact=True)).to_be_focused()
    page.goto(undated.url)
    expect(dropped).to_contain_text("since 2020 (no paper has a year), author bengio (no paper has an author)")
    expect(page.locator("#chips .chip")).to_have_text(["at most 5 papers ✕"])
    ask_and_wait(page, "which papers study tides?")
    expect(page.locator(".turn .question")).to_have_text("which papers study tides?")
    page.reload()
    expect(page.locator("#box")).to_be_visible()
    expect(dropped).to_have_count(0)


def test_the_appearance_is_kept_for_all_pages_and_open_tabs_follow(page: Page, site: Site) -> None:
    def schemes() -> list[str]:
        return [one.evaluate("getComputedStyle(document.documentElement).colorScheme") for one in (page, other)]

    other = page.context.new_page()
    other.goto(f"{site.url}papers")
    expect(other.locator("#map canvas")).to_be_visible()
    page.get_by_role("button", name="Settings").click()
    assert schemes() == ["light dark"] * 2
    choose(page, "Appearance", "dark")
    expect(other.locator("html[data-theme=dark]")).to_have_count(1)
    assert schemes() == ["dark"] * 2
    other.reload()
    page.reload()
    assert schemes() == ["dark"] * 2
    page.get_by_role("button", name="Settings").click()
    expect(page.get_by_label("Appearance")).to_have_value("dark")
    page.emulate_media(color_scheme="dark")
    choose(page, "Appearance", "light")
    assert schemes()[0] == "light"
    page.get_by_role("button", name="Reset to the defaults").click()
    assert schemes() == ["light dark"] * 2
    other.close()


def test_the_appearance_is_there_before_anything_is_drawn(page: Page, site: Site) -> None:
    page.evaluate("localStorage.setItem('rag-theme', 'dark')")
    page.add_init_script(
        """addEventListener("DOMContentLoaded", () => { window.atStart = document.documentElement.dataset.theme; });
        new MutationObserver((_, watch) => {
          if (!document.body) return;
          window.atBody = document.documentElement.dataset.theme;
          watch.disconnect();
        }).observe(document, { childList: true, subtree: true });"""
    )
    page.reload()
    assert page.evaluate("window.atBody") == "dark"
    page.evaluate("localStorage.setItem('rag-theme', '\"><b>')")
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") is None


def test_the_map_is_drawn_anew_in_the_appearance_that_is_chosen(page: Page, site: Site) -> None:
    page.goto(f"{site.url}papers")
    expect(page.locator("#clusters a").first).to_be_visible()
    before = page.evaluate("document.querySelector('#map canvas').toDataURL()")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_function("before => document.querySelector('#map canvas').toDataURL() !== before", arg=before)


def test_available_models_are_offered_tested_and_used(blank: Page, modelled_site: tuple[Site, Server]) -> None:
    site, model = modelled_site
    page = opened(blank, site)
    expect(page.locator("header .facts")).to_contain_text("owl, writes from the evidence")
    page.get_by_role("button", name="Settings").click()
    models = page.get_by_label("Answers written by")
    expect(models.locator("option").nth(1)).to_have_text(re.compile("owl.*answers"))
    assert not [
        text for text in models.locator("option").all_inner_texts() if "MODEL" in text or "not installed" in text
    ]
    page.get_by_role("button", name="Test").click()
    expect(page.locator("#tested")).to_have_text(
        re.compile(r"^owl answers: its first word came after [\d.]+ seconds\.$")
    )
    models.select_option("none")
    page.get_by_role("button", name="Test").click()
    expect(page.locator("#tested")).to_have_text("There is no model: the answers are quotes.")
    page.get_by_role("button", name="Done").click()
    asked = len(model.requests)
    ask_and_wait(page, WHICH)
    assert len(model.requests) == asked
    expect(page.locator(".turn .chosen")).to_have_text("model none")


def test_an_answer_may_be_quotes_only(blank: Page, modelled_site: tuple[Site, Server]) -> None:
    site, model = modelled_site
    page = opened(blank, site)
    expect(page.locator("header .facts")).to_contain_text("owl, writes from the evidence")
    page.get_by_role("button", name="Settings").click()
    choose(page, "An answer is", "quotes only")
    page.get_by_role("dialog").get_by_role("button", name="Done").click()
    expect(page.locator("#chips .chip")).to_have_text("quotes only ✕")
    page.reload()
    asked = len(model.requests)
    ask_and_wait(page, WHICH)
    assert len(model.requests) == asked
    expect(page.locator(".turn .chosen")).to_have_text("quotes only")
    expect(page.get_by_role("region", name="Written answer")).to_be_hidden()
    page.get_by_role("button", name="Settings").click()
    expect(page.get_by_label("An answer is")).to_have_value("quotes")


def test_a_page_cannot_have_the_server_call_an_address_of_its_choice(
    blank: Page, modelled_site: tuple[Site, Server]
) -> None:
    site, model = modelled_site
    page = opened(blank, site)
    evil = f"openai-like:{model.url}/evil/v1#owl"
    page.evaluate("llm => localStorage.setItem('rag-settings', JSON.stringify({ llm }))", evil)
    page.reload()
    before = len(model.paths)
    page.get_by_label("Question", exact=True).fill(WHICH)
    page.keyboard.press("Enter")
    expect(page.locator("#talk > .fault")).to_contain_text("is not available now")
    expect(page.get_by_label("Question", exact=True)).to_have_value(WHICH)
    assert not [one for one in model.paths[before:] if "evil" in one]


def test_ratings_and_notes_are_kept_and_read_by_rag_eval(page: Page, pages_index: Path) -> None:
    file = pages_index / FEEDBACK
    file.unlink(missing_ok=True)
    ask_and_wait(page, WHICH)
    page.get_by_role("button", name="Not helpful").click()
    expect(page.get_by_role("button", name="Not helpful")).to_have_attribute("aria-pressed", "true")
    note = page.get_by_label("What should we know?")
    expect(note).to_be_focused()
    note.fill("<b>wrong</b> paper")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Saved")).to_be_visible()
    page.reload()
    expect(page.get_by_label("What should we know?")).to_have_value("<b>wrong</b> paper")
    assert json.loads(file.read_text().splitlines()[-1])["good"] is False
    page.get_by_role("button", name="Helpful", exact=True).click()
    expect(page.get_by_role("button", name="Helpful", exact=True)).to_have_attribute("aria-pressed", "true")
    kept = json.loads(file.read_text(encoding="utf-8").splitlines()[-1])
    assert kept["question"] == WHICH
    assert len(kept["relevant"]) == 2
    measured = CliRunner().invoke(main, ["eval", str(file), "--index", str(pages_index)])
    assert measured.exit_code == 0, measured.output
    assert re.search(r"^feedback +1 +1\.000", measured.output, re.MULTILINE)
