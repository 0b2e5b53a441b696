"""What of the server a request uses, by its address."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.web.identity import Face

API_PREFIX = "/api/v1/"  # of our own HTTP API: docs/http.md
OPENAI_PREFIX = "/v1/"  # of OpenAI's: docs/openai.md
MCP_PREFIX = "/gradio_api/mcp/"  # where Gradio has agents send messages: docs/mcp.md
_FACES: dict[str, Face] = {
    API_PREFIX: "http",
    OPENAI_PREFIX: "openai",
    MCP_PREFIX: "mcp",
    "/gradio_api/": "gradio",  # after that of MCP, which is within it
}
FACES_WITH_HEAD: tuple[Face, ...] = ("http", "openai")  # where HEAD is answered wherever GET is


def face_of(path: str) -> Face:
    """What a request to `path` uses."""
    return next((face for start, face in _FACES.items() if f"{path}/".startswith(start)), "page")
