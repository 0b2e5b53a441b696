"""Rankings of the index, and their scores by hand-checked numbers."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from rag import settings
from rag.errors import StoreError
from rag.evaluate.questions import JudgedQuestion, QuestionFile
from rag.evaluate.rankings import evaluate_rankings, ranking_scores
from rag.progress import silent
from rag.query.batch import BatchQuestion
from tests.conftest import WHICH

SPEECH = "tinyspeech keyword spotting on microcontrollers"  # as titles are compared
LATE = [f"other {n}" for n in range(14)]  # then the 15th is within 20, not within 10


@pytest.mark.parametrize(
    ("relevant", "ranking", "ndcg", "recall_10", "recall_20", "mrr"),
    [
        ({"a": 1}, ["a", "b"], 1, 1, 1, 1),
        ({"a": 1}, ["b", "a"], 1 / math.log2(3), 1, 1, 0.5),
        ({"a": 1}, ["b"], 0, 0, 0, 0),
        ({"a": 1}, [*LATE, "a"], 0, 0, 1, 1 / 15),
        ({"a": 3, "b": 1}, ["b", "a"], (1 + 7 / math.log2(3)) / (7 + 1 / math.log2(3)), 1, 1, 1),
        ({"a": 2, "b": 2}, ["b"], 1 / (1 + 1 / math.log2(3)), 0.5, 0.5, 1),
    ],
    ids=["first", "second", "not found", "late", "graded", "half"],
)
def test_rankings_have_the_scores_of_the_formulas(
    relevant: dict[str, int], ranking: list[str], ndcg: float, recall_10: float, recall_20: float, mrr: float
) -> None:
    (found,) = ranking_scores([JudgedQuestion(BatchQuestion("?"), relevant)], [ranking])
    assert found == pytest.approx({"nDCG@10": ndcg, "recall@10": recall_10, "recall@20": recall_20, "MRR@20": mrr})


def test_a_question_without_an_answer_has_no_scores() -> None:
    questions = [JudgedQuestion(BatchQuestion("?"), {}), JudgedQuestion(BatchQuestion("?"), {"a": 1})]
    assert [bool(found) for found in ranking_scores(questions, [["a"], ["a"]])] == [False, True]


def test_the_index_is_searched_and_missing_papers_are_named(index_dir: Path) -> None:
    judged = [
        JudgedQuestion(
            BatchQuestion(WHICH), {"early exit for diffusion based depth estimation": 2, "a paper of another index": 1}
        ),
        JudgedQuestion(
            BatchQuestion("and how accurate is it?", earlier=("keyword spotting",)),
            {SPEECH: 1},
        ),
        JudgedQuestion(BatchQuestion("who won the 2022 world cup?"), {}),
    ]
    done = evaluate_rankings(QuestionFile(judged), settings.load(index_dir=index_dir, llm="none"), silent)
    depth, speech, football = done.outcomes
    assert depth.scores["recall@20"] == 0.5
    assert speech.scores["recall@10"] == 1.0
    assert done.missing == ["a paper of another index"]
    assert football.scores == {}
    assert depth.confidence is not None
    assert speech.confidence is not None
    assert football.confidence is not None
    assert min(depth.confidence, speech.confidence) > football.confidence


def test_a_question_that_cannot_be_asked_does_not_stop_the_others(index_dir: Path) -> None:
    judged = [
        JudgedQuestion(BatchQuestion("coral year:soon"), {"a": 1}),
        JudgedQuestion(BatchQuestion("keyword spotting"), {SPEECH: 1}),
    ]
    failed, speech = evaluate_rankings(
        QuestionFile(judged), settings.load(index_dir=index_dir, llm="none"), silent
    ).outcomes
    assert "year:soon" in failed.error
    assert (failed.scores, failed.confidence) == ({}, None)
    assert speech.scores["recall@10"] == 1.0


def test_without_an_index_the_error_names_the_command_that_builds_one(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"There is no index in .*\. Run: rag rebuild"):
        evaluate_rankings(
            QuestionFile([JudgedQuestion(BatchQuestion("?"), {"a": 1})]), settings.load(index_dir=tmp_path), silent
        )
