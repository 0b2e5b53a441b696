"""Numbers by question type, the comparison of two runs, and the table."""

from __future__ import annotations

from rag.evaluate.questions import JudgedQuestion
from rag.evaluate.rankings import RANKING_METRICS
from rag.evaluate.report import compare, summary, table
from rag.evaluate.run import Outcome, Run
from rag.evaluate.scores import ANSWER_METRICS, MODEL_METRICS
from rag.query.batch import BatchQuestion


def outcome(type_: str, score: float | None, confidence: float) -> Outcome:
    """An outcome with the same score in each metric; None for a question without an answer."""
    if score is None:
        return Outcome(JudgedQuestion(BatchQuestion("?"), {}, type_), {}, confidence)
    return Outcome(
        JudgedQuestion(BatchQuestion("?"), {"a": 1}, type_), dict.fromkeys(RANKING_METRICS, score), confidence
    )


def of(*outcomes: Outcome) -> Run:
    return Run(list(outcomes), [], RANKING_METRICS)


def timed(*seconds: float | None) -> Run:
    """A run of answers, one in each of `seconds`; None for a question that could not be asked."""
    judged = JudgedQuestion(BatchQuestion("?"), {"a": 1})
    found = [Outcome(judged, {} if one is None else {"total": one}, error="" if one else "No.") for one in seconds]
    return Run(found, [], ANSWER_METRICS)


RUN = of(outcome("which", 1.0, 0.9), outcome("which", 0.5, 0.2), outcome("fact", 0.0, 0.8), outcome("off", None, 0.3))


def test_means_are_over_answerable_questions_and_auroc_against_all_unanswerable_ones() -> None:
    everything, fact, off, which = summary(RUN)
    assert (everything["type"], everything["questions"], everything["nDCG@10"]) == ("ALL", 4, 0.5)
    assert (everything["AUROC"], fact["AUROC"], which["AUROC"]) == (2 / 3, 1.0, 0.5)
    assert (which["type"], which["MRR@20"], fact["recall@10"]) == ("which", 0.75, 0.0)
    assert off == {"type": "off", "questions": 1} | dict.fromkeys([*RANKING_METRICS, "AUROC"])


def test_questions_without_a_type_count_only_in_all() -> None:
    assert [row["type"] for row in summary(of(outcome("", 1.0, 0.9), outcome("", 0.0, 0.9)))] == ["ALL"]
    assert summary(of(outcome("", 1.0, 0.9)))[0]["AUROC"] is None


def test_a_steady_gain_is_significant_and_a_lucky_one_is_not() -> None:
    current = of(*(outcome("", 0.5, 0.5) for _ in range(12)))
    steady = of(*(outcome("", 0.6, 0.5) for _ in range(12)))
    lucky = of(outcome("", 1.0, 0.5), *(outcome("", 0.5, 0.5) for _ in range(11)))
    for other, significant in ((steady, True), (lucky, False), (current, False)):
        rows = compare(current, other)
        assert [row["metric"] for row in rows] == [*RANKING_METRICS, "AUROC"]
        assert {float(row["p"] or 0) < 0.05 for row in rows[:-1]} == {significant}
        assert rows[-1]["p"] is None
    assert compare(current, current)[0]["p"] == 1.0


def test_a_difference_is_other_minus_current_and_one_question_has_no_p_value() -> None:
    (row, *_) = compare(of(outcome("", 0.75, 0.5)), of(outcome("", 0.25, 0.5)))
    assert row == {"type": "ALL", "metric": "nDCG@10", "current": 0.75, "other": 0.25, "difference": -0.5, "p": None}


def test_seconds_are_medians_without_questions_that_could_not_be_asked() -> None:
    (everything,) = summary(timed(1.0, 2.0, None, 60.0))
    assert (everything["questions"], everything["total"], everything["cite P"]) == (3, 2.0, None)
    assert list(everything) == ["type", "questions", *ANSWER_METRICS]  # no confidence, so no AUROC
    rows = compare(timed(1.0, 2.0, None, 60.0), timed(2.0, 3.0, 9.0, None))
    assert rows[-1] == {
        "type": "ALL",
        "metric": "total",
        "current": 2.0,
        "other": 3.0,
        "difference": 1.0,
        "p": 0.5,  # over the two questions that both answered: half of all sign assignments are as extreme
    }


def test_numbers_that_only_one_run_has_are_compared_with_nothing() -> None:
    judged = JudgedQuestion(BatchQuestion("?"), {"a": 1})
    written = Run([Outcome(judged, {"total": 3.0, "drafted": 2})], [], {**ANSWER_METRICS, **MODEL_METRICS})
    for current, other, values in ((timed(1.0), written, (None, 2.0)), (written, timed(1.0), (2.0, None))):
        rows = {row["metric"]: row for row in compare(current, other)}
        assert list(rows) == [*ANSWER_METRICS, *MODEL_METRICS]
        assert (rows["drafted"]["current"], rows["drafted"]["other"]) == values
        assert rows["drafted"]["difference"] is None
        assert rows["total"]["difference"] in (2.0, -2.0)


def test_the_table_is_aligned_and_has_a_dash_for_a_missing_number() -> None:
    lines = table(summary(RUN)).splitlines()
    assert lines[0] == "type   questions  nDCG@10  recall@10  recall@20  MRR@20  AUROC"
    assert lines[1] == "ALL            4    0.500      0.500      0.500   0.500  0.667"
    assert lines[3] == "off            1        -          -          -       -      -"
    assert table([{"type": "ALL", "prompt tokens": 3412.333}]).endswith("           3412")
    assert "  -0.500  " in table(compare(of(outcome("", 0.75, 0.5)), of(outcome("", 0.25, 0.5))))
