"""A conversation with a library, for programs: synchronous or not, whole answers or streamed ones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Unpack, get_args

from rag.answer.types import Answer, Style
from rag.api.blocking import iterate
from rag.api.options import Choices

if TYPE_CHECKING:
    from rag.answer.types import Event
    from rag.chat import conversation, library
    from rag.chat.messages import Message


class Conversation:
    """Questions that follow on from each other and from `history`, earlier turns; `rag.Library.conversation` makes it.

    Ask one question after the other. A paper keeps its citation number throughout.
    """

    def __init__(self, opened: Callable[[], library.Library], history: Sequence[Message] = ()) -> None:
        self._opened = opened
        self._messages = history
        self._conversation: conversation.Conversation | None = None

    def ask(self, question: str, **choices: Unpack[Choices]) -> Answer:
        """The answer to `question`; a refusal is one, too.

        Raises QuestionError for what cannot be asked, StoreError if the index cannot be opened, ModelError for an `llm`
        of no known form, and TypeError or ValueError for choices that there are not. If a model fails, the answer is
        made of quotes, and its notice says so.
        """
        return _last(list(self.stream(question, **choices)))

    async def aask(self, question: str, **choices: Unpack[Choices]) -> Answer:
        """As `ask`."""
        return _last([event async for event in self.astream(question, **choices)])

    def stream(self, question: str, **choices: Unpack[Choices]) -> Iterator[Event]:
        """The answer as it is made: Found, Statement, Working and Written, then the Answer, which replaces them all.

        Close the iterator to stop the answer. Raises as `ask`.
        """
        return iterate(self.astream(question, **choices))

    async def astream(self, question: str, **choices: Unpack[Choices]) -> AsyncGenerator[Event]:
        """As `stream`."""
        _check(choices)
        conversation = await asyncio.to_thread(self._begun)
        async with aclosing(conversation.ask(question, **choices)) as events:
            async for event in events:
                yield event

    def _begun(self) -> conversation.Conversation:
        """The conversation, begun with the first question. Raises RuntimeError if the library is closed."""
        from rag.chat.conversation import Conversation
        from rag.chat.messages import history_of

        opened = self._opened()
        if self._conversation is None:
            self._conversation = Conversation(opened, history_of(self._messages, opened.retriever().store))
        return self._conversation


def _check(choices: Choices) -> None:
    from rag import llm

    if (writer := choices.get("writer")) not in (None, *get_args(Style)):
        raise ValueError(f"writer must be one of {', '.join(get_args(Style))}, not {writer!r}")
    spec = choices.get("llm")
    if not isinstance(spec, str | None):
        raise TypeError(f"llm must be the spec of a model, not {spec!r}")
    if spec is not None:
        llm.check_form(spec)


def _last(events: Sequence[Event]) -> Answer:
    answer = events[-1]
    assert isinstance(answer, Answer)  # the last event is
    return answer
