"""What is wrong with a request, as a status and a code that programs can rely on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from fastapi.exceptions import RequestValidationError

from rag.errors import AccessError, ClosingError, ModelError, NoIndexError, QuestionError, RagError, StoreError
from rag.paper import HASH_DIGITS
from rag.text import one_line
from rag.web.asking import clean
from rag.web.jobs import INTERNAL_ERROR
from rag.web.places import FullError
from rag.web.refusals import CODES, error_json
from rag.web.trouble import for_visitor

if TYPE_CHECKING:
    from rag.web.identity import Visitor

RETRY_AFTER_SECONDS = 10  # after which a client should ask again that was refused for now
MAX_FIELD_CHARS = 80  # of a field's name that is told back
NO_JSON = 'The body must be a JSON object, such as {"question": "…"}'
NOT_SENT_AS_JSON = "Send the body as JSON, with the header Content-Type: application/json"


def status_and_code(fault: Exception) -> tuple[int, str]:
    """The status of a reply that tells of a `fault`, and its code; see docs/http.md."""
    if isinstance(fault, FullError):
        return 429, CODES[429]
    if isinstance(fault, AccessError):
        return 403, CODES[403]
    if isinstance(fault, NoIndexError):
        return 503, "no_index"
    if isinstance(fault, StoreError):
        return 503, "index_unavailable"
    if isinstance(fault, ModelError):
        return 503, "model_unavailable"
    if isinstance(fault, ClosingError):
        return 503, CODES[503]
    if isinstance(fault, QuestionError):
        return 422, CODES[422]
    return (400, CODES[400]) if isinstance(fault, RagError) else (500, CODES[500])


def headers_of(status: int) -> dict[str, str]:
    """The headers of a reply with an error of this `status`."""
    return {"retry-after": str(RETRY_AFTER_SECONDS)} if status in (429, 503) else {}


def fault_json(fault: Exception, visitor: Visitor) -> dict[str, Any]:
    """What `visitor` is told of a `fault`."""
    text = for_visitor(fault, visitor) if isinstance(fault, RagError) else INTERNAL_ERROR
    return error_json(text, status_and_code(fault)[1])


def malformed(fault: RequestValidationError, media_type: str) -> tuple[str, int]:
    """What is wrong with a request, in one line, and the status of the reply. Nothing of its values is told back."""
    errors = fault.errors()
    if any(error["type"] == "json_invalid" for error in errors):
        return NO_JSON, 400
    error = errors[0]
    if tuple(error["loc"]) == ("body",):
        if not is_json(media_type):
            return NOT_SENT_AS_JSON, 415
        return NO_JSON, 400 if error["type"] == "missing" else 422
    return malformed_field({**error, "loc": error["loc"][1:]}), 422


def is_json(media_type: str) -> bool:
    """Whether the header Content-Type says that a body is JSON, as FastAPI reads it."""
    kind, _, name = media_type.partition(";")[0].strip().lower().partition("/")
    return kind == "application" and (name == "json" or name.endswith("+json"))


def malformed_field(error: Mapping[str, Any]) -> str:
    """What is wrong with a field by Pydantic's `error`, in one line."""
    name = _field(error["loc"])
    if error["type"] == "extra_forbidden":
        return f"There is no field “{name}”. Those that exist are described in /api/v1/openapi.json"
    if error["type"] == "string_pattern_mismatch":  # of the fields only IDs have a pattern
        return f"“{name}”: An ID of a paper has {HASH_DIGITS} characters, 0 to 9 and a to f, as results have it."
    return f"“{name}”: {one_line(clean(error['msg']))}."


def _field(place: Sequence[str | int]) -> str:
    """The name of a field: ``history[0].role``."""
    name = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return one_line(clean(name[: MAX_FIELD_CHARS + 1])).removeprefix(".")
