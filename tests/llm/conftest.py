"""A server that stands in for every vendor, and ways to call its models."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from rag import llm
from rag.llm.model import Model
from rag.llm.vendors import OPENAI

from .server import Server

if TYPE_CHECKING:
    from llama_index.core.llms import ChatMessage

Ask = Callable[[Model], str]  # the whole reply of a model
MAX_TOKENS = 7
KEY = "sk-very-secret"


def load(spec: str, timeout: float = 20.0) -> Model:
    loaded = llm.load(spec, timeout)
    assert loaded is not None
    return loaded


def messages(question: str = "Who hoots?") -> list[ChatMessage]:
    from llama_index.core.llms import ChatMessage

    return [ChatMessage(role="system", content="Be brief."), ChatMessage(role="user", content=question)]


async def complete(model: Model) -> str:
    return await model.complete(messages(), MAX_TOKENS)


async def stream(model: Model) -> str:
    return "".join([piece.text async for piece in model.stream(messages(), MAX_TOKENS)])


@pytest.fixture(autouse=True)
def no_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keeps clients from reading the certificate authorities, which takes most of a test's time: none uses TLS."""
    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", lambda *args, **kwargs: None)


@pytest.fixture(params=[complete, stream])
def ask(request: pytest.FixtureRequest) -> Ask:
    """Asks a model a question, for the whole reply or for a stream; each time in a new event loop."""
    return lambda model: asyncio.run(request.param(model))


@pytest.fixture
def server(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """Stands in for Ollama and the vendors too."""
    monkeypatch.setenv("OLLAMA_HOST", server.url)
    for vendor in llm.VENDORS:
        monkeypatch.setenv(vendor.url_name, f"{server.url}/v1" if vendor is OPENAI else server.url)
    return server


@pytest.fixture(params=["openai-like", "ollama", "anthropic", "gemini"])
def spec(request: pytest.FixtureRequest, server: Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """The server's model "owl", for each kind of server."""
    for name in ("OPENAI_API_KEY", "OLLAMA_API_KEY", "ANTHROPIC_API_KEY", "GOOGLE_API_KEY"):
        monkeypatch.setenv(name, KEY)
    return f"openai-like:{server.url}/v1#owl" if request.param == "openai-like" else f"{request.param}:owl"


@pytest.fixture
def closed_port() -> int:
    """A port on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port
