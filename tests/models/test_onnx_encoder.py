"""The bundled model gives what sentence-transformers gives with the same weights, and loads nothing of torch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pytest

from rag.models import embedding
from rag.models.encoding import Embedding, l2_normalize
from rag.models.onnx_encoder import OnnxEmbedding
from tests.loading import loaded_by

if TYPE_CHECKING:
    import numpy as np
    from sentence_transformers import SentenceTransformer
    from tokenizers import Encoding

SAME = 0.9999  # cosine
TEXTS = {
    "a word": "owls",
    "a sentence": "We measure how owls find voles at night, and 3-D scans of γ-MoD find them too.",
    "as long as it may be": "owl " * 254,
    "too long": "Retrieval ranks documents by their relevance to a query. " * 60,
    "empty": "",
    "blank": " \n\t",
    "accents": "Schölkopf’s naïve Bayes — Łukasz, Ærø, ŒUVRE",
    "other scripts": "深度估计 оценка глубины תפוח 🦉🦉 \u202e",
    "a word too long for the tokenizer": "z" * 5_000,
    "special tokens": "[CLS] owls [SEP] [MASK] [UNK]",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_a_text_and_its_tokens_are_those_of_sentence_transformers(
    model: Embedding, minilm: SentenceTransformer, text: str
) -> None:
    (found,), (query,) = model.encode_tokens([text]), model.encode_queries([text])
    vector = minilm.encode([text], normalize_embeddings=True)[0]
    tokens = l2_normalize(minilm.encode([text], output_value="token_embeddings")[0].numpy()[1:-1])
    encoding = minilm.tokenizer(text, truncation=True, max_length=model.max_tokens, return_offsets_mapping=True)
    assert min(each @ vector for each in (found.vector, query.vector, model.encode([text])[0])) >= SAME
    assert found.token_embeddings.shape == tokens.shape
    assert (found.token_embeddings * tokens).sum(axis=1).min(initial=1.0) >= SAME
    assert list(map(tuple, found.offsets.tolist())) == encoding["offset_mapping"][1:-1]
    assert model.count_tokens(text) == len(minilm.tokenizer(text, verbose=False)["input_ids"])


def test_a_collection_is_encoded_as_by_sentence_transformers(model: Embedding, minilm: SentenceTransformer) -> None:
    texts = [f"{text} {n}" for n in range(12) for text in TEXTS.values()]
    expected = minilm.encode(texts, normalize_embeddings=True)
    assert (model.encode(texts) * expected).sum(axis=1).min() >= SAME


def test_a_pass_is_no_larger_however_many_texts_there_are(model: Embedding, monkeypatch: pytest.MonkeyPatch) -> None:
    shapes: list[tuple[int, int]] = []
    states = OnnxEmbedding._states

    def spy(self: OnnxEmbedding, batch: Sequence[Encoding]) -> np.ndarray:
        found = states(self, batch)
        shapes.append(found.shape[:2])
        return found

    monkeypatch.setattr(OnnxEmbedding, "_states", spy)
    model.encode([text for text in TEXTS.values() for _ in range(30)])
    assert sum(texts for texts, _ in shapes) == 30 * len(TEXTS)
    assert max(texts * tokens for texts, tokens in shapes) <= 1_024


def test_the_bundled_model_runs_without_torch() -> None:
    program = "from rag.models import embedding\nmodel = embedding.load('bundled')\nmodel.encode(['owls'])\n"
    program += "model.encode_queries(['owls'])\nmodel.count_tokens('owls')\nmodel.covers('owls')"
    loaded = loaded_by(program)
    assert "onnxruntime" in loaded
    assert loaded & {"torch", "transformers", "sentence_transformers", "onnx"} == set()


def test_the_number_of_threads_does_not_change_a_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which a cluster relies on: its workers run on one thread, and other builds on as many as there are cores."""
    found = []
    for threads in ("1", "2", "3", "", "4,2"):  # the last is for nested loops, and is not obeyed
        monkeypatch.setenv("OMP_NUM_THREADS", threads)
        model = OnnxEmbedding(embedding.bundled_folder(), "bundled", embedding.BUNDLED_SHA256)
        found.append(b"".join(encoded.token_embeddings.tobytes() for encoded in model.encode_tokens([*TEXTS.values()])))
        limit = model._session.get_session_options().intra_op_num_threads
        assert limit == (int(threads) if threads.isdecimal() else 0)
    assert len(set(found)) == 1
