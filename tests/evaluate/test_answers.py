"""Scores of answers by hand-checked numbers, and those of real answers."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from rag import settings
from rag.answer.types import Answer, Citation, Statement
from rag.errors import ModelError
from rag.evaluate import beir
from rag.evaluate.answers import ANSWER_METRICS, answer_scores, evaluate_answers
from rag.evaluate.questions import JudgedQuestion, QuestionFile
from rag.paper import Paper
from rag.progress import silent
from rag.query.batch import BatchQuestion
from rag.text import normalize

OWLS = Paper("Owls", "Owls hunt by ear. They hear voles under snow.")
BATS = Paper("Bats", "Bats hear echoes of moths.")
EAR, VOLES, MOTHS = Citation(1, OWLS, 0, 17), Citation(1, OWLS, 18, 45), Citation(2, BATS, 0, 26)
QUOTE = Statement(EAR.quote, (EAR,), "quote")
WRITTEN = Statement("Owls hear voles.", (VOLES,), "reworded")
ANSWER = Answer("Who hears?", (QUOTE, WRITTEN, Statement(MOTHS.quote, (MOTHS,), "quote")))
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
    altered = Answer("?", (replace(QUOTE, text="Owls hunt by nose."), WRITTEN))
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
    assert score(Answer("?", (judged,)), {"owls": 1})["unsupported"] == 0.0
    assert score(Answer("?", (QUOTE, other)), {"owls": 1})["unsupported"] == 0.5
    assert "unsupported" not in score(REFUSAL, {})


def test_questions_are_answered_with_their_history_and_timed(index_dir: Path) -> None:
    speech = "tinyspeech keyword spotting on microcontrollers"
    judged = [
        JudgedQuestion(BatchQuestion("coral year:soon"), {"a paper of another index": 1}),
        JudgedQuestion(BatchQuestion("and how accurate is it?", earlier=("keyword spotting",)), {speech: 1}),
        JudgedQuestion(BatchQuestion("who won the 2022 world cup?"), {}),
    ]
    done = evaluate_answers(QuestionFile(judged), settings.load(index_dir=index_dir, llm="none"), silent)
    failed, followup, football = done.outcomes
    assert (failed.scores, "year:soon" in failed.error) == ({}, True)
    assert {name: followup.scores[name] for name in ("cite R", "verbatim", "refusal right", "unsupported")} == {
        "cite R": 1.0,
        "verbatim": 1.0,
        "refusal right": 1.0,
        "unsupported": 0.0,
    }
    assert set(football.scores) == {"refusal right", "first", "total"}
    for outcome in (followup, football):
        assert 0 < outcome.scores["first"] <= outcome.scores["total"]
    assert done.missing == ["a paper of another index"]
    assert done.metrics == ANSWER_METRICS


def test_a_model_that_cannot_be_reached_fails_before_the_first_question(index_dir: Path) -> None:
    chosen = settings.load(index_dir=index_dir, llm="ollama:none")
    with pytest.raises(ModelError):
        evaluate_answers(QuestionFile([JudgedQuestion(BatchQuestion("?"), {"a": 1})]), chosen, silent)


def test_papers_of_a_beir_folder_are_distinct_even_if_they_share_a_title(tmp_path: Path) -> None:
    folder = tmp_path / "birds"
    folder.mkdir()
    corpus = [
        {"_id": "1", "title": "Birds", "text": "Owls hunt voles at night. They hear them under snow."},
        {"_id": "2", "title": "Birds", "text": "Swifts sleep on the wing. They land to breed."},
    ]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, corpus)))
    (folder / "queries.jsonl").write_text(json.dumps({"_id": "q", "text": "where do swifts sleep since 2020?"}))
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq\t2\t1\n")
    chosen = settings.load(index_dir=tmp_path / "index", llm="none", min_probability=0)
    (outcome,) = evaluate_answers(beir.read(folder), chosen, silent).outcomes
    assert (outcome.scores["cite R"], outcome.scores["verbatim"]) == (1.0, 1.0)
    assert outcome.notice == "None of these papers has a year, so “since 2020” was not applied."
