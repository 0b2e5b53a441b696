"""Gradio's server without the doors that our pages do not need."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import gradio as gr
from uvicorn.protocols.http.h11_impl import H11Protocol

from rag.text import count

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
        "/gradio_api/call/{api_name}/{event_id}",
        "/gradio_api/queue/join",
        "/gradio_api/queue/data",
        "/gradio_api/heartbeat/{session_hash}",
        "/gradio_api/cancel",
        "/gradio_api/reset",
    }
)


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
            mcp_server=False,
            enable_monitoring=False,
            run_history=False,
            footer_links=[],
            prevent_thread_lock=True,
            quiet=True,
            _frontend=False,
        )
        self.get_blocks().validate_inputs = _check_count  # type: ignore[assignment]
        # uvicorn's other parser reads headers of any size, in quadratic time; this one refuses more than 16 kB.
        self.get_blocks().server.config.http_protocol_class = H11Protocol

    def include_router(self, router: APIRouter, **given: Any) -> None:
        """Includes those routes of Gradio's router that are needed."""
        router.routes[:] = [route for route in router.routes if getattr(route, "path", "") in NEEDED_ROUTES]
        super().include_router(router, **given)

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
