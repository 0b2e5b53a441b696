"""Refer, as EndNote, Google Scholar, the ACL Anthology and CNKI export it."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.paper import Paper
from rag.sources import read
from rag.sources.tagged.refer import matches

RECORD = "%0 Journal Article\n%T Kites\n%X Kites fly. They are blue.\n"


def results(tmp_path: Path, content: str) -> list[Paper | str]:
    path = tmp_path / "kites.enw"
    path.write_text(content, encoding="utf-8")
    return [found if isinstance(found, Paper) else str(found) for found in read(path)]


def paper(tmp_path: Path, fields: str) -> Paper:
    (found,) = results(tmp_path, RECORD + fields)
    assert isinstance(found, Paper)
    return found


def test_a_record_becomes_a_paper(tmp_path: Path) -> None:
    fields = """%A Papa, Nikos
%A Αρ, Ελένη
%E Editor, Ed
%D 2014
%R 10.5555/K.1
%U https://example.org/1
https://doi.org/10.5555/k.1
%@ 0000-0000
%+ A street
"""
    assert results(tmp_path, RECORD + fields) == [
        Paper(
            "Kites",
            "Kites fly. They are blue.",
            authors=("Nikos Papa", "Ελένη Αρ"),
            year=2014,
            ids=("doi:10.5555/k.1",),
            url="https://example.org/1",
            source="kites.enw",
        )
    ]


def test_an_abstract_goes_on_over_lines_and_paragraphs(tmp_path: Path) -> None:
    text = RECORD.replace("fly. ", "fly.\n\n").replace("are blue", "are\nblue") + "%D 2014\n"
    (found,) = results(tmp_path, text)
    assert isinstance(found, Paper)
    assert (found.abstract, found.year) == ("Kites fly. They are blue.", 2014)


@pytest.mark.parametrize("between", ["", "\n", "\n\n"])
def test_a_type_begins_a_record(tmp_path: Path, between: str) -> None:
    assert len(results(tmp_path, RECORD + between + RECORD)) == 2


def test_without_types_a_blank_line_ends_a_record(tmp_path: Path) -> None:
    text = (
        "%A Brian K. Nighan\n%T The Bell\n%X It rings. It rang.\n\n%A Ada Lind\n%T The Bow\n\n%X It bends. It bent.\n"
    )
    found = results(tmp_path, text)
    assert [(one.title, one.authors) for one in found if isinstance(one, Paper)] == [
        ("The Bell", ("Brian K. Nighan",)),
        ("The Bow", ("Ada Lind",)),
    ]


@pytest.mark.parametrize(
    ("fields", "ids"),
    [
        ("%M 99999901\n%~ PubMed", ("pmid:99999901",)),
        ("%M 99999901\n%~ Kitebase", ()),
        ("%2 PMC9999901", ("pmc:PMC9999901",)),
        ("%U https://arxiv.org/abs/2401.99901", ("arxiv:2401.99901",)),
        ("%R doi:10.5555/k.1", ("doi:10.5555/k.1",)),
    ],
)
def test_identifiers_are_found(tmp_path: Path, fields: str, ids: tuple[str, ...]) -> None:
    assert paper(tmp_path, fields).ids == ids


def test_several_authors_may_share_a_line(tmp_path: Path) -> None:
    assert paper(tmp_path, "%A 余敏;朱江;丁照蕾\n%A Papa, Nikos and Lind, Ada").authors == (
        "余敏",
        "朱江",
        "丁照蕾",
        "Nikos Papa",
        "Ada Lind",
    )


def test_the_year_may_stand_in_a_date(tmp_path: Path) -> None:
    assert paper(tmp_path, "%8 March 2011").year == 2011


def test_a_record_that_is_no_paper_is_named(tmp_path: Path) -> None:
    found = results(tmp_path, f"%0 Book\n%T Corn\n%A Ann Ear\n\n%0 Book\n%F k7\n%X Text.\n\n{RECORD}")
    assert found[:2] == ["kites.enw:1: no abstract: Corn", "kites.enw:5: no title: k7"]
    assert len(found) == 3


@pytest.mark.parametrize(
    "text",
    [
        "%a day\n%A weekday\n%b month\n%B long month\n%D date\n%T time\n%X time\n%U week\n",
        "% a comment\n%% another\n\\documentclass{article}\n",
        "Kites\n\n%T is how a title begins.\n%A is an author.\n%D is a date.\n" + "Some prose.\n" * 9,
        "A note on kites.\n" * 5 + RECORD * 3,
    ],
    ids=["dates", "LaTeX", "manual", "example in a manual"],
)
def test_other_text_is_not_taken_for_it(text: str) -> None:
    assert not matches(text)
