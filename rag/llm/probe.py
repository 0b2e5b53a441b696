"""What a server with OpenAI's protocol tells of its model: its size, its context, how many tokens a text has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rag.errors import ModelError
from rag.llm.server import REACH_TIMEOUT, Server, without_password

if TYPE_CHECKING:
    import httpx

TOKENIZERS = ("llamacpp", "vllm")  # "owned_by" of the servers that have /tokenize


@dataclass(frozen=True)
class ModelInfo:
    """What is known of a model after its server was asked."""

    parameters: int | None
    context: int | None
    tokenize: str | None  # the address that counts tokens


def probe(server: Server, model: str) -> ModelInfo:
    """Asks `server` about `model`. Raises ModelError where nobody answers, or the key is refused."""
    import httpx

    with httpx.Client(headers=server.headers(), timeout=REACH_TIMEOUT, trust_env=not server.direct) as client:
        entry = _entry(_reach(client, server), model)
        root, kind = server.url.removesuffix("/v1"), entry.get("owned_by")
        props = _ask(client, "GET", f"{root}/props") if kind == "llamacpp" else None
        tokenize = f"{root}/tokenize"
        exact = kind in TOKENIZERS and tokens(_ask(client, "POST", tokenize, json=question(model, "word")))
    context = _whole(props, "default_generation_settings", "n_ctx") or _whole(entry, "max_model_len")
    return ModelInfo(_whole(entry, "meta", "n_params"), context, tokenize if exact else None)


def question(model: str, text: str) -> dict[str, str]:
    """What /tokenize is asked: "content" is llama.cpp's, "prompt" vLLM's."""
    return {"model": model, "content": text, "prompt": text}


def tokens(reply: Any) -> int:
    """How many tokens /tokenize found; 0 where `reply` is none of its."""
    found = reply.get("tokens") if isinstance(reply, dict) else None
    return len(found) if isinstance(found, list) else 0


def _reach(client: httpx.Client, server: Server) -> Any:
    """The list of models at `server`. Raises ModelError where nobody answers or the key is refused."""
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
            f"The LLM at {without_password(address)} refuses the key. Set {server.key_name} to a valid one, or choose --llm none"
        )
    return _json(reply)


def _entry(listed: Any, model: str) -> dict[str, Any]:
    """What the list tells of `model`; of its only model where the names differ, as llama.cpp goes by none."""
    data = listed.get("data") if isinstance(listed, dict) else None
    entries = [entry for entry in data if isinstance(entry, dict)] if isinstance(data, list) else []
    named = [entry for entry in entries if entry.get("id") == model]
    return next(iter(named or entries[: len(entries) == 1]), {})


def _ask(client: httpx.Client, method: str, address: str, **more: Any) -> Any:
    """What is answered at `address`; None where nothing is, as only the protocol itself can be counted on."""
    import httpx

    try:
        return _json(client.request(method, address, **more))
    except httpx.HTTPError:
        return None


def _json(reply: httpx.Response) -> Any:
    try:
        return reply.json()
    except ValueError:
        return None


def _whole(data: Any, *path: str) -> int | None:
    for name in path:
        data = data.get(name) if isinstance(data, dict) else None
    return data if isinstance(data, int) and data > 0 else None
