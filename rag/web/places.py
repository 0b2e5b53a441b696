"""The places of questions: how many are let in, how many of one owner, and how many are worked on at a time."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Literal

from rag.answer.types import Answer, Working, Written
from rag.errors import ClosingError, QuestionError
from rag.web.queue import FairQueue

if TYPE_CHECKING:
    from rag.answer.types import Event
    from rag.web.identity import Face
    from rag.web.queue import OnPosition

MAX_CONCURRENT = 2  # questions searched, and answers written: more at a time only delay everybody's first word
MAX_WAITING = 100  # questions, those being answered included; further ones are refused
MAX_WAITING_OF_OWNER = 10
Outcome = Literal["answered", "refused", "searched", "stopped", "failed", "invalid", "turned away"]


class FullError(QuestionError):
    """Too many questions wait already. The same question can be asked later."""


@dataclass(eq=False, slots=True)
class Asking:
    """A `question` of `owner` from when it is let in until it has ended, for whoever counts and measures.

    What is only looked up has no `question`, and nobody is told of it. `found_after` is how many seconds the search and
    the wait for it took, None until then, and `wrote_after` how many passed until the first sentence that a model
    wrote. It has an `answer` or a `fault`, neither if it was stopped; if it was only to be searched for, `is_search`,
    it has no answer.
    """

    owner: str
    question: str = ""
    face: Face = "page"
    is_search: bool = False
    began: float = field(default_factory=monotonic)
    found_after: float | None = None
    wrote_after: float | None = None
    seconds: float = 0.0
    answer: Answer | None = None
    fault: Exception | None = None

    @property
    def outcome(self) -> Outcome:
        """How it ended.

        An answer that no paper gives is ``refused``, a question that is not let in ``turned away``, one that cannot be
        understood, such as of a malformed filter, ``invalid``, and one that was only to be searched for ``searched``.
        """
        if isinstance(self.fault, FullError):
            return "turned away"
        if isinstance(self.fault, ClosingError):
            return "stopped"
        if self.fault:
            return "invalid" if isinstance(self.fault, QuestionError) else "failed"
        if self.is_search and self.found_after is not None:
            return "searched"
        if self.answer is None:
            return "stopped"
        return "refused" if self.answer.refused else "answered"

    def found(self) -> None:
        """Notes that the search is done."""
        self.found_after = monotonic() - self.began

    def take(self, event: Event) -> None:
        """Notes one event of the answer."""
        if isinstance(event, Answer):
            self.answer = event
        elif isinstance(event, Written) and self.wrote_after is None:
            self.wrote_after = monotonic() - self.began


class Places:
    """The places of all questions, whoever asks and by what face. For the event loop of the server only.

    `observe` is called with each question when it has ended.
    """

    def __init__(self) -> None:
        self.searching, self.writing = FairQueue(MAX_CONCURRENT), FairQueue(MAX_CONCURRENT)
        self.observe: Callable[[Asking], None] = lambda asked: None
        self._asked: set[Asking] = set()

    def __len__(self) -> int:
        """How many questions and look-ups are let in and have not ended."""
        return len(self._asked)

    def enter(self, owner: str, question: str, face: Face = "page", *, is_search: bool = False) -> Asking:
        """Lets a question in, which must `leave`. Raises FullError if too many are there, of all or of `owner`."""
        asked = Asking(owner, question, face, is_search)
        try:
            self._check(owner)
        except FullError as fault:
            asked.fault = fault
            self._tell(asked)
            raise
        self._asked.add(asked)
        return asked

    def leave(self, asked: Asking) -> None:
        """Notes that a question has ended."""
        self._asked.discard(asked)
        asked.seconds = monotonic() - asked.began
        self._tell(asked)

    @contextmanager
    def held(self, owner: str, question: str, face: Face, *, is_search: bool = False) -> Iterator[Asking]:
        """A question that is let in for as long as the block runs, and takes its errors as `fault`."""
        asked = self.enter(owner, question, face, is_search=is_search)
        try:
            yield asked
        except Exception as fault:
            asked.fault = fault
            raise
        finally:
            self.leave(asked)

    async def run(
        self, asked: Asking, events: AsyncGenerator[Event], take: Callable[[Event], None], on_position: OnPosition
    ) -> None:
        """Has `take` get the events of an answer, each as it comes, the search and a model in their turn.

        Everybody gets quotes at once, whoever else is being written for.
        """
        async with aclosing(events):
            async with self.searching.place(on_position):
                first = await anext(events)
            asked.found()
            asked.take(first)
            take(first)
            async for event in events:
                asked.take(event)
                take(event)
                if isinstance(event, Working):  # the model begins with the next one
                    break
            else:
                return
            async with self.writing.place(on_position):
                async for event in events:
                    asked.take(event)
                    take(event)

    def _tell(self, asked: Asking) -> None:
        if asked.question:
            self.observe(asked)

    def _check(self, owner: str) -> None:
        if len(self._asked) >= MAX_WAITING:
            raise FullError(f"{MAX_WAITING} questions are waiting already. Ask again in a minute.")
        if sum(asked.owner == owner for asked in self._asked) >= MAX_WAITING_OF_OWNER:
            raise FullError(f"{MAX_WAITING_OF_OWNER} questions of yours are waiting already. Wait, or stop one.")
