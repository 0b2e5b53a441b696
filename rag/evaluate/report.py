"""Runs as rows of numbers, by question type, and rows as a table."""

from __future__ import annotations

from collections.abc import Sequence

from rag.evaluate.run import METRICS, Outcome, Run

Row = dict[str, str | int | float | None]  # one column a key; None where there is no such number
AUROC = "AUROC"
RESAMPLES = 9_999  # sign assignments drawn where there are more; the smallest p is then 0.0001


def summary(run: Run) -> list[Row]:
    """{"type", "questions", each of METRICS, "AUROC"} for ALL and for each type of question.

    A metric is the mean over the questions that have an answer. AUROC is the chance that one of them is retrieved with
    more confidence than a question, of whatever type, that has none.
    """
    return [
        {"type": kind, "questions": len(of), **{name: _mean(values) for name, values in _scores(of).items()}}
        | {AUROC: _auroc(of, run.outcomes)}
        for kind, of in _by_type(run.outcomes).items()
    ]


def compare(current: Run, other: Run) -> list[Row]:
    """{"type", "metric", "current", "other", "difference", "p"} for each number of `summary`, over the same questions.

    `difference` is other less current. `p` is the two-sided p-value of a paired randomisation test: how often the
    mean difference is at least as large if each question's difference has a random sign. It assumes no distribution,
    and with few questions it goes through all assignments. AUROC is no mean over questions and has none.
    """
    rows: list[Row] = []
    others = _by_type(other.outcomes)
    for kind, of in _by_type(current.outcomes).items():
        ours, theirs = _scores(of), _scores(others[kind])
        for name in METRICS:
            differences = [b - a for a, b in zip(ours[name], theirs[name], strict=True)]
            rows.append(_row(kind, name, _mean(ours[name]), _mean(theirs[name]), _p_value(differences)))
        rows.append(_row(kind, AUROC, _auroc(of, current.outcomes), _auroc(others[kind], other.outcomes), None))
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


def _scores(outcomes: list[Outcome]) -> dict[str, list[float]]:
    return {name: [one.scores[name] for one in outcomes if one.judged.relevant] for name in METRICS}


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _auroc(of: list[Outcome], among: list[Outcome]) -> float | None:
    from sklearn.metrics import roc_auc_score

    answered = [one.confidence for one in of if one.judged.relevant]
    unanswerable = [one.confidence for one in among if not one.judged.relevant]
    if not answered or not unanswerable:
        return None
    classes = [True] * len(answered) + [False] * len(unanswerable)
    return float(roc_auc_score(classes, answered + unanswerable))


def _p_value(differences: list[float]) -> float | None:
    import numpy as np
    from scipy.stats import permutation_test

    if len(differences) < 2:
        return None
    test = permutation_test(
        (np.array(differences),),
        np.mean,
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
