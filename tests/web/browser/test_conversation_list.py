"""The list of conversations: names, search, whole titles, copies, files, days, and the drawer that it is on a phone."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from rag import settings
from rag.chat.library import Library
from rag.web.conversations import DATABASE, Conversations
from tests.conftest import WHICH

from .browsers import ask, ask_and_wait
from .conftest import UNANSWERABLE, WRITTEN, NewUser
from .sites import Site, Writing, serving

BEES = "which papers keep bees?"


def items(page: Page) -> Locator:
    return page.locator("#conversations .mine li")


def options(page: Page, title: str) -> Locator:
    """The options of a conversation, opened."""
    page.get_by_role("button", name=f"Options for “{title}”").click()
    return page.get_by_role("dialog", name=title)


def begin(page: Page, site: Site, question: str) -> str:
    """Asks in a new conversation; its address."""
    page.goto(site.url)
    ask_and_wait(page, question)
    return page.url


def test_a_conversation_is_renamed_by_key_and_keeps_its_name(page: Page) -> None:
    ask_and_wait(page, BEES)
    page.get_by_role("button", name=f"Options for “{BEES}”").press("Enter")
    expect(page.get_by_role("button", name="Rename")).to_be_focused()
    page.keyboard.press("Enter")
    name = page.get_by_label("Name of the conversation")
    expect(name).to_be_focused()
    expect(name).to_have_value(BEES)
    page.keyboard.type("no name")
    page.keyboard.press("Escape")
    expect(items(page).get_by_role("link")).to_have_text(BEES)
    expect(page.get_by_role("button", name=f"Options for “{BEES}”")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.keyboard.type(r"On $\gamma$-bees & <b>combs</b>")
    page.keyboard.press("Enter")
    shown = "On γ-bees & <b>combs</b>"
    expect(items(page).get_by_role("link")).to_have_text(shown)
    expect(page).to_have_title(shown)
    expect(page.get_by_role("button", name=f"Options for “{shown}”")).to_be_focused()
    page.locator(".turn").get_by_role("button", name="Edit").click()
    page.get_by_label("Question", exact=True).fill(WHICH)
    page.keyboard.press("Enter")
    expect(page.locator(".question")).to_have_text(WHICH)
    expect(page.locator(".turn")).to_have_attribute("data-state", "done")
    expect(items(page).get_by_role("link")).to_have_text(shown)
    page.reload()
    expect(items(page).get_by_role("link")).to_have_text(shown)
    expect(page).to_have_title(shown)


def test_a_name_is_saved_when_the_pointer_goes_elsewhere(page: Page) -> None:
    ask_and_wait(page, BEES)
    options(page, BEES).get_by_role("button", name="Rename").click()
    page.get_by_label("Name of the conversation").fill("Bees")
    page.locator(".question").click()
    expect(items(page).get_by_role("link")).to_have_text("Bees")
    options(page, "Bees").get_by_role("button", name="Rename").click()
    page.get_by_label("Name of the conversation").fill(" ")
    page.locator(".question").click()
    expect(items(page).get_by_role("link")).to_have_text("Bees")


def test_a_name_that_cannot_be_saved_stays_to_be_saved_again(page: Page) -> None:
    ask_and_wait(page, BEES)
    options(page, BEES).get_by_role("button", name="Rename").click()
    page.context.set_offline(True)
    page.get_by_label("Name of the conversation").fill("Bees")
    page.keyboard.press("Enter")
    expect(page.locator("#talk > .fault")).to_contain_text("not responding")
    expect(page.get_by_label("Name of the conversation")).to_have_value("Bees")
    page.context.set_offline(False)
    page.keyboard.press("Enter")
    expect(items(page).get_by_role("link")).to_have_text("Bees")


def test_a_search_shows_the_line_and_opens_its_turn(page: Page, site: Site) -> None:
    begin(page, site, BEES)
    ask_and_wait(page, UNANSWERABLE)
    ask_and_wait(page, "how are corals counted?")
    begin(page, site, WHICH)
    find = page.get_by_label("Search your conversations")
    find.press_sequentially("WÓRLD cup")
    hit = page.locator("#conversations .hits li")
    expect(hit).to_have_count(1)
    expect(hit.locator(".hit mark")).to_have_text(["world", "cup?"])
    expect(page.locator("#finding")).to_have_text("1 found")
    expect(items(page).first).to_be_hidden()
    hit.get_by_role("link").click()
    expect(page.locator(".question")).to_have_text([BEES, UNANSWERABLE, "how are corals counted?"])
    expect(page.locator("#turn-1 .question")).to_be_in_viewport()
    expect(page.locator("#turn-2 .actions")).not_to_be_in_viewport()
    find.fill("zebra")
    expect(page.locator("#finding")).to_have_text("No conversation has “zebra”.")
    expect(hit).to_have_count(0)
    find.press("Escape")
    expect(page.locator("#finding")).to_be_empty()
    expect(items(page)).to_have_count(2)
    expect(items(page).first).to_be_visible()


def test_the_last_that_was_typed_wins_however_late_an_earlier_reply_is(page: Page, site: Site) -> None:
    begin(page, site, BEES)
    begin(page, site, WHICH)
    late: list[Route] = []
    page.route("**/conversations?q=bees", lambda route: late.append(route))
    find = page.get_by_label("Search your conversations")
    with page.expect_request("**/conversations?q=bees"):
        find.fill("bees")
    find.fill("diffusion")
    found = page.locator("#conversations .hits a")
    expect(found).to_have_text([WHICH])
    with page.expect_response("**/conversations?q=bees"):
        late[0].continue_()
    expect(found).to_have_text([WHICH])


def test_what_was_found_is_renamed_and_deleted_in_the_list_too(page: Page, site: Site) -> None:
    begin(page, site, BEES)
    begin(page, site, WHICH)
    page.get_by_label("Search your conversations").fill("bees")
    expect(page.locator("#finding")).to_have_text("1 found")
    options(page, BEES).get_by_role("button", name="Rename").click()
    page.get_by_label("Name of the conversation").fill("Hives")
    page.keyboard.press("Enter")
    expect(page.locator("#conversations .hits a")).to_have_text(["Hives"])
    page.get_by_label("Search your conversations").fill("")
    expect(items(page).get_by_role("link")).to_have_text([WHICH, "Hives"])
    page.get_by_label("Search your conversations").fill("hives")
    expect(page.locator("#finding")).to_have_text("1 found")
    options(page, "Hives").locator(".delete").dblclick()
    expect(page.locator("#conversations .hits li")).to_have_count(0)
    page.get_by_label("Search your conversations").fill("")
    expect(items(page).get_by_role("link")).to_have_text([WHICH])


def test_the_whole_title_is_told_on_hover_on_focus_and_in_the_options(page: Page) -> None:
    question = "which papers keep bees " + "in very long hives " * 10 + "?"
    ask_and_wait(page, question)
    link = items(page).get_by_role("link")
    tip = page.get_by_role("tooltip")
    link.hover()
    expect(tip).to_contain_text(question.strip()[:110])
    expect(tip).to_contain_text(re.compile(r"Today, \d"))
    page.locator(".question").hover()
    expect(tip).to_be_hidden()
    page.get_by_label("Search your conversations").focus()
    page.keyboard.press("Tab")
    expect(link).to_be_focused()
    expect(tip).to_contain_text(question.strip()[:110])
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#options-title")).to_contain_text(question.strip()[:110])


def test_a_conversation_is_branched_from_a_turn_and_duplicated_without_the_rating(page: Page) -> None:
    ask_and_wait(page, BEES)
    page.get_by_role("button", name="Helpful", exact=True).click()
    expect(page.get_by_role("button", name="Helpful", exact=True)).to_have_attribute("aria-pressed", "true")
    ask_and_wait(page, UNANSWERABLE)
    original = page.url
    page.locator(".turn").first.get_by_role("button", name="Branch").click()
    expect(page).not_to_have_url(original)
    expect(page.locator(".question")).to_have_text([BEES])
    expect(page.get_by_role("button", name="Helpful", exact=True)).to_have_attribute("aria-pressed", "false")
    expect(items(page).get_by_role("link")).to_have_text([f"{BEES} (copy)", BEES])
    ask_and_wait(page, "how are corals counted?")
    options(page, BEES).get_by_role("button", name="Duplicate").click()
    expect(items(page)).to_have_count(3)
    expect(page.locator(".question")).to_have_text([BEES, UNANSWERABLE])
    page.goto(original)
    expect(page.locator(".question")).to_have_text([BEES, UNANSWERABLE])
    expect(page.locator(".turn").first.locator("[aria-pressed=true]")).to_have_text("Helpful")


def test_a_conversation_is_exported_from_the_list(page: Page, site: Site) -> None:
    begin(page, site, BEES)
    begin(page, site, UNANSWERABLE)
    with page.expect_download() as download:
        options(page, BEES).get_by_role("button", name="Markdown").click()
    assert download.value.path().read_text(encoding="utf-8").startswith(f"# {BEES}\n")
    assert download.value.suggested_filename.endswith(".md")
    expect(page.locator("#options")).to_be_hidden()


def test_the_options_close_by_their_button_by_escape_and_elsewhere(page: Page, writing: Writing) -> None:
    writing.hold()
    ask(page, WRITTEN)
    button = page.get_by_role("button", name=f"Options for “{WRITTEN}”")
    for close in (button.click, lambda: page.keyboard.press("Escape"), page.locator("header .facts").click):
        button.click()
        expect(page.locator("#options")).to_be_visible()
        expect(button).to_have_attribute("aria-expanded", "true")
        close()
        expect(page.locator("#options")).to_be_hidden()
        expect(button).to_have_attribute("aria-expanded", "false")
    expect(page.locator(".turn")).to_have_attribute("data-state", "running")  # which Escape has not stopped
    writing.gate.set()
    expect(page.locator(".turn")).to_have_attribute("data-state", "done")


@pytest.fixture
def aged(pages_index: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A chat that lists five conversations at once."""
    for module in ("conversations", "pages"):
        monkeypatch.setattr(f"rag.web.{module}.MAX_LISTED", 5)
    with serving(Library(settings.load(index_dir=pages_index, llm="none"))) as served:
        yield served


