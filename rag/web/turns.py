"""A question and what has arrived in reply to it, as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Literal

from rag.answer.types import Answer, Citation, Event, Found, Statement, Working, Written
from rag.errors import QuestionError
from rag.paper import Paper

NO_ANSWER = "There is no answer to rate there. It was replaced or deleted. Reload the page."
CUT_OFF = "This answer was cut off."
State = Literal["waiting", "running", "done", "stopped", "failed"]


@dataclass(frozen=True, slots=True)
class Choices:
    """What a user chose for one question.

    It is asked without the filters written as one of `without`. Its answer cites at most `limit` papers (None: all that
    match), and the model of the spec `llm` writes it ("": that of the settings), unless the `writer` is "quotes". Only
    the papers with one of the `Paper.identity_hash` in `papers` are asked, all if it is empty.
    """

    without: tuple[str, ...] = ()
    limit: int | None = None
    llm: str = ""
    writer: Literal["", "quotes"] = ""
    papers: tuple[str, ...] = ()


@dataclass
class Turn:
    """`question` and what has arrived in reply to it.

    `papers` is how many are searched, 0 until the index is open; it waits `without_papers` where there is none to open.
    `ahead` is how many questions are before it while it waits, None while it does not. It is `assisted` if a model is
    to help, and `working` is what that does at the moment. `error` is empty unless the question failed. `good` is how
    the user rated the answer, None if they did not, and `note` what they wrote about it. `unkept` is why the turn is
    not stored, "" if it is.
    """

    question: str
    choices: Choices = Choices()
    papers: int = 0
    without_papers: bool = False
    ahead: int | None = None
    found: Found | None = None
    statements: list[Statement] = field(default_factory=list)
    assisted: bool = False
    working: Working | None = None
    written: list[Statement] = field(default_factory=list)
    answer: Answer | None = None
    error: str = ""
    stopped: bool = False
    good: bool | None = None
    note: str = ""
    unkept: str = ""

    def take(self, event: Event) -> None:
        """Adds one event of the answer. The `Answer` itself, which comes last, replaces all before it."""
        if isinstance(event, Found):
            self.found = event
        elif isinstance(event, Statement):
            self.statements.append(event)
        elif isinstance(event, Working):
            self.working = event
        elif isinstance(event, Written):
            self.written.append(event.statement)
        else:
            self.answer, self.working = event, None
            self.statements, self.written = list(event.statements), list(event.written)

    def rate(self, good: bool, note: str, question: str | None = None) -> None:
        """Notes what the user thinks of the answer.

        Raises QuestionError if there is none, or if it answers another `question` than that, unless None: a window may
        show an answer that was replaced in another.
        """
        is_another = question is not None and question.split() != self.question.split()
        if self.reply is None or is_another:
            raise QuestionError(NO_ANSWER)
        self.good, self.note = good, note

    def copy(self) -> Turn:
        """The turn as it is now, whatever arrives later."""
        return replace(self, statements=list(self.statements), written=list(self.written))

    @property
    def state(self) -> State:
        if self.error:
            return "failed"
        if self.answer:
            return "done"
        if self.stopped:
            return "stopped"
        return "running" if self.ahead is None else "waiting"

    @property
    def running(self) -> bool:
        return self.state in ("running", "waiting")

    @property
    def reply(self) -> Answer | None:
        """The answer as far as it came, None if nothing did."""
        if self.answer or not (self.statements or self.written):
            return self.answer
        found = self.found or Found((), 0)
        statements = tuple(self.statements or _quotes(self.written))
        written = tuple(self.written)
        return Answer(
            self.question,
            statements,
            written,
            searched=found.searched,
            filters=found.filters,
            intent=found.intent,
            measurements=found.measurements,
            notice=CUT_OFF,
        )

    @property
    def filters(self) -> tuple[str, ...]:
        """The filters applied, as the user wrote them."""
        return self.found.filters if self.found else ()


def replies(turns: Sequence[Turn]) -> list[Answer]:
    """The answers of `turns`, as far as they came."""
    return [turn.reply for turn in turns if turn.reply]


def cited(turns: Sequence[Turn]) -> list[Statement]:
    """Every sentence of `turns`, also of an answer cut short: its card is there as soon as its marker is."""
    return [statement for turn in turns for statement in (*turn.statements, *turn.written)]


def related(turns: Sequence[Turn]) -> list[Citation]:
    """The sentences of papers that are related but do not answer, each once, of questions that ask for papers."""
    listings = (turn.answer for turn in turns if turn.answer and turn.answer.lists_papers)
    return list(dict.fromkeys(chain.from_iterable(answer.related for answer in listings)))


def nearest(turns: Sequence[Turn]) -> tuple[Paper, ...]:
    """The papers that the last turn names instead of an answer, or lists as such."""
    answer = turns[-1].answer if turns else None
    listed = tuple(listed.paper for listed in answer.listed) if answer else ()
    return listed or (answer.nearest if answer and answer.refused else ())


def _quotes(written: Sequence[Statement]) -> list[Statement]:
    """What `written` sentences cite, each once: their evidence, where the answer was cut off before its own came."""
    citations = dict.fromkeys(citation for statement in written for citation in statement.citations)
    return [Statement(citation.quote, (citation,), "quote") for citation in citations]
