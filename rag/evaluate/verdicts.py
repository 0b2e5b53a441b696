"""Checks labelled claims as written sentences are checked, by rule and then by a judge, and counts what passes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import get_args

from rag import llm
from rag.answer.types import Finding
from rag.answer.writers.task import Claim, Judge
from rag.evaluate.labelled import Label, LabelledClaim
from rag.evaluate.report import Row
from rag.models import embedding
from rag.progress import Progress
from rag.settings import Settings
from rag.verify.checker import Checker
from rag.verify.judges.choice import Judges

_SIMILARITY_THRESHOLD = 0.583  # that of the papers that ship with rag


@dataclass(frozen=True, slots=True)
class CheckedClaim:
    """A claim, what the rules find, in how many milliseconds, and whether it passes with a judge after them."""

    claim: LabelledClaim
    finding: Finding
    milliseconds: float
    judged: bool = False

    @property
    def passes(self) -> bool:
        """Whether it passes by the rules alone."""
        return self.finding.verdict is not None


def check(claims: Sequence[LabelledClaim], progress: Progress) -> list[CheckedClaim]:
    """What the rules find for each of `claims`. Raises ModelError if the bundled embedding is not installed."""
    rules, checked = _rules(), list[CheckedClaim]()
    for done, claim in enumerate(claims):
        progress("checking", done, len(claims))
        start = time.perf_counter()
        finding = rules(claim.written, claim.citations)
        checked.append(CheckedClaim(claim, finding, 1000 * (time.perf_counter() - start)))
    progress("checking", len(claims), len(claims))
    return checked


def open_judge(settings: Settings, with_llm: bool) -> Judge | None:
    """The cross-encoder of `settings.verify`, or the model of `settings.llm` if `with_llm`; None without either.

    None also if the model is too small to judge, or the settings want none. Raises ModelError if it cannot be opened,
    SettingsError for a prompt that cannot be used.
    """
    if settings.verify not in ("auto", "rules"):
        return Judges(settings).cross_encoder()
    model = llm.load(settings.llm, settings.llm_timeout) if with_llm else None
    return Judges(settings).of(model) if model else None


def judge_rest(checked: Sequence[CheckedClaim], judge: Judge, progress: Progress) -> list[CheckedClaim]:
    """`checked`, of which `judge` decides what the rules neither confirm nor refute, one by one.

    Raises ModelError if the model fails.
    """

    async def decide() -> list[CheckedClaim]:
        decided = []
        for done, one in enumerate(checked):
            progress("judging", done, len(checked))
            decided.append(replace(one, judged=one.passes or (not one.finding.refuted and await _states(one, judge))))
        progress("judging", len(checked), len(checked))
        return decided

    return asyncio.run(decide())


def verdict_rows(checked: Sequence[CheckedClaim], with_judge: bool) -> list[Row]:
    """{"label", "kind", "claims", "pass", "share", "refuted", "ms"} for ALL claims of each label and for each kind.

    "pass" and "share" count what passes by the rules alone, "judge pass" and "judge share", if `with_judge`, what
    passes with a judge after them. "refuted" is the share that the rules refute, "ms" the median time that they take.
    """
    return [
        {"label": label, "kind": kind, "claims": len(group), **_numbers(group, with_judge)}
        for label, kind, group in _groups(checked)
    ]


def _rules() -> Checker:
    return Checker(embedding.load(embedding.BUNDLED).encode, _SIMILARITY_THRESHOLD)


async def _states(one: CheckedClaim, judge: Judge) -> bool:
    """Whether the citations of the claim state all of it, as `judge` finds."""
    (states,) = await judge([Claim(one.claim.written, one.claim.citations)])
    return states


def _groups(checked: Sequence[CheckedClaim]) -> Iterator[tuple[str, str, list[CheckedClaim]]]:
    """For each label ALL first, then each kind in alphabetical order."""
    for label in get_args(Label):
        labelled = [one for one in checked if one.claim.label == label]
        if labelled:
            yield label, "ALL", labelled
        for kind in sorted({one.claim.kind for one in labelled} - {""}):
            yield label, kind, [one for one in labelled if one.claim.kind == kind]


def _numbers(group: Sequence[CheckedClaim], with_judge: bool) -> Row:
    passed, judged = sum(one.passes for one in group), sum(one.judged for one in group)
    return {
        "pass": passed,
        "share": passed / len(group),
        **({"judge pass": judged, "judge share": judged / len(group)} if with_judge else {}),
        "refuted": sum(one.finding.refuted for one in group) / len(group),
        "ms": median(one.milliseconds for one in group),
    }
