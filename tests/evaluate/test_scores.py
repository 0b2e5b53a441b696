"""Scores of one answer by hand-checked numbers."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from rag.answer.types import Answer, Citation, Effort, Statement
from rag.evaluate.questions import JudgedQuestion
from rag.evaluate.scores import answer_scores, effort_scores
from rag.paper import Paper
from rag.query.batch import BatchQuestion
from rag.text import normalize

OWLS = Paper("Owls", "Owls hunt by ear. They hear voles under snow.")
BATS = Paper("Bats", "Bats hear echoes of moths.")
EAR, VOLES, MOTHS = Citation(1, OWLS, 0, 17), Citation(1, OWLS, 18, 45), Citation(2, BATS, 0, 26)
QUOTE = Statement(EAR.quote, (EAR,), "quote")
OTHER = Statement(MOTHS.quote, (MOTHS,), "quote")
WRITTEN = Statement("Owls hear voles.", (VOLES,), "reworded")
ANSWER = Answer("Who hears?", (QUOTE, OTHER), (WRITTEN,))
REFUSAL = Answer("Who hears?", nearest=(OWLS,))


def score(
    answer: Answer, relevant: dict[str, int], evidence: tuple[str, ...] = (), stored: Paper | None = None
) -> dict[str, float]:
    judged = JudgedQuestion(BatchQuestion("Who hears?"), relevant, evidence=tuple(map(normalize, evidence)))
    return answer_scores(judged, answer, lambda paper: paper.key, lambda paper: stored or paper)


@pytest.mark.parametrize(
    ("answer", "relevant", "precision", "recall"),
    [
        (ANSWER, {"owls": 2, "bats": 1}, 1.0, 1.0),
        (ANSWER, {"owls": 2, "foxes": 1}, 0.5, 1.0),
        (ANSWER, {"owls": 2, "foxes": 3}, 0.5, 0.5),
        (ANSWER, {"owls": 1, "foxes": 1}, 0.5, 0.5),
        (ANSWER, {"foxes": 2, "owls": 1}, 0.5, 0.0),
        (REFUSAL, {"owls": 2}, 0.0, 0.0),
        (ANSWER, {}, None, None),
    ],
)
def test_cited_papers_are_compared_with_the_relevant_ones(
    answer: Answer, relevant: dict[str, int], precision: float | None, recall: float | None
) -> None:
    found = score(answer, relevant)
    assert (found.get("cite P"), found.get("cite R")) == (precision, recall)


@pytest.mark.parametrize(
    ("evidence", "recall"),
    [
        (("Owls hunt by EAR!",), 1.0),
        (("They hear voles, under snow.", "Foxes listen."), 0.5),  # the source of the sentence that a model wrote
        (("Owls hear voles.",), 1.0),
        ((), None),
    ],
)
def test_evidence_is_found_in_quotes_and_written_sentences(evidence: tuple[str, ...], recall: float | None) -> None:
    assert score(ANSWER, {"owls": 1}, evidence).get("evidence R") == recall


def test_a_quote_is_verbatim_only_if_the_index_has_the_same_text() -> None:
    assert score(ANSWER, {"owls": 1})["verbatim"] == 1.0
    assert score(ANSWER, {"owls": 1}, stored=replace(OWLS, abstract="Owls hunt by ear. No more."))["verbatim"] == 1 / 3
    altered = Answer("?", (replace(QUOTE, text="Owls hunt by nose."),), (WRITTEN,))
    assert score(altered, {"owls": 1})["verbatim"] == 0.5
    assert "verbatim" not in score(REFUSAL, {})


@pytest.mark.parametrize(
    ("answer", "relevant", "right"), [(ANSWER, {"a": 1}, 1), (ANSWER, {}, 0), (REFUSAL, {"a": 1}, 0), (REFUSAL, {}, 1)]
)
def test_a_refusal_is_right_if_nothing_is_relevant(answer: Answer, relevant: dict[str, int], right: float) -> None:
    assert score(answer, relevant)["refusal right"] == right


def test_a_sentence_that_is_not_verified_is_unsupported() -> None:
    other, judged = replace(WRITTEN, verdict="unverified"), replace(WRITTEN, verdict="judged", judge="owl:7b")
    assert score(ANSWER, {"owls": 1})["unsupported"] == 0.0
    assert score(Answer("?", (QUOTE,), (judged,)), {"owls": 1})["unsupported"] == 0.0
    assert score(Answer("?", (QUOTE,), (other,)), {"owls": 1})["unsupported"] == 0.5
    assert "unsupported" not in score(REFUSAL, {})


def test_a_sentence_of_the_model_cites_no_paper_that_does_not_match() -> None:
    assert score(Answer("?", (OTHER,), (WRITTEN,)), {"bats": 1})["cite P"] == 1.0


@pytest.mark.parametrize(
    ("answer", "relevant", "expected"),
    [
        (ANSWER, {"owls": 1}, 1.0),
        (ANSWER, {"bats": 1}, 1 / math.log2(3)),
        (Answer("?", (QUOTE,), related=(MOTHS,)), {"bats": 1}, 1 / math.log2(3)),
        (Answer("?", (QUOTE,), related=(MOTHS,)), {"foxes": 1}, 0.0),
        (REFUSAL, {"owls": 1}, 0.0),
        (ANSWER, {}, None),
    ],
    ids=["first", "second", "may match", "not found", "refused", "no answer"],
)
def test_papers_that_match_rank_above_those_that_may_match(
    answer: Answer, relevant: dict[str, int], expected: float | None
) -> None:
    assert score(answer, relevant).get("nDCG@10") == (expected and pytest.approx(expected))


def test_what_a_model_did_is_counted_and_its_sentences_are_shares() -> None:
    wrote = Effort("owl:7b", judged=3, drafted=4, verified=2, replaced=1, prompt_tokens=900, reply_tokens=80)
    assert effort_scores(wrote) == {
        "drafted": 4,
        "verified": 0.5,
        "replaced": 0.25,
        "prompt tokens": 900,
        "reply tokens": 80,
    }
    assert effort_scores(replace(wrote, drafted=0, verified=0, replaced=0)) == {
        "drafted": 0,
        "prompt tokens": 900,
        "reply tokens": 80,
    }
