"""The sentences of a comparison, each in its place."""

from __future__ import annotations

from rag.answer.table import split
from rag.answer.types import Citation, Statement
from rag.paper import Paper

OWL, BAT = Paper("OwlNet: Ears", "Voles rustle. OwlNet hears."), Paper("BatNet: Echoes", "Moths fly.")


def said(n: int, paper: Paper, aspect: str, text: str = "It is so.") -> Statement:
    return Statement(text, (Citation(n, paper, 0, 5),), "quote", aspect)


def test_each_aspect_is_a_row_and_each_paper_a_column() -> None:
    approach, result, more, other = (
        said(1, OWL, "Approach"),
        said(1, OWL, "Result", "It wins."),
        said(1, OWL, "Result", "By far."),
        said(2, BAT, "Approach"),
    )
    prose, table = split([result, approach, more, other])
    assert prose == []
    assert table is not None
    assert table.papers == {1: OWL, 2: BAT}
    assert table.rows == (("Approach", ((approach,), (other,))), ("Result", ((result, more), ())))


def test_rows_keep_their_order_whatever_comes_first() -> None:
    aspects = ["Result", "Problem", "Approach"]
    _, table = split([said(n, paper, aspect) for aspect in aspects for n, paper in ((7, BAT), (3, OWL))])
    assert table is not None
    assert [aspect for aspect, _ in table.rows] == ["Problem", "Approach", "Result"]
    assert list(table.papers) == [7, 3]


def test_what_has_no_place_reads_in_a_row_before_the_table() -> None:
    summed_up = Statement("Both hear.", (Citation(1, OWL, 0, 5), Citation(2, BAT, 0, 5)), "supported")
    prose, table = split([summed_up, said(1, OWL, "Problem"), said(2, BAT, "Problem")])
    assert prose == [summed_up]
    assert table is not None
    assert sum(len(cell) for _, row in table.rows for cell in row) == 2


def test_of_one_paper_there_is_no_table() -> None:
    statements = [said(1, OWL, "Problem"), said(1, OWL, "Result")]
    assert split(statements) == (statements, None)
    assert split([]) == ([], None)
