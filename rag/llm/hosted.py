"""Models that OpenAI, Anthropic and Google host."""

from __future__ import annotations

from typing import Any

from rag.llm import faults
from rag.llm.ask import json_from
from rag.llm.importing import import_llama_index
from rag.llm.model import UNKNOWN_CONTEXT, Model
from rag.llm.openai_like import model_of
from rag.llm.probe import ModelInfo, positive_int, probe, value_at
from rag.llm.server import Server
from rag.llm.vendors import ANTHROPIC, GEMINI, OPENAI

_HOSTED_CONTEXT = 128_000  # tokens, if the vendor does not say: what its models have at least


def load_openai(model: str, name: str, timeout: float) -> Model:
    """`model` of OpenAI, or of the server at OPENAI_BASE_URL, shown as `name`.

    Raises ModelError without a key, and if the server does not answer or rejects the key.
    """
    server = OPENAI.server(timeout)
    info = probe(server, model)
    context = info.context or _published_context(model, UNKNOWN_CONTEXT if server.is_local else _HOSTED_CONTEXT)
    return model_of(server, OPENAI, model, name, ModelInfo(info.parameters, context, info.tokenize_url))


def load_anthropic(model: str, name: str, timeout: float) -> Model:
    """`model` of Anthropic, or of the server at ANTHROPIC_BASE_URL, shown as `name`.

    Raises ModelError without a key, and if the server does not answer, rejects the key, or has no such model.
    """
    server = ANTHROPIC.server(timeout)
    headers = {"x-api-key": server.key, "anthropic-version": "2023-06-01"}
    found = _described(server, f"{server.url}/models/{model}", headers)
    context = positive_int(found, "max_input_tokens") or _HOSTED_CONTEXT
    # Such a model thinks when it sees fit, and does not show it.
    thinks = value_at(found, "capabilities", "thinking", "types", "adaptive", "supported") is True
    return model_of(server, ANTHROPIC, model, name, ModelInfo(None, context, thinks=thinks))


def load_gemini(model: str, name: str, timeout: float) -> Model:
    """`model` of Google, or of the server at GOOGLE_GEMINI_BASE_URL, shown as `name`.

    Raises ModelError without a key, and if the server does not answer, rejects the key, or has no such model.
    """
    server, model = GEMINI.server(timeout), model.removeprefix("models/")
    url = f"{server.url.removesuffix('/openai')}/models/{model}"
    found = _described(server, url, {"x-goog-api-key": server.key})
    context = positive_int(found, "inputTokenLimit") or _HOSTED_CONTEXT
    return model_of(server, GEMINI, model, name, ModelInfo(None, context, thinks=found.get("thinking") is True))


def _described(server: Server, url: str, headers: dict[str, str]) -> dict[str, Any]:
    """What the vendor says about the model at `url`. Raises ModelError."""
    with faults.explained(server):
        found = json_from(server, "GET", url, headers)
    return found if isinstance(found, dict) else {}


def _published_context(model: str, default: int) -> int:
    """The context length in tokens that OpenAI has published for `model`; `default` for other models."""
    import_llama_index()
    from llama_index.llms.openai.utils import openai_modelname_to_contextsize

    try:
        return openai_modelname_to_contextsize(model)
    except ValueError:
        return default
