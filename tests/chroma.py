"""A real Chroma server for tests, and a proxy before it that asks for a token, is slow, or fails."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from ssl import SSLContext

import httpx

from tests.ports import free_port

_START_SECONDS = 60.0


class Chroma:
    """`chroma run` on a free port of this machine, whose data are in `folder`; it may be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._port = folder, free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self.start()

    def start(self) -> None:
        """Starts it and waits until it answers."""
        command = [Path(sys.executable).parent / "chroma", "run", "--path", self._folder, "--host", "127.0.0.1"]
        self._process = subprocess.Popen(
            [*map(str, command), "--port", str(self._port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + _START_SECONDS
        while True:
            try:
                httpx.get(f"{self.url}/api/v2/heartbeat", trust_env=False).raise_for_status()
                return
            except httpx.TransportError:
                assert time.monotonic() < end
                assert self._process.poll() is None
                time.sleep(0.05)

    def kill(self) -> None:
        """Kills it; what it has acknowledged is on the disk."""
        self._process.kill()
        self._process.wait()

    def collections(self) -> set[str]:
        """The names of its collections."""
        place = f"{self.url}/api/v2/tenants/default_tenant/databases/default_database/collections"
        return {one["name"] for one in httpx.get(place, trust_env=False).json()}


@dataclass
class Proxy:
    """How a proxy before a Chroma server behaves; tests change it as it runs.

    It forwards what shows its `token`, after `delay` seconds, or replies with `status` and `body`, if that is set, to
    requests whose path ends with `only`. A reply that is to `trickle` never ends. `asked` counts the requests.
    """

    url: str
    token: str = ""
    delay: float = 0.0
    status: int = 0
    body: bytes = b""
    only: str = ""
    trickle: bool = False
    asked: int = 0
    released: threading.Event = field(default_factory=threading.Event)


@contextmanager
def proxy(target: str, tls: SSLContext | None = None) -> Iterator[Proxy]:
    """A proxy before the server at `target`."""
    with httpx.Client(base_url=target, trust_env=False) as client:

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                behaviour.asked += 1
                status, body = self.reply(sent)
                behaviour.released.wait(behaviour.delay)
                try:
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(body) if not behaviour.trickle else 1_000_000))
                    self.end_headers()
                    while behaviour.trickle and not behaviour.released.wait(0.05):
                        self.wfile.write(b" ")
                    self.wfile.write(body)
                except OSError:  # nobody waits for it any longer
                    self.close_connection = True

            do_GET = do_POST = do_PUT = do_DELETE = answer

            def reply(self, sent: bytes) -> tuple[int, bytes]:
                if behaviour.token and self.headers.get("Authorization") != f"Bearer {behaviour.token}":
                    return 401, b"no"
                if behaviour.status and self.path.endswith(behaviour.only):
                    return behaviour.status, behaviour.body
                headers = {"Content-Type": "application/json"}
                got = client.request(self.command, self.path, content=sent, headers=headers)
                return got.status_code, got.content

            def log_message(self, *args: object) -> None:
                return

        class Server(ThreadingHTTPServer):
            def handle_error(self, *args: object) -> None:  # of clients that do not trust its certificate
                return

        server = Server(("127.0.0.1", 0), Handler)
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        behaviour = Proxy(f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield behaviour
        finally:
            behaviour.released.set()
            server.shutdown()
            server.server_close()
            thread.join()
