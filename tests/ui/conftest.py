"""A browser, and the page served for it. Whatever meets the contract of `rag.chat.Chat` can stand behind `site`."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from rag.ui.serve import start

from . import fake

if TYPE_CHECKING:
    from rag.chat import Chat

PATIENCE = 30_000  # milliseconds for anything to appear
expect.set_options(timeout=PATIENCE)


@dataclass(frozen=True)
class Site:
    """A served chat: two papers or more answer `asked`, none answers `unanswerable`."""

    port: int
    asked: str
    unanswerable: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    served = start(cast("Chat", fake.Chat()), "127.0.0.1", port)
    yield Site(port, "which papers speed up diffusion depth?", "what is the price of coffee beans?")
    served.close(verbose=False)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        executable = _chromium(playwright)
        if executable is None:
            complain = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
            complain("NO BROWSER: the page is NOT tested. Install chromium, or run: playwright install chromium")
        found = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """The chat, just opened. Afterwards no request of the test may have gone to another host."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    requests: list[str] = []
    context.on("request", lambda request: requests.append(request.url))
    opened = context.new_page()
    opened.goto(site.url)
    opened.get_by_role("button", name="Send").wait_for()
    yield opened
    context.close()
    assert [url for url in requests if not url.startswith((site.url, "data:", "blob:"))] == []


def _chromium(playwright: Playwright) -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome")
    own = playwright.chromium.executable_path
    return next(filter(None, map(shutil.which, names)), own if Path(own).exists() else None)
