"""Chats served for browsers, one of which a model writes for that can be held."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, replace

from playwright.sync_api import Page, expect

from rag.answer.types import Answer, Effort, Event, Statement, Working, Written
from rag.chat.library import Library
from tests.web.serving import served


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
    with served(library) as port:
        yield Site(port, library)


class Gate(threading.Event):
    """Lets everything pass while it is set, and otherwise as many as are `let`."""

    def __init__(self) -> None:
        super().__init__()
        self._let = threading.Semaphore(0)

    def let(self) -> None:
        self._let.release()

    def is_set(self) -> bool:
        return super().is_set() or self._let.acquire(blocking=False)


class Writing:
    """A chat, and what writes its answers: a sentence on each paper while the `gate` is set, or for each that it lets.

    It is in place of the conversation's model, so that a test decides when each event of an answer comes.
    """

    def __init__(self, site: Site) -> None:
        self.site = site
        self.gate = Gate()
        self.stopped = threading.Event()  # set when an answer ends before it is complete
        self.text = "Tails steady kites."
        self.gate.set()

    def hold(self) -> None:
        """From now on it is silent."""
        self.gate.clear()

    def one_more(self, page: Page) -> None:
        """Lets it write the next sentence, and waits until that is on the page."""
        written = page.locator(".turn").last.locator(".written .statement")
        before = written.count()
        self.gate.let()
        expect(written).to_have_count(before + 1)

    async def events(self, quoted: AsyncGenerator[Event]) -> AsyncGenerator[Event]:
        """The events of an answer in quotes, before the last of them those of a model."""
        async with aclosing(quoted) as events:
            async for event in events:
                if not isinstance(event, Answer) or event.refused or event.wish:
                    yield event
                    continue
                try:
                    async for more in self._write(event):
                        yield more
                except BaseException:
                    self.stopped.set()
                    raise

    async def _write(self, answer: Answer) -> AsyncGenerator[Event]:
        yield Working("judging", 1, 2)
        written: list[Statement] = []
        for n, citation in enumerate({one.paper: one for one in answer.citations}.values()):
            while not self.gate.is_set():
                await asyncio.sleep(0.01)
            written.append(Statement(self.text, (citation,), "reworded", theme="Findings" if n else ""))
            yield Written(written[-1])
            yield Working("writing")
        effort = Effort("owl", drafted=len(written), verified=len(written), seconds=3)
        yield replace(answer, written=tuple(written), effort=effort)


def opened(page: Page, site: Site) -> Page:
    page.goto(site.url)
    return page
