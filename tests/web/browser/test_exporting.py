"""What leaves the page: copies of both kinds, files from a menu, and pages to be printed."""

from __future__ import annotations

import codecs

import pytest
from playwright.sync_api import Download, Locator, Page, ViewportSize, expect

from tests.conftest import WHICH

from .browsers import DESK, ask_and_wait
from .conftest import UNANSWERABLE, NewUser
from .sites import Site, opened
from .test_accessibility import PHONE, axe, check

__all__ = ["axe"]  # a fixture
ALLOWED = ["clipboard-read", "clipboard-write"]
# What stands in the way of the clipboard that a page should have.
OBSTACLES = {
    "none": "",
    "plain HTTP": "Object.defineProperty(navigator, 'clipboard', { value: undefined })",
    "an old browser": "delete window.ClipboardItem",
    "a refusal": "void (navigator.clipboard.write = () => Promise.reject(new Error('no')))",
}
READ = """async () => {
  const [item] = await window.kept.read();
  const text = async (type) => (await item.getType(type)).text();
  return [await text("text/html"), await text("text/plain")];
}"""


def menu_of(page: Page) -> Locator:
    return page.locator(".turn").last.locator("details.menu")


def files(page: Page, scope: str) -> Locator:
    return menu_of(page).get_by_role("group", name=scope).get_by_role("link")


def save(page: Page, scope: str, format_: str) -> Download:
    menu_of(page).locator("summary").click()
    with page.expect_download() as download:
        files(page, scope).filter(has_text=format_).first.click()
    expect(menu_of(page)).not_to_have_attribute("open", "")
    return download.value


@pytest.mark.parametrize("obstacle", OBSTACLES)
def test_an_answer_is_copied_as_rich_and_plain_text(new_user: NewUser, site: Site, obstacle: str) -> None:
    page = opened(new_user(permissions=ALLOWED).new_page(), site)
    page.evaluate("window.kept = navigator.clipboard")
    page.evaluate(OBSTACLES[obstacle])
    ask_and_wait(page, WHICH)
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    html, text = page.evaluate(READ)
    assert WHICH in html
    assert "<h3>References</h3>" in html
    assert text.startswith(f"{WHICH}\n")
    assert "\n\nReferences\n\n[1] " in text
    for sentence in page.locator(".turn .list .statement").all_inner_texts()[:2]:
        assert sentence.split("”")[0].lstrip("“") in " ".join(text.split())


def test_copying_leaves_the_focus_and_what_was_selected(new_user: NewUser, site: Site) -> None:
    page = opened(new_user(permissions=ALLOWED).new_page(), site)
    page.evaluate(OBSTACLES["plain HTTP"])
    ask_and_wait(page, WHICH)
    page.evaluate("getSelection().selectAllChildren(document.querySelector('.question'))")
    page.get_by_role("button", name="Copy").press("Enter")
    expect(page.get_by_role("button", name="Copied")).to_be_focused()
    assert page.evaluate("getSelection().toString()") == WHICH


def test_pressed_twice_the_button_says_copy_again(new_user: NewUser, site: Site) -> None:
    page = opened(new_user(permissions=ALLOWED).new_page(), site)
    ask_and_wait(page, WHICH)
    button = page.locator("button.copy")
    width = button.evaluate("one => one.offsetWidth")
    button.click()
    expect(button).to_have_text("Copied")
    button.click()
    assert button.evaluate("one => one.offsetWidth") == width  # nothing beside it moves
    expect(button).to_have_text("Copy")


def test_a_server_that_is_gone_is_told(page: Page) -> None:
    ask_and_wait(page, WHICH)
    page.route("**/*.copy", lambda route: route.abort())
    page.get_by_role("button", name="Copy").click()
    expect(page.locator("#talk > .fault")).to_contain_text("not responding")


def test_an_answer_and_the_conversation_are_saved_with_their_citations(page: Page) -> None:
    ask_and_wait(page, WHICH)
    answer = save(page, "This answer", "Markdown")
    assert answer.suggested_filename == "which-papers-speed-up-diffusion-depth.md"
    first = answer.path().read_text(encoding="utf-8")
    assert first.startswith(f"# {WHICH}\n")
    assert "\n[1] " in first
    expect(files(page, "The whole conversation")).to_have_count(0)
    ask_and_wait(page, UNANSWERABLE)
    menu_of(page).locator("summary").press("Enter")
    expect(files(page, "This answer")).to_have_text(["Markdown", "Print"])
    page.keyboard.press("Escape")
    both = save(page, "The whole conversation", "Markdown").path().read_text(encoding="utf-8")
    assert both.count(f"# {WHICH}\n") == both.count(f"# {UNANSWERABLE}\n") == both.count("\n[1] ") == 1
    assert save(page, "The whole conversation", "BibTeX").path().read_text(encoding="utf-8").count("@misc{") >= 2
    table = save(page, "The whole conversation", "CSV")
    assert table.suggested_filename == "conversation-which-papers-speed-up-diffusion-depth.csv"
    assert table.path().read_bytes().startswith(codecs.BOM_UTF8)  # Excel takes it for UTF-8


