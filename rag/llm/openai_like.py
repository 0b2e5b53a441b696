"""Any server with OpenAI's protocol: llama.cpp, vLLM, LM Studio, OpenAI itself; and what it tells of its model."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from rag.errors import ModelError
from rag.llm.faults import dig
from rag.llm.model import UNKNOWN_CONTEXT, Count, Model, parameters
from rag.llm.server import REACH_TIMEOUT, Server, key_from, shown
from rag.llm.tokens import estimate

if TYPE_CHECKING:
    import httpx
    from llama_index.core.llms import LLM

OPENAI = "https://api.openai.com/v1"


def load(url: str, model: str, timeout: float) -> Model:
    """`model` of the server at `url`. Raises ModelError where nobody answers there, or the key is refused."""
    return at(Server(url, timeout, key_from("OPENAI_API_KEY"), where=f"The LLM at {shown(url)}"), model, model)


def hosted(model: str, timeout: float) -> Model:
    """`model` of OpenAI, or of whom OPENAI_BASE_URL names. Raises ModelError without a key, and as `load` does."""
    if not key_from("OPENAI_API_KEY"):
        raise ModelError("OpenAI asks for a key. Set OPENAI_API_KEY to yours, or choose --llm none")
    return load(os.environ.get("OPENAI_BASE_URL", OPENAI).rstrip("/"), model, timeout)


def at(server: Server, model: str, name: str) -> Model:
    """`model` of `server`, told of as `name`. Raises ModelError where nobody answers there, or the key is refused."""
    import httpx

    with httpx.Client(headers=server.headers(), timeout=REACH_TIMEOUT, trust_env=not server.direct) as client:
        entry = _entry(_reach(client, server), model)
        root = server.url.removesuffix("/v1")
        kind = entry.get("owned_by")
        props = _get(client, f"{root}/props") if kind == "llamacpp" else {}
        exact = kind in ("llamacpp", "vllm") and _tokenizes(client, root, model)
    told = dig(props, "default_generation_settings", "n_ctx") or entry.get("max_model_len") or _trained(model)
    size = dig(entry, "meta", "n_params") or parameters(model)
    count = _counter(server, root, model) if exact else estimate
    return _model(server, model, name, size, told, count)


def _model(server: Server, model: str, name: str, size: int | None, context: int, count: Count) -> Model:
    from llama_index.llms.openai_like import OpenAILike
    from openai import AsyncOpenAI

    key = server.key or "none"

    def build(**more: Any) -> LLM:
        llm: LLM = OpenAILike(
            model=model,
            api_base=server.url,
            api_key=key,
            is_chat_model=True,
            context_window=context,
            max_retries=0,
            timeout=server.timeout,
            temperature=0.0,
            **more,
        )
        return llm

    @asynccontextmanager
    async def connect(max_tokens: int) -> AsyncIterator[LLM]:
        async with server.client() as http:
            client = AsyncOpenAI(
                api_key=key, base_url=server.url, max_retries=0, timeout=http.timeout, http_client=http
            )
            yield build(max_tokens=max_tokens, async_openai_client=client)

    return Model(name, size, context, build(), server, connect, count)


def _reach(client: httpx.Client, server: Server) -> httpx.Response:
    """What is listed at `server`. Raises ModelError where nobody answers or the key is refused; any reply will do."""
    import httpx

    address = f"{server.url}/models"
    try:
        reply = client.get(address)
    except (httpx.HTTPError, httpx.InvalidURL) as fault:
        raise ModelError(
            f"No LLM answers at {shown(address)} ({type(fault).__name__}). "
            "Start it, correct the address, or choose --llm none"
        ) from fault
    if reply.status_code in (401, 403):
        raise ModelError(
            f"The LLM at {shown(address)} refuses the key. Set OPENAI_API_KEY to a valid one, or choose --llm none"
        )
    return reply


def _entry(reply: httpx.Response, model: str) -> dict[str, Any]:
    """What the list of models tells of `model`; of its only model where the names differ: llama.cpp asks for none."""
    listed = dig(_json(reply), "data")
    entries = [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
    named = [entry for entry in entries if entry.get("id") == model]
    return next(iter(named or entries[: len(entries) == 1]), {})


def _get(client: httpx.Client, address: str) -> Any:
    import httpx

    try:
        return _json(client.get(address))
    except httpx.HTTPError:
        return None


def _json(reply: httpx.Response) -> Any:
    try:
        return reply.json()
    except ValueError:
        return None


def _trained(model: str) -> int:
    """Tokens of context of one of OpenAI's models, the usual minimum for any other."""
    from llama_index.llms.openai.utils import openai_modelname_to_contextsize

    try:
        return openai_modelname_to_contextsize(model)
    except ValueError:
        return UNKNOWN_CONTEXT


def _tokenizes(client: httpx.Client, root: str, model: str) -> bool:
    import httpx

    try:
        reply = client.post(f"{root}/tokenize", json=_tokenize(model, "word"))
    except httpx.HTTPError:
        return False
    return reply.is_success and isinstance(dig(_json(reply), "tokens"), list)


def _tokenize(model: str, text: str) -> dict[str, str]:
    return {"content": text, "model": model, "prompt": text}  # the first is llama.cpp's, the others vLLM's


def _counter(server: Server, root: str, model: str) -> Count:
    async def count(text: str) -> int:
        async with server.client() as client:
            reply = await client.post(f"{root}/tokenize", json=_tokenize(model, text), headers=server.headers())
        return len(reply.json()["tokens"])

    return count
