"""Conversations: follow-ups, editing, several of them kept, links to them, copies and files, and deleting."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from playwright.sync_api import Download, Page, expect

from rag import settings
from rag.chat.library import Library
from tests.conftest import WHICH

from .browsers import ask_and_wait
from .conftest import UNANSWERABLE, NewUser
from .sites import Site, opened, serving

PROTEIN = "how is protein structure predicted?"


def save(page: Page, scope: str, format_: str) -> Download:
    menu = page.locator(".turn").last.locator("details.menu")
    if menu.get_attribute("open") is None:
        menu.locator("summary").click()
    with page.expect_download() as download:
        menu.get_by_role("group", name=f"Export the {scope}").get_by_role("link", name=format_).click()
    return download.value


def test_a_follow_up_points_at_the_papers_above(page: Page) -> None:
    ask_and_wait(page, WHICH)
    second = page.locator("#source-2 h3").inner_text().removeprefix("[2] ")
    ask_and_wait(page, "how accurate is the second one?")
    expect(page.locator(".turn").last.locator(".paper, .reply").first).to_contain_text(second)
    expect(page.locator(".turn").last.locator("a.cite").first).to_have_text("[2]")


def test_an_edited_question_replaces_its_turn_and_what_follows(page: Page) -> None:
    for question in (WHICH, PROTEIN, UNANSWERABLE):
        ask_and_wait(page, question)
    page.locator(".turn").nth(1).get_by_role("button", name="Edit").click()
    box = page.get_by_label("Question", exact=True)
    expect(box).to_have_value(PROTEIN)
    expect(box).to_be_focused()
    expect(page.locator("#chips")).to_contain_text("replaces question 2 and what follows")
    page.keyboard.press("Escape")
    expect(page.locator("#chips")).to_be_empty()
    page.locator(".turn").nth(1).get_by_role("button", name="Edit").click()
    box.fill("how are corals counted?")
    page.keyboard.press("Enter")
    expect(page.locator(".turn")).to_have_count(2)
    expect(page.locator(".turn").last).to_have_attribute("data-state", "done")
    expect(page.locator(".question")).to_have_text([WHICH, "how are corals counted?"])
    page.reload()
    expect(page.locator(".question")).to_have_text([WHICH, "how are corals counted?"])


def test_a_filter_of_an_answer_is_a_chip_that_goes_by_mouse_and_by_key(page: Page) -> None:
    ask_and_wait(page, f"{WHICH} since 2024 author:nobody")
    expect(page.locator(".reply")).to_contain_text(re.compile("“since 2024” and “author:nobody”"))
    page.get_by_label("Question", exact=True).fill("my next question")
    page.get_by_role("button", name="Remove the filter “author:nobody”").click()
    # Chips are buttons only once the answer is complete, so this is no glimpse of one that is still being written.
    expect(page.locator(".filters button")).to_have_text(["since 2024 ✕"])
    expect(page.locator(".paper").first).to_be_visible()
    page.get_by_role("button", name="Remove the filter “since 2024”").press("Enter")
    expect(page.locator(".turn")).to_have_attribute("data-without", '["author:nobody", "since 2024"]')
    expect(page.locator(".turn")).to_have_attribute("data-state", "done")
    expect(page.locator(".filters")).to_have_count(0)
    expect(page.locator(".turn")).to_have_count(1)
    expect(page.get_by_label("Question", exact=True)).to_have_value("my next question")


def test_conversations_are_kept_over_reload_and_restart_listed_linked_and_deleted(
    blank: Page, pages_index: Path
) -> None:
    with serving(Library(settings.load(index_dir=pages_index, llm="none"))) as site:
        page = opened(blank, site)
        ask_and_wait(page, WHICH)
        shown = page.locator(".reply").inner_text()
        address = page.url.removeprefix(site.url)
        assert re.fullmatch(r"c/[\w-]{16}", address)
        page.get_by_role("link", name="New conversation").click()
        expect(page.locator(".turn")).to_have_count(0)
        ask_and_wait(page, UNANSWERABLE)
    with serving(Library(settings.load(index_dir=pages_index, llm="none"))) as site:
        page.goto(f"{site.url}{address}")  # a deep link, after a restart
        expect(page.locator(".question")).to_have_text([WHICH])
        assert page.locator(".reply").inner_text() == shown
        expect(page).to_have_title(WHICH)
        listed = page.locator("#conversations li")
        expect(listed).to_have_count(2)
        expect(listed.locator("[aria-current=page]")).to_have_text(WHICH)
        ask_and_wait(page, "how accurate is [1]?")
        expect(page.locator(".turn").last.locator("a.cite").first).to_have_text("[1]")
        listed.filter(has_text=UNANSWERABLE).get_by_role("button").click()
        listed.filter(has_text=UNANSWERABLE).get_by_role("button", name="Delete").click()
        expect(listed).to_have_count(1)
        page.reload()
        expect(listed).to_have_count(1)
        listed.get_by_role("button").dblclick()
        expect(page).to_have_url(site.url)
        page.goto(f"{site.url}{address}")
        expect(page.locator(".fault")).to_contain_text("no such conversation")


def test_users_do_not_see_each_other(page: Page, new_user: NewUser) -> None:
    ada, eve = page, new_user().new_page()
    ask_and_wait(ada, WHICH)
    eve.goto(ada.url)
    expect(eve.locator(".fault")).to_contain_text("no such conversation")
    expect(eve.locator(".turn")).to_have_count(0)
    expect(eve.locator("#conversations li")).to_have_count(0)
    for address in ("/0.md", "/all.md"):
        assert eve.request.get(f"{ada.url}{address}").status == 400
    eve.request.delete(ada.url)
    ada.reload()
    expect(ada.locator(".turn")).to_have_count(1)


def test_an_answer_is_copied_with_its_citations(new_user: NewUser, site: Site) -> None:
    page = opened(new_user(permissions=["clipboard-read", "clipboard-write"]).new_page(), site)
    ask_and_wait(page, WHICH)
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"# {WHICH}\n")
    assert "\n## Sources\n" in copied
    for sentence in page.locator(".turn .list .statement").all_inner_texts()[:2]:
        assert re.sub(r"\W", "", sentence) in re.sub(r"\W", "", copied)


def test_an_answer_and_the_conversation_are_saved_with_their_citations(page: Page) -> None:
    ask_and_wait(page, WHICH)
    answer = save(page, "answer", "Markdown")
    assert answer.suggested_filename == "which-papers-speed-up-diffusion-depth.md"
    first = answer.path().read_text(encoding="utf-8")
    assert first.startswith(f"# {WHICH}\n")
    assert "\n**[1]** " in first
    expect(page.get_by_role("group", name="Export the conversation")).to_have_count(0)
    ask_and_wait(page, UNANSWERABLE)
    menu = page.locator(".turn").last.locator("details.menu")
    menu.locator("summary").press("Enter")
    expect(menu.get_by_role("group", name="Export the answer").get_by_role("link")).to_have_text(["Markdown"])
    both = save(page, "conversation", "Markdown").path().read_text(encoding="utf-8")
    assert both.startswith(f"{first}\n# {UNANSWERABLE}\n")
    assert save(page, "conversation", "BibTeX").path().read_text(encoding="utf-8").count("@misc{") >= 2
    table = save(page, "conversation", "CSV")
    assert table.suggested_filename == "conversation.csv"
    assert table.path().read_bytes().startswith(codecs.BOM_UTF8)  # Excel takes it for UTF-8


def test_the_menu_of_files_fits_on_a_phone_and_closes(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    ask_and_wait(page, WHICH)
    ask_and_wait(page, UNANSWERABLE)
    menu = page.locator(".turn").last.locator("details.menu")
    link = menu.get_by_role("group", name="Export the conversation").get_by_role("link", name="CSV")
    menu.locator("summary").click()
    expect(link).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.keyboard.press("Escape")
    expect(link).to_be_hidden()
    expect(menu.locator("summary")).to_be_focused()
    page.keyboard.press("Enter")
    expect(link).to_be_visible()
    page.locator(".turn").last.locator(".question").click()
    expect(link).to_be_hidden()
