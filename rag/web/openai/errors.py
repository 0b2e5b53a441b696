"""What is wrong with a request, in the shape in which OpenAI's clients read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse

from rag.errors import AccessError, ClosingError, ModelError, QuestionError, RagError, StoreError
from rag.web.identity import Visitor
from rag.web.jobs import INTERNAL_ERROR
from rag.web.places import FullError
from rag.web.trouble import for_visitor

_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}


class ParameterError(QuestionError):
    """The field `param` of a request cannot be used. `code` is OpenAI's word for what is wrong, None without one."""

    def __init__(self, text: str, param: str | None = None, code: str | None = None, status: int = 400) -> None:
        super().__init__(text)
        self.param, self.code, self.status = param, code, status


def error_reply(text: str, status: int, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """A reply that says what is wrong."""
    return JSONResponse(_error_json(text, status), status, headers)


def status_of(fault: Exception) -> int:
    """The status of a reply: clients ask again by themselves after 429, and from 500."""
    if isinstance(fault, ParameterError):
        return fault.status
    if isinstance(fault, FullError):
        return 429
    if isinstance(fault, StoreError | ModelError | ClosingError):
        return 503
    return 403 if isinstance(fault, AccessError) else 400 if isinstance(fault, RagError) else 500


def fault_json(fault: Exception, visitor: Visitor) -> dict[str, Any]:
    """What `visitor` is told of a `fault`; nothing of an error of ours."""
    param, code = (fault.param, fault.code) if isinstance(fault, ParameterError) else (None, None)
    text = for_visitor(fault, visitor) if isinstance(fault, RagError) else INTERNAL_ERROR
    return _error_json(text, status_of(fault), param, code)


def _error_json(text: str, status: int, param: str | None = None, code: str | None = None) -> dict[str, Any]:
    """{"error": {"message", "type", "param", "code"}}."""
    type_ = _TYPES.get(status, "invalid_request_error" if status < 500 else "server_error")
    return {"error": {"message": text, "type": type_, "param": param, "code": code}}
