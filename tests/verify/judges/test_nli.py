"""A cross-encoder for natural language inference judges; a model that is none is rejected in one line."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from rag.answer.types import Citation
from rag.answer.writers.task import Claim
from rag.errors import ModelError
from rag.paper import Paper
from rag.verify.judges import nli
from tests.models.test_cross_encoder import save

OWLS = Paper("Owls", "Owls hunt voles. It opens at night.")
CORAL = Paper("Coral", "Coral bleaches.")
HUNT, NIGHT, BLEACHES = Citation(1, OWLS, 0, 16), Citation(1, OWLS, 17, 35), Citation(2, CORAL, 0, 15)
CLAIM, BOTH = Claim("voles hunt owls", (HUNT,)), Claim("owls hunt at night", (NIGHT, BLEACHES, HUNT))
LABELS = ["contradiction", "ENTAILMENT", "neutral"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model with random weights and the labels of most NLI models."""
    return save(tmp_path_factory.mktemp("models") / "nli", "BertForSequenceClassification", len(LABELS), LABELS)


@pytest.fixture(scope="module")
def judge(folder: Path) -> nli.NLIJudge:
    return nli.load(str(folder))


def probabilities(judge: nli.NLIJudge, *claims: Claim) -> list[float]:
    return asyncio.run(judge.probabilities(claims))


def test_the_cited_sentences_are_the_premise_and_the_written_one_the_hypothesis(
    judge: nli.NLIJudge, folder: Path
) -> None:
    from sentence_transformers import CrossEncoder
    from torch.nn import Softmax

    pairs = [
        ("Owls hunt voles.", CLAIM.written),
        ("Owls hunt voles. It opens at night. Coral bleaches.", BOTH.written),
    ]
    expected = CrossEncoder(str(folder)).predict(pairs, activation_fn=Softmax(dim=1), show_progress_bar=False)
    found = probabilities(judge, CLAIM, BOTH)
    assert found == pytest.approx(expected[:, LABELS.index("ENTAILMENT")].tolist(), abs=1e-4)
    assert found[0] != pytest.approx(found[1])
    assert probabilities(judge) == []


def test_what_is_probable_enough_is_confirmed(judge: nli.NLIJudge, monkeypatch: pytest.MonkeyPatch) -> None:
    low, high = sorted(probabilities(judge, CLAIM, BOTH))
    monkeypatch.setattr(nli, "MIN_ENTAILMENT", (low + high) / 2)
    assert sorted(asyncio.run(judge([CLAIM, BOTH]))) == [False, True]
    monkeypatch.setattr(nli, "MIN_ENTAILMENT", high + 0.01)
    assert asyncio.run(judge([CLAIM, BOTH])) == [False, False]


def test_the_judge_has_the_name_of_the_model(judge: nli.NLIJudge, folder: Path) -> None:
    assert judge.name == folder.name


@pytest.mark.parametrize("labels", [["entailment", "not_entailment"], ["not_entailment", "Entailment"]])
def test_models_with_two_labels_judge_too(tmp_path: Path, labels: list[str]) -> None:
    judge = nli.load(str(save(tmp_path / "two", "BertForSequenceClassification", 2, labels)))
    (found,) = probabilities(judge, CLAIM)
    assert 0 < found < 1


@pytest.mark.parametrize("text", ["", "\x00", "\ud800", "owls " * 400, "🦉"])
def test_unusual_text_is_judged_too(judge: nli.NLIJudge, text: str) -> None:
    (found,) = probabilities(judge, Claim(text, (HUNT,)))
    assert 0 <= found <= 1


@pytest.mark.parametrize(
    ("head", "labels"),
    [
        ("BertForSequenceClassification", ["LABEL_0", "LABEL_1", "LABEL_2"]),
        ("BertForSequenceClassification", ["contradiction", "not_entailment"]),
        ("BertForSequenceClassification", ["entailment"]),
        ("BertModel", ["entailment", "neutral"]),
    ],
    ids=["no names", "no entailment", "one output", "no head"],
)
def test_a_model_that_is_not_for_inference_is_rejected(tmp_path: Path, head: str, labels: list[str]) -> None:
    with pytest.raises(
        ModelError, match=r"^'.*' is not a cross-encoder with the label “entailment”\. Set verify [^\n]*$"
    ):
        nli.load(str(save(tmp_path / "other", head, len(labels), labels)))


@pytest.mark.parametrize("name", ["./nothing", "/nothing/here", "no/such-model"])
def test_a_model_that_is_not_available_is_reported_in_one_line(name: str) -> None:
    with pytest.raises(ModelError, match=r"^Judge '.*' is neither a local folder nor .*Set verify to [^\n]*$"):
        nli.load(name)
