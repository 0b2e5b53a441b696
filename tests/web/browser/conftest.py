"""A browser, and a chat served for it: each worker has its own, over a copy of one index that is built once a run.

Everything behind it is real: Chroma on disk and the bundled embedding.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Semaphore

import pytest
from filelock import FileLock
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Playwright,
    ViewportSize,
    expect,
    sync_playwright,
)

from rag import settings, sources
from rag.chat.library import Library
from rag.index.build import build
from rag.index.calibration import Curve
from rag.models import embedding
from rag.paper import Paper
from rag.progress import silent
from rag.web.serve import start
from tests.attacks import BENIGN
from tests.conftest import WHICH
from tests.llm.server import Server, running
from tests.web import payloads

CURVE = Curve(0.6, 59.0)  # as fitted to these papers
DESK: ViewportSize = {"width": 1280, "height": 800}
PATIENCE = 30_000  # milliseconds for anything to appear
expect.set_options(timeout=PATIENCE)

WRITTEN = "which papers study kite tails?"  # the fake model rephrases a sentence of each
UNANSWERABLE = "who won the 2022 world cup?"
LONG = "Very " * 60 + "Long Titles of Beekeeping"
FORMULA = {
    "title": r"Beekeeping with $\gamma$-Honeycombs",
    "abstract": r"We keep bees in combs of $\frac{1}{2}\gamma^2$ cells. Honey costs $5 and wax $6 a jar. Bees hum.",
    "authors": ["Ada Apiarist"],
    "year": 2021,
    "url": "https://example.org/bees",
}
BEES = [
    FORMULA,
    {"title": LONG, "abstract": "A paper on bees has a title that wraps. Beekeeping is calm.", "year": 2019},
]
KITES = [
    {
        "title": f"Kite Tails of {cloth}",
        "abstract": f"We show that kite tails of {cloth} steady a kite by {n} percent. "
        f"We find that kite tails of {cloth} weigh {n + 40} grams.",
        "year": 2000 + n,
    }
    for n, cloth in enumerate(["silk", "paper", "linen", "felt"], 11)
]


@dataclass(frozen=True)
class Site:
    """A served chat."""

    port: int
    library: Library

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"


@contextmanager
def serving(library: Library) -> Iterator[Site]:
    """`library` served on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    close = start(library, "127.0.0.1", port)
    yield Site(port, library)
    close()


