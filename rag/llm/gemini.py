"""Gemini models, of Google's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from rag.llm import faults
from rag.llm.model import UNKNOWN_CONTEXT, Model, parameters
from rag.llm.server import REACH_TIMEOUT, Server
from rag.llm.tokens import estimate
from rag.llm.vendors import GEMINI, THOUGHTS

if TYPE_CHECKING:
    import httpx
    from google.genai import types
    from llama_index.core.llms import LLM


def load(model: str, name: str, timeout: float) -> Model:
    """`model` of Google, or of whom GOOGLE_GEMINI_BASE_URL names, told of as `name`.

    Raises ModelError without the extra or a key, and where nobody answers, or refuses the key, or has no such model.
    """
    server = GEMINI.server(timeout)
    with faults.explained(server):
        return _model(server, model, name, _ask(server, model))


def _model(server: Server, model: str, name: str, info: types.Model) -> Model:
    from llama_index.llms.google_genai import GoogleGenAI

    context, room = info.input_token_limit or UNKNOWN_CONTEXT, THOUGHTS if info.thinking else 0

    def build(max_tokens: int, **http: Any) -> LLM:
        options: Any = {"base_url": server.url, **http}  # as a dict: LlamaIndex makes JSON of anything else
        llm: LLM = GoogleGenAI(  # the temperature is LlamaIndex's: next to 0, and none where a model refuses it
            model=model,
            api_key=server.key,
            max_tokens=max_tokens + room,
            context_window=context,
            max_retries=0,
            http_options=options,
            file_mode="inline",
        )
        return llm

    @asynccontextmanager
    async def connect(max_tokens: int) -> AsyncIterator[LLM]:
        async with server.client() as http:

            async def within(request: httpx.Request) -> None:
                _time(request, http.timeout)

            http.event_hooks = {**http.event_hooks, "request": [within]}
            yield build(max_tokens, httpx_async_client=http)

    llm = build(info.output_token_limit or context, timeout=round(server.timeout * 1000))
    return Model(name, parameters(model), context, llm, server, connect, estimate)


def _ask(server: Server, model: str) -> types.Model:
    import httpx
    from google.genai import Client

    def within(request: httpx.Request) -> None:
        _time(request, httpx.Timeout(REACH_TIMEOUT))

    with httpx.Client(event_hooks={"request": [within], "response": [server.check]}) as http:
        options: Any = {"base_url": server.url, "httpx_client": http}
        return Client(api_key=server.key, http_options=options).models.get(model=model)


def _time(request: httpx.Request, timeout: httpx.Timeout) -> None:
    """Google's client takes the time-outs off `request`; its own is for a whole reply, and told to the server."""
    request.extensions["timeout"] = timeout.as_dict()
