"""A browser, and a chat served for it: each worker has its own, over a copy of one index that is built once a run.

Everything behind it is real: Chroma on disk and the bundled embedding.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from rag import settings, sources
from rag.chat.conversation import Conversation
from rag.chat.library import Library
from rag.index.build import build
from rag.index.calibration import Curve
from rag.index.contents import Contents
from rag.models import embedding
from rag.paper import Paper
from rag.progress import silent
from tests.attacks import BENIGN
from tests.llm.server import Server, running
from tests.web import payloads

from .browsers import DESK, Watch, chromium, new_context
from .sites import Site, Writing, opened, serving

CURVE = Curve(0.6, 59.0)  # as fitted to these papers
WRITTEN = "which papers study kite tails?"  # four, and a sentence is written on each
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
    build(Contents(papers, [file]), folder / "index", embedding.load("bundled"), lambda *given: CURVE, silent)


@pytest.fixture(scope="session")
def site(pages_index: Path) -> Iterator[Site]:
    """A chat that answers in quotes, at once."""
    with serving(Library(settings.load(index_dir=pages_index, llm="none"))) as served:
        yield served


@pytest.fixture(scope="session")
def modelled_site(pages_index: Path) -> Iterator[tuple[Site, Server]]:
    """A chat that a model writes for, and the server of the model."""
    with running() as model:
        chosen = settings.load(index_dir=pages_index, llm=f"openai-like:{model.url}/v1#owl", writer="synthesis")
        with serving(Library(chosen)) as served:
            yield served, model


@pytest.fixture
def writing(site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[Writing]:
    """The answers are written at once until they are held."""
    written = Writing(site)
    ask = Conversation.ask
    monkeypatch.setattr(Conversation, "ask", lambda *given: written.events(ask(*given)))
    monkeypatch.setattr(Library, "style", lambda *given: "synthesis")
    yield written
    written.gate.set()


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
    page.context.set_offline(False)
    if page.url.startswith("http://127.0.0.1:"):
        page.evaluate("localStorage.clear(), sessionStorage.clear()")
    page.goto("about:blank")
    page.context.clear_cookies()
    page.set_viewport_size(DESK)
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    watch.check()


@pytest.fixture
def page(blank: Page, site: Site) -> Page:
    """The chat that answers in quotes, just opened."""
    return opened(blank, site)
