"""The page in a real browser. Every wait is for something to appear, and bounded (see conftest)."""

from __future__ import annotations

import codecs
import json
import re
import urllib.request

import pytest
from playwright.sync_api import Browser, Download, Locator, Page, expect

from rag.errors import RagError
from rag.ui.serve import claim

from .conftest import Site
from .fake import HOSTILE

pytestmark = pytest.mark.xdist_group("browser")  # one server and one browser for all of them

WATCH_STATEMENTS = """() => {
  window.seen = [];
  new MutationObserver(() => {
    const n = document.querySelectorAll(".statement").length;
    if (n && n !== window.seen.at(-1)) window.seen.push(n);
  }).observe(document.body, { childList: true, subtree: true });
}"""


def ask(page: Page, question: str) -> None:
    expect(page.get_by_role("button", name="Send")).to_be_enabled()
    page.get_by_label("Question").fill(question)
    page.keyboard.press("Enter")


def ask_and_wait(page: Page, question: str) -> None:
    ask(page, question)
    expect(page.locator("#status")).to_contain_text("done:")


def marker(page: Page, number: int) -> Locator:
    return page.get_by_role("link", name=re.compile(f"^Source {number}: ")).first


def test_header_tells_what_is_asked(page: Page) -> None:
    expect(page.locator("#header")).to_contain_text(re.compile(r"\d papers · [\d,]+ passages · model: "))


def test_answer_arrives_sentence_by_sentence(page: Page, site: Site) -> None:
    page.evaluate(WATCH_STATEMENTS)
    ask_and_wait(page, site.asked)
    seen = page.evaluate("window.seen")
    assert len(seen) > 1
    assert seen == sorted(seen)
    expect(page.locator("#status")).to_contain_text(f"done: {seen[-1]} sentences, each cited")
    expect(page.locator(".question")).to_have_text(site.asked)
    expect(page.get_by_label("Question")).to_have_value("")


def test_every_sentence_ends_in_a_citation_that_opens(page: Page, site: Site) -> None:
    ask_and_wait(page, site.asked)
    for statement in page.locator(".statement").all():
        link = statement.locator("a.cite").last
        expect(page.locator(f"details{link.get_attribute('href')}")).to_have_count(1)


def test_citation_opens_its_card_at_the_quote(page: Page, site: Site) -> None:
    ask_and_wait(page, site.asked)
    quote = marker(page, 2).get_attribute("title") or ""
    marker(page, 2).click()
    card = page.locator("#source-2")
    expect(card).to_have_attribute("open", "")
    expect(card.locator("mark").filter(has_text=quote)).to_be_in_viewport()
    expect(card.locator("mark .current").first).to_be_visible()
    expect(page.locator("details[open]")).to_have_count(1)


def test_citation_works_from_the_keyboard(page: Page, site: Site) -> None:
    ask_and_wait(page, site.asked)
    marker(page, 1).press("Enter")
    expect(page.locator("#source-1")).to_have_attribute("open", "")
    summary = page.locator("#source-1 summary")
    expect(summary).to_be_focused()
    summary.press("Enter")
    expect(page.locator("#source-1")).not_to_have_attribute("open", "")


def test_open_card_stays_open_while_the_answer_grows(page: Page, site: Site) -> None:
    ask(page, site.asked)
    marker(page, 1).click()
    expect(page.locator("#status")).to_contain_text("done:")
    expect(page.locator("#source-1 mark .current").first).to_be_visible()


REPLACE = "old => old.replaceWith(old.cloneNode(true))"
PUSH_DOWN = "old => old.before(Object.assign(document.createElement('h1'), { textContent: 'new' }))"


@pytest.mark.parametrize("update", [REPLACE, PUSH_DOWN])
@pytest.mark.parametrize(
    ("updated", "target"), [(".reply", "a.cite[href='#source-1']"), ("#source-1", "#source-1 summary")]
)
def test_a_click_counts_though_an_update_comes_between_press_and_release(
    page: Page, site: Site, update: str, updated: str, target: str
) -> None:
    ask_and_wait(page, site.asked)
    expect(page.locator("#source-1")).not_to_have_attribute("open", "")
    page.locator(target).first.hover()
    page.mouse.down()
    page.locator(updated).first.evaluate(update)
    page.mouse.up()
    expect(page.locator("#source-1")).to_have_attribute("open", "")


