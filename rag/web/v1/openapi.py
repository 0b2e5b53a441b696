"""The OpenAPI document of the HTTP API, with examples that the tests send."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

import rag
from rag.web.event_stream import sse
from rag.web.faces import API_PREFIX
from rag.web.v1.replies import EVENTS, AnswerReply, ErrorReply, PaperReply, PapersReply, SearchReply, StatusReply

if TYPE_CHECKING:
    from pydantic import BaseModel
    from starlette.routing import BaseRoute

EXAMPLES: dict[str, Any] = json.loads((Path(__file__).parent / "examples.json").read_text(encoding="utf-8"))
_DESCRIPTION = "Finds papers and answers questions from their abstracts, citing a sentence for each sentence."
_REFUSALS = {
    400: "The request cannot be read.",
    401: "No password was sent, or one that is not known.",
    403: "The request comes from another site, or is for another host.",
    404: "There is nothing at this address.",
    405: "The address takes other methods, which `Allow` names.",
    413: "The body is too large.",
    414: "The address is too long.",
    415: "The body was not sent as JSON, or is compressed.",
    422: "A field cannot be used, or the question cannot be asked.",
    429: "Too many questions wait, or too many wrong passwords were sent.",
    431: "The headers are too long.",
    500: "An internal error.",
    503: "There is no index, or it or a model of the search cannot be used; or the chat is being stopped.",
}
_RETRY = {"Retry-After": {"description": "Seconds to wait before the next try.", "schema": {"type": "integer"}}}
_STREAM = (
    "The answer; with `stream`, or without it if Accept prefers `text/event-stream` to JSON, the events `found`, "
    "`quote`, `working`, `sentence`, `answer` and `error`. Their data are JSON: FoundEvent, SentenceEvent, "
    "WorkingEvent, SentenceEvent, AnswerReply and ErrorReply."
)


def _operation(name: str, model: type[BaseModel], *refused: int, **more: Any) -> dict[str, Any]:
    """The arguments of the route `name`, which replies with `model`, or refuses with one of the statuses `refused`."""
    replied = {"model": model, "content": {"application/json": {"example": EXAMPLES[name]["reply"]}}, **more}
    refusals = {
        status: _refusal(status) for status in sorted({400, 401, 403, 405, 414, *refused, 422, 429, 431, 500, 503})
    }
    return {"responses": {200: replied, **refusals}}


def _refusal(status: int) -> dict[str, Any]:
    retry = {"headers": _RETRY} if status in (429, 503) else {}
    return {"model": ErrorReply, "description": _REFUSALS[status], **retry}


def _asked(name: str) -> dict[str, Any]:
    """What a request to the route `name` may hold."""
    bodies = {title: {"value": body} for title, body in EXAMPLES[name]["requests"].items()}
    return {"openapi_extra": {"requestBody": {"content": {"application/json": {"examples": bodies}}}}}


SEARCH = _operation("search", SearchReply)
SEARCH_AFTER = _operation("search", SearchReply, 413, 415) | _asked("search")
ASK = _operation("ask", AnswerReply, 413, 415, description=_STREAM) | _asked("ask")
PAPERS = _operation("papers", PapersReply)
PAPER = _operation("paper", PaperReply, 404)
STATUS = _operation("status", StatusReply)


def document(routes: Iterable[BaseRoute]) -> dict[str, Any]:
    """The OpenAPI document of those of `routes` that are of the API."""
    ours = [route for route in routes if getattr(route, "path", "").startswith(API_PREFIX)]
    made = get_openapi(
        title="rag", version=rag.__version__, openapi_version="3.1.0", description=_DESCRIPTION, routes=ours
    )
    for unused in ("HTTPValidationError", "ValidationError"):
        made["components"]["schemas"].pop(unused, None)
    _, events = models_json_schema(
        [(model, "serialization") for model in dict.fromkeys(EVENTS.values())],
        ref_template="#/components/schemas/{model}",
    )
    made["components"]["schemas"] |= events["$defs"]
    made["components"]["securitySchemes"] = {"password": {"type": "http", "scheme": "bearer"}}
    made["security"] = [{"password": []}, {}]
    stream = "".join(sse(event["event"], event["data"]) for event in EXAMPLES["ask"]["events"])
    replied = made["paths"][f"{API_PREFIX}ask"]["post"]["responses"]["200"]["content"]
    replied["text/event-stream"] = {"schema": {"type": "string"}, "example": stream}
    return made
