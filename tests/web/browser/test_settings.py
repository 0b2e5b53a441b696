"""Settings in the page: which model, how many sources, which papers; and ratings of answers."""

from __future__ import annotations

import json
import re
from pathlib import Path

from click.testing import CliRunner
from playwright.sync_api import Page, expect

from rag.cli.main import main
from rag.web.chat_routes import FEEDBACK
from tests.conftest import WHICH
from tests.llm.server import Server

from .browsers import ask_and_wait
from .sites import Site, opened


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