def test_phone_shows_the_card_under_the_chat(page: Page, site: Site) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    ask_and_wait(page, site.asked)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    marker(page, 1).click()
    expect(page.locator("#source-1 mark .current").first).to_be_in_viewport()


def test_refusal_names_papers_that_open(page: Page, site: Site) -> None:
    ask(page, site.unanswerable)
    expect(page.locator(".reply")).to_contain_text("The abstracts here do not answer this. Nearest papers:")
    expect(page.locator(".statement")).to_have_count(0)
    page.locator(".reply a.cite").last.click()
    expect(page.locator("details.source[open]")).to_have_count(1)
    expect(page.locator("details.source[open] mark")).to_have_count(0)


def test_papers_that_only_touch_the_question_stand_apart_and_open(page: Page) -> None:
    ask_and_wait(page, "which papers speed up diffusion depth, or pottery?")
    expect(page.locator("#status")).to_contain_text("done: 3 of 4 papers match, 1 partly;")
    expect(page.locator(".reply .matching")).to_have_text("3 of 4 papers match")
    expect(page.locator("#source-4 summary")).to_contain_text("On Relative Pottery partly")
    marker(page, 4).click()
    expect(page.locator("#source-4 mark .current")).to_contain_text("We study clay")


def test_a_filter_is_a_chip_that_goes_by_mouse_and_by_key(page: Page, site: Site) -> None:
    ask_and_wait(page, f"{site.asked} since 2024 author:nobody")
    expect(page.locator(".reply").last).to_contain_text("No paper here matches “since 2024” and “author:nobody”.")
    page.get_by_label("Question").fill("my next question")
    page.get_by_role("button", name="not only “author:nobody”").click()
    expect(page.locator(".reply")).to_have_count(2)
    expect(page.get_by_role("button", name="not only")).to_have_count(1)  # once it is answered
    expect(page.locator(".source")).to_have_count(1)
    page.get_by_role("button", name="not only “since 2024”").press("Enter")
    expect(page.get_by_label("Question")).to_be_focused()
    expect(page.locator(".source")).to_have_count(3)
    expect(page.locator("#status")).to_contain_text("done:")
    expect(page.get_by_role("button", name="not only")).to_have_count(0)
    expect(page.get_by_label("Question")).to_have_value("my next question")


def test_example_asks(page: Page) -> None:
    page.get_by_role("button", name=re.compile("which papers speed up")).click()
    expect(page.locator("#status")).to_contain_text("done:")


def test_stop_keeps_what_is_written(page: Page, site: Site) -> None:
    ask(page, site.asked)
    expect(page.locator(".statement").first).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#status")).to_contain_text(re.compile("stopped after|done:"))  # it may have been quicker
    ask_and_wait(page, site.asked)
    expect(page.locator(".question")).to_have_count(2)


def test_new_conversation_begins_empty(page: Page, site: Site) -> None:
    ask_and_wait(page, site.asked)
    page.get_by_role("button", name="New conversation").click()  # waits until it is enabled
    expect(page.locator(".question")).to_have_count(0)
    expect(page.locator("details.source")).to_have_count(0)


def test_users_do_not_see_each_other(page: Page, site: Site, browser: Browser) -> None:
    ask_and_wait(page, site.asked)
    other = browser.new_page()
    other.goto(site.url)
    ask_and_wait(other, site.unanswerable)
    expect(other.locator(".question")).to_have_count(1)
    other.close()


def test_hostile_text_is_only_text(page: Page) -> None:
    typed = f"diffusion depth {HOSTILE} *stars* ![i](http://evil.invalid/q.png) <script>alert(1)</script>"
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    ask_and_wait(page, typed)
    expect(page.locator(".question")).to_have_text(typed)
    expect(page.locator(".reply .paper").filter(has_text=HOSTILE)).to_be_visible()
    expect(page.locator(".source .title").filter(has_text="{{value}}")).to_be_visible()
    for place in ("#dialogue", "#sources"):
        inside = page.locator(place)
        expect(inside.locator("img, form, input, script, a[href^=javascript]")).to_have_count(0)


def test_browser_itself_refuses_to_leave(browser: Browser, site: Site) -> None:
    """The policy of the page, and not only our escaping, keeps requests at home."""
    page = browser.new_page()
    page.goto(site.url)
    page.get_by_role("button", name="Send").wait_for()
    blocked = page.evaluate(
        """() => new Promise((resolve) => {
          document.addEventListener("securitypolicyviolation", (event) => resolve(event.violatedDirective));
          new Image().src = "http://evil.invalid/x.png";
        })"""
    )
    assert blocked == "img-src"
    page.close()