def age(site: Site, address: str, times: list[datetime]) -> None:
    """Copies the conversation at `address` so that there is one of each of these `times`, called by its number."""
    name, folder = address.rpartition("/")[2], site.library.settings.index_dir
    kept = Conversations(folder)
    with closing(sqlite3.connect(folder / DATABASE)) as database:
        ((owner,),) = database.execute("SELECT owner FROM conversations WHERE id = ?", (name,))
        copies = [kept.branch(owner, name) for _ in times[1:]]
        for n, (one, time) in enumerate(zip([name, *copies], times, strict=True)):
            kept.rename(owner, one, f"number {n}")
            with database:
                database.execute("UPDATE conversations SET changed = ? WHERE id = ?", (time.isoformat(), one))


def test_conversations_are_grouped_by_days_of_the_readers_zone_and_older_ones_follow(
    aged: Site, new_user: NewUser
) -> None:
    page = new_user(timezone_id="Pacific/Kiritimati").new_page()  # 14 hours ahead of UTC
    address = begin(page, aged, BEES)
    here = datetime.now(UTC) + timedelta(hours=14)
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(hours=14)  # as UTC has it
    days = [0, 0, 1, 2, 6, 8, 29, 40, 400, 500, 501, 502]
    age(aged, address, [midnight - timedelta(days=day, seconds=n - 60) for n, day in enumerate(days)])
    page.goto(aged.url)
    assert [one.get_attribute("data-period") for one in items(page).all()] == [
        "Today",
        None,
        "Yesterday",
        "Last 7 days",
        None,
    ]
    page.get_by_role("button", name="Show older").click()
    expect(items(page)).to_have_count(10)
    expect(items(page).nth(5).get_by_role("link")).to_be_focused()
    assert [one.get_attribute("data-period") for one in items(page).all()][5:7] == ["Last 30 days", None]
    assert re.fullmatch(r"[A-Z]\w+ 20\d\d", items(page).nth(7).get_attribute("data-period") or "")
    page.get_by_role("button", name="Show older").click()
    expect(items(page)).to_have_count(12)
    expect(page.get_by_role("button", name="Show older")).to_be_hidden()
    ask_and_wait(page, BEES)  # the newest come again, and the older ones stay
    expect(items(page)).to_have_count(13)
    expect(items(page).first.get_by_role("link")).to_have_text(BEES)


