"""Any server with OpenAI's protocol: llama.cpp, vLLM, LM Studio, OpenAI itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from rag.llm.model import UNKNOWN_CONTEXT, Count, Model, parameters
from rag.llm.probe import probe, question
from rag.llm.server import Server, key_from, without_password
from rag.llm.tokens import estimate
from rag.llm.vendors import OPENAI

if TYPE_CHECKING:
    import httpx
    from llama_index.core.llms import LLM


def load(url: str, model: str, name: str, timeout: float) -> Model:
    """`model` of the server at `url`, told of as `name`. Raises ModelError as `at` does."""
    return at(
        Server(url, timeout, key_from("OPENAI_API_KEY"), where=f"The LLM at {without_password(url)}"), model, name
    )


def hosted(model: str, name: str, timeout: float) -> Model:
    """`model` of OpenAI, or of whom OPENAI_BASE_URL names. Raises ModelError without a key, and as `at` does."""
    return at(OPENAI.server(timeout), model, name)


def at(server: Server, model: str, name: str) -> Model:
    """`model` of `server`, told of as `name`. Raises ModelError where nobody answers there, or the key is refused."""
    import httpx

    told = probe(server, model)
    context = told.context or _published(model)
    count = _counter(server, told.tokenize, model) if told.tokenize else estimate
    build = _builder(server, model, context)

    @asynccontextmanager
    async def connect(max_tokens: int) -> AsyncIterator[LLM]:
        async with server.client() as http:
            yield build(http, max_tokens=max_tokens)

    size = told.parameters or parameters(model)
    apart = httpx.Limits(max_keepalive_connections=0)  # no connection outlives its call here either
    blocking = httpx.Client(timeout=server.timeout, trust_env=not server.direct, limits=apart)
    llm = build(server.client(), http_client=blocking)
    return Model(name, size, context, llm, server, connect, count)


def _builder(server: Server, model: str, context: int) -> Callable[..., LLM]:
    from llama_index.llms.openai_like import OpenAILike
    from openai import AsyncOpenAI

    def build(http: httpx.AsyncClient, **more: Any) -> LLM:
        # The time-outs are those of `http`: OpenAILike knows but one for all, and would wait long for a connection.
        key = server.key or "none"
        client = AsyncOpenAI(api_key=key, base_url=server.url, max_retries=0, timeout=http.timeout, http_client=http)
        llm: LLM = OpenAILike(
            model=model,
            api_base=server.url,
            api_key=key,
            is_chat_model=True,
            context_window=context,
            max_retries=0,
            timeout=server.timeout,
            temperature=0.0,
            async_openai_client=client,
            **more,
        )
        return llm

    return build


def _published(model: str) -> int:
    """Tokens of context of OpenAI's own models; the least that is usual, of any other."""
    from llama_index.llms.openai.utils import openai_modelname_to_contextsize

    try:
        return openai_modelname_to_contextsize(model)
    except ValueError:
        return UNKNOWN_CONTEXT


def _counter(server: Server, address: str, model: str) -> Count:
    async def count(text: str) -> int:
        async with server.client() as client:
            reply = await client.post(address, json=question(model, text), headers=server.headers())
        return len(reply.json()["tokens"])

    return count
