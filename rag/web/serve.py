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
from rag.index import uploads
from rag.web.access.addresses import Addresses, is_loopback
from rag.web.access.people import people
from rag.web.access.sessions import Sessions
from rag.web.access.throttle import Throttle
from rag.web.background import in_background
from rag.web.guard import Guard

if TYPE_CHECKING:
    from rag.chat.library import Library
    from rag.settings import Settings

STATIC_PATH = "/ui"  # see `guard.OPEN_FOLDER`


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
            print(reach(library.settings), flush=True)
            opened.result()
            threading.Event().wait()
    finally:
        close()


def reach(settings: Settings) -> str:
    """Where the chat is, and who can reach it. Raises SettingsError as `check` does."""
    address = settings.url or f"http://{_name(settings.host)}:{settings.port}"
    known = people(settings, settings.host)
    if known is None:
        return f"Chat: {address}  (Ctrl+C stops it)"
    number = len(known.current())
    who = f"{number:,} {'person' if number == 1 else 'people'} may sign in"
    is_plain = not is_loopback(settings.host) and not settings.url.startswith("https:")
    note = "\nPasswords are sent unencrypted. Put it behind a reverse proxy with TLS: docs/deployment.md"
    return f"Chat: {address}  ({who}; Ctrl+C stops it){note if is_plain else ''}"


def _open(library: Library) -> None:
    """Opens the index, which an answer needs first, then the settings' model, and has the index examined."""
    library.retriever()
    library.assistant()
    library.examine()


def start(library: Library, host: str, port: int) -> Callable[[], None]:
    """Serves `library` in the background on Gradio's server, with pages of our own; call what it returns to stop.

    Raises SettingsError if others could reach it without a password.
    """
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before the import, or Gradio phones home
    _bypass_proxy_for(host)
    settings = library.settings
    known = people(settings, host)
    from fastapi.staticfiles import StaticFiles

    from rag.web import faults
    from rag.web.access.authentication import Authentication, Gate
    from rag.web.access.browsers import Browsers
    from rag.web.access.sign_in import SignIn
    from rag.web.chat_routes import ChatRoutes
    from rag.web.conversations import Conversations
    from rag.web.jobs import Jobs
    from rag.web.pages import STATIC
    from rag.web.papers_routes import PapersRoutes
    from rag.web.server import ClosedServer

    is_secure = settings.url.startswith("https:")
    gate = Gate(known, Sessions(settings.index_dir), Throttle(), is_secure=is_secure) if known else None
    addresses = Addresses(host, settings.url)
    server = ClosedServer(lambda app: Guard(Authentication(app, gate) if gate else Browsers(app), addresses))
    faults.add_to(server)
    server.mount(STATIC_PATH, StaticFiles(directory=STATIC))
    uploads.remove_expired(settings.index_dir)
    jobs = Jobs(library, Conversations(settings.index_dir))
    ChatRoutes(library, jobs).add_to(server)
    PapersRoutes(library, jobs).add_to(server)
    if gate:
        SignIn(gate).add_to(server)
    server.serve(host, port)
    return lambda: server.get_blocks().close(verbose=False)


def check(settings: Settings) -> None:
    """Raises SettingsError if others could reach the chat without a password, RagError if its port is taken."""
    people(settings, settings.host)
    claim(settings.host, settings.port)


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
    if host in ("0.0.0.0", "::"):
        return "localhost"
    return f"[{host}]" if ":" in host else host


def _bypass_proxy_for(host: str) -> None:
    """Gradio calls its own server as it starts; if a proxy is set, that call would go to the proxy."""
    bypassed = [os.environ.get("no_proxy") or os.environ.get("NO_PROXY", ""), "127.0.0.1", "localhost", host]
    os.environ["no_proxy"] = ",".join(filter(None, bypassed))
