"""What is wrong with a request of a program, in the shape that its address has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from rag.web.faces import face_of
from rag.web.openai.errors import error_reply

if TYPE_CHECKING:
    from starlette.types import Scope

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
_INVALID_REQUEST, _INTERNAL_ERROR = -32600, -32603  # of JSON-RPC


def is_for_programs(scope: Scope) -> bool:
    """Whether a request is to an address that only programs use."""
    return face_of(scope["path"]) in ("http", "openai", "mcp")


def refusal_reply(
    scope: Scope, text: str, status: int, headers: Mapping[str, str] | None = None, code: str = ""
) -> Response | None:
    """The reply that says what is wrong, in one line; None at addresses that are not for programs alone.

    `code` is one of docs/http.md; if it is "", that of the `status`.
    """
    face = face_of(scope["path"])
    if face == "openai":
        return error_reply(text, status, headers)
    if face == "http":
        return JSONResponse(error_json(text, code or CODES.get(status, "bad_request")), status, headers)
    return JSONResponse(_rpc_error(text, status), status, headers) if face == "mcp" else None


def error_json(text: str, code: str) -> dict[str, dict[str, str]]:
    """{"error": {"code", "message"}}."""
    return {"error": {"code": code, "message": text}}


def _rpc_error(text: str, status: int) -> dict[str, Any]:
    """An error of JSON-RPC, as the library of MCP writes those of a whole request, whose id it does not look for."""
    code = _INVALID_REQUEST if status < 500 else _INTERNAL_ERROR
    return {"jsonrpc": "2.0", "id": "server-error", "error": {"code": code, "message": text}}
