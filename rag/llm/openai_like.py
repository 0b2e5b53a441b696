"""Models of any server with an OpenAI-compatible API: llama.cpp, vLLM, LM Studio, OpenAI itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from rag.errors import ModelError
from rag.llm.model import UNKNOWN_CONTEXT, Model, TokenCounter, parameter_count
from rag.llm.probe import probe, tokenize_request
from rag.llm.scored import TOP_TOKENS, ScoredReply, tokens_of
from rag.llm.server import Server, key_from, without_password
from rag.llm.tokens import estimate_tokens
from rag.llm.vendors import Vendor

if TYPE_CHECKING:
    import httpx
    from llama_index.core.llms import LLM, ChatMessage

OPENAI = Vendor(
    "OpenAI",
    "openai",
    "llama_index.llms.openai_like",
    "OPENAI_API_KEY",
    "https://api.openai.com/v1",
    "OPENAI_BASE_URL",
)


def load(address: str, name: str, timeout: float) -> Model:
    """The model of `address`, which is URL#MODEL, shown as `name`. Raises ModelError as `load_from`."""
    url, separator, model = address.rpartition("#")
    if not separator:
        raise ModelError("The model is missing after the address. Choose --llm openai-like:URL#MODEL")
    url = url.rstrip("/")
    server = Server(url, timeout, key_from("OPENAI_API_KEY"), label=f"The LLM at {without_password(url)}")
    return load_from(server, model, name)


def load_openai(model: str, name: str, timeout: float) -> Model:
    """`model` of OpenAI, or of the server at OPENAI_BASE_URL. Raises ModelError without a key, else as `load_from`."""
    return load_from(OPENAI.server(timeout), model, name)


def load_from(server: Server, model: str, name: str) -> Model:
    """`model` of `server`, shown as `name`. Raises ModelError if it does not answer, or rejects the key."""
    import httpx

    info = probe(server, model)
    context = info.context or _published_context(model)
    counter = _token_counter(server, info.tokenize_url, model) if info.tokenize_url else estimate_tokens
    build = _builder(server, model, context)

    @asynccontextmanager
    async def connect(max_tokens: int) -> AsyncIterator[LLM]:
        async with server.client() as http:
            yield build(http, max_tokens=max_tokens)

    no_reuse = httpx.Limits(max_keepalive_connections=0)  # as with `connect`, a connection lasts for one call
    blocking = httpx.Client(timeout=server.timeout, trust_env=not server.direct, limits=no_reuse)
    llm = build(server.client(), http_client=blocking)
    return Model(name, info.parameters or parameter_count(model), context, llm, server, connect, counter, _scored)


def _builder(server: Server, model: str, context: int) -> Callable[..., LLM]:
    from llama_index.llms.openai_like import OpenAILike
    from openai import AsyncOpenAI

    def build(http: httpx.AsyncClient, **options: Any) -> LLM:
        # The timeouts are those of `http`: OpenAILike has a single one, which would also apply to connecting.
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
            **options,
        )
        return llm

    return build


async def _scored(llm: LLM, messages: Sequence[ChatMessage], max_tokens: int) -> ScoredReply:
    reply = await llm.achat(messages, logprobs=True, top_logprobs=TOP_TOKENS)
    # LlamaIndex's own list leaves out the tokens themselves.
    logprobs = reply.raw.choices[0].logprobs if reply.raw else None
    return ScoredReply(reply.message.content or "", tokens_of(logprobs and logprobs.content))


def _published_context(model: str) -> int:
    """The context length in tokens that OpenAI has published for `model`; `UNKNOWN_CONTEXT` for other models."""
    from llama_index.llms.openai.utils import openai_modelname_to_contextsize

    try:
        return openai_modelname_to_contextsize(model)
    except ValueError:
        return UNKNOWN_CONTEXT


def _token_counter(server: Server, tokenize_url: str, model: str) -> TokenCounter:
    async def count(text: str) -> int:
        async with server.client() as client:
            reply = await client.post(tokenize_url, json=tokenize_request(model, text), headers=server.headers())
        return len(reply.json()["tokens"])

    return count
