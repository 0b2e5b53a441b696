"""Judged questions, answered by the index and by a model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rag import settings
from rag.errors import ModelError
from rag.evaluate import beir
from rag.evaluate.answers import evaluate_answers
from rag.evaluate.questions import JudgedQuestion, QuestionFile
from rag.evaluate.scores import ANSWER_METRICS, MODEL_METRICS
from rag.progress import silent
from rag.query.batch import BatchQuestion
from tests.evaluate.replies import RECENT, grades, reading

if TYPE_CHECKING:
    from tests.llm.server import Server

EARLY_EXIT = "early exit for diffusion based depth estimation"


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
    assert 0 < football.scores["first"] <= football.scores["total"]
    assert 0 < followup.scores["first"] <= followup.scores["first quote"] <= followup.scores["total"]
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


def test_what_a_model_does_for_answers_is_measured(index_dir: Path, server: Server) -> None:
    right = "ExitDepth stops denoising as soon as the depth map no longer changes. [1b]"
    wrong = "ExitDepth reduces the inference time of a diffusion depth estimator by 17% on KITTI. [1c]"
    server.script = [reading(RECENT), grades({1: 2}), f"{right}\n{wrong}"]
    server.last = {"usage": {"prompt_tokens": 500, "completion_tokens": 20, "total_tokens": 520}}
    judged = [JudgedQuestion(BatchQuestion(RECENT), {EARLY_EXIT: 2})]
    chosen = settings.load(index_dir=index_dir, llm=f"openai-like:{server.url}/v1#owl")
    done = evaluate_answers(QuestionFile(judged), chosen, silent)
    (outcome,) = done.outcomes
    numbers = {name: outcome.scores.pop(name) for name in ("first", "first quote", "first written", "total")}
    assert 0 < numbers["first quote"] <= numbers["first written"] <= numbers["total"]
    assert outcome.scores == {
        "cite P": 1.0,
        "cite R": 1.0,
        "nDCG@10": 1.0,
        "verbatim": 1.0,
        "refusal right": 1.0,
        "unsupported": 0.0,
        "drafted": 2,
        "verified": 0.5,
        "replaced": 0.5,
        "prompt tokens": 3 * 500,
        "reply tokens": 3 * 20,
    }
    assert list(done.metrics) == [*ANSWER_METRICS, *MODEL_METRICS]


def test_a_model_that_fails_leaves_the_numbers_of_the_quotes_and_a_notice(index_dir: Path, server: Server) -> None:
    server.broken = (500, b"", {})
    judged = [JudgedQuestion(BatchQuestion(RECENT), {EARLY_EXIT: 2})]
    chosen = settings.load(index_dir=index_dir, llm=f"openai-like:{server.url}/v1#owl")
    (outcome,) = evaluate_answers(QuestionFile(judged), chosen, silent).outcomes
    assert (outcome.scores["cite R"], outcome.scores["drafted"]) == (1.0, 0)
    assert "first written" not in outcome.scores
    assert server.url in outcome.notice
