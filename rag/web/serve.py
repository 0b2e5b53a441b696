"""Serves the pages on this machine, and keeps everything on it."""

from __future__ import annotations

import errno
import logging
import os
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from rag.errors import RagError, StoppedError
from rag.index import generations, uploads
from rag.index.opening import is_of_another_version
from rag.progress import Progress, silent
from rag.web import logs
from rag.web.access.addresses import Addresses, is_loopback
from rag.web.access.people import people
from rag.web.access.sessions import Sessions
from rag.web.access.throttle import Throttle
from rag.web.background import in_background
from rag.web.guard import Guard
from rag.web.rebuilding import Change, Rebuilding

if TYPE_CHECKING:
    from rag.chat.library import Library
    from rag.settings import Settings
    from rag.web.protocol import BoundedProtocol


_GRACE = 1  # seconds for open connections to end by themselves


def launch(library: Library, progress: Progress = silent) -> None:
    """Serves `library` where its settings say until Ctrl+C or SIGTERM, and opens its index and model meanwhile.

    If there is no index, it is built first, from the papers that come with rag, with `progress`; so is one of another
    version of rag. What cannot be built or opened is told here and on the pages, which offer to mend it.
    """
    logs.configure(library.settings)
    rebuilding = Rebuilding(progress)
    close = start(library, library.settings.host, library.settings.port, rebuilding)
    logs.redirect_server()
    try:
        with suppress(KeyboardInterrupt):
            logs.announce(reach(library.settings), library.settings)
            # Not before: Python runs one import at a time, so the index would be open no sooner, and the page later.
            in_background(lambda: _prepare(library, rebuilding))
            threading.Event().wait()
    finally:
        rebuilding.stop()
        close()
        rebuilding.join()


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


def _prepare(library: Library, rebuilding: Rebuilding) -> None:
    """Builds the index if there is none, or only one of another version, then opens it and the settings' model."""
    try:
        if change := _first_change(library, rebuilding):
            rebuilding.wait(change)
        _open(library)
    except StoppedError:
        return  # the page offers to begin again
    except RagError as fault:
        logging.getLogger(__name__).warning("%s (The page offers to mend it.)", fault)


def _first_change(library: Library, rebuilding: Rebuilding) -> Change | None:
    index_dir = library.settings.index_dir
    if is_of_another_version(index_dir):
        return rebuilding.begin("Building the index again, which another version of rag built", library.repair)
    if generations.current(index_dir) is None and not generations.is_changing(index_dir):
        return rebuilding.begin("Building the index", library.rebuild)
    return None


def _open(library: Library) -> None:
    """Opens the index, which an answer needs first, has it examined, and opens the settings' model."""
    library.retriever()
    library.examine()
    library.assistant()


def start(library: Library, host: str, port: int, rebuilding: Rebuilding | None = None) -> Callable[[], None]:
    """Serves `library` in the background on Gradio's server, with pages of our own; call what it returns to stop.

    They show the change that `rebuilding` makes, and have it make others.

    Raises SettingsError if others could reach it without a password.
    """
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before the import, or Gradio phones home
    _bypass_proxy_for(host)
    settings = library.settings
    known = people(settings, host)
    from rag.web import faults, routes
    from rag.web.access.authentication import Authentication, Gate
    from rag.web.access.browsers import Browsers
    from rag.web.access.sign_in import SignIn
    from rag.web.server import ClosedServer

    is_secure = settings.url.startswith("https:")
    gate = Gate(known, Sessions(settings.index_dir), Throttle(), is_secure=is_secure) if known else None
    addresses = Addresses(host, settings.url)
    server = ClosedServer(lambda app: Guard(Authentication(app, gate) if gate else Browsers(app), addresses))
    faults.add_to(server)
    uploads.remove_expired(settings.index_dir)
    end_questions = routes.add_to(server, library, rebuilding or Rebuilding())
    if gate:
        SignIn(gate).add_to(server)
    server.serve(host, port)

    def close() -> None:
        end_questions()
        blocks = server.get_blocks()
        hanging_up = threading.Timer(_GRACE, _hang_up, [blocks.server.server_state.connections])
        hanging_up.start()
        blocks.close(verbose=False)
        hanging_up.cancel()

    return close


def _hang_up(connections: set[BoundedProtocol]) -> None:
    """Ends all `connections`: a page keeps one open as long as it is, and the server waits for it to end."""
    for connection in tuple(connections):
        connection.loop.call_soon_threadsafe(connection.transport.abort)


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
