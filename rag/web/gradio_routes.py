"""The named functions that Gradio's Python client calls, and describes to whoever asks. Nothing of a call is kept."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import gradio as gr
from pydantic import BaseModel, ValidationError

from rag.answer.types import Answer, Found, Working, Written
from rag.errors import QuestionError, RagError
from rag.export.json import answer_json, hits_json, notes_json
from rag.web.identity import visitor_of
from rag.web.trouble import for_visitor
from rag.web.turns import Turn
from rag.web.v1.errors import malformed_field
from rag.web.v1.requests import AskBody, SearchBody

if TYPE_CHECKING:
    from rag.answer.types import Event
    from rag.web.answering import Answering

_Body = TypeVar("_Body", bound=BaseModel)
Messages = list[dict[str, str]]


class GradioRoutes:
    """One method per function, with plain arguments and results: those of the HTTP API."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering

    def add_to(self, server: gr.Server) -> None:
        """Makes `server` answer calls of these functions; `Places` has the queue."""
        server.api(self.search, name="search", concurrency_limit=None)
        server.api(self.ask, name="ask", concurrency_limit=None)

    async def search(
        self,
        question: str,
        request: gr.Request,
        top: int = 10,
        history: Messages = [],  # noqa: B006 - Gradio shows it, and nobody changes it
        without: list[str] = [],  # noqa: B006
        papers: list[str] = [],  # noqa: B006
    ) -> dict[str, Any]:
        """List the papers that best match a question, best first, each with the sentence that matched best.

        As `rag search --json`. `top` is how many papers to list, `history` earlier turns, each with "role" and
        "content". Filters in the question that are written as one of `without` are not applied. Only the `papers` with
        these IDs are searched, all if there are none.
        """
        given = {"question": question, "top": top, "history": history, "without": without, "papers": papers or None}
        try:
            asked = _checked(SearchBody, given)
            query, hits = await self._answering.search(
                visitor_of(request), asked.question, asked.top, asked.messages, asked.without, asked.papers or ()
            )
        except RagError as fault:
            raise _error(fault, request) from fault
        return hits_json(hits) | notes_json(query.filters, query.notice)

    async def ask(
        self,
        question: str,
        request: gr.Request,
        history: Messages = [],  # noqa: B006
        limit: int | None = None,
        writer: Literal["", "quotes"] = "",
        llm: str = "",
        without: list[str] = [],  # noqa: B006
        papers: list[str] = [],  # noqa: B006
    ) -> AsyncGenerator[dict[str, Any]]:
        """Answer a question from the abstracts; every sentence cites the sentence that supports it.

        As `rag ask --json`. Streams the answer as far as it is while a model writes, at last the whole. `history` are
        earlier turns, each with "role" and "content". At most `limit` papers are cited. The `writer` "quotes" answers
        without a model; `llm` is the spec of another model than that of the settings. Filters in the question that are
        written as one of `without` are not applied. Only the `papers` with these IDs are asked, all if there are none.
        """
        given = {"question": question, "history": history, "limit": limit, "writer": writer, "llm": llm}
        try:
            asked = _checked(AskBody, given | {"without": without, "papers": papers or None})
            events = self._answering.events(visitor_of(request), asked.question, asked.messages, asked.choices)
            async with aclosing(_answers(asked.question, events)) as answers:
                async for answer in answers:
                    yield answer_json(answer)
        except RagError as fault:
            raise _error(fault, request) from fault


async def _answers(question: str, events: AsyncGenerator[Event]) -> AsyncGenerator[Answer]:
    """The answer as far as it is, whenever a model begins to do something else or has written a sentence."""
    turn, notice = Turn(question), ""
    async with aclosing(events):
        async for event in events:
            before = turn.working
            turn.take(event)
            if isinstance(event, Answer):
                yield event
            elif isinstance(event, Found):
                notice = event.notice
            elif (isinstance(event, Written) or _is_next_step(event, before)) and (reply := turn.reply):
                yield replace(reply, notice=notice)


def _is_next_step(event: Event, before: Working | None) -> bool:
    """Whether a model begins with something else."""
    return isinstance(event, Working) and (before is None or event.step != before.step)


def _checked(body: type[_Body], given: Mapping[str, object]) -> _Body:
    """What is `given` to a function as the `body` of a request. Raises QuestionError, which says what is wrong."""
    try:
        return body.model_validate(given)
    except ValidationError as fault:
        raise QuestionError(malformed_field(fault.errors()[0])) from fault


def _error(fault: RagError, request: gr.Request) -> gr.Error:
    """`fault` as Gradio's client shows it."""
    return gr.Error(for_visitor(fault, visitor_of(request)), print_exception=False)
