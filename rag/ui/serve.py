"""Serves the page on this machine, and sees to it that nothing leaves it."""

from __future__ import annotations

import errno
import os
import socket
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import RagError

if TYPE_CHECKING:
    import gradio as gr

    from rag.chat import Chat

HERE = Path(__file__).parent

# The browser itself enforces that the page talks to this server only, whatever a text may smuggle in.
# Gradio's own page needs inline scripts and styles, and compiles its templates.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; form-action 'none'; frame-src 'none'; object-src 'none'"
)
HEAD = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}"><link rel="icon" href="data:,">'


def launch(chat: Chat) -> None:
    """Opens `chat` where its settings say and stays until Ctrl+C. Raises RagError if something is wrong with it."""
    host, port = chat.settings.host, chat.settings.port
    chat.load()
    page = start(chat, host, port)
    print(f"Chat: http://{_name(host)}:{port}  (Ctrl+C stops it)", flush=True)
    with suppress(KeyboardInterrupt):
        threading.Event().wait()
    page.close(verbose=False)


def start(chat: Chat, host: str, port: int) -> gr.Blocks:
    """Serves `chat` in the background; `close()` of what comes back ends that."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before the import, or Gradio asks for its newest version
    _spare_loopback_the_proxy(host)
    from rag.ui import page

    blocks = page.build(chat)
    blocks.launch(
        server_name=host,
        server_port=port,
        theme=_theme(),
        css_paths=HERE / "style.css",
        js=(HERE / "page.js").read_text(encoding="utf-8"),
        head=HEAD,
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
    return blocks


def _theme() -> gr.themes.Base:
    """Fonts of the reader's own system: nothing to fetch, and it looks like the rest of the screen."""
    import gradio as gr

    fonts, mono = ["system-ui", "sans-serif"], ["ui-monospace", "monospace"]
    return gr.themes.Default(primary_hue="teal", neutral_hue="slate", font=fonts, font_mono=mono)


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
