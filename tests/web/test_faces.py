"""What of the server a request uses is known by its address, with and without a slash at its end."""

from __future__ import annotations

import pytest

from rag.web.faces import face_of
from rag.web.identity import Face


@pytest.mark.parametrize(
    ("path", "face"),
    [
        ("/api/v1/ask", "http"),
        ("/v1/chat/completions", "openai"),
        ("/v1", "openai"),
        ("/gradio_api/mcp", "mcp"),
        ("/gradio_api/mcp/", "mcp"),
        ("/gradio_api/mcp/sse", "mcp"),
        ("/gradio_api/mcpx", "gradio"),
        ("/gradio_api/call/ask", "gradio"),
        ("/", "page"),
        ("/papers", "page"),
        ("/v1x", "page"),
    ],
)
def test_the_address_tells_the_face(path: str, face: Face) -> None:
    assert face_of(path) == face
