"""Runs the bundled model with onnxruntime: nothing of torch is loaded, and a question takes a few milliseconds."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.models.bert_graph import GRAPH_FILE, HIDDEN
from rag.models.encoding import Embedding, EncodedText, encoded_text, l2_normalize
from rag.text import replace_surrogates

if TYPE_CHECKING:
    import numpy as np
    from onnxruntime import InferenceSession
    from tokenizers import Encoding, Tokenizer

_SPIN_MICROSECONDS = 200  # for which a thread awaits the next operator before it sleeps, as waking it takes time
_BATCH_TOKENS = 1_024  # per pass, padding included: as fast as more, and the states of a pass stay in the cache
_MAX_PADDING = 16  # tokens that one more text may add to a pass: beginning another pass costs about as much


class OnnxEmbedding(Embedding):
    """A BERT model with mean pooling from the folder in which sentence-transformers stores it."""

    dimensions = HIDDEN

    def __init__(self, folder: Path, name: str, fingerprint: str) -> None:
        self.name, self.fingerprint = name, fingerprint
        limits = json.loads((folder / "sentence_bert_config.json").read_text(encoding="utf-8"))
        self.max_tokens = int(limits["max_seq_length"])
        self._tokenizer, self._truncating = _tokenizer(folder), _tokenizer(folder)
        self._truncating.enable_truncation(self.max_tokens)
        self._weights = folder / "model.safetensors"

    @cached_property
    def _session(self) -> InferenceSession:
        """Made on first use: a rebuild that finds nothing changed encodes nothing."""
        return _session(self._weights)

    def count_tokens(self, text: str) -> int:
        return len(self._tokenizer.encode(replace_surrogates(text)).ids)

    def covers(self, word: str) -> bool:
        return "[UNK]" not in self._tokenizer.encode(word).tokens

    def encode_tokens(self, texts: Sequence[str]) -> list[EncodedText]:
        encoded: dict[int, EncodedText] = {}
        for position, encoding, states in self._passes(texts):
            encoded[position] = encoded_text(states.mean(axis=0), states, encoding.offsets)
        return [encoded[position] for position in range(len(texts))]

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        import numpy as np

        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for position, _, states in self._passes(texts):
            vectors[position] = states.mean(axis=0)
        return l2_normalize(vectors)

    def encode_queries(self, queries: Sequence[str]) -> list[EncodedText]:
        return self.encode_tokens(queries)

    def _passes(self, texts: Sequence[str]) -> Iterator[tuple[int, Encoding, np.ndarray]]:
        """The position of each text, its tokens and their last hidden states: float32 of (tokens, dimensions)."""
        # One by one: a batch would wake the tokenizer's threads, which takes longer than to tokenize a question.
        encodings = [self._truncating.encode(replace_surrogates(text)) for text in texts]
        for batch in _batches([len(encoding.ids) for encoding in encodings]):
            states = self._states([encodings[position] for position in batch])
            for row, position in enumerate(batch):
                encoding = encodings[position]
                yield position, encoding, states[row, : len(encoding.ids)]  # the rest is padding

    def _states(self, batch: Sequence[Encoding]) -> np.ndarray:
        """The last hidden states of these texts, padded to the longest: float32 of (texts, tokens, dimensions)."""
        import numpy as np

        mask = np.zeros((len(batch), max(len(encoding.ids) for encoding in batch)), dtype=np.int32)
        ids = np.zeros_like(mask)
        for row, encoding in enumerate(batch):
            mask[row, : len(encoding.ids)] = 1
            ids[row, : len(encoding.ids)] = encoding.ids
        states: np.ndarray = self._session.run(["states"], {"ids": ids, "mask": mask})[0]
        return states


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """The positions of texts with these `lengths`, those of like length together: less padding."""
    batch: list[int] = []
    for position in sorted(range(len(lengths)), key=lengths.__getitem__):
        length = lengths[position]
        too_large = (len(batch) + 1) * length > _BATCH_TOKENS
        if batch and (too_large or len(batch) * (length - lengths[batch[-1]]) > _MAX_PADDING):
            yield batch
            batch = []
        batch.append(position)
    if batch:
        yield batch


def _tokenizer(folder: Path) -> Tokenizer:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()  # both are set in the file
    tokenizer.no_padding()
    return tokenizer


def _session(weights: Path) -> InferenceSession:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors
    options.intra_op_num_threads = _threads()
    options.add_session_config_entry("session.intra_op.spin_duration_us", str(_SPIN_MICROSECONDS))
    options.add_session_config_entry("session.force_spinning_stop", "1")  # leaves the cores to others between runs
    tensors = _tensors(weights)
    values = {name: onnxruntime.OrtValue.ortvalue_from_numpy(tensor) for name, tensor in tensors.items()}
    options.add_external_initializers(list(values), list(values.values()))
    return onnxruntime.InferenceSession(GRAPH_FILE.read_bytes(), options, providers=["CPUExecutionProvider"])


def _threads() -> int:
    """As many as OMP_NUM_THREADS says, which torch obeys too and Ray sets for its workers; 0 for one per core."""
    threads = os.environ.get("OMP_NUM_THREADS", "")
    return int(threads) if threads.isdecimal() else 0


def _tensors(file: Path) -> dict[str, np.ndarray]:
    """The float32 tensors in a .safetensors `file`, by name, mapped into memory.

    The file is an 8-byte length, a JSON header of that length, and the data (the safetensors format, version 0.5).
    """
    import numpy as np

    with file.open("rb") as opened:
        length = int.from_bytes(opened.read(8), "little")
        header: dict[str, Any] = json.loads(opened.read(length))
    tensors: dict[str, np.ndarray] = {}
    for name, tensor in header.items():
        if tensor.get("dtype") == "F32" and not name.startswith("pooler."):  # which no sentence vector needs
            start = 8 + length + tensor["data_offsets"][0]
            tensors[name] = np.memmap(file, np.float32, "r", start, tuple(tensor["shape"]))
    return tensors
