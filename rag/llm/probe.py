"""What an OpenAI-compatible server reveals about its model: size, context length, and how to count tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rag.errors import ModelError
from rag.llm.server import REACH_TIMEOUT, Server, without_password

if TYPE_CHECKING:
    import httpx

_WITH_TOKENIZE = ("llamacpp", "vllm")  # "owned_by" of the servers that have a /tokenize endpoint


@dataclass(frozen=True)
class ModelInfo:
    """What a server says about a model; None for what it does not say."""

    parameters: int | None
    context: int | None  # tokens
    tokenize_url: str | None  # of the endpoint that counts tokens


def probe(server: Server, model: str) -> ModelInfo:
    """Asks `server` about `model`. Raises ModelError if it does not answer, or rejects the key."""
    import httpx

    with httpx.Client(headers=server.headers(), timeout=REACH_TIMEOUT, trust_env=not server.direct) as client:
        entry = _entry(_models(client, server), model)
        root, owner = server.url.removesuffix("/v1"), entry.get("owned_by")
        props = _json_at(client, "GET", f"{root}/props") if owner == "llamacpp" else None
        url = f"{root}/tokenize"
        counts = owner in _WITH_TOKENIZE and token_count(
            _json_at(client, "POST", url, json=tokenize_request(model, "word"))
        )
    context = _positive_int(props, "default_generation_settings", "n_ctx") or _positive_int(entry, "max_model_len")
    return ModelInfo(_positive_int(entry, "meta", "n_params"), context, url if counts else None)


def tokenize_request(model: str, text: str) -> dict[str, str]:
    """The body of a request to /tokenize: llama.cpp reads "content", vLLM "prompt"."""
    return {"model": model, "content": text, "prompt": text}


def token_count(reply: Any) -> int:
    """The number of tokens in a `reply` of /tokenize; 0 if it is something else."""
    tokens = reply.get("tokens") if isinstance(reply, dict) else None
    return len(tokens) if isinstance(tokens, list) else 0


def _models(client: httpx.Client, server: Server) -> Any:
    """The list of models at `server`. Raises ModelError if it does not answer, or rejects the key."""
    import httpx

    address = f"{server.url}/models"
    try:
        reply = client.get(address)
    except (httpx.HTTPError, httpx.InvalidURL) as fault:
        raise ModelError(
            f"No LLM answers at {without_password(address)} ({type(fault).__name__}). "
            "Start it, correct the address, or choose --llm none"
        ) from fault
    if reply.status_code in (401, 403):
        raise ModelError(
            f"The LLM at {without_password(address)} rejects the key. "
            f"Set {server.key_name} to a valid one, or choose --llm none"
        )
    return _json(reply)


def _entry(listing: Any, model: str) -> dict[str, Any]:
    """The entry of `model` in the list, or the only entry, as llama.cpp ignores the model's name; else empty."""
    data = listing.get("data") if isinstance(listing, dict) else None
    entries = [entry for entry in data if isinstance(entry, dict)] if isinstance(data, list) else []
    named = [entry for entry in entries if entry.get("id") == model]
    return next(iter(named or entries[: len(entries) == 1]), {})


def _json_at(client: httpx.Client, method: str, address: str, **options: Any) -> Any:
    """The JSON at `address`; None if there is none, as these endpoints are not part of OpenAI's API."""
    import httpx

    try:
        return _json(client.request(method, address, **options))
    except httpx.HTTPError:
        return None


def _json(reply: httpx.Response) -> Any:
    try:
        return reply.json()
    except ValueError:
        return None


def _positive_int(data: Any, *path: str) -> int | None:
    for name in path:
        data = data.get(name) if isinstance(data, dict) else None
    return data if isinstance(data, int) and data > 0 else None
