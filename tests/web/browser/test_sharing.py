"""A shared chat in a browser: signing in and out, and what a reader sees."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from rag import settings
from rag.chat.library import Library

from .browsers import DESK, ask_and_wait
from .conftest import NewUser
from .sites import Site, serving
from .test_accessibility import AXE, PHONE, check

ADA, BEN = "correct horse battery", "staple-0123456789"


@pytest.fixture(scope="module")
def shared(pages_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A chat of a curator and a reader."""
    people = tmp_path_factory.mktemp("shared") / "people.txt"
    people.write_text(f"ada curator {ADA}\nben reader {BEN}\n")
    people.chmod(0o600)
    with serving(Library(settings.load(index_dir=pages_index, llm="none", password_file=people))) as site:
        yield site


def sign_in(page: Page, password: str) -> None:
    page.get_by_label("Your password").fill(password)
    page.keyboard.press("Enter")


def test_a_reader_signs_in_asks_and_signs_out(new_user: NewUser, shared: Site) -> None:
    page = new_user().new_page()
    page.goto(f"{shared.url}papers")
    expect(page).to_have_title("Sign in")
    sign_in(page, "not the password")
    expect(page.get_by_role("alert")).to_have_text("This password is not known here.")
    expect(page.get_by_label("Your password")).to_be_focused()
    sign_in(page, BEN)
    expect(page.locator("#shelf h1")).to_be_visible()
    expect(page.locator("#clusters a").first).to_be_visible()  # the script runs without what curators see
    expect(page.get_by_text("Add papers and rebuild")).to_have_count(0)
    page.goto(shared.url)
    ask_and_wait(page)
    page.get_by_role("button", name="Settings").click()
    expect(page.get_by_role("button", name="Done")).to_be_visible()
    expect(page.get_by_role("button", name="Test", exact=True)).to_have_count(0)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Sign out ben").click()
    expect(page).to_have_title("Sign in")
    page.go_back()
    expect(page).to_have_title("Sign in")  # not the conversation as it was


def test_a_conversation_follows_its_person_and_who_is_signed_out_is_told(new_user: NewUser, shared: Site) -> None:
    laptop, phone = (new_user().new_page() for _ in range(2))
    for page in (laptop, phone):
        page.goto(shared.url)
        sign_in(page, ADA)
    ask_and_wait(laptop)
    phone.reload()
    phone.locator("#conversations li a").first.click()
    expect(phone).to_have_url(re.compile("/c/"))
    phone.context.clear_cookies()
    phone.get_by_label("Question", exact=True).fill("and which are fast?")
    phone.keyboard.press("Enter")
    expect(phone.locator("#talk > .fault")).to_have_text("You are not signed in. Reload the page to sign in.")


@pytest.mark.skipif(not AXE.exists(), reason="without axe; tests/web/browser/test_accessibility.py says how to get it")
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_everyone_can_sign_in_and_out(new_user: NewUser, shared: Site, size: ViewportSize) -> None:
    page = new_user(viewport=size, bypass_csp=True).new_page()
    axe = AXE.read_text(encoding="utf-8")
    page.goto(shared.url)
    check(page, axe)
    sign_in(page, "not the password")
    expect(page.get_by_role("alert")).to_be_visible()
    check(page, axe)
    sign_in(page, BEN)
    expect(page.get_by_role("button", name="Sign out ben")).to_be_visible()
    check(page, axe)
