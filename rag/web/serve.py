"""Serves the pages on this machine, and keeps everything on it."""

from __future__ import annotations

import errno
import os
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from rag.errors import RagError
from rag.web.background import in_background
from rag.web.guard import LOOPBACK_HOSTS, Guard

if TYPE_CHECKING:
    from fastapi import Request
    from fastapi.responses import JSONResponse

    from rag.chat.library import Library

STATIC_PATH = "/ui"  # of the style sheet and the scripts


def launch(library: Library) -> None:
    """Serves `library` where its settings say until Ctrl+C, and opens its index and model meanwhile.

    Raises RagError if one of them cannot be opened, after the server has stopped.
    """
    host, port = library.settings.host, library.settings.port
    close = start(library, host, port)
    try:
        with suppress(KeyboardInterrupt):
            # Not before: Python runs one import at a time, so the index would be open no sooner, and the page later.
            opened = in_background(lambda: _open(library))
            print(f"Chat: http://{_name(host)}:{port}  (Ctrl+C stops it)", flush=True)
            opened.result()
            threading.Event().wait()
    finally:
        close()


def _open(library: Library) -> None:
    """Opens the index, which an answer needs first, then the settings' model."""
    library.retriever()
    library.assistant()


def start(library: Library, host: str, port: int) -> Callable[[], None]:
    """Serves `library` in the background on Gradio's server, with pages of our own; call what it returns to stop."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before the import, or Gradio phones home
    _bypass_proxy_for(host)
    import gradio as gr
    from fastapi.staticfiles import StaticFiles

    from rag.web.chat_routes import ChatRoutes
    from rag.web.conversations import Conversations
    from rag.web.jobs import Jobs
    from rag.web.pages import STATIC
    from rag.web.papers_routes import PapersRoutes

    server = gr.Server(docs_url=None, redoc_url=None, openapi_url=None)
    server.add_middleware(Guard, hosts=(*LOOPBACK_HOSTS, host) if host in LOOPBACK_HOSTS else ())
    server.add_exception_handler(RagError, _fault)  # type: ignore[arg-type] # Starlette expects a handler of Exception
    server.mount(STATIC_PATH, StaticFiles(directory=STATIC))
    jobs = Jobs(library, Conversations(library.settings.index_dir))
    ChatRoutes(library, jobs).add_to(server)
    PapersRoutes(library, jobs).add_to(server)
    server.launch(
        server_name=host,
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
    )
    return lambda: server.get_blocks().close(verbose=False)


async def _fault(request: Request, fault: RagError) -> JSONResponse:
    """What is wrong and what to do, as the page's scripts show it."""
    from fastapi.responses import JSONResponse

    return JSONResponse({"fault": str(fault)}, 400)


def claim(host: str, port: int) -> None:
    """Raises RagError unless `port` of `host` can be listened on."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(
                socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
            )  # as the server does: a port just closed is free
            probe.bind(address)
    except OSError as fault:
        if fault.errno == errno.EADDRINUSE:
            raise RagError(f"Port {port} is in use. Choose another: rag chat --port {port + 1}") from fault
        raise RagError(f"Cannot listen on {host}, port {port}: {fault.strerror}.") from fault


def _name(host: str) -> str:
    """What to type into a browser for `host`: nobody can visit the address that stands for all interfaces."""
    return "localhost" if host == "0.0.0.0" else host


def _bypass_proxy_for(host: str) -> None:
    """Gradio calls its own server as it starts; if a proxy is set, that call would go to the proxy."""
    bypassed = [os.environ.get("no_proxy") or os.environ.get("NO_PROXY", ""), "127.0.0.1", "localhost", host]
    os.environ["no_proxy"] = ",".join(filter(None, bypassed))
