"""What an OpenAI-compatible server reveals about its model: size, context length, and how to count tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rag.errors import ModelError
from rag.llm.ask import json_from
from rag.llm.endings import Endless
from rag.llm.faults import in_words
from rag.llm.refusal import Refused
from rag.llm.server import Server, without_password

_WITH_TOKENIZE = ("llamacpp", "vllm")  # "owned_by" of the servers that have a /tokenize endpoint


@dataclass(frozen=True)
class ModelInfo:
    """What a server says about a model; None for what it does not say."""

    parameters: int | None
    context: int | None  # tokens
    tokenize_url: str | None = None  # of the endpoint that counts tokens
    thinks: bool = False  # whether it may think before it answers


def probe(server: Server, model: str) -> ModelInfo:
    """Asks `server` about `model`. Raises ModelError if it does not answer, or rejects the key."""
    entry = _entry(_models(server), model)
    root, owner = server.url.removesuffix("/v1"), entry.get("owned_by")
    props = _json_at(server, "GET", f"{root}/props") if owner == "llamacpp" else None
    url = f"{root}/tokenize"
    counts = owner in _WITH_TOKENIZE and token_count(_json_at(server, "POST", url, tokenize_request(model, "word")))
    context = positive_int(props, "default_generation_settings", "n_ctx") or positive_int(entry, "max_model_len")
    return ModelInfo(positive_int(entry, "meta", "n_params"), context, url if counts else None)


def tokenize_request(model: str, text: str) -> dict[str, str]:
    """The body of a request to /tokenize: llama.cpp reads "content", vLLM "prompt"."""
    return {"model": model, "content": text, "prompt": text}


def token_count(reply: Any) -> int:
    """The number of tokens in a `reply` of /tokenize; 0 if it is something else."""
    tokens = reply.get("tokens") if isinstance(reply, dict) else None
    return len(tokens) if isinstance(tokens, list) else 0


def value_at(data: Any, *path: str) -> Any:
    """The value at `path` in nested objects; None if there is none."""
    for name in path:
        data = data.get(name) if isinstance(data, dict) else None
    return data


def positive_int(data: Any, *path: str) -> int | None:
    """The number at `path` in nested objects; None if there is none above 0."""
    value = value_at(data, *path)
    return value if isinstance(value, int) and value > 0 else None


def _models(server: Server) -> Any:
    """The list of models at `server`. Raises ModelError if it does not answer, or rejects the key."""
    import httpx

    address = f"{server.url}/models"
    shown = without_password(address)
    try:
        return json_from(server, "GET", address)
    except (httpx.HTTPError, httpx.InvalidURL, Endless) as fault:
        found = f"No LLM answers at {shown} ({in_words(fault, server.key)})"
        raise ModelError(f"{found}. Start it, correct the address, or choose --llm none") from fault
    except Refused as fault:
        if fault.status not in (401, 403):
            return None
        raise ModelError(
            f"The LLM at {shown} rejects the key. Set {server.key_name} to a valid one, or choose --llm none"
        ) from fault
    except ValueError:  # not JSON
        return None


def _entry(listing: Any, model: str) -> dict[str, Any]:
    """The entry of `model` in the list, or the only entry, as llama.cpp ignores the model's name; else empty."""
    data = listing.get("data") if isinstance(listing, dict) else None
    entries = [entry for entry in data if isinstance(entry, dict)] if isinstance(data, list) else []
    named = [entry for entry in entries if entry.get("id") == model]
    return next(iter(named or entries[: len(entries) == 1]), {})


def _json_at(server: Server, method: str, address: str, json: Any = None) -> Any:
    """The JSON at `address`; None if there is none, as these endpoints are not part of OpenAI's API."""
    import httpx

    try:
        return json_from(server, method, address, json=json)
    except (httpx.HTTPError, Refused, Endless, ValueError):
        return None
