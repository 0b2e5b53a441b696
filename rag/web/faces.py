"""What of the server a request uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.web.openai.errors import OPENAI_PREFIX
from rag.web.refusals import API_PREFIX, MCP_PREFIX

if TYPE_CHECKING:
    from rag.web.identity import Face

_FACES: dict[str, Face] = {
    API_PREFIX: "http",
    OPENAI_PREFIX: "openai",
    MCP_PREFIX: "mcp",
    "/gradio_api/": "gradio",  # after that of MCP, which is within it
}


def face_of(path: str) -> Face:
    """What a request to `path` uses."""
    return next((face for start, face in _FACES.items() if path.startswith(start)), "page")
