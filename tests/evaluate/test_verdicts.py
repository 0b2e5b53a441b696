"""Which labelled claims pass, by the rules and with a judge after them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from rag import settings
from rag.answer.types import Citation, Finding
from rag.answer.writers.task import Claim
from rag.errors import ModelError
from rag.evaluate.labelled import Label, LabelledClaim
from rag.evaluate.report import Row
from rag.evaluate.verdicts import CheckedClaim, check, judge_rest, open_judge, verdict_rows
from rag.paper import Paper
from rag.progress import silent

OWLS = Paper("Owls", "Owls hunt by ear. They hear voles under snow.")
CITED = (Citation(1, OWLS, 0, 17),)
PASSED, REFUTED, UNDECIDED = Finding("reworded", citations=CITED), Finding(None, refuted=True), Finding(None)


def checked(label: Label, kind: str, finding: Finding, milliseconds: float = 1.0) -> CheckedClaim:
    return CheckedClaim(LabelledClaim(f"Owls {kind}.", CITED, label, kind), finding, milliseconds)


class Lenient:
    """A judge that passes everything, and remembers what it was asked."""

    name = "lenient"

    def __init__(self) -> None:
        self.asked: list[list[Claim]] = []

    async def __call__(self, claims: Sequence[Claim]) -> list[bool]:
        self.asked.append(list(claims))
        return [True] * len(claims)


def test_the_rules_decide_and_are_timed() -> None:
    stages: list[tuple[str, int, int]] = []
    quoted = LabelledClaim("Owls hunt by ear.", CITED, "ok", "light")
    foreign = LabelledClaim("Penguins compose 40 symphonies.", CITED, "wrong", "added")
    good, wrong = check([quoted, foreign], lambda *stage: stages.append(stage))
    assert (good.passes, wrong.passes) == (True, False)
    assert min(good.milliseconds, wrong.milliseconds) > 0
    assert stages == [("checking", 0, 2), ("checking", 1, 2), ("checking", 2, 2)]


def test_a_judge_decides_one_by_one_what_the_rules_do_not() -> None:
    judge = Lenient()
    found = judge_rest(
        [checked("ok", k, f) for k, f in zip("abcd", (PASSED, REFUTED, UNDECIDED, UNDECIDED), strict=True)],
        judge,
        silent,
    )
    assert [one.judged for one in found] == [True, False, True, True]
    assert [[claim.written for claim in claims] for claims in judge.asked] == [["Owls c."], ["Owls d."]]
    assert {claim.citations for (claim,) in judge.asked} == {CITED}


def test_numbers_are_by_label_and_kind() -> None:
    outcomes = [
        checked("wrong", "role", PASSED),
        checked("ok", "light", PASSED, 2.0),
        checked("ok", "light", UNDECIDED, 4.0),
        checked("ok", "", REFUTED, 9.0),
        checked("ok", "close", PASSED, 1.0),
    ]
    rows = verdict_rows(outcomes, with_judge=False)
    assert [(row["label"], row["kind"], row["claims"], row["pass"], row["share"]) for row in rows] == [
        ("ok", "ALL", 4, 2, 0.5),
        ("ok", "close", 1, 1, 1.0),
        ("ok", "light", 2, 1, 0.5),
        ("wrong", "ALL", 1, 1, 1.0),
        ("wrong", "role", 1, 1, 1.0),
    ]
    assert [(row["refuted"], row["ms"]) for row in rows[:3]] == [(0.25, 3.0), (0.0, 1.0), (0.0, 3.0)]


@pytest.mark.parametrize(
    ("with_judge", "expected"),
    [
        (False, {"pass": 1, "share": 0.5}),
        (True, {"pass": 1, "share": 0.5, "judge pass": 2, "judge share": 1.0}),
    ],
)
def test_what_a_judge_passes_has_columns_of_its_own(with_judge: bool, expected: Row) -> None:
    found = judge_rest([checked("ok", "", PASSED), checked("ok", "", UNDECIDED)], Lenient(), silent)
    (row,) = verdict_rows(found, with_judge)
    assert row == {"label": "ok", "kind": "ALL", "claims": 2, **expected, "refuted": 0.0, "ms": 1.0}


@pytest.mark.parametrize(
    ("llm", "verify", "with_llm"),
    [("ollama:none", "auto", False), ("none", "auto", True), ("bundled", "auto", True), ("bundled", "rules", True)],
)
def test_only_a_model_that_can_judge_is_a_judge(llm: str, verify: str, with_llm: bool) -> None:
    assert open_judge(settings.load(llm=llm, verify=verify), with_llm) is None


def test_a_judge_that_cannot_be_opened_is_an_error() -> None:
    with pytest.raises(ModelError, match="Judge 'none/here'"):
        open_judge(settings.load(verify="none/here"), with_llm=False)
    with pytest.raises(ModelError):
        open_judge(settings.load(llm="ollama:none"), with_llm=True)
