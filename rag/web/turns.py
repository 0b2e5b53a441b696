"""A question and what has come in reply: what the page shows, as data, and as the JSON it is kept in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from typing import Any, Literal

from rag.answer.types import Answer, Citation, Event, Found, Statement
from rag.paper import Paper

CUT_OFF = "This answer was cut off."
State = Literal["waiting", "running", "done", "stopped", "failed"]


@dataclass(frozen=True, slots=True)
class Choices:
    """What a user chose for a question: filters of it `without` which it is asked, at `most` so many papers, a model.

    `most` is None for all papers that match, and `llm` is "" for the model of the settings.
    """

    without: tuple[str, ...] = ()
    most: int | None = None
    llm: str = ""


@dataclass
class Turn:
    """`question` and what has arrived in reply to it.

    `papers` is how many are searched. `ahead` is how many questions of others come first while it waits, None while it
    does not. `error` is empty unless it failed. `good` is what the user thought of the answer, None where they have not
    said, and `note` their words on it.
    """

    question: str
    choices: Choices = Choices()
    papers: int = 0
    ahead: int | None = None
    found: Found | None = None
    statements: list[Statement] = field(default_factory=list)
    answer: Answer | None = None
    error: str = ""
    stopped: bool = False
    good: bool | None = None
    note: str = ""

    def take(self, event: Event) -> None:
        """Files one event of the engine."""
        if isinstance(event, Found):
            self.found = event
        elif isinstance(event, Statement):
            self.statements.append(event)
        else:
            self.answer, self.statements = event, list(event.statements)

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
        """The answer as far as it came, None where nothing did."""
        if self.answer or not self.statements:
            return self.answer
        kind, searched = (self.found.intent, self.found.searched) if self.found else ("fact", 0)
        said = tuple(self.statements)
        return Answer(self.question, said, searched=searched, intent=kind, filters=self.filters, notice=CUT_OFF)

    @property
    def filters(self) -> tuple[str, ...]:
        """The filters applied, as the user wrote them."""
        return self.found.filters if self.found else ()


def replies(turns: Sequence[Turn]) -> list[Answer]:
    """The answers of `turns`, as far as they came."""
    return [turn.reply for turn in turns if turn.reply]


def cited(turns: Sequence[Turn]) -> list[Statement]:
    """All that is said in `turns`: a card is there as soon as its marker is, also in an answer cut short."""
    return [statement for turn in turns for statement in turn.statements]


def related(turns: Sequence[Turn]) -> list[Citation]:
    """Every sentence of a paper that only touches a question, where the page names it, once."""
    listings = (turn.answer for turn in turns if turn.answer and turn.answer.intent == "papers")
    return list(dict.fromkeys(chain.from_iterable(answer.related for answer in listings)))


def nearest(turns: Sequence[Turn]) -> tuple[Paper, ...]:
    """The papers that the last turn names instead of an answer."""
    answer = turns[-1].answer if turns else None
    return answer.nearest if answer and answer.refused else ()


def dump(turns: Sequence[Turn]) -> str:
    """`turns` as JSON."""
    return json.dumps(_adapter().dump_python(list(turns), mode="json", exclude_defaults=True))


def load(text: str) -> list[Turn]:
    """The turns that `dump` made `text` of. Raises ValueError where they are not what this version writes."""
    turns: list[Turn] = _adapter().validate_python(json.loads(text))
    for turn in turns:
        turn.ahead = None
        turn.stopped = turn.stopped or turn.running  # nobody writes on it any more
    return turns


@cache
def _adapter() -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(list[Turn])
