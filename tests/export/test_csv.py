"""CSV as a spreadsheet reads it: one row per citation, and no cell that it would evaluate."""

from __future__ import annotations

from csv import DictReader
from io import StringIO

from rag.answer.types import Answer, Statement
from rag.export.csv import csv
from rag.paper import Paper
from tests.export.samples import ANSWER, OWLS, REFUSAL, cite

COLUMNS = "question n title authors year url sentence verdict quote start end digest".split()


def test_there_is_a_row_for_each_citation_of_each_sentence() -> None:
    rows = list(DictReader(StringIO(csv(ANSWER))))
    assert [(row["n"], row["sentence"], row["verdict"], row["quote"]) for row in rows] == [
        ("1", "Owls hunt by ear.", "quote", "Owls hunt by ear."),
        ("1", "It is 3 times faster.", "supported", "OwlNet finds voles 3 times faster."),
        ("1", "Both hear.", "supported", "Owls hunt by ear."),
        ("2", "Both hear.", "supported", "Bats hear echoes of moths."),
        ("2", "Bats hear echoes of moths.", "quote", "Bats hear echoes of moths."),
    ]
    assert list(rows[0]) == COLUMNS
    assert all(OWLS.abstract[int(row["start"]) : int(row["end"])] == row["quote"] for row in rows[:3])
    of_paper = ("question", "title", "authors", "year", "url", "digest")
    assert [rows[0][column] for column in of_paper] == [
        *("Who hears?", OWLS.title, "Ada Example; Ben Sample", "2024", "https://example.org/owls", "false")
    ]
    assert [rows[3][column] for column in of_paper] == ["Who hears?", "On Bats", "", "", "", "true"]


def test_a_refusal_is_only_a_header() -> None:
    assert csv(REFUSAL) == ",".join(COLUMNS) + "\n"


def test_several_answers_share_one_header() -> None:
    assert csv(ANSWER, REFUSAL, ANSWER).splitlines() == [*csv(ANSWER).splitlines(), *csv(ANSWER).splitlines()[1:]]


def test_no_cell_is_a_formula() -> None:
    paper = Paper("-1", "=cmd()", ("=Mallory", "<b>Eve</b>"))
    (row,) = DictReader(StringIO(csv(Answer("+1", (Statement("@a", (cite(1, paper),), "supported"),)))))
    assert (row["question"], row["sentence"], row["title"]) == ("'+1", "'@a", "'-1")
    assert (row["authors"], row["quote"]) == ("'=Mallory; <b>Eve</b>", "'=cmd()")
