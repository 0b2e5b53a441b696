"""Browsers, what their pages must not do, and asking a question in one."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, Playwright, ViewportSize, expect

from tests.conftest import WHICH

DESK: ViewportSize = {"width": 1280, "height": 800}
PATIENCE = 30_000  # milliseconds for anything to appear
expect.set_options(timeout=PATIENCE)


def chromium(playwright: Playwright) -> str | None:
    """The browser of the system, or Playwright's own; None if there is neither."""
    names = ("chromium", "chromium-browser", "google-chrome")
    own = playwright.chromium.executable_path
    return next(filter(None, map(shutil.which, names)), own if Path(own).exists() else None)


@dataclass
class Watch:
    """What pages must not do: ask another host, or let a script fail or open a dialog."""

    abroad: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> BrowserContext:
        local = ("http://127.0.0.1:", "data:", "blob:")
        context.on("request", lambda one: None if one.url.startswith(local) else self.abroad.append(one.url))
        context.on("weberror", lambda one: self.faults.append(str(one.error)))
        context.on("dialog", lambda one: self.faults.append(f"a script ran: {one.message}") or one.dismiss())
        return context

    def check(self) -> None:
        """Fails for what was seen since the last check."""
        seen, self.abroad, self.faults = (self.abroad, self.faults), [], []
        assert seen == ([], []), seen


def new_context(browser: Browser, **options: object) -> BrowserContext:
    chosen = {"viewport": DESK, "reduced_motion": "reduce"} | options
    context = browser.new_context(**chosen)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE)
    return context


def ask(page: Page, question: str) -> None:
    """Asks, and waits until the question is on the page."""
    before = page.locator(".turn").count()
    expect(page.get_by_role("button", name="Send")).to_be_enabled()
    page.get_by_label("Question", exact=True).fill(question)
    page.keyboard.press("Enter")
    expect(page.locator(".turn")).to_have_count(before + 1)


def ask_and_wait(page: Page, question: str = WHICH) -> None:
    """Asks, and waits for the whole answer."""
    ask(page, question)
    expect(page.locator(".turn").last).to_have_attribute("data-state", "done")
    expect(page.get_by_role("button", name="Send")).to_be_enabled()
