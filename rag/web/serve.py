"""Serves the page on this machine, and sees to it that nothing leaves it."""

from __future__ import annotations

import errno
import os
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from rag.errors import RagError
from rag.web.guard import LOOPBACK, Guard

if TYPE_CHECKING:
    from fastapi import Request
    from fastapi.responses import JSONResponse

    from rag.chat.library import Library

PATH = "/ui"  # of style sheet and scripts


def launch(chat: Library) -> None:
    """Opens `chat` where its settings say and stays until Ctrl+C. Raises RagError if something is wrong with it."""
    host, port = chat.settings.host, chat.settings.port
    chat.load()
    close = start(chat, host, port)
    print(f"Chat: http://{_name(host)}:{port}  (Ctrl+C stops it)", flush=True)
    with suppress(KeyboardInterrupt):
        threading.Event().wait()
    close()


def start(chat: Library, host: str, port: int) -> Callable[[], None]:
    """Serves `chat` in the background, by Gradio's server with pages of our own; what comes back ends that."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before the import, or Gradio asks for its newest version
    _spare_loopback_the_proxy(host)
    import gradio as gr
    from fastapi.staticfiles import StaticFiles

    from rag.web.chat_routes import ChatRoutes
    from rag.web.conversations import Conversations
    from rag.web.jobs import Jobs
    from rag.web.pages import STATIC
    from rag.web.papers_routes import PapersRoutes

    server = gr.Server(docs_url=None, redoc_url=None, openapi_url=None)
    server.add_middleware(Guard, hosts=(*LOOPBACK, host) if host in LOOPBACK else ())
    server.add_exception_handler(RagError, _told)  # type: ignore[arg-type] # Starlette knows of Exception only
    server.mount(PATH, StaticFiles(directory=STATIC))
    desk = Jobs(chat, Conversations(chat.settings.index_dir))
    ChatRoutes(chat, desk).add_to(server)
    PapersRoutes(chat, desk).add_to(server)
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


async def _told(request: Request, fault: RagError) -> JSONResponse:
    """What is wrong and what to do, in words, as the page shows it."""
    from fastapi.responses import JSONResponse

    return JSONResponse({"fault": str(fault)}, 400)


def claim(host: str, port: int) -> None:
    """Raises RagError unless `port` of `host` can be listened on."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server will: a port just left is free
            probe.bind(address)
    except OSError as fault:
        if fault.errno == errno.EADDRINUSE:
            raise RagError(f"Port {port} is in use. Choose another: rag chat --port {port + 1}") from fault
        raise RagError(f"Cannot listen on {host}, port {port}: {fault.strerror}.") from fault


def _name(host: str) -> str:
    """What to type into a browser for `host`: the address for all interfaces is no address to visit."""
    return "localhost" if host == "0.0.0.0" else host


def _spare_loopback_the_proxy(host: str) -> None:
    """Gradio calls its own server as it starts; where a proxy is set, that call would go out to it."""
    spared = [os.environ.get("no_proxy") or os.environ.get("NO_PROXY", ""), "127.0.0.1", "localhost", host]
    os.environ["no_proxy"] = ",".join(filter(None, spared))
