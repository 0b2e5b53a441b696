"""Gradio's server without the doors that our pages do not need."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import gradio as gr
from fastapi.routing import APIRoute

from rag.text import count
from rag.web.calls import CALL, CANCEL, DATA, HEARTBEAT, MAX_CALLS, Calls
from rag.web.protocol import BoundedProtocol

if TYPE_CHECKING:
    from fastapi import APIRouter
    from gradio.block_function import BlockFunction
    from starlette.types import ASGIApp

# Of Gradio's own routes those that our pages or its Python client call. Nothing that takes, keeps or sends files.
NEEDED_ROUTES = frozenset(
    {
        "/config",
        "/gradio_api/info",
        "/gradio_api/startup-events",
        "/gradio_api/call/{api_name}",
        "/gradio_api/queue/join",
        "/gradio_api/reset",
        *(CALL, DATA, CANCEL, HEARTBEAT),
    }
)
_OF_CALLS = frozenset({CALL, DATA, CANCEL, HEARTBEAT})  # where `Calls` answers, and has Gradio answer its owner


class ClosedServer(gr.Server):
    """Answers at our own routes and at the `NEEDED_ROUTES`; `protect` gets every request first."""

    def __init__(self, protect: Callable[[ASGIApp], ASGIApp]) -> None:
        super().__init__(docs_url=None, redoc_url=None, openapi_url=None)
        self._protect = protect

    def serve(self, host: str, port: int) -> None:
        """Serves in the background. All routes of ours are added before, those of Gradio here."""
        self._own = tuple(self.router.routes)
        self.launch(
            server_name=f"[{host}]" if ":" in host else host,
            server_port=port,
            share=False,
            pwa=False,
            ssr_mode=False,
            mcp_server=True,
            enable_monitoring=False,
            run_history=False,
            footer_links=[],
            state_session_capacity=MAX_CALLS,
            prevent_thread_lock=True,
            quiet=True,
            _frontend=False,
        )
        blocks = self.get_blocks()
        blocks.validate_inputs = _check_count  # type: ignore[assignment]
        blocks._queue.active_jobs = [None] * MAX_CALLS  # as many as are let in: none waits for another's to be fetched
        blocks.server.config.http_protocol_class = BoundedProtocol

    def include_router(self, router: APIRouter, **given: Any) -> None:
        """Includes those routes of Gradio's router that are needed; calls are answered for those who made them."""
        self.get_blocks().mcp_server = False  # it runs; this only keeps Gradio from announcing it in the terminal
        needed = [route for route in router.routes if getattr(route, "path", "") in NEEDED_ROUTES]
        router.routes[:] = [route for route in needed if getattr(route, "path", "") not in _OF_CALLS]
        super().include_router(router, **given)
        gradio = {route.path: route.endpoint for route in needed if isinstance(route, APIRoute)}
        self.calls = Calls(self.get_blocks(), gradio)
        self.calls.add_to(self)

    def build_middleware_stack(self) -> ASGIApp:
        """Called once, when all routes and all middleware of Gradio's are there: ours comes before them."""
        routes = self.router.routes
        routes[:] = [route for route in routes if route in self._own or getattr(route, "path", None) in _KEPT]
        return self._protect(super().build_middleware_stack())


_KEPT = NEEDED_ROUTES | {None}  # the router that was included has no path


def _check_count(called: BlockFunction, given: list[Any]) -> None:
    """Raises Error for a call with too few arguments. Gradio's own error is a stack trace in the terminal."""
    if len(given) < len(called.inputs):
        raise gr.Error(f"This call takes {count(len(called.inputs), 'argument')}.", print_exception=False)