def save(page: Page, scope: str, format_: str) -> Download:
    group = page.get_by_role("group", name=f"Export the {scope}")
    with page.expect_download() as download:
        group.get_by_role("button", name=format_).click()
    return download.value


def test_an_answer_and_the_conversation_are_saved_with_their_citations(page: Page, site: Site) -> None:
    expect(page.get_by_text("Export")).to_have_count(0)
    ask_and_wait(page, site.asked)
    page.get_by_text("Export").click()
    expect(page.get_by_role("group", name="Export the conversation")).to_have_count(0)
    answer = save(page, "answer", "Markdown")
    assert answer.suggested_filename == "which-papers-speed-up-diffusion-depth.md"
    first = answer.path().read_text(encoding="utf-8")
    assert first.startswith(f"# {site.asked}\n")
    assert all(f"\n**[{n}]** " in first for n in (1, 2, 3))

    ask(page, site.unanswerable)
    expect(page.locator("#status")).to_contain_text("done: no answer")
    page.get_by_text("Export").press("Enter")
    for format_ in ("BibTeX", "CSV"):
        refused = page.get_by_role("group", name="Export the answer").get_by_role("button", name=format_)
        expect(refused).to_be_disabled()
    both = save(page, "conversation", "Markdown").path().read_text(encoding="utf-8")
    assert both.startswith(f"{first}\n# {site.unanswerable}\n")
    assert save(page, "conversation", "BibTeX").path().read_text(encoding="utf-8").count("@misc{") == 3
    table = save(page, "conversation", "CSV")
    assert table.suggested_filename == "conversation.csv"
    assert table.path().read_bytes().startswith(codecs.BOM_UTF8)  # Excel takes it for UTF-8


def test_nothing_can_be_saved_while_an_answer_is_written_or_after_a_new_beginning(page: Page, site: Site) -> None:
    ask_and_wait(page, site.asked)
    ask(page, site.asked)
    expect(page.locator("#status")).to_contain_text("writing…")
    expect(page.get_by_text("Export")).to_have_count(0)
    expect(page.locator("#status")).to_contain_text("done:")
    expect(page.get_by_text("Export")).to_be_visible()
    page.get_by_role("button", name="New conversation").click()
    expect(page.get_by_text("Export")).to_have_count(0)


def test_the_menu_of_files_fits_on_a_phone_and_closes(page: Page, site: Site) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    ask_and_wait(page, site.asked)
    ask(page, site.unanswerable)
    expect(page.locator("#status")).to_contain_text("done: no answer")
    button = page.get_by_role("group", name="Export the conversation").get_by_role("button", name="CSV")
    page.get_by_text("Export").click()
    expect(button).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.keyboard.press("Escape")
    expect(button).to_be_hidden()
    expect(page.locator(".export summary")).to_be_focused()
    page.keyboard.press("Enter")
    expect(button).to_be_visible()
    page.locator("#header").click()
    expect(button).to_be_hidden()


def test_fault_is_told_and_the_question_kept(page: Page) -> None:
    ask(page, "is the model broken?")
    expect(page.locator(".reply .fault")).to_contain_text("The model at <nowhere> does not answer.")
    expect(page.get_by_label("Question")).to_have_value("is the model broken?")


def test_fault_of_ours_does_not_hang_the_page(page: Page) -> None:
    ask(page, "crash, please")
    expect(page.locator(".reply .fault")).to_contain_text("Something broke inside the program.")
    expect(page.get_by_role("button", name="Send")).to_be_enabled()


def test_rebuild_shows_progress_then_a_summary(page: Page) -> None:
    page.get_by_role("button", name="Collection").click()
    page.get_by_role("button", name="Rebuild index").click()
    expect(page.locator("#progress progress")).to_be_visible()
    expect(page.locator("#progress .done")).to_contain_text(re.compile(r"\d+ papers"))


def test_port_in_use_is_told(site: Site) -> None:
    message = f"Port {site.port} is in use. Choose another: rag chat --port {site.port + 1}"
    with pytest.raises(RagError, match=message):
        claim("127.0.0.1", site.port)


def test_no_open_api(site: Site) -> None:
    with urllib.request.urlopen(f"{site.url}gradio_api/info") as response:
        described = json.load(response)
    assert described["named_endpoints"] == {}
    assert described["unnamed_endpoints"] == {}
