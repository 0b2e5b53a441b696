"""What is wrong, as a reply: a page for who opens an address in a browser, JSON for scripts and programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from gradio.route_utils import FnIndexInferError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from rag.errors import AccessError, RagError
from rag.web import templates
from rag.web.identity import VISITOR
from rag.web.trouble import for_reader, for_visitor

if TYPE_CHECKING:
    import gradio as gr
    from fastapi import Request


def add_to(server: gr.Server) -> None:
    """Makes `server` reply in one line to whatever goes wrong with a request."""
    server.add_exception_handler(ClientDisconnect, _gone)
    server.add_exception_handler(RequestValidationError, _malformed)
    server.add_exception_handler(FnIndexInferError, _no_function)
    server.add_exception_handler(HTTPException, _refused)  # type: ignore[arg-type] # Starlette expects Exception here
    server.add_exception_handler(RagError, _fault)  # type: ignore[arg-type]


async def _gone(request: Request, fault: Exception) -> Response:
    """For nobody: the client left while it sent something, which is no error of ours."""
    return Response(status_code=400)


async def _malformed(request: Request, fault: Exception) -> Response:
    """FastAPI's own reply repeats what was sent, which may be no text that can be sent back."""
    return _reply(request, "The request is not of the form that this address takes.", 422)


async def _no_function(request: Request, fault: Exception) -> Response:
    """Somebody called what is not there."""
    return _reply(request, "There is no such function.", 404)


async def _refused(request: Request, fault: HTTPException) -> Response:
    """Starlette's own text of a 404 does not say what was not found."""
    text = "There is nothing at this address." if fault.detail == "Not Found" else str(fault.detail)
    return _reply(request, text, fault.status_code, fault.headers)


async def _fault(request: Request, fault: RagError) -> Response:
    """What is wrong and what to do, as the page's scripts show it."""
    visitor = request.scope.get(VISITOR)  # there is none before somebody has signed in
    text = for_visitor(fault, visitor) if visitor else for_reader(fault)
    return _reply(request, text, 403 if isinstance(fault, AccessError) else 400)


def _reply(request: Request, text: str, status: int, headers: Mapping[str, str] | None = None) -> Response:
    if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
        title = "Not found" if status == 404 else "This page cannot be shown"
        return HTMLResponse(templates.page("notice.html", title=title, fault=text), status, headers)
    return JSONResponse({"fault": text}, status, headers)
