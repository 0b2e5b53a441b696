"""What is wrong, as a reply: a page for who opens an address in a browser, JSON for scripts and programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from gradio.route_utils import FnIndexInferError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match, Route

from rag.errors import AccessError, RagError
from rag.web import templates
from rag.web.faces import API_PREFIX, FACES_WITH_HEAD, OPENAI_PREFIX, face_of
from rag.web.identity import VISITOR
from rag.web.jobs import INTERNAL_ERROR
from rag.web.refusals import refusal_reply
from rag.web.trouble import for_reader, for_visitor
from rag.web.v1 import errors

if TYPE_CHECKING:
    import gradio as gr
    from fastapi import Request

# What there is, where an address is not there.
_THERE_IS = {
    "http": f" All that are there are described in {API_PREFIX}openapi.json",
    "openai": f" There are {OPENAI_PREFIX}models and {OPENAI_PREFIX}chat/completions.",
}


def add_to(server: gr.Server) -> None:
    """Makes `server` reply in one line to whatever goes wrong with a request."""
    server.add_exception_handler(ClientDisconnect, _gone)
    server.add_exception_handler(RequestValidationError, _malformed)  # type: ignore[arg-type]
    server.add_exception_handler(FnIndexInferError, _no_function)
    server.add_exception_handler(HTTPException, _refused)  # type: ignore[arg-type] # Starlette expects Exception here
    server.add_exception_handler(RagError, _fault)  # type: ignore[arg-type]
    server.add_exception_handler(Exception, _internal)


async def _gone(request: Request, fault: Exception) -> Response:
    """For nobody: the client left while it sent something, which is no error of ours."""
    return Response(status_code=400)


async def _malformed(request: Request, fault: RequestValidationError) -> Response:
    """FastAPI's own reply repeats what was sent, which may be no text that can be sent back."""
    if request.url.path.startswith(API_PREFIX):
        return _reply(request, *errors.malformed(fault, request.headers.get("content-type", "")))
    return _reply(request, "The request is not of the form that this address takes.", 422)


async def _no_function(request: Request, fault: Exception) -> Response:
    """Somebody called what is not there."""
    return _reply(request, "There is no such function.", 404)


async def _refused(request: Request, fault: HTTPException) -> Response:
    """Starlette's own texts do not say what to do."""
    if fault.status_code == 405:
        allowed = _methods(request)
        return _reply(request, f"This address takes {allowed} only.", 405, {"Allow": allowed})
    texts = {
        "Not Found": f"There is nothing at this address.{_THERE_IS.get(face_of(request.url.path), '')}",
        "There was an error parsing the body": errors.NO_JSON,
    }
    return _reply(request, texts.get(str(fault.detail), str(fault.detail)), fault.status_code, fault.headers)


def _methods(request: Request) -> str:
    """The methods that the address of `request` takes. Starlette names only those of the first of its routes."""
    routes = (one for one in request.app.router.routes if isinstance(one, Route))
    found = {name for one in routes if one.matches(request.scope)[0] is not Match.NONE for name in one.methods or ()}
    if "GET" in found and face_of(request.url.path) in FACES_WITH_HEAD:
        found.add("HEAD")
    return ", ".join(sorted(found))


async def _fault(request: Request, fault: RagError) -> Response:
    """What is wrong and what to do, as the page's scripts show it."""
    visitor = request.scope.get(VISITOR)  # there is none before somebody has signed in
    text = for_visitor(fault, visitor) if visitor else for_reader(fault)
    if request.url.path.startswith(API_PREFIX):
        status, code = errors.status_and_code(fault)
        return _reply(request, text, status, errors.headers_of(status), code)
    return _reply(request, text, 403 if isinstance(fault, AccessError) else 400)


async def _internal(request: Request, fault: Exception) -> Response:
    """An error of ours, which Starlette logs. uvicorn then closes the connection, on which the client might go on."""
    return _reply(request, INTERNAL_ERROR, 500, {"connection": "close"})


def _reply(
    request: Request, text: str, status: int, headers: Mapping[str, str] | None = None, code: str = ""
) -> Response:
    if reply := refusal_reply(request.scope, text, status, headers, code):
        return reply
    if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
        title = "Not found" if status == 404 else "This page cannot be shown"
        return HTMLResponse(templates.page("notice.html", title=title, fault=text), status, headers)
    return JSONResponse({"fault": text}, status, headers)
