"""Language models: a spec such as "ollama:qwen2.5" → a `Model` that is known to answer.

To add a vendor, describe it in `rag.llm.vendors`, and list what loads its models in `_LOADERS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rag.errors import ModelError
from rag.llm import bundled, hosted, lm_studio, ollama, openai_like
from rag.llm.auto import AUTO, NOTHING, resolve
from rag.llm.model import Model
from rag.llm.vendors import HOSTED

__all__ = ["FORMS", "VENDORS", "Model", "bundled_parameters", "check_form", "describe", "load"]

VENDORS = HOSTED
FORMS = (
    "auto",
    "none",
    "bundled",
    "gguf:PATH",
    "ollama:MODEL",
    "lmstudio:MODEL",
    "openai-like:URL#MODEL",
    *(f"{vendor.kind}:MODEL" for vendor in VENDORS),
)

# By what precedes the colon of a spec: what follows it, the name to show, and the timeout in seconds → the model.
_LOADERS: Mapping[str, Callable[[str, str, float], Model]] = {
    "gguf": bundled.load_gguf,
    "ollama": ollama.load,
    "lmstudio": lm_studio.load,
    "openai-like": openai_like.load,
    "openai": hosted.load_openai,
    "anthropic": hosted.load_anthropic,
    "gemini": hosted.load_gemini,
}


def load(spec: str, timeout: float) -> Model | None:
    """The model that `spec` names, known to be reachable; None for "none", and for "auto" where there is none.

    `timeout` is the number of seconds to wait for the next part of a reply. Raises ModelError for a spec of an unknown
    form, a missing file or key, and a server that does not answer.
    """
    spec = resolve(spec).spec
    if spec == NOTHING:
        return None
    if spec == "bundled":
        return bundled.load(describe(spec), timeout)
    check_form(spec)
    kind, _, rest = spec.partition(":")
    return _LOADERS[kind](rest, describe(spec), timeout)


def check_form(spec: str) -> None:
    """Raises ModelError if `spec` has none of the FORMS; whether its model can be used is not looked at."""
    kind, _, rest = spec.partition(":")
    if spec not in (AUTO, NOTHING, "bundled") and not (rest and kind in _LOADERS):
        raise ModelError(f"Unknown llm '{spec}'. It is one of: {', '.join(FORMS[:-1])} or {FORMS[-1]}")


def bundled_parameters(spec: str) -> int | None:
    """The number of parameters of the bundled model if `spec` names it; None for other models."""
    return bundled.PARAMETERS if spec == "bundled" else None


def describe(spec: str) -> str:
    """The name to show for `spec`; of an address, which may contain a password, only the model."""
    if spec == "bundled":
        return "bundled (SmolLM2 135M)"
    return spec.rpartition("#")[2] if spec.startswith("openai-like:") else spec
