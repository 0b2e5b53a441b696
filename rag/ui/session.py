"""One user's visit: the conversation, and its turns as far as they have come."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.citations import Answer, Citation, Event, Found, Statement
from rag.errors import RagError
from rag.papers import Paper

if TYPE_CHECKING:
    from rag.chat import Conversation

BROKEN = "Something broke inside the program. The terminal it runs in says what."


@dataclass
class Turn:
    """A question and what has arrived in reply: `error` is empty unless it failed.

    `papers` is how many are searched, `without` holds filters of the question that the user took away; `stopped` is
    true where they cut it off.
    """

    question: str
    papers: int = 0
    without: frozenset[str] = frozenset()
    found: Found | None = None
    statements: list[Statement] = field(default_factory=list)
    answer: Answer | None = None
    error: str = ""
    stopped: bool = False

    def take(self, event: Event) -> None:
        """Files one event of the engine."""
        if isinstance(event, Found):
            self.found = event
        elif isinstance(event, Statement):
            self.statements.append(event)
        else:
            self.answer, self.statements = event, list(event.statements)

    @property
    def running(self) -> bool:
        return not (self.answer or self.error or self.stopped)

    @property
    def reply(self) -> Answer | None:
        """The answer as far as it came, None where nothing did."""
        if self.answer or not self.statements:
            return self.answer
        return Answer(self.question, tuple(self.statements), filters=self.filters, notice="This answer was cut off.")

    @property
    def filters(self) -> tuple[str, ...]:
        """The filters applied, as the user wrote them."""
        return self.found.filters if self.found else ()


class Session:
    """Keeps what the page shows on the server, so that nothing the browser sends back is ever trusted."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self.turns: list[Turn] = []
        self._stop = asyncio.Event()

    async def ask(self, question: str, papers: int, without: frozenset[str] = frozenset()) -> AsyncGenerator[Turn]:
        """Yields the new turn after each change to it: at once, after every event, when stopped and after a failure."""
        turn = Turn(question, papers, without)
        self.turns.append(turn)
        self._stop = asyncio.Event()
        yield turn
        try:
            async with aclosing(self._conversation.ask(question, without)) as events:
                while event := await self._next(events):
                    turn.take(event)
                    yield turn
            turn.stopped = turn.running
            yield turn
        except RagError as fault:
            turn.error = str(fault)
            yield turn
        except Exception:  # a fault of ours must not leave the page waiting for ever
            logging.getLogger(__name__).exception("No answer to %r", question)
            turn.error = BROKEN
            yield turn

    def stop(self) -> None:
        """Ends the turn that runs with what it has; the model is told to stop."""
        self._stop.set()

    async def _next(self, events: AsyncGenerator[Event]) -> Event | None:
        """What comes next; None at the end, and where the user had enough before it came."""
        coming, stopped = asyncio.ensure_future(anext(events, None)), asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait((coming, stopped), return_when=asyncio.FIRST_COMPLETED)
            return coming.result() if coming.done() and not stopped.done() else None
        finally:
            stopped.cancel()
            if coming.cancel():
                await asyncio.wait([coming])

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Every citation on the page, once: a card is there as soon as its marker is, also in an answer cut short."""
        return tuple(dict.fromkeys(c for turn in self.turns for s in turn.statements for c in s.citations))

    @property
    def partial(self) -> tuple[Citation, ...]:
        """Every sentence of a paper that only touches a question, where the page names it, once."""
        listings = (turn.answer for turn in self.turns if turn.answer and turn.answer.kind == "papers")
        return tuple(dict.fromkeys(citation for answer in listings for citation in answer.partial))

    @property
    def nearest(self) -> tuple[Paper, ...]:
        """The papers that refusals named, once, less those that are cited anyway."""
        cited = {citation.paper.key for citation in (*self.citations, *self.partial)}
        named = (paper for turn in self.turns if turn.answer and turn.answer.refused for paper in turn.answer.nearest)
        return tuple({paper.key: paper for paper in named if paper.key not in cited}.values())
