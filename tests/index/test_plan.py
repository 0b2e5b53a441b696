"""What an update keeps, moves, edits, writes and removes."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from rag.index import plan
from rag.index.plan import Plan
from rag.index.previous import Previous
from rag.index.store import Store
from rag.paper import Paper

A, B, C, D, E = (Paper(name, f"{name} says something.") for name in "ABCDE")


def planned(before: list[Paper], after: list[Paper]) -> Plan:
    return plan.update(Previous(cast("Store", None), before), after)


def numbered(before: list[Paper], found: Plan) -> dict[int, Paper]:
    """The papers by number, as the index will hold them."""
    kept = {n: before[old - 1] for n, old in enumerate(found.kept.tolist()) if old}
    return dict(sorted((kept | dict(found.edited) | dict(found.written)).items()))


@pytest.mark.parametrize(
    ("before", "after", "written", "moved", "removed"),
    [
        ([A, B, C], [A, B, C], [], [], ()),
        ([A, B, C], [C, B, A], [], [], ()),
        ([A, B], [A, B, C, D], [(3, C), (4, D)], [], ()),
        ([A, B, C], [A, C], [], [(3, 2)], (2,)),
        ([A, B, C], [B, C], [], [(3, 1)], (1,)),
        ([A, B, C], [A, B], [], [], (3,)),
        ([A, B, C], [A, D, C], [(2, D)], [], (2,)),
        ([A, B, C, D], [D, E], [(2, E)], [(4, 1)], (1, 2, 3)),
        ([A, A], [A], [], [], (2,)),
        ([A], [A, A], [(2, A)], [], ()),
    ],
)
def test_numbers_stay_without_gaps(
    before: list[Paper],
    after: list[Paper],
    written: list[tuple[int, Paper]],
    moved: list[tuple[int, int]],
    removed: tuple[int, ...],
) -> None:
    found = planned(before, after)
    assert (found.written, found.moved, found.removed) == (written, moved, removed)
    assert found.papers == len(after)
    assert found.changes == len(written) + len(removed)
    by_number = numbered(before, found)
    assert list(by_number) == list(range(1, len(after) + 1))
    assert sorted(paper.title for paper in by_number.values()) == sorted(paper.title for paper in after)


def test_a_paper_whose_other_fields_change_is_edited_wherever_it_is() -> None:
    dated = replace(C, year=2020)
    found = planned([A, B, C], [A, dated])
    assert (found.edited, found.written, found.moved) == ([(2, dated)], [], [(3, 2)])


def test_a_plan_from_scratch_writes_all_in_chunks_that_step_through_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "CHUNK", 2)
    found = plan.afresh([A, B, C, D, E])
    assert list(found.chunks()) == [[(1, A), (4, D)], [(2, B), (5, E)], [(3, C)]]
    assert (found.papers, found.moved, found.removed) == (5, [], ())
