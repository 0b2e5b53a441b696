"""A model as a LlamaIndex LLM, for pipelines made with LlamaIndex."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
from llama_index.llms.openai_like import OpenAILike
from openai import AsyncOpenAI

from rag.llm.calls import Endpoint

if TYPE_CHECKING:
    from llama_index.core.llms import LLM


def llama_index_llm(endpoint: Endpoint, context: int) -> LLM:
    """The model at `endpoint`, which has so many tokens of `context`."""
    server, key = endpoint.server, endpoint.server.key or "none"
    no_reuse = httpx.Limits(max_keepalive_connections=0)  # as elsewhere, a connection lasts for one call
    http = server.client()
    llm: LLM = OpenAILike(
        model=endpoint.model_id,
        api_base=server.url,
        api_key=key,
        is_chat_model=True,
        context_window=context,
        max_retries=0,
        timeout=server.timeout,
        temperature=0.0,
        http_client=httpx.Client(timeout=server.timeout, trust_env=server.uses_proxies, limits=no_reuse),
        async_openai_client=AsyncOpenAI(
            api_key=key, base_url=server.url, max_retries=0, timeout=http.timeout, http_client=http
        ),
    )
    return llm
