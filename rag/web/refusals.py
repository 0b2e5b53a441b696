"""What is wrong with a request of a program, in the shape that its address has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from rag.web.openai.errors import OPENAI_PREFIX, error_reply

if TYPE_CHECKING:
    from starlette.types import Scope

API_PREFIX = "/api/v1/"  # of our own HTTP API: docs/http.md
MCP_PREFIX = "/gradio_api/mcp"  # where Gradio has agents send messages: docs/mcp.md
# What is wrong by the status of the reply, where nothing more is known.
CODES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    414: "too_large",
    415: "not_json",
    422: "invalid_request",
    429: "too_many_requests",
    431: "too_large",
    500: "internal_error",
    503: "unavailable",
}


def is_for_programs(scope: Scope) -> bool:
    """Whether a request is to an address that only programs use."""
    return f"{scope['path']}/".startswith((API_PREFIX, OPENAI_PREFIX, MCP_PREFIX))


def refusal_reply(
    scope: Scope, text: str, status: int, headers: Mapping[str, str] | None = None, code: str = ""
) -> Response | None:
    """The reply that says what is wrong, in one line; None at addresses that are not for programs alone.

    `code` is one of docs/http.md; if it is "", that of the `status`.
    """
    path = f"{scope['path']}/"
    if path.startswith(OPENAI_PREFIX):
        return error_reply(text, status, headers)
    if path.startswith(API_PREFIX):
        return JSONResponse(error_json(text, code or CODES.get(status, "bad_request")), status, headers)
    return None


def error_json(text: str, code: str) -> dict[str, dict[str, str]]:
    """{"error": {"code", "message"}}."""
    return {"error": {"code": code, "message": text}}
