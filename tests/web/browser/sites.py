"""Chats served for browsers, one of which a model writes for that can be held."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Semaphore

from playwright.sync_api import Page

from rag.chat.library import Library
from rag.web.serve import start
from tests.llm.server import Server

from .browsers import PATIENCE


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


def rephrased(model: Server) -> str:
    """The sentence that the model is asked to rephrase, without its "We show that"."""
    sentence = model.chats[-1].messages[-1][1].partition("Sentence: ")[2]
    return sentence.partition(" that ")[2].capitalize() or "Yes."


def opened(page: Page, site: Site) -> Page:
    page.goto(site.url)
    return page
