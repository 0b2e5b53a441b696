"""The client that everybody has."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class CurlReply:
    """What curl printed of a reply."""

    status: int
    headers: dict[str, str]
    text: str

    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def code(self) -> str:
        """The code of the error."""
        assert set(self.json()) == {"error"}
        error = self.json()["error"]
        assert set(error) == {"code", "message"}
        assert "\n" not in error["message"]
        return str(error["code"])

    @property
    def events(self) -> list[tuple[str, Any]]:
        """The server-sent events: their names and their data."""
        blocks = [dict(line.split(": ", 1) for line in block.split("\n")) for block in self.text.split("\n\n") if block]
        return [(block["event"], json.loads(block["data"])) for block in blocks if "event" in block]


def curl(*arguments: str, sent: bytes | str | None = None) -> CurlReply:
    """The reply to what curl sends with these arguments; `sent` is the body, as JSON unless a header says otherwise."""
    body = sent.encode() if isinstance(sent, str) else sent
    headers = (
        [] if any("content-type" in one.lower() for one in arguments) else ["-H", "Content-Type: application/json"]
    )
    given = [*headers, "--data-binary", "@-"] if body is not None else []
    command = ["curl", "-sS", "-i", "--noproxy", "*", "--max-time", "60", *given, *arguments]
    done = subprocess.run(command, input=body, capture_output=True, check=True)
    head, _, text = done.stdout.decode().replace("HTTP/1.1 100 Continue\r\n\r\n", "").partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    fields = (line.split(": ", 1) for line in lines)
    return CurlReply(int(first.split()[1]), {name.lower(): value for name, value in fields}, text)
