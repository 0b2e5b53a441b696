"""What every embedding model does, whichever library runs it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from rag.models import embedding
from rag.models.encoding import Embedding, encoded_text, l2_normalize

OWLS = "We measure how owls find voles at night."
TEXTS = [OWLS, "", "owl " * 300, "A bank lends.", "?", "γ-MoD naïve 夜 🦉", *(f"{n} owls. " * n for n in range(30))]


@pytest.fixture(scope="module", params=["onnxruntime", "torch"])
def either(request: pytest.FixtureRequest, bundled_folder: Path) -> Embedding:
    """The bundled model, run by one library or the other."""
    return embedding.load("bundled" if request.param == "onnxruntime" else str(bundled_folder))


def test_vectors_have_length_one_and_tell_texts_apart(either: Embedding) -> None:
    vectors = either.encode(["a cat sleeps", "stochastic gradient descent " * 30, "a kitten naps"])
    assert (vectors.shape, vectors.dtype) == ((3, either.dimensions), np.float32)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-5)
    assert vectors[0] @ vectors[2] > 0.5 > vectors[0] @ vectors[1]


def test_no_texts_have_no_vectors(either: Embedding) -> None:
    assert either.encode([]).shape == (0, either.dimensions)
    assert either.encode_tokens([]) == either.encode_queries([]) == []


def test_a_text_is_encoded_among_others_as_it_is_alone(either: Embedding) -> None:
    vectors = either.encode(TEXTS)
    for text, vector, together in zip(TEXTS, vectors, either.encode_tokens(TEXTS), strict=True):
        (alone,) = either.encode_tokens([text])
        assert vector == pytest.approx(alone.vector, abs=1e-3)
        assert together.vector == pytest.approx(alone.vector, abs=1e-3)
        assert together.token_embeddings == pytest.approx(alone.token_embeddings, abs=1e-2)
        assert together.offsets.tolist() == alone.offsets.tolist()


def test_offsets_are_those_of_the_tokens_in_the_text(either: Embedding) -> None:
    (found,) = either.encode_tokens(["Naïve  owls!"])
    assert ["Naïve  owls!"[start:end] for start, end in found.offsets] == ["Naïve", "owls", "!"]
    assert found.token_embeddings.shape == (3, either.dimensions)
    assert np.linalg.norm(found.token_embeddings, axis=1) == pytest.approx(1.0, abs=1e-5)


def test_a_text_is_truncated_to_what_the_model_reads(either: Embedding) -> None:
    read = either.max_tokens - 2  # its start and end tokens
    long, short = either.encode_tokens(["owl " * 1_000, "owl " * read])
    assert len(long.offsets) == read
    assert long.vector == pytest.approx(short.vector, abs=1e-3)


def test_tokens_are_counted_with_special_tokens_and_without_truncation(either: Embedding) -> None:
    assert either.count_tokens("hello world") == 4  # with the start and end tokens
    assert either.count_tokens("word " * 1000) == 1002  # not cut off
    assert either.max_tokens == 256


@pytest.mark.parametrize(("word", "known"), [("owl", True), ("électroencéphalographie", True), ("深度", False)])
def test_words_that_the_tokenizer_does_not_cover_are_recognized(either: Embedding, word: str, known: bool) -> None:
    assert either.covers(word) is known


def test_a_lone_surrogate_is_embedded_as_a_question_mark(either: Embedding) -> None:
    broken, mark = either.encode_queries(["owls \ud800", "owls ?"])
    assert broken.vector == pytest.approx(mark.vector, abs=1e-3)
    assert either.encode(["\ud800"]).shape == (1, either.dimensions)


def test_threads_can_share_a_model(either: Embedding) -> None:
    texts = [" ".join(["owl"] * length) for length in range(1, 40, 4)]
    alone = [either.encode([text])[0] for text in texts]

    def ask(text: str) -> np.ndarray:
        either.count_tokens(text)
        return either.encode_queries([text, "vole"])[0].vector

    with ThreadPoolExecutor(8) as threads:
        at_once = list(threads.map(ask, texts * 2))
    for vector, expected in zip(at_once, alone * 2, strict=True):
        assert vector == pytest.approx(expected, abs=1e-3)


def test_special_tokens_are_left_out() -> None:
    tokens = np.array([[9, 9], [3, 4], [0, 2], [9, 9]], dtype=np.float32)
    found = encoded_text(np.array([0, 5], dtype=np.float32), tokens, [(0, 0), (0, 3), (4, 9), (0, 0)])
    assert found.vector.tolist() == [0, 1]
    assert found.token_embeddings == pytest.approx(np.array([[0.6, 0.8], [0, 1]]))
    assert found.offsets.tolist() == [[0, 3], [4, 9]]


def test_a_zero_vector_stays_as_it_is() -> None:
    assert l2_normalize(np.array([[0.0, 0.0], [0.0, 2.0]])).tolist() == [[0, 0], [0, 1]]
    assert l2_normalize(np.zeros(3)).tolist() == [0, 0, 0]
    assert l2_normalize(np.zeros((0, 3))).shape == (0, 3)
