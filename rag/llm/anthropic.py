"""Models of Anthropic's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from rag.llm import faults
from rag.llm.model import UNKNOWN_CONTEXT, Model, parameters
from rag.llm.server import REACH_TIMEOUT, Server
from rag.llm.tokens import estimate
from rag.llm.vendors import ANTHROPIC, THOUGHTS

if TYPE_CHECKING:
    from anthropic.types import ModelInfo
    from llama_index.core.llms import LLM
    from llama_index.llms.anthropic import Anthropic


def load(model: str, name: str, timeout: float) -> Model:
    """`model` of Anthropic, or of whom ANTHROPIC_BASE_URL names, told of as `name`.

    Raises ModelError without the extra or a key, and where nobody answers, or refuses the key, or has no such model.
    """
    server = ANTHROPIC.server(timeout)
    with faults.explained(server):
        return _model(server, model, name, _ask(server, model))


def _model(server: Server, model: str, name: str, info: ModelInfo) -> Model:
    context = info.max_input_tokens or UNKNOWN_CONTEXT
    thinks = info.capabilities and info.capabilities.thinking.types.adaptive.supported  # where it sees fit, unasked
    room = THOUGHTS if thinks else 0
    llm = _client(context)(
        model=model,
        base_url=server.url,
        api_key=server.key,
        temperature=0.0,  # which LlamaIndex leaves out where a model refuses it
        timeout=server.timeout,
        max_retries=0,
    )

    @asynccontextmanager
    async def connect(max_tokens: int) -> AsyncIterator[LLM]:
        async with server.client() as http:
            one = llm.model_copy(update={"max_tokens": max_tokens + room})
            one._aclient = llm._aclient.copy(http_client=http, timeout=http.timeout)  # it cannot be given one
            yield one

    return Model(name, parameters(model), context, llm, server, connect, estimate)


def _client(context: int) -> type[Anthropic]:
    from llama_index.core.llms import LLMMetadata
    from llama_index.llms.anthropic import Anthropic

    class Known(Anthropic):
        """LlamaIndex refuses a model that is newer than its list of them."""

        @property
        def metadata(self) -> LLMMetadata:
            return LLMMetadata(
                context_window=context,
                num_output=self.max_tokens,
                is_chat_model=True,
                is_function_calling_model=True,
                model_name=self.model,
            )

    return Known


def _ask(server: Server, model: str) -> ModelInfo:
    import httpx
    from anthropic import Anthropic

    with httpx.Client(timeout=REACH_TIMEOUT, event_hooks={"response": [server.check]}) as http:
        client = Anthropic(
            api_key=server.key, base_url=server.url, max_retries=0, timeout=REACH_TIMEOUT, http_client=http
        )
        return client.models.retrieve(model)
