"""What would act if it were markup is shown as text, and nothing is sent elsewhere. See also `Watch` in browsers.py."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from rag.settings import load
from tests.conftest import WHICH
from tests.web.payloads import PAYLOADS

from .browsers import ask, ask_and_wait
from .sites import Site, Writing, opened

LIGHTHOUSES = "which papers are about lamps that keep ships away from the coast?"
FOREIGN = """() => [...document.querySelectorAll("*")].flatMap((one) => {
  const bad = [...one.attributes].filter(({ name, value }) =>
    name.startsWith("on") || (name === "style" && one.id !== "tip" && !("held" in one.dataset)) || name === "srcdoc" ||
    (["href", "src", "action", "formaction", "data"].includes(name) && !/^(https?:\\/\\/|\\/|#|data:,|$)/.test(value)));
  const tag = "IMG,IFRAME,OBJECT,EMBED,VIDEO,AUDIO,BASE,PORTAL,SOURCE,TRACK,SVG,STYLE,TEMPLATE".split(",");
  const left = tag.includes(one.tagName.toUpperCase()) && !(one.tagName === "STYLE" && !one.isConnected);
  return bad.length || left ? [one.outerHTML.slice(0, 200)] : [];
})"""


def clean(page: Page) -> None:
    """Nothing on the page is of the payloads' making."""
    assert page.evaluate(FOREIGN) == []
    expect(page.locator("form:not(#ask):not(#search):not(.note):not([method=dialog])")).to_have_count(0)
    expect(page.locator("h1", has_text="out 28")).to_have_count(0)


def letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def test_answers_cards_tips_and_lists_show_hostile_papers_as_text(page: Page) -> None:
    ask_and_wait(page, LIGHTHOUSES)
    page.get_by_text("may match").first.click()
    ask_and_wait(page, "list all papers")
    titles = page.locator(".turn .paper").all_inner_texts()
    shown = letters(" ".join(titles))
    plain = [one for one in PAYLOADS if not one.startswith("$")]  # formulas are drawn
    assert len([payload for payload in plain if letters(payload) in shown]) >= 30
    for summary in page.locator("article.source summary").all():
        summary.evaluate("one => one.click()")
    for marker in page.locator(".statement a.cite").all():
        marker.hover()
        expect(page.get_by_role("tooltip")).to_be_visible()
    clean(page)
    page.reload()
    clean(page)


def test_the_collection_and_its_map_show_hostile_papers_as_text(page: Page, site: Site) -> None:
    page.goto(f"{site.url}papers?q=lighthouse")
    expect(page.locator("#clusters a").first).to_be_visible()
    page.get_by_text("By source and year").click()
    for summary in page.locator("article.source summary").all():
        summary.evaluate("one => one.click()")
    clean(page)
    for number in (21, 30, 45):
        page.evaluate("number => import('/ui/papers.js')", number)
        card = page.request.get(f"{site.url}papers/{number}").text()
        page.locator("#paper .card").evaluate("(one, html) => { one.innerHTML = html; }", card)
    clean(page)


@pytest.mark.slow  # asks every payload; tests/web/ renders them all without a browser
def test_questions_in_conversations_titles_and_files_are_text(page: Page) -> None:
    for n, payload in enumerate(PAYLOADS):
        ask(page, f"{payload} lighthouse {n}"[:2000])
        expect(page.locator(".turn").last).to_have_attribute("data-state", re.compile("done|failed"))
        expect(page.locator(".question").last).to_have_text(f"{payload} lighthouse {n}")
        if n % 8 == 7:
            clean(page)
            page.get_by_role("link", name="New conversation").click()
    clean(page)
    page.reload()
    clean(page)


def test_what_a_model_writes_is_text(blank: Page, writing: Writing) -> None:
    page = opened(blank, writing.site)
    for payload in PAYLOADS[::3]:
        writing.text = f"Kite tails of felt {payload} steady a kite."
        ask_and_wait(page, "what do kite tails of felt do?")
        expect(page.locator(".turn").last.locator(".written .statement").first).to_be_visible()
        clean(page)


def test_faults_that_hold_hostile_text_are_text(page: Page) -> None:
    for payload in PAYLOADS[:5]:
        ask(page, f"year:{payload} depth")
        expect(page.locator(".turn").last.locator(".reply")).to_be_visible()
    clean(page)

    def refuse(route: Route) -> None:
        route.fulfill(status=400, json={"fault": PAYLOADS[0]})

    page.route("**/gradio_api/call/page_ask", refuse)
    page.get_by_label("Question", exact=True).fill(WHICH)
    page.keyboard.press("Enter")
    expect(page.locator("#talk > .fault")).to_have_text(PAYLOADS[0])
    clean(page)


def test_the_browser_itself_refuses_to_leave(browser: Browser, site: Site) -> None:
    """The policy of the page, and not only our escaping, keeps requests at home."""
    page = browser.new_page()
    refused = []
    for address in ("", "papers"):
        page.goto(f"{site.url}{address}")
        refused.append(
            page.evaluate(
                """() => new Promise((resolve) => {
                  const seen = new Set();
                  document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => {
                    seen.add(effectiveDirective);
                    if (seen.size === 5) resolve([...seen].sort());
                  });
                  new Image().src = "http://evil.invalid/x.png";
                  fetch("http://evil.invalid/").catch(() => {});
                  const add = (html) => document.body.append(document.createRange().createContextualFragment(html));
                  add("<script>window.ran = true</script>");
                  add('<b style="color: red">x</b>');
                  add('<iframe src="http://evil.invalid/"></iframe>');
                })"""
            )
        )
        assert page.evaluate("window.ran") is None
    wanted = ["connect-src", "frame-src", "img-src", "script-src-elem", "style-src-attr"]
    page.close()
    assert refused == [wanted, wanted]


def test_the_server_listens_on_this_machine_only() -> None:
    assert load().host == "127.0.0.1"
