"""The statements of a comparison as a table."""

from __future__ import annotations

from rag.answer.table import split
from rag.answer.types import Citation, Statement
from rag.paper import Paper

OWL, BAT = Paper("OwlNet: Ears", "Voles rustle. OwlNet hears."), Paper("BatNet: Echoes", "Moths fly.")


def about(n: int, paper: Paper, aspect: str, text: str = "It is so.") -> Statement:
    return Statement(text, (Citation(n, paper, 0, 5),), "quote", aspect)


def test_each_aspect_is_a_row_and_each_paper_a_column() -> None:
    approach, result, second_result, other = (
        about(1, OWL, "Approach"),
        about(1, OWL, "Result", "It wins."),
        about(1, OWL, "Result", "By far."),
        about(2, BAT, "Approach"),
    )
    prose, table = split([result, approach, second_result, other])
    assert prose == []
    assert table is not None
    assert table.papers == {1: OWL, 2: BAT}
    assert table.rows == (("Approach", ((approach,), (other,))), ("Result", ((result, second_result), ())))


def test_rows_have_a_fixed_order_and_columns_that_of_the_statements() -> None:
    aspects = ["Result", "Problem", "Approach"]
    _, table = split([about(n, paper, aspect) for aspect in aspects for n, paper in ((7, BAT), (3, OWL))])
    assert table is not None
    assert [aspect for aspect, _ in table.rows] == ["Problem", "Approach", "Result"]
    assert list(table.papers) == [7, 3]


def test_statements_without_an_aspect_are_running_text() -> None:
    summary = Statement("Both hear.", (Citation(1, OWL, 0, 5), Citation(2, BAT, 0, 5)), "reworded")
    prose, table = split([summary, about(1, OWL, "Problem"), about(2, BAT, "Problem")])
    assert prose == [summary]
    assert table is not None
    assert sum(len(cell) for _, row in table.rows for cell in row) == 2


def test_a_single_paper_has_no_table() -> None:
    statements = [about(1, OWL, "Problem"), about(1, OWL, "Result")]
    assert split(statements) == (statements, None)
    assert split([]) == ([], None)
