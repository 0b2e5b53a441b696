"""Open models that `rag models pull` downloads from the Hugging Face hub, each as one GGUF file."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from rag.errors import ModelError


@dataclass(frozen=True, slots=True)
class OpenModel:
    """A model on the hub. Its `size`, in bytes, is to show; what the hub states counts."""

    name: str
    repo: str
    file: str
    size: int
    parameters: int
    licence: str
    measured: str = "not measured"


CATALOGUE = (
    OpenModel(
        "qwen2.5-coder-1.5b",
        "Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
        "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
        1_117_320_768,
        1_540_000_000,
        "Apache-2.0",
        "as a judge it passes 46 % of 240 true sentences and 5 % of 240 false ones",
    ),
    OpenModel(
        "smollm3-3b",
        "ggml-org/SmolLM3-3B-GGUF",
        "SmolLM3-Q4_K_M.gguf",
        1_915_305_312,
        3_080_000_000,
        "Apache-2.0",
    ),
    OpenModel(
        "phi-4-mini",
        "unsloth/Phi-4-mini-instruct-GGUF",
        "Phi-4-mini-instruct-Q4_K_M.gguf",
        2_491_874_272,
        3_840_000_000,
        "MIT",
    ),
    OpenModel(
        "qwen3-4b",
        "unsloth/Qwen3-4B-Instruct-2507-GGUF",
        "Qwen3-4B-Instruct-2507-Q4_K_M.gguf",
        2_497_281_120,
        4_020_000_000,
        "Apache-2.0",
    ),
    OpenModel(
        "granite-3.3-8b",
        "ibm-granite/granite-3.3-8b-instruct-GGUF",
        "granite-3.3-8b-instruct-Q4_K_M.gguf",
        4_942_873_344,
        8_170_000_000,
        "Apache-2.0",
    ),
    OpenModel(
        "qwen3-8b",
        "Qwen/Qwen3-8B-GGUF",
        "Qwen3-8B-Q4_K_M.gguf",
        5_027_783_488,
        8_190_000_000,
        "Apache-2.0",
    ),
    OpenModel(
        "gpt-oss-20b",
        "unsloth/gpt-oss-20b-GGUF",
        "gpt-oss-20b-Q4_K_M.gguf",
        11_600_000_000,
        20_900_000_000,
        "Apache-2.0",
    ),
)


def open_model(name: str) -> OpenModel:
    """The model called `name`. Raises ModelError if there is none."""
    models = {model.name: model for model in CATALOGUE}
    if name.lower() in models:
        return models[name.lower()]
    close = difflib.get_close_matches(name.lower(), models, n=1)
    hint = f"Did you mean {close[0]}? " if close else ""
    raise ModelError(f"There is no model '{name}' to pull. {hint}To list them, run: rag models pull")
