"""Models of any server with an OpenAI-compatible API: llama.cpp, vLLM, LM Studio, and what the other loaders find."""

from __future__ import annotations

from rag.errors import ModelError
from rag.llm.calls import Endpoint
from rag.llm.model import UNKNOWN_CONTEXT, Model, TokenCounter, parameter_count
from rag.llm.probe import ModelInfo, probe, token_count, tokenize_request
from rag.llm.server import Server, key_from, without_password
from rag.llm.tokens import estimate_tokens
from rag.llm.vendors import COMPATIBLE, Vendor


def load(address: str, name: str, timeout: float) -> Model:
    """The model of `address`, which is URL#MODEL, shown as `name`. Raises ModelError as `load_from`."""
    url, separator, model = address.rpartition("#")
    if not separator:
        raise ModelError("The model is missing after the address. Choose --llm openai-like:URL#MODEL")
    url = url.rstrip("/")
    server = Server(url, timeout, key_from(COMPATIBLE.key_name), label=f"The LLM at {without_password(url)}")
    return load_from(server, model, name)


def load_from(server: Server, model: str, name: str) -> Model:
    """`model` of `server`, shown as `name`. Raises ModelError if it does not answer, or rejects the key."""
    return model_of(server, COMPATIBLE, model, name, probe(server, model))


def model_of(server: Server, vendor: Vendor, model: str, name: str, info: ModelInfo) -> Model:
    """`model` of `server`, which is one of `vendor`, with what `info` says about it; shown as `name`."""
    import openai  # noqa: F401 - takes a second, for which the event loop of the first call would stand still

    endpoint = Endpoint(server, vendor, model)
    endpoint.habits.thinks = info.thinks
    counter = _token_counter(server, info.tokenize_url, model) if info.tokenize_url else estimate_tokens
    size = info.parameters or parameter_count(model)
    return Model(name, size, info.context or UNKNOWN_CONTEXT, endpoint, counter)


def _token_counter(server: Server, tokenize_url: str, model: str) -> TokenCounter:
    async def count(text: str) -> int:
        async with server.client() as client:
            reply = await client.post(tokenize_url, json=tokenize_request(model, text), headers=server.headers())
        return token_count(reply.json())

    return count
