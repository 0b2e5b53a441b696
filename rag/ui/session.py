"""One user's visit: the conversation, and its turns as far as they have come."""

from __future__ import annotations

import logging
from collections.abc import Iterator
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

    `papers` is how many are searched, `without` holds filters of the question that the user took away; `stopping` is
    their wish to cut it off, `stopped` that it was.
    """

    question: str
    papers: int = 0
    without: frozenset[str] = frozenset()
    found: Found | None = None
    statements: list[Statement] = field(default_factory=list)
    answer: Answer | None = None
    error: str = ""
    stopping: bool = False
    stopped: bool = False

    def take(self, event: Event) -> None:
        """Files one event of the engine, unless the user had enough."""
        if self.stopping:
            self.stopped = True
        elif isinstance(event, Found):
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

    def ask(self, question: str, papers: int, without: frozenset[str] = frozenset()) -> Iterator[Turn]:
        """Yields the new turn after each change to it: at once, after every event, and after a failure."""
        turn = Turn(question, papers, without)
        self.turns.append(turn)
        yield turn
        try:
            for event in self._conversation.ask(question, without):
                turn.take(event)
                yield turn
                if not turn.running:
                    return
        except RagError as fault:
            turn.error = str(fault)
            yield turn
        except Exception:  # a fault of ours must not leave the page waiting for ever
            logging.getLogger(__name__).exception("No answer to %r", question)
            turn.error = BROKEN
            yield turn

    def stop(self) -> None:
        """Asks the turn that runs to end with what it has."""
        self.turns[-1].stopping = True

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
