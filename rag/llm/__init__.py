"""Who writes: a spec such as "ollama:qwen2.5" → a `Model` that is there and answers."""

from __future__ import annotations

from rag.errors import ModelError
from rag.llm.bundled import INSTALL_BUNDLED, bundled_installed
from rag.llm.model import Model

__all__ = ["FORMS", "INSTALL_BUNDLED", "Model", "bundled_installed", "bundled_parameters", "describe", "load"]

FORMS = "bundled, none, gguf:PATH, ollama:MODEL, openai-like:URL#MODEL, openai:MODEL, anthropic:MODEL or gemini:MODEL"


def load(spec: str, timeout: float) -> Model | None:
    """The model that `spec` names, known to be reachable; None for "none". It may be silent for `timeout` seconds.

    Raises ModelError for a spec of no known form, a missing file or key, or a server that does not answer.
    """
    from rag.llm import anthropic, bundled, gemini, ollama, openai_like

    kind, _, rest = spec.partition(":")
    if spec == "none":
        return None
    if spec == "bundled":
        return bundled.load(bundled.bundled_file(), describe(spec), timeout)
    if kind == "gguf" and rest:
        return bundled.load(bundled.gguf_file(rest), describe(spec), timeout)
    if kind == "ollama" and rest:
        return ollama.load(rest, describe(spec), timeout)
    if kind == "openai" and rest:
        return openai_like.hosted(rest, describe(spec), timeout)
    if kind == "anthropic" and rest:
        return anthropic.load(rest, describe(spec), timeout)
    if kind == "gemini" and rest:
        return gemini.load(rest, describe(spec), timeout)
    if kind == "openai-like" and "#" in rest:
        url, _, model = rest.rpartition("#")
        return openai_like.load(url.rstrip("/"), model, describe(spec), timeout)
    raise ModelError(f"Unknown llm '{spec}'. It is one of: {FORMS}")


def bundled_parameters(spec: str) -> int | None:
    """Number of weights of the model that `spec` names, if it is the bundled one."""
    from rag.llm import bundled

    return bundled.PARAMETERS if spec == "bundled" else None


def describe(spec: str) -> str:
    """`spec` as a reader knows it; an address loses what may be a secret in it."""
    if spec == "bundled":
        return "bundled (SmolLM2 135M)"
    if spec == "none":
        return "none"
    return spec.rpartition("#")[2] if spec.startswith("openai-like:") else spec
