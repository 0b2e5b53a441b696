"""Models of a running Ollama."""

from __future__ import annotations

import re
from typing import Any

from rag.errors import ModelError
from rag.llm import faults
from rag.llm.ask import json_from
from rag.llm.endings import Endless
from rag.llm.local import ollama_address
from rag.llm.model import MAX_CONTEXT, UNKNOWN_CONTEXT, Model, parameter_count
from rag.llm.openai_like import model_of
from rag.llm.probe import ModelInfo, positive_int
from rag.llm.refusal import Refused
from rag.llm.server import Server, key_from, without_password
from rag.llm.vendors import OLLAMA


def load(model: str, name: str, timeout: float) -> Model:
    """`model` of the Ollama at OLLAMA_HOST, shown as `name`. Raises ModelError if it is not there."""
    url, key = ollama_address() + OLLAMA.path, key_from(OLLAMA.key_name)
    server = Server(url, timeout, key, label=f"Ollama at {host()}", key_name=OLLAMA.key_name)
    shown = _show(server, model)
    size = positive_int(shown, "model_info", "general.parameter_count") or parameter_count(_size(shown))
    return model_of(server, OLLAMA, model, name, ModelInfo(size, _context(server, model, shown)))


def host() -> str:
    """The address of Ollama, without a password."""
    return without_password(ollama_address())


def _show(server: Server, model: str) -> Any:
    """What Ollama says about `model`. Raises ModelError if it has no such model, or does not answer."""
    import httpx

    try:
        shown = json_from(server, "POST", f"{ollama_address()}/api/show", json={"model": model})
        if isinstance(shown, dict):
            return shown
        raise ValueError("not Ollama")
    except Refused as fault:
        missing = f"Ollama has no model '{model}'. Run: ollama pull {model}"
        raise ModelError(missing if fault.status == 404 else faults.explain(fault, server)) from fault
    except (httpx.HTTPError, httpx.InvalidURL, Endless, ValueError) as fault:
        raise ModelError("No Ollama answers. Start it: ollama serve, set OLLAMA_HOST, or choose --llm none") from fault


def _context(server: Server, model: str, shown: Any) -> int:
    """The tokens of context that Ollama gives `model`: its OpenAI-compatible API has no field to ask for more."""
    set_by_modelfile = re.search(r"^num_ctx\s+(\d+)", str(shown.get("parameters", "")), re.MULTILINE)
    given = _loaded_context(server, model) or (int(set_by_modelfile[1]) if set_by_modelfile else UNKNOWN_CONTEXT)
    info = shown.get("model_info")
    trained = [int(value) for name, value in info.items() if name.endswith(".context_length")] if info else []
    return min(given, MAX_CONTEXT, *trained)


def _loaded_context(server: Server, model: str) -> int | None:
    """The tokens of context of `model` if Ollama has it in memory and says so."""
    import httpx

    try:
        loaded = json_from(server, "GET", f"{ollama_address()}/api/ps")["models"]
        return next(
            (
                int(one["context_length"])
                for one in loaded
                if model in (one["name"], one["name"].removesuffix(":latest"))
            ),
            None,
        )
    except (httpx.HTTPError, Refused, Endless, ValueError, LookupError, TypeError, AttributeError):
        return None


def _size(shown: Any) -> str:
    details = shown.get("details")
    return str(details.get("parameter_size") or "") if isinstance(details, dict) else ""