@pytest.mark.parametrize("size", [DESK, PHONE, {"width": 640, "height": 400}, {"width": 1280, "height": 360}])
def test_the_menu_is_whole_wherever_it_opens(page: Page, size: ViewportSize) -> None:
    page.set_viewport_size(size)
    ask_and_wait(page, UNANSWERABLE)  # a short answer: there is little room above it
    ask_and_wait(page, UNANSWERABLE)
    for turn in (page.locator(".turn").first, page.locator(".turn").last):
        turn.locator("summary", has_text="Export").click()
        sheet = turn.locator(".sheet")
        box = sheet.evaluate("one => one.getBoundingClientRect().toJSON()")
        assert box["top"] >= 0
        assert box["left"] >= 0
        assert box["bottom"] <= size["height"]
        assert box["right"] <= size["width"]
        for link in turn.locator(".sheet a").all():
            link.scroll_into_view_if_needed()
            expect(link).to_be_in_viewport(ratio=0.9)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        page.keyboard.press("Escape")
        expect(sheet).to_be_hidden()


def test_the_menu_is_used_by_keys_and_closes_when_it_is_left(page: Page) -> None:
    ask_and_wait(page, WHICH)
    menu, summary = menu_of(page), menu_of(page).locator("summary")
    summary.press("Enter")
    expect(menu).to_have_attribute("open", "")
    page.keyboard.press("Tab")
    expect(files(page, "This answer").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(summary).to_be_focused()
    expect(menu).not_to_have_attribute("open", "")
    page.keyboard.press("Enter")
    for _ in files(page, "This answer").all():
        page.keyboard.press("Tab")
    expect(menu).to_have_attribute("open", "")
    page.keyboard.press("Tab")
    expect(menu).not_to_have_attribute("open", "")
    summary.click()
    page.locator(".turn").last.locator(".question").click()
    expect(menu).not_to_have_attribute("open", "")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_actions_are_in_two_rows_at_most_and_large_enough(page: Page, size: ViewportSize) -> None:
    page.set_viewport_size(size)
    ask_and_wait(page, WHICH)
    shown = page.locator(".actions").locator("button, summary, a.button").filter(visible=True).all()
    boxes = [one.evaluate("one => one.getBoundingClientRect().toJSON()") for one in shown]
    assert len({round(box["top"]) for box in boxes}) <= (2 if size is PHONE else 1)
    assert min(box["height"] for box in boxes) >= (44 if size is PHONE else 24)
    assert max(box["right"] for box in boxes) <= size["width"]


def printed(page: Page, scope: str) -> Page:
    menu_of(page).locator("summary").click()
    with page.context.expect_page() as new:
        files(page, scope).filter(has_text="Print").click()
    return new.value


def test_an_answer_is_printed_on_a_page_of_its_own(page: Page, axe: str) -> None:
    ask_and_wait(page, WHICH)
    document = printed(page, "This answer")
    expect(document.get_by_role("heading", level=2)).to_have_text([WHICH])
    check(document, axe)
    document.evaluate("window.print = () => (window.printing = true)")
    document.get_by_role("button", name="Print").click()
    assert document.evaluate("window.printing")
    document.emulate_media(media="print", color_scheme="dark")
    document.evaluate("document.documentElement.dataset.theme = 'dark'")
    expect(document.get_by_role("button", name="Print")).to_be_hidden()
    assert document.evaluate("getComputedStyle(document.body).color") == "rgb(28, 33, 38)"  # on paper, which is white
    assert document.pdf(format="A4").startswith(b"%PDF")
    document.close()


def test_the_page_to_print_fits_on_a_phone(page: Page, axe: str) -> None:
    ask_and_wait(page, "how do SwiftDepth and TinySpeech differ?")
    ask_and_wait(page, UNANSWERABLE)
    document = printed(page, "The whole conversation")
    document.set_viewport_size(PHONE)
    expect(document.get_by_role("heading", level=2)).to_have_count(2)
    check(document, axe)
    document.get_by_role("link", name="Back to the conversation").click()
    expect(document.locator(".turn")).to_have_count(2)
    document.close()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_an_open_menu_can_be_used_by_everyone(page: Page, axe: str, size: ViewportSize) -> None:
    page.set_viewport_size(size)
    ask_and_wait(page, WHICH)
    menu_of(page).locator("summary").click()
    expect(files(page, "This answer").first).to_be_visible()
    check(page, axe)


def test_the_chat_is_printed_without_its_controls_and_with_what_is_folded(page: Page) -> None:
    ask_and_wait(page, "which papers keep bees?")
    folds = page.locator("#turns details:not(.menu)")
    before = folds.evaluate_all("all => all.map((one) => one.open)")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert all(folds.evaluate_all("all => all.map((one) => one.open)"))
    page.emulate_media(media="print")
    for hidden in ("#ask", "#sources", "#conversations", ".actions", "body > header nav"):
        expect(page.locator(hidden).first).to_be_hidden()
    for shown in (".question", ".list .statement"):
        expect(page.locator(shown).first).to_be_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('#turns')).overflowY") == "visible"
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert folds.evaluate_all("all => all.map((one) => one.open)") == before
