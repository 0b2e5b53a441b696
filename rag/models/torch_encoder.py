"""Runs any sentence-transformers model with torch: on a GPU, or in bfloat16 where the CPU computes in it."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from copy import deepcopy
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from rag.models.encoding import Embedding, EncodedText, encoded_text
from rag.models.loading import load_model
from rag.text import replace_surrogates

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

_CPU_BATCH, _GPU_BATCH = 32, 512  # texts per pass; on a CPU, larger batches are no faster and waste work on padding
_MIN_COSINE = 0.9999  # of a vector in bfloat16 to the same in float32; below it, bfloat16 is not used
_SAMPLE = (  # texts of the lengths that occur
    "robustness",
    "We measure how owls find voles at night.",
    "Retrieval systems rank documents by their relevance to a query, which a user states in a few words. " * 6,
)
_loading = threading.Lock()


class TorchEmbedding(Embedding):
    """A sentence-transformers model. A lock serializes the calls: a tokenizer keeps the padding of a call as state."""

    def __init__(self, model: SentenceTransformer, name: str, fingerprint: str) -> None:
        self.name, self.fingerprint, self._model = name, fingerprint, model
        self.dimensions = int(model.get_embedding_dimension() or 0)
        self.max_tokens = int(model.max_seq_length or 512)
        self._lock = threading.Lock()
        self._batch = _CPU_BATCH if model.device.type == "cpu" else _GPU_BATCH
        self._bfloat16 = False
        self._bfloat16 = model.device.type == "cpu" and computes_in_bfloat16() and self._agrees_in_bfloat16()

    def count_tokens(self, text: str) -> int:
        with self._lock:
            return len(self._model.tokenizer(text, truncation=False, verbose=False)["input_ids"])

    def covers(self, word: str) -> bool:
        with self._lock:
            return self._model.tokenizer.unk_token_id not in self._model.tokenizer(word)["input_ids"]

    def encode_tokens(self, texts: Sequence[str]) -> list[EncodedText]:
        return self._encode(texts, "document")

    def encode_queries(self, queries: Sequence[str]) -> list[EncodedText]:
        return self._encode(queries, "query")

    def _encode(self, texts: Sequence[str], kind: Literal["document", "query"]) -> list[EncodedText]:
        import torch

        if not texts:
            return []  # a tokenizer takes at least one
        cleaned = [replace_surrogates(text) for text in texts]
        encode = self._model.encode_query if kind == "query" else self._model.encode_document
        tokenizer = self._model.tokenizer
        with self._lock, self._precision(torch):
            states: Any = encode(cleaned, batch_size=self._batch, output_value=None, show_progress_bar=False)
            if not (tokenizer.is_fast and all("token_embeddings" in state for state in states)):
                return [_with_tokens(state, []) for state in states]
            encoding = tokenizer(cleaned, truncation=True, max_length=self.max_tokens, return_offsets_mapping=True)
        offsets = encoding["offset_mapping"]
        return [_with_tokens(state, of_text) for state, of_text in zip(states, offsets, strict=True)]

    def _precision(self, torch: Any) -> AbstractContextManager[Any]:
        return torch.autocast("cpu", torch.bfloat16) if self._bfloat16 else nullcontext()

    def _agrees_in_bfloat16(self) -> bool:
        exact = self.encode(_SAMPLE)
        self._bfloat16 = True
        rounded = self.encode(_SAMPLE)
        return bool(((exact * rounded).sum(axis=1) >= _MIN_COSINE).all())


def load(source: str, name: str, fingerprint: str = "") -> TorchEmbedding:
    """The model `source`, a folder or a Hugging Face name, on the GPU if torch sees one.

    Its weights are loaded once per process and shared by all embeddings of it, which do not block one another:
    questions are answered while an index is built. `fingerprint` is that of the weights, if known. Raises ModelError if
    the model is not available.
    """
    with _loading:  # so that two threads do not load the same weights
        model = _load(source, name)
        weights = {id(tensor): tensor for tensor in (*model.parameters(), *model.buffers())}
        own = deepcopy(model, weights)  # with a tokenizer of its own
        return TorchEmbedding(own, name, fingerprint or _fingerprint_of(model))


def has_gpu() -> bool:
    """Whether torch sees a GPU."""
    import torch

    return torch.cuda.is_available() or torch.backends.mps.is_available()


def computes_in_bfloat16() -> bool:
    """Whether the CPU multiplies matrices in bfloat16 (AMX, AVX512-BF16): twice as fast as in float32."""
    import torch

    capabilities = torch.cpu.get_capabilities()
    return bool(capabilities.get("amx_bf16") or capabilities.get("avx512_bf16"))


@cache
def _load(source: str, name: str) -> SentenceTransformer:
    missing = (
        f"Embedding model '{name}' is neither a local folder nor available from Hugging Face. "
        "Choose bundled, or the folder of a sentence-transformers model."
    )
    return load_model(source, _open, missing)


def _open(name: str, local: bool) -> SentenceTransformer:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(name, local_files_only=local)


def _with_tokens(state: dict[str, Any], offsets: list[tuple[int, int]]) -> EncodedText:
    """The model's `state` for a text as an `EncodedText`; `offsets` include special tokens, whose spans are empty."""
    vector = state["sentence_embedding"].cpu().float().numpy()
    if not offsets:
        return encoded_text(vector, vector.reshape(1, -1)[:0], [])
    tokens: torch.Tensor = state["token_embeddings"][state["attention_mask"].bool()]
    in_text = tokens[len(tokens) - len(offsets) :]  # drops the prompt that some models put before the text
    return encoded_text(vector, in_text.cpu().float().numpy(), offsets)


def _fingerprint_of(model: SentenceTransformer) -> str:
    """SHA-256 of the weights, of what each module does with them, and of the prompts put before texts."""
    children: Iterable[Any] = model.children()
    modules = [(type(module).__name__, module.get_config_dict()) for module in children]
    digest = hashlib.sha256(repr((modules, sorted(model.prompts.items()), model.default_prompt_name)).encode())
    for key, tensor in sorted(model.state_dict().items()):
        digest.update(key.encode())
        digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()