@pytest.mark.parametrize("width", [390, 640])
def test_narrow_the_list_is_a_drawer(page: Page, writing: Writing, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    writing.hold()
    ask(page, WRITTEN)
    menu, panel = page.locator("#menu"), page.locator("#conversations")
    expect(panel).to_be_hidden()
    menu.focus()
    page.keyboard.press("Enter")
    expect(panel.get_by_role("link", name="New conversation")).to_be_focused()
    expect(menu).to_have_attribute("aria-expanded", "true")
    for _ in range(12):  # no key leads behind it
        page.keyboard.press("Tab")
        assert page.evaluate("!document.activeElement.closest('#talk, #sources, header, #menu')")
    panel.get_by_label("Search your conversations").fill("x")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(menu).to_be_focused()
    expect(page.locator(".turn")).to_have_attribute("data-state", "running")  # which Escape has not stopped
    menu.click()
    page.get_by_role("button", name=f"Options for “{WRITTEN}”").click()
    page.keyboard.press("Escape")
    expect(page.locator("#options")).to_be_hidden()
    expect(panel).to_be_visible()
    page.mouse.click(width - 10, 400)
    expect(panel).to_be_hidden()
    menu.click()
    panel.get_by_role("button", name="Close the conversations").click()
    expect(panel).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    writing.gate.set()
    expect(page.locator(".turn")).to_have_attribute("data-state", "done")
