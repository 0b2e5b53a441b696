"""Records that say something else than the paper that is there are told, a few by name."""

from __future__ import annotations

import pytest

from rag.index.differing import MAX_DIFFERING, Differing, differing, told
from rag.paper import Paper

HELD = Paper("Falls", "Vitamin D reduced falls, as 500 adults told us.", ids=("doi:10.5555/1",), source="d1.bib")


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (Paper("Falls", "Vitamin D did not reduce falls.", ids=("doi:10.5555/1",)), (Differing("Falls", "d1.bib"),)),
        (Paper("Falls", "vitamin d reduced FALLS", ids=("doi:10.5555/1",)), ()),
        (Paper("Falls", "It tells of falls.", ids=("doi:10.5555/1",), digest=True), ()),
        (Paper("Falls", "An editorial.", ids=("doi:10.5555/2",)), ()),
        (Paper("Owls", "They hunt."), ()),
    ],
    ids=["other", "part", "digest", "another paper", "new"],
)
def test_only_what_says_something_else_is_told(record: Paper, expected: tuple[Differing, ...]) -> None:
    assert differing([record, record], [HELD], [HELD]) == expected


def test_a_paper_that_has_changed_took_the_record() -> None:
    record = Paper("Falls", "Vitamin D did not reduce falls.", ids=("doi:10.5555/1",))
    assert differing([record], [Paper("Falls", "It did.", ids=("doi:10.5555/1",))], [HELD]) == ()


def test_of_many_a_few_are_named() -> None:
    lines = told([Differing(f"Paper {n}", "") for n in range(MAX_DIFFERING + 2)])
    assert len(lines) == MAX_DIFFERING + 1
    assert lines[0].endswith("“Paper 0”. To take it, replace the record in its file and run: rag rebuild")
    assert lines[-1] == "2 more differ from papers already here and were not taken."
