"""Models of a running Ollama."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, cast

from rag.errors import ModelError
from rag.llm import faults
from rag.llm.model import MAX_CONTEXT, UNKNOWN_CONTEXT, Model, parameter_count
from rag.llm.refusal import Refused
from rag.llm.scored import TOP_TOKENS, ScoredReply, tokens_of
from rag.llm.server import REACH_TIMEOUT, Server, key_from, without_password
from rag.llm.tokens import estimate_tokens

if TYPE_CHECKING:
    from llama_index.core.llms import LLM, ChatMessage
    from ollama import ShowResponse


def load(model: str, name: str, timeout: float) -> Model:
    """`model` of the Ollama at OLLAMA_HOST, shown as `name`. Raises ModelError if it is not there."""
    key = key_from("OLLAMA_API_KEY")  # Ollama's client reads it itself
    server = Server("", timeout, key, label=f"Ollama at {host()}", key_name="OLLAMA_API_KEY")
    info = _show(server, model)
    context = min(_trained_context(info), MAX_CONTEXT)
    return _model(server, model, name, _parameters(info) or parameter_count(model), context)


def host() -> str:
    """The address of Ollama, without a password."""
    return without_password(os.environ.get("OLLAMA_HOST") or "http://127.0.0.1:11434")


def _model(server: Server, model: str, name: str, parameters: int | None, context: int) -> Model:
    from llama_index.llms.ollama import Ollama
    from ollama import AsyncClient, Client

    def build(max_tokens: int | None = None, **clients: Any) -> LLM:
        llm: LLM = Ollama(
            model=model,
            context_window=context,
            temperature=0.0,
            additional_kwargs={"num_predict": max_tokens} if max_tokens else {},
            thinking=False,  # a model that thinks would use up the tokens of a short reply before it starts
            **clients,
        )
        return llm

    @asynccontextmanager
    async def connect(max_tokens: int) -> AsyncIterator[LLM]:
        async with AsyncClient(**server.options()) as client:  # Ollama's client reads OLLAMA_HOST itself
            yield build(max_tokens, async_client=client)

    async def scored(llm: LLM, messages: Sequence[ChatMessage], max_tokens: int) -> ScoredReply:
        reply = await cast(Ollama, llm).async_client.chat(  # LlamaIndex passes on no request for probabilities
            model=model,
            messages=[{"role": message.role.value, "content": message.content} for message in messages],
            think=False,
            options={"temperature": 0.0, "num_ctx": context, "num_predict": max_tokens},
            logprobs=True,
            top_logprobs=TOP_TOKENS,
        )
        return ScoredReply(reply.message.content or "", tokens_of(reply.logprobs))

    llm = build(client=Client(timeout=server.timeout), async_client=AsyncClient(timeout=server.timeout))
    return Model(name, parameters, context, llm, server, connect, estimate_tokens, scored)


def _show(server: Server, model: str) -> ShowResponse:
    import httpx
    from ollama import Client

    try:
        with Client(timeout=REACH_TIMEOUT, event_hooks={"response": [server.check]}) as client:
            info: ShowResponse = client.show(model)
    except Refused as fault:
        missing = f"Ollama has no model '{model}'. Run: ollama pull {model}"
        raise ModelError(missing if fault.status == 404 else faults.explain(fault, server)) from fault
    except (ConnectionError, httpx.HTTPError, ValueError, TypeError) as fault:  # the last two: it is not Ollama
        raise ModelError("No Ollama answers. Start it: ollama serve, set OLLAMA_HOST, or choose --llm none") from fault
    return info


def _trained_context(info: ShowResponse) -> int:
    lengths = [value for name, value in (info.modelinfo or {}).items() if name.endswith(".context_length")]
    return int(lengths[0]) if lengths else UNKNOWN_CONTEXT


def _parameters(info: ShowResponse) -> int | None:
    exact = (info.modelinfo or {}).get("general.parameter_count")
    return int(exact) if exact else parameter_count((info.details and info.details.parameter_size) or "")
