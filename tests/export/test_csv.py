"""CSV as a spreadsheet reads it: one row per citation or paper, and no cell that it would evaluate."""

from __future__ import annotations

from csv import DictReader
from dataclasses import replace
from io import StringIO

from rag.answer.types import Answer, Listed, Statement
from rag.export.csv import csv, papers_csv
from rag.paper import Paper
from tests.export.samples import ANSWER, BATS, EAR, ECHO, FOXES, OWLS, REFUSAL, THEMED, cite, quoted

COLUMNS = "question n title authors year doi url sentence verdict judge quote start end digest part aspect".split()


def test_there_is_a_row_for_each_citation_of_each_sentence() -> None:
    rows = list(DictReader(StringIO(csv(ANSWER))))
    assert [(row["n"], row["sentence"], row["verdict"], row["judge"], row["quote"]) for row in rows] == [
        ("1", "", "quote", "", "Owls hunt by ear."),
        ("1", "It is 3 times faster.", "reworded", "", "OwlNet finds voles 3 times faster."),
        ("1", "Both hear.", "judged", "owl:7b", "Owls hunt by ear."),
        ("2", "Both hear.", "judged", "owl:7b", "Bats hear echoes of moths."),
        ("2", "", "quote", "", "Bats hear echoes of moths."),
    ]
    assert list(rows[0]) == COLUMNS
    assert all(OWLS.abstract[int(row["start"]) : int(row["end"])] == row["quote"] for row in rows[:3])
    of_paper = ("question", "title", "authors", "year", "url", "digest")
    assert [rows[0][column] for column in of_paper] == [
        *("Who hears?", OWLS.title, "Ada Example; Ben Sample", "2024", "https://example.org/owls", "false")
    ]
    assert [rows[3][column] for column in of_paper] == ["Who hears?", "On Bats", "", "", "", "true"]


def test_written_sentences_come_before_the_evidence() -> None:
    rows = [(row["sentence"], row["n"], row["part"]) for row in DictReader(StringIO(csv(THEMED)))]
    assert rows[:3] == [
        ("Two hear.", "1", "written"),
        ("Two hear.", "2", "written"),
        (*("It is 3 times faster.", "1"), "written"),
    ]
    assert [row[2] for row in rows[3:]] == ["written", "written", "evidence", "evidence"]


def test_papers_that_may_match_and_listed_papers_have_rows_of_their_own() -> None:
    doi = replace(FOXES, ids=("doi:10.5555/foxes",))
    listing = Answer("Who?", (quoted(EAR),), related=(cite(3, doi),), intent="papers")
    listed = Answer("All?", wish="list", listed=(Listed(2, BATS),))
    rows = list(DictReader(StringIO(csv(listing, listed))))
    columns = ("n", "doi", "url", "quote", "verdict", "digest", "part")
    assert [[row[column] for column in columns] for row in rows] == [
        ["1", "", OWLS.url, "Owls hunt by ear.", "quote", "false", "evidence"],
        ["3", "10.5555/foxes", "https://doi.org/10.5555/foxes", "Foxes listen too.", "quote", "false", "may match"],
        ["2", "", "", "", "", "true", "listed"],
    ]


def test_a_comparison_names_the_aspect_of_each_row() -> None:
    compared = Answer("?", (replace(quoted(EAR), aspect="Result"), replace(quoted(ECHO), aspect="Problem")))
    assert [row["aspect"] for row in DictReader(StringIO(csv(compared)))] == ["Result", "Problem"]


def test_a_refusal_is_only_a_header() -> None:
    assert csv(REFUSAL) == ",".join(COLUMNS) + "\n"


def test_several_answers_share_one_header() -> None:
    assert csv(ANSWER, REFUSAL, ANSWER).splitlines() == [*csv(ANSWER).splitlines(), *csv(ANSWER).splitlines()[1:]]


def test_no_cell_is_a_formula() -> None:
    paper = Paper("-1", "=cmd()", ("=Mallory", "<b>Eve</b>"))
    judged = Statement("@a", (cite(1, paper),), "judged", judge="=a\nb")
    (row,) = DictReader(StringIO(csv(Answer("+1", (judged,)))))
    assert (row["question"], row["sentence"], row["title"], row["judge"]) == ("'+1", "'@a", "'-1", "'=a b")
    assert (row["authors"], row["quote"]) == ("'=Mallory; <b>Eve</b>", "'=cmd()")


def test_papers_have_a_row_each_and_a_digest_is_no_abstract() -> None:
    paper = Paper(
        "T", "It is.", ("Ada B", "C D"), 2020, ("doi:10.5555/a", "arxiv:2001.00001", "pmid:1"), source="a.bib"
    )
    first, second, third = DictReader(StringIO(papers_csv([OWLS, BATS, paper])))
    assert list(first) == "title authors year doi arxiv pmid url abstract source digest".split()
    assert (first["title"], first["authors"], first["year"]) == (OWLS.title, "Ada Example; Ben Sample", "2024")
    assert (first["url"], first["abstract"], first["digest"]) == (OWLS.url, OWLS.abstract, "false")
    assert (second["url"], second["abstract"], second["digest"]) == ("", "", "true")
    assert [third[column] for column in ("doi", "arxiv", "pmid", "source")] == ["10.5555/a", "2001.00001", "1", "a.bib"]


def test_no_cell_of_a_paper_is_a_formula() -> None:
    (row,) = DictReader(StringIO(papers_csv([Paper("=1", "+1", ("-1",), ids=("doi:@1",), source="=x")])))
    assert [row[column] for column in ("title", "abstract", "authors", "doi", "source")] == [
        *("'=1", "'+1", "'-1", "'@1", "'=x")
    ]
