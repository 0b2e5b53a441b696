"""Models that Anthropic hosts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from rag.llm import faults
from rag.llm.model import UNKNOWN_CONTEXT, Model, parameter_count
from rag.llm.server import REACH_TIMEOUT, Server
from rag.llm.tokens import estimate_tokens
from rag.llm.vendors import THINKING_TOKENS, Vendor

if TYPE_CHECKING:
    from anthropic.types import ModelInfo
    from llama_index.core.llms import LLM
    from llama_index.llms.anthropic import Anthropic

ANTHROPIC = Vendor(
    "Anthropic",
    "anthropic",
    "llama_index.llms.anthropic",
    "ANTHROPIC_API_KEY",
    "https://api.anthropic.com",
    "ANTHROPIC_BASE_URL",
)


def load(model: str, name: str, timeout: float) -> Model:
    """`model` of Anthropic, or of the server at ANTHROPIC_BASE_URL, shown as `name`.

    Raises ModelError without the extra or a key, and if the server does not answer, rejects the key, or has no such
    model.
    """
    server = ANTHROPIC.server(timeout)
    with faults.explained(server):
        return _model(server, model, name, _info(server, model))


def _model(server: Server, model: str, name: str, info: ModelInfo) -> Model:
    context = info.max_input_tokens or UNKNOWN_CONTEXT
    thinks = info.capabilities and info.capabilities.thinking.types.adaptive.supported  # unasked, when it sees fit
    thinking_tokens = THINKING_TOKENS if thinks else 0
    llm = _client(context)(
        model=model,
        base_url=server.url,
        api_key=server.key,
        temperature=0.0,  # LlamaIndex omits it for models that reject it
        timeout=server.timeout,
        max_retries=0,
    )

    @asynccontextmanager
    async def connect(max_tokens: int) -> AsyncIterator[LLM]:
        async with server.client() as http:
            connected = llm.model_copy(update={"max_tokens": max_tokens + thinking_tokens})
            connected._aclient = llm._aclient.copy(http_client=http, timeout=http.timeout)  # no parameter sets it
            yield connected

    return Model(name, parameter_count(model), context, llm, server, connect, estimate_tokens)


def _client(context: int) -> type[Anthropic]:
    from llama_index.core.llms import LLMMetadata
    from llama_index.llms.anthropic import Anthropic

    class AnyAnthropic(Anthropic):
        """LlamaIndex rejects a model that is missing from its list of models, as new ones are."""

        @property
        def metadata(self) -> LLMMetadata:
            return LLMMetadata(
                context_window=context,
                num_output=self.max_tokens,
                is_chat_model=True,
                is_function_calling_model=True,
                model_name=self.model,
            )

    return AnyAnthropic


def _info(server: Server, model: str) -> ModelInfo:
    import httpx
    from anthropic import Anthropic

    with httpx.Client(timeout=REACH_TIMEOUT, event_hooks={"response": [server.check]}) as http:
        client = Anthropic(
            api_key=server.key, base_url=server.url, max_retries=0, timeout=REACH_TIMEOUT, http_client=http
        )
        return client.models.retrieve(model)
