"""Gemini models, which Google hosts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from rag.llm import faults
from rag.llm.model import UNKNOWN_CONTEXT, Model, parameter_count
from rag.llm.server import REACH_TIMEOUT, Server
from rag.llm.tokens import estimate_tokens
from rag.llm.vendors import THINKING_TOKENS, Vendor

if TYPE_CHECKING:
    import httpx
    from google.genai import types
    from llama_index.core.llms import LLM

GEMINI = Vendor(
    "Gemini",
    "gemini",
    "llama_index.llms.google_genai",
    "GOOGLE_API_KEY",
    "https://generativelanguage.googleapis.com",
    "GOOGLE_GEMINI_BASE_URL",
)


def load(model: str, name: str, timeout: float) -> Model:
    """`model` of Google, or of the server at GOOGLE_GEMINI_BASE_URL, shown as `name`.

    Raises ModelError without the extra or a key, and if the server does not answer, rejects the key, or has no such
    model.
    """
    server = GEMINI.server(timeout)
    with faults.explained(server):
        return _model(server, model, name, _info(server, model))


def _model(server: Server, model: str, name: str, info: types.Model) -> Model:
    from llama_index.llms.google_genai import GoogleGenAI

    context = info.input_token_limit or UNKNOWN_CONTEXT
    thinking_tokens = THINKING_TOKENS if info.thinking else 0

    def build(max_tokens: int, **http: Any) -> LLM:
        options: Any = {"base_url": server.url, **http}  # a dict: LlamaIndex would serialize anything else
        llm: LLM = GoogleGenAI(  # LlamaIndex sets the temperature: near 0, or none for models that reject it
            model=model,
            api_key=server.key,
            max_tokens=max_tokens + thinking_tokens,
            context_window=context,
            max_retries=0,
            http_options=options,
            file_mode="inline",
        )
        return llm

    @asynccontextmanager
    async def connect(max_tokens: int) -> AsyncIterator[LLM]:
        async with server.client() as http:

            async def set_timeout(request: httpx.Request) -> None:
                _set_timeout(request, http.timeout)

            http.event_hooks = {**http.event_hooks, "request": [set_timeout]}
            yield build(max_tokens, httpx_async_client=http)

    llm = build(info.output_token_limit or context, timeout=round(server.timeout * 1000))
    return Model(name, parameter_count(model), context, llm, server, connect, estimate_tokens)


def _info(server: Server, model: str) -> types.Model:
    import httpx
    from google.genai import Client

    def set_timeout(request: httpx.Request) -> None:
        _set_timeout(request, httpx.Timeout(REACH_TIMEOUT))

    with httpx.Client(event_hooks={"request": [set_timeout], "response": [server.check]}) as http:
        options: Any = {"base_url": server.url, "httpx_client": http}
        return Client(api_key=server.key, http_options=options).models.get(model=model)


def _set_timeout(request: httpx.Request, timeout: httpx.Timeout) -> None:
    """Restores the timeouts of `request`: Google's client replaces them with one for the whole reply."""
    request.extensions["timeout"] = timeout.as_dict()
