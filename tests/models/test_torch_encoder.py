"""Any sentence-transformers model, run by torch."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from rag.models import embedding, torch_encoder
from rag.models.encoding import Embedding
from rag.models.torch_encoder import TorchEmbedding

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from torch.nn import Module

SAME = 0.9999  # cosine
RIVER = "Otters sleep on the bank of a river."
TEXTS = ["owls", RIVER, "Retrieval ranks documents. " * 60, "", "γ-MoD naïve 夜 🦉"]


@pytest.fixture(scope="module")
def from_folder(bundled_folder: Path) -> Embedding:
    return embedding.load(str(bundled_folder))


def run(model: SentenceTransformer) -> TorchEmbedding:
    return TorchEmbedding(model, "mine", "")


def assembled(*modules: Module) -> TorchEmbedding:
    """A model that passes its input through these modules."""
    from sentence_transformers import SentenceTransformer

    return run(SentenceTransformer(modules=list(modules), device="cpu"))


def test_the_bundled_model_in_a_folder_gives_the_vectors_of_the_bundled_model(
    model: Embedding, from_folder: Embedding
) -> None:
    assert (from_folder.encode(TEXTS) * model.encode(TEXTS)).sum(axis=1).min() >= SAME
    for one, other in zip(from_folder.encode_tokens(TEXTS), model.encode_tokens(TEXTS), strict=True):
        assert one.offsets.tolist() == other.offsets.tolist()
        assert (one.token_embeddings * other.token_embeddings).sum(axis=1).min(initial=1.0) >= 0.999
    assert (from_folder.dimensions, from_folder.max_tokens) == (model.dimensions, model.max_tokens)


def test_the_fingerprint_depends_on_the_weights_and_not_on_the_name(
    from_folder: Embedding, minilm: SentenceTransformer, tmp_path: Path
) -> None:
    minilm.save(str(tmp_path / "same"))
    assert embedding.load(str(tmp_path / "same")).fingerprint == from_folder.fingerprint
    changed = torch_encoder._open(str(tmp_path / "same"), True)
    next(changed.parameters()).data[0, 0] += 1.0
    changed.save(str(tmp_path / "changed"))
    assert embedding.load(str(tmp_path / "changed")).fingerprint != from_folder.fingerprint


def test_the_fingerprint_depends_on_all_that_makes_the_vectors(minilm: SentenceTransformer) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling

    transformer, mean, normalize = minilm.children()
    prompted = SentenceTransformer(
        modules=[transformer, mean, normalize], prompts={"document": "passage: "}, device="cpu"
    )
    others = [
        SentenceTransformer(modules=modules, device="cpu")
        for modules in ([transformer, Pooling(384, "cls"), normalize], [transformer, Pooling(384, "max"), Normalize()])
    ]
    fingerprints = [torch_encoder._fingerprint_of(model) for model in (minilm, prompted, *others)]
    assert len(set(fingerprints)) == len(fingerprints)


def test_a_model_may_have_vectors_of_other_dimensions_than_its_tokens(minilm: SentenceTransformer) -> None:
    from sentence_transformers.sentence_transformer.modules import Dense

    transformer, mean, _ = minilm.children()
    small = assembled(transformer, mean, Dense(384, 64))
    (found,) = small.encode_tokens([RIVER])
    assert small.dimensions == 64
    assert (found.vector.shape, found.token_embeddings.shape) == ((64,), (len(found.offsets), 384))


def prompted(minilm: SentenceTransformer, **prompts: str) -> TorchEmbedding:
    """The bundled model with `prompts` that it puts before texts."""
    from sentence_transformers import SentenceTransformer

    return run(SentenceTransformer(modules=list(minilm.children()), prompts=prompts, device="cpu"))


def cosines(one: Sequence[np.ndarray], other: Sequence[np.ndarray]) -> np.ndarray:
    return np.array(one) @ np.array(other).T


def test_the_prompt_of_a_model_is_not_part_of_the_text(model: Embedding, minilm: SentenceTransformer) -> None:
    (asked,) = prompted(minilm, document="passage of a paper: ").encode_tokens([RIVER])
    (plain,) = model.encode_tokens([RIVER])
    assert asked.vector @ plain.vector < 0.999
    assert asked.offsets.tolist() == plain.offsets.tolist()
    nearest = cosines(asked.token_embeddings, plain.token_embeddings).argmax(axis=1)
    assert nearest.tolist() == list(range(len(plain.offsets)))


def test_a_question_may_have_a_prompt_of_its_own(model: Embedding, minilm: SentenceTransformer) -> None:
    asking = prompted(minilm, query="question about animals: ")
    (question,), (plain,) = asking.encode_queries([RIVER]), model.encode_queries([RIVER])
    assert question.vector @ plain.vector < 0.999
    assert question.offsets.tolist() == plain.offsets.tolist()
    assert asking.encode([RIVER])[0] @ plain.vector >= SAME


@pytest.mark.parametrize(("least", "used"), [(0.0, True), (1.1, False)])
def test_bfloat16_is_used_where_it_agrees_with_float32(
    minilm: SentenceTransformer, monkeypatch: pytest.MonkeyPatch, least: float, used: bool
) -> None:
    monkeypatch.setattr(torch_encoder, "computes_in_bfloat16", lambda: False)
    exact = run(minilm).encode(TEXTS)
    monkeypatch.setattr(torch_encoder, "computes_in_bfloat16", lambda: True)
    assert (run(minilm).encode(TEXTS) * exact).sum(axis=1).min() >= SAME
    monkeypatch.setattr(torch_encoder, "_MIN_COSINE", least)
    assert (run(minilm).encode(TEXTS).tolist() != exact.tolist()) is used


def test_weights_are_loaded_once_per_process(from_folder: TorchEmbedding) -> None:
    again = torch_encoder.load(from_folder.name, from_folder.name)
    first, second = (next(loaded._model.parameters()) for loaded in (from_folder, again))
    assert first.data_ptr() == second.data_ptr()


def test_an_embedding_does_not_block_another_of_the_same_model(from_folder: TorchEmbedding) -> None:
    with from_folder._lock, ThreadPoolExecutor(1) as threads:
        encoding = threads.submit(embedding.load(from_folder.name).encode, ["owls"])
        assert encoding.result(timeout=30).shape == (1, 384)