@pytest.fixture(scope="session")
def pages_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fourteen benign papers, two on bees, four on kites, and a hostile one for each payload."""
    shared = tmp_path_factory.getbasetemp().parent / "pages"
    with FileLock(f"{shared}.lock"):
        if not (shared / "index" / "CURRENT").exists():
            shared.mkdir()
            _build(shared)
    return Path(shutil.copytree(shared / "index", tmp_path_factory.mktemp("pages") / "index"))


def _build(folder: Path) -> None:
    """Builds that index. Its curve of probabilities is not fitted, which would take longer than all the rest."""
    file = folder / "papers.jsonl"
    file.write_text("\n".join(map(json.dumps, BENIGN + BEES + KITES)), encoding="utf-8")
    benign = [paper for paper in sources.read(file) if isinstance(paper, Paper)]
    papers = [*benign, *payloads.papers()]
    build(papers, [file], folder / "index", lambda: embedding.load("bundled"), lambda *given: CURVE, silent)


@pytest.fixture(scope="session")
def site(pages_index: Path) -> Iterator[Site]:
    """A chat that answers in quotes, at once."""
    with serving(Library(settings.load(index_dir=pages_index, llm="none"))) as served:
        yield served


class Gate(Event):
    """Lets everything pass while it is set, and otherwise as many as are `let`."""

    def __init__(self) -> None:
        super().__init__()
        self._let = Semaphore(0)

    def let(self) -> None:
        self._let.release()

    def is_set(self) -> bool:
        return super().is_set() or self._let.acquire(blocking=False)


@dataclass
class Writing:
    """A chat whose model replies while the `gate` is set, or once for each reply that it lets pass."""

    site: Site
    model: Server
    gate: Gate
    let: int = 0  # replies let pass since it was held

    def hold(self) -> None:
        """From now on the model is silent."""
        self.gate.clear()
        self.let = len(self.model.requests)

    def one_more(self, page: Page) -> None:
        """Lets the model write until there is one more sentence on the page."""
        statements = page.locator(".turn .statement")
        before, patience = statements.count(), PATIENCE / 10
        while statements.count() == before:
            assert (patience := patience - 1) > 0, "no sentence came"
            if len(self.model.requests) > self.let:  # it waits; one sentence may take two requests
                self.let += 1
                self.gate.let()
            page.wait_for_timeout(10)

    def wait_for_request(self, page: Page) -> None:
        """Waits until the model is asked for the next sentence."""
        patience = PATIENCE / 10
        while len(self.model.requests) <= self.let:
            assert (patience := patience - 1) > 0, "the model was not asked"
            page.wait_for_timeout(10)


@pytest.fixture(scope="session")
def writing_site(pages_index: Path) -> Iterator[tuple[Site, Server]]:
    """A chat that a model writes for, and the model."""
    with running() as model:
        chosen = settings.load(index_dir=pages_index, llm=f"openai-like:{model.url}/v1#owl", writer="sentences")
        with serving(Library(chosen)) as served:
            yield served, model


@pytest.fixture
def writing(writing_site: tuple[Site, Server]) -> Iterator[Writing]:
    """The model rephrases what it is sent, at once until it is held."""
    site, model = writing_site
    model.next_content = lambda: _rephrased(model)  # type: ignore[method-assign]
    model.silent = gate = Gate()
    model.gone.clear()
    gate.set()
    yield Writing(site, model, gate)
    gate.set()


def _rephrased(model: Server) -> str:
    """The sentence that the model is asked to rephrase, without its "We show that"."""
    sentence = model.chats[-1].messages[-1][1].partition("Sentence: ")[2]
    return sentence.partition(" that ")[2].capitalize() or "Yes."


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        executable = chromium(playwright)
        if executable is None:
            complain = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
            complain("NO BROWSER: the page is NOT tested. Install chromium, or run: playwright install chromium")
        found = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield found
        found.close()


@dataclass
class Watch:
    """What pages must not do: ask another host, or let a script fail or open a dialog."""

    abroad: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> BrowserContext:
        local = ("http://127.0.0.1:", "data:", "blob:", "about:")
        context.on("request", lambda one: None if one.url.startswith(local) else self.abroad.append(one.url))
        context.on("weberror", lambda one: self.faults.append(str(one.error)))
        context.on("dialog", lambda one: self.faults.append(f"a script ran: {one.message}") or one.dismiss())
        return context

    def check(self) -> None:
        """Fails for what was seen since the last check."""
        seen, self.abroad, self.faults = (self.abroad, self.faults), [], []
        assert seen == ([], [])


def new_context(browser: Browser, **options: object) -> BrowserContext:
    chosen = {"viewport": DESK, "reduced_motion": "reduce"} | options
    context = browser.new_context(**chosen)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE)
    return context


NewUser = Callable[..., BrowserContext]


@pytest.fixture
def new_user(browser: Browser) -> Iterator[NewUser]:
    """Makes a user with a browser of their own, for tests of several users or of other browsers than `blank`."""
    contexts: list[BrowserContext] = []
    watch = Watch()

    def make(**options: object) -> BrowserContext:
        contexts.append(watch.over(new_context(browser, **options)))
        return contexts[-1]

    yield make
    for context in contexts:
        context.close()
    watch.check()


@pytest.fixture(scope="session")
def window(browser: Browser) -> tuple[Page, Watch]:
    """A page for most tests in turn, since a new one takes the browser a second of CPU; and what it must not do."""
    watch = Watch()
    return watch.over(new_context(browser)).new_page(), watch


@pytest.fixture
def blank(window: tuple[Page, Watch]) -> Iterator[Page]:
    """An empty page, whose user has never been here."""
    page, watch = window
    yield page
    page.unroute_all()
    if page.url.startswith("http://127.0.0.1:"):
        page.evaluate("localStorage.clear()")
    page.goto("about:blank")
    page.context.clear_cookies()
    page.set_viewport_size(DESK)
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    watch.check()


@pytest.fixture
def page(blank: Page, site: Site) -> Page:
    """The chat that answers in quotes, just opened."""
    return opened(blank, site)


def opened(page: Page, site: Site) -> Page:
    page.goto(site.url)
    return page


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


def chromium(playwright: Playwright) -> str | None:
    """The browser of the system, or Playwright's own; None if there is neither."""
    names = ("chromium", "chromium-browser", "google-chrome")
    own = playwright.chromium.executable_path
    return next(filter(None, map(shutil.which, names)), own if Path(own).exists() else None)
