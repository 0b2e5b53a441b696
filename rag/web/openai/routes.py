"""The addresses at which the library is a model of OpenAI's API."""

from __future__ import annotations

import time
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from fastapi import Request
from starlette.responses import JSONResponse, Response

from rag.errors import RagError
from rag.web.event_stream import EventStream, unless_gone
from rag.web.faces import OPENAI_PREFIX
from rag.web.identity import visitor_of
from rag.web.openai.completions import Reply
from rag.web.openai.errors import ParameterError, fault_json, status_of
from rag.web.openai.request import OPENAI_MODELS, Completion, known_model, parse_completion
from rag.web.openai.streaming import chunks, data_event, said_chunks
from rag.web.openai.writing import AnswerWriter
from rag.web.v1.errors import NOT_SENT_AS_JSON, headers_of, is_json

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    import gradio as gr

    from rag.answer.types import Event
    from rag.web.answering import Answering
    from rag.web.identity import Visitor


class OpenAIRoutes:
    """Answers the questions of clients. Nothing of them is kept: each sends its whole conversation."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering
        self._created = int(time.time())

    def add_to(self, server: gr.Server) -> None:
        """Makes `server` answer at these addresses."""
        server.get(f"{OPENAI_PREFIX}models")(self.models)
        server.get(f"{OPENAI_PREFIX}models/{{id_}}")(self.model)
        server.post(f"{OPENAI_PREFIX}chat/completions")(self.complete)

    async def models(self) -> Response:
        """{"object": "list", "data": the models}."""
        return JSONResponse({"object": "list", "data": [self._described(id_) for id_ in OPENAI_MODELS]})

    async def model(self, request: Request, id_: str) -> Response:
        """The model of this id."""
        try:
            return JSONResponse(self._described(known_model(id_)))
        except RagError as fault:
            return _refusal(fault, visitor_of(request))

    async def complete(self, request: Request) -> Response:
        """The answer to the last message, as a whole or in chunks."""
        visitor = visitor_of(request)
        try:
            asked = parse_completion(await _json(request))
            if asked.is_stream:
                return await self._stream(asked, visitor).begun(request.receive)
            return JSONResponse(await unless_gone(request.receive, self._whole(asked, visitor)))
        except RagError as fault:
            return _refusal(fault, visitor)

    def _described(self, id_: str) -> dict[str, Any]:
        return {"id": id_, "object": "model", "created": self._created, "owned_by": "rag"}

    def _events(self, asked: Completion, visitor: Visitor) -> AsyncGenerator[Event]:
        return self._answering.events(visitor, asked.question, asked.history, OPENAI_MODELS[asked.model])

    async def _whole(self, asked: Completion, visitor: Visitor) -> dict[str, Any]:
        reply, writer = Reply(asked.model), AnswerWriter()
        if asked.said:
            return reply.whole(asked.said)
        async with aclosing(self._events(asked, visitor)) as events:
            text = "".join([writer.take(event) async for event in events])
        return reply.whole(text, writer.content.annotations, writer.effort)

    def _stream(self, asked: Completion, visitor: Visitor) -> EventStream:
        reply = Reply(asked.model, has_usage=asked.has_usage)
        made = said_chunks(asked.said, reply) if asked.said else chunks(self._events(asked, visitor), reply)
        return EventStream(made, lambda fault: data_event(fault_json(fault, visitor)))


async def _json(request: Request) -> Any:
    """The body of `request`. Raises ParameterError if it is not JSON, or was not sent as such."""
    if not is_json(request.headers.get("content-type", "")):
        raise ParameterError(NOT_SENT_AS_JSON, status=415)
    try:
        return await request.json()
    except (ValueError, RecursionError) as fault:  # UnicodeDecodeError is a ValueError too
        raise ParameterError("The body of the request is not JSON.") from fault


def _refusal(fault: RagError, visitor: Visitor) -> Response:
    status = status_of(fault)
    return JSONResponse(fault_json(fault, visitor), status, headers_of(status))
