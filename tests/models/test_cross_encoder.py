"""A cross-encoder scores papers; a model that cannot do so is rejected in one line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from rag import settings
from rag.chat.library import Library
from rag.errors import ModelError
from rag.language.passages import title_and_text
from rag.models import cross_encoder
from rag.paper import Paper
from tests.conftest import WHICH

PAPERS = [Paper("Coral", "Coral bleaches."), Paper("Owls", "Owls hunt voles at night."), Paper("Jars", "It opens.")]
WORDS = "[PAD] [UNK] [CLS] [SEP] [MASK] . ? owls voles hunt night coral bleach ##es jars it opens which at".split()


def save(folder: Path, head: str, outputs: int = 1, labels: Sequence[str] = ()) -> Path:
    """Saves a tiny BERT with random weights and this head, whose outputs have `labels`, to `folder`, and returns it."""
    import torch
    import transformers

    folder.mkdir()
    transformers.BertTokenizerFast({word: n for n, word in enumerate(WORDS)}).save_pretrained(folder)
    torch.manual_seed(7)
    config = transformers.BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
        num_labels=outputs,
        initializer_range=0.3,  # so that different texts have different scores
        **({"id2label": dict(enumerate(labels))} if labels else {}),
    )
    getattr(transformers, head)(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("models") / "tiny", "BertForSequenceClassification")


@pytest.fixture(scope="module")
def model(folder: Path) -> cross_encoder.Reranker:
    return cross_encoder.load(str(folder))


def test_each_paper_is_scored_by_its_title_and_abstract(model: cross_encoder.Reranker, folder: Path) -> None:
    from sentence_transformers import CrossEncoder
    from torch.nn import Identity

    pairs = [("which owls hunt?", title_and_text(paper.title, paper.abstract)) for paper in PAPERS]
    expected = CrossEncoder(str(folder)).predict(pairs, activation_fn=Identity(), show_progress_bar=False)
    found = model.score("which owls hunt?", PAPERS)
    assert found.tolist() == pytest.approx(expected.tolist(), abs=1e-4)
    assert len(set(found.tolist())) == len(PAPERS)
    assert model.score("coral bleaches?", PAPERS).tolist() != pytest.approx(found.tolist())


@pytest.mark.parametrize("question", ["", "\x00", "\ud800", "owls " * 400, "🦉"])
def test_unusual_questions_and_long_abstracts_are_scored_too(model: cross_encoder.Reranker, question: str) -> None:
    found = model.score(question, [*PAPERS, Paper("Long", "Owls hunt voles. " * 300)])
    assert found.shape == (4,)
    assert np.isfinite(found).all()


def test_the_rerank_setting_changes_the_order_but_not_the_papers(index_dir: Path, folder: Path) -> None:
    plain, reranked = (
        Library(settings.load(index_dir=index_dir, llm="none", rerank=name)).retriever().search([WHICH], 14)
        for name in (None, str(folder))
    )
    assert {hit.paper.key for hit in plain.papers} == {hit.paper.key for hit in reranked.papers}
    assert [hit.paper.key for hit in plain.papers] != [hit.paper.key for hit in reranked.papers]


@pytest.mark.parametrize("name", ["./nothing", "/nothing/here", "~/nothing", "no/such-model"])
def test_a_model_that_is_not_available_is_reported_in_one_line(name: str) -> None:
    with pytest.raises(ModelError, match=r"^Reranker '.*' is neither a local folder nor .*Set rerank to [^\n]*$"):
        cross_encoder.load(name)


@pytest.mark.parametrize(("head", "outputs"), [("BertForSequenceClassification", 3), ("BertModel", 1)])
def test_a_model_without_a_single_score_is_rejected(tmp_path: Path, head: str, outputs: int) -> None:
    with pytest.raises(ModelError, match=r"^'.*' is not a cross-encoder with a single score\. Set rerank [^\n]*$"):
        cross_encoder.load(str(save(tmp_path / "other", head, outputs)))


def test_a_folder_without_a_model_is_reported_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError, match=r"^Reranker [^\n]*$"):
        cross_encoder.load(str(tmp_path))


@pytest.mark.slow  # a process of its own; with HF_HUB_OFFLINE any request fails the other tests as well
def test_local_models_do_not_use_the_network(folder: Path, index_dir: Path) -> None:
    script = f"""
import json, socket
requests = []
def refuse(*arguments, **options):
    requests.append(str(arguments))
    raise OSError("no network here")
socket.getaddrinfo = socket.create_connection = refuse
from rag import settings
from rag.chat.library import Library
chosen = settings.load(index_dir={str(index_dir)!r}, llm="none", rerank={str(folder)!r})
found = Library(chosen).retriever().search(["owls"], 3).papers
print(json.dumps([len(found), requests]))
"""
    online = {name: value for name, value in os.environ.items() if name != "HF_HUB_OFFLINE"}
    process = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, env=online)
    assert json.loads(process.stdout) == [3, []]
