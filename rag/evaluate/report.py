"""Summarises runs as rows of numbers, and formats rows as a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from rag.evaluate.run import Outcome, Run

Row = dict[str, str | int | float | None]  # values by column; None if there is no such number
_AUROC = "AUROC"
_WHOLE = 100.0  # from here on a table shows no decimals
_RESAMPLES = 9_999  # random sign assignments, if there are more in all; the smallest p-value is then 0.0001


def summary(run: Run) -> list[Row]:
    """{"type", "questions", each metric of `run`, "AUROC"} for ALL questions and for each type.

    A metric is taken over the questions that it applies to. AUROC, if the run measures confidence, is the probability
    that a question with an answer has a higher confidence than one of any type without.
    """
    return [
        {"type": type_, "questions": sum(not outcome.error for outcome in outcomes), **_numbers(run, outcomes)}
        for type_, outcomes in _by_type(run.outcomes).items()
    ]


def compare(current: Run, other: Run) -> list[Row]:
    """{"type", "metric", "current", "other", "difference", "p"} for each number of `summary`, on the same questions.

    `difference` is other minus current. `p` is the two-sided p-value of a paired randomisation test (Fisher 1935): how
    often the mean (or median) difference is at least as large if the sign of each question's difference is random. It
    assumes no distribution; with few questions, all assignments of signs are tried. AUROC is not a mean over questions,
    so it has no p.
    """
    metrics = {**current.metrics, **other.metrics}  # only the one in which a model wrote may have its numbers
    current, other = replace(current, metrics=metrics), replace(other, metrics=metrics)
    rows: list[Row] = []
    others_by_type = _by_type(other.outcomes)
    for type_, outcomes in _by_type(current.outcomes).items():
        others = others_by_type[type_]
        other_numbers = _numbers(other, others)
        for name, value in _numbers(current, outcomes).items():
            rows.append(_row(type_, name, value, other_numbers.get(name), _p_value(current, name, outcomes, others)))
    return rows


def table(rows: list[Row]) -> str:
    """`rows` as text for a terminal, under the names of their columns."""
    columns = list(rows[0])
    lines = [columns, *([_cell(column, row[column]) for column in columns] for row in rows)]
    widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
    left_aligned = [isinstance(value, str) for value in rows[0].values()]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if left else cell.rjust(width)
            for cell, width, left in zip(line, widths, left_aligned, strict=True)
        )
        for line in lines
    )


def _by_type(outcomes: list[Outcome]) -> dict[str, list[Outcome]]:
    """ALL first, then each type in alphabetical order."""
    types = sorted({outcome.judged.type for outcome in outcomes} - {""})
    return {"ALL": outcomes} | {type_: [out for out in outcomes if out.judged.type == type_] for type_ in types}


def _numbers(run: Run, outcomes: list[Outcome]) -> dict[str, float | None]:
    """Each metric of `run` over `outcomes`, which are some of its own, and AUROC if it measures confidence."""
    numbers = {
        name: _aggregate(function, [outcome.scores[name] for outcome in outcomes if name in outcome.scores])
        for name, function in run.metrics.items()
    }
    measures_confidence = any(outcome.confidence is not None for outcome in run.outcomes)
    return numbers | ({_AUROC: _auroc(outcomes, run.outcomes)} if measures_confidence else {})


def _aggregate(function: Callable[..., Any], values: Sequence[float]) -> float | None:
    return float(function(values)) if values else None


def _auroc(outcomes: list[Outcome], all_outcomes: list[Outcome]) -> float | None:
    """Of the questions with an answer in `outcomes` against those without one in `all_outcomes`."""
    from sklearn.metrics import roc_auc_score

    answerable = [out.confidence for out in outcomes if out.judged.relevant and out.confidence is not None]
    unanswerable = [out.confidence for out in all_outcomes if not out.judged.relevant and out.confidence is not None]
    if not answerable or not unanswerable:
        return None
    classes = [True] * len(answerable) + [False] * len(unanswerable)
    return float(roc_auc_score(classes, answerable + unanswerable))


def _p_value(run: Run, name: str, outcomes: list[Outcome], others: list[Outcome]) -> float | None:
    """Of the metric `name`, over the questions that it applies to in both runs; None if fewer than two."""
    import numpy as np
    from scipy.stats import permutation_test

    pairs = [(outcome.scores, other.scores) for outcome, other in zip(outcomes, others, strict=True)]
    differences = [other[name] - current[name] for current, other in pairs if name in current and name in other]
    if len(differences) < 2:
        return None
    test = permutation_test(
        (np.array(differences),),
        run.metrics[name],
        permutation_type="samples",
        n_resamples=_RESAMPLES,
        batch=100,  # bounds memory
        rng=0,
    )
    return float(test.pvalue)


def _row(type_: str, name: str, current: float | None, other: float | None, p_value: float | None) -> Row:
    difference = None if current is None or other is None else other - current
    return {"type": type_, "metric": name, "current": current, "other": other, "difference": difference, "p": p_value}


def _cell(column: str, value: str | int | float | None) -> str:
    if isinstance(value, float):
        decimals = 0 if abs(value) >= _WHOLE else 3
        return f"{value:{'+' if column == 'difference' else ''}.{decimals}f}"
    return "-" if value is None else str(value)
