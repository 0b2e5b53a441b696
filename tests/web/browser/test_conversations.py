"""Conversations: follow-ups, editing, several of them kept, links to them, copies and files, and deleting."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from rag import settings
from rag.chat.library import Library
from tests.conftest import WHICH

from .browsers import ask_and_wait
from .conftest import UNANSWERABLE, NewUser
from .sites import opened, serving

PROTEIN = "how is protein structure predicted?"


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
        listed = page.locator("#conversations .mine li")
        expect(listed).to_have_count(2)
        expect(listed.locator("[aria-current=page]")).to_have_text(WHICH)
        ask_and_wait(page, "how accurate is [1]?")
        expect(page.locator(".turn").last.locator("a.cite").first).to_have_text("[1]")
        listed.filter(has_text=UNANSWERABLE).get_by_role("button").click()
        page.get_by_role("button", name="Delete", exact=True).click()
        page.get_by_role("button", name="Delete for good").click()
        expect(listed).to_have_count(1)
        page.reload()
        expect(listed).to_have_count(1)
        listed.get_by_role("button").click()
        page.get_by_role("dialog", name=WHICH).locator(".delete").dblclick()
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
