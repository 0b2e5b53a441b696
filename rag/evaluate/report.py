"""Runs as rows of numbers, by question type, and rows as a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rag.evaluate.run import Outcome, Run

Row = dict[str, str | int | float | None]  # one column a key; None where there is no such number
AUROC = "AUROC"
RESAMPLES = 9_999  # sign assignments drawn where there are more; the smallest p is then 0.0001


def summary(run: Run) -> list[Row]:
    """{"type", "questions", each metric of `run`, "AUROC"} for ALL and for each type of question.

    A metric is over the questions that have a number for it. AUROC, where a run measures confidence, is the chance
    that a question with an answer is retrieved with more confidence than one, of whatever type, that has none.
    """
    return [
        {"type": kind, "questions": sum(not one.error for one in of), **_numbers(run, of)}
        for kind, of in _by_type(run.outcomes).items()
    ]


def compare(current: Run, other: Run) -> list[Row]:
    """{"type", "metric", "current", "other", "difference", "p"} for each number of `summary`, over the same questions.

    `difference` is other less current. `p` is the two-sided p-value of a paired randomisation test: how often the
    mean (or median) difference is at least as large if each question's difference has a random sign. It assumes no
    distribution, and with few questions it goes through all assignments. AUROC is no mean over questions and has none.
    """
    rows: list[Row] = []
    others = _by_type(other.outcomes)
    for kind, of in _by_type(current.outcomes).items():
        theirs = _numbers(other, others[kind])
        for name, value in _numbers(current, of).items():
            rows.append(_row(kind, name, value, theirs.get(name), _p_value(current, name, of, others[kind])))
    return rows


def table(rows: list[Row]) -> str:
    """`rows` under the names of their columns, as text for a terminal."""
    columns = list(rows[0])
    lines = [columns, *([_cell(column, row[column]) for column in columns] for row in rows)]
    widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
    words = [isinstance(value, str) for value in rows[0].values()]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if left else cell.rjust(width)
            for cell, width, left in zip(line, widths, words, strict=True)
        )
        for line in lines
    )


def _by_type(outcomes: list[Outcome]) -> dict[str, list[Outcome]]:
    """ALL first, then each type that is named, in alphabetical order."""
    types = sorted({outcome.judged.type for outcome in outcomes} - {""})
    return {"ALL": outcomes} | {kind: [one for one in outcomes if one.judged.type == kind] for kind in types}


def _numbers(run: Run, of: list[Outcome]) -> dict[str, float | None]:
    """Each metric of `run`, and AUROC where it measures confidence, over some of its outcomes."""
    found = {
        name: _over(how, [one.scores[name] for one in of if name in one.scores]) for name, how in run.metrics.items()
    }
    measured = any(one.confidence is not None for one in run.outcomes)
    return found | ({AUROC: _auroc(of, run.outcomes)} if measured else {})


def _over(how: Callable[..., Any], values: Sequence[float]) -> float | None:
    return float(how(values)) if values else None


def _auroc(of: list[Outcome], among: list[Outcome]) -> float | None:
    from sklearn.metrics import roc_auc_score

    answered = [one.confidence for one in of if one.judged.relevant and one.confidence is not None]
    unanswerable = [one.confidence for one in among if not one.judged.relevant and one.confidence is not None]
    if not answered or not unanswerable:
        return None
    classes = [True] * len(answered) + [False] * len(unanswerable)
    return float(roc_auc_score(classes, answered + unanswerable))


def _p_value(run: Run, name: str, ours: list[Outcome], theirs: list[Outcome]) -> float | None:
    """Of metric `name`, over the questions that have a number for it in both."""
    import numpy as np
    from scipy.stats import permutation_test

    pairs = [(a.scores, b.scores) for a, b in zip(ours, theirs, strict=True)]
    differences = [b[name] - a[name] for a, b in pairs if name in a and name in b]
    if len(differences) < 2:
        return None
    test = permutation_test(
        (np.array(differences),),
        run.metrics[name],
        permutation_type="samples",
        n_resamples=RESAMPLES,
        batch=100,  # bounds memory
        rng=0,
    )
    return float(test.pvalue)


def _row(kind: str, name: str, current: float | None, other: float | None, p_value: float | None) -> Row:
    difference = None if current is None or other is None else other - current
    return {"type": kind, "metric": name, "current": current, "other": other, "difference": difference, "p": p_value}


def _cell(column: str, value: str | int | float | None) -> str:
    if isinstance(value, float):
        return f"{value:+.3f}" if column == "difference" else f"{value:.3f}"
    return "-" if value is None else str(value)
