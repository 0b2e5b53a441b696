"""Web of Science's tagged text: full names, continued lines with and without indent, and what ends a record."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.paper import Paper
from rag.sources import read
from rag.sources.tagged.wos import matches

HEAD = "FN Clarivate Analytics Web of Science\nVR 1.0\n"
FIELDS = "TI Otters in\n   rivers\nAB Otters dive under\n   UV light. They eat.\n"


def results(tmp_path: Path, content: str) -> list[Paper | str]:
    path = tmp_path / "savedrecs.ciw"
    path.write_text(content, encoding="utf-8")
    return [found if isinstance(found, Paper) else str(found) for found in read(path)]


def record(fields: str = "") -> str:
    return f"PT J\n{FIELDS}{fields}ER\n\n"


def paper(tmp_path: Path, fields: str) -> Paper:
    (found,) = results(tmp_path, f"{HEAD}{record(fields)}EF\n")
    assert isinstance(found, Paper)
    return found


def test_a_record_becomes_a_paper(tmp_path: Path) -> None:
    fields = """AU Lutra, A
   Brook, B
AF Lutra, Ada
   Brook, Ben
CA Otter Grp
PY 2019
DI 10.5555/O.1
PM 99999901
CR Creek C, 1999, REEDS, DOI 10.5555/other
   Creek C, 1998, REEDS, DOI 10.5555/another
UT WOS:000999
"""
    assert results(tmp_path, f"\ufeff{HEAD}{record(fields)}EF\n") == [
        Paper(
            "Otters in rivers",
            "Otters dive under UV light. They eat.",
            authors=("Ada Lutra", "Ben Brook", "Otter Grp"),
            year=2019,
            ids=("doi:10.5555/o.1", "pmid:99999901"),
            source="savedrecs.ciw",
        )
    ]


@pytest.mark.parametrize(
    ("fields", "authors"),
    [
        ("AU Lutra, A\n   Brook, B\n", ["A Lutra", "B Brook"]),
        ("AU LUTRA A\n   BROOK B\n", ["A LUTRA", "B BROOK"]),
        ("AU Lutra, Ada (a@example.org) \n   Brook, Ben\n", ["Ada Lutra", "Ben Brook"]),
        ("AU [Anonymous]\n", []),
        ("BE Editor, E\n", []),
    ],
)
def test_each_line_is_an_author(tmp_path: Path, fields: str, authors: list[str]) -> None:
    assert list(paper(tmp_path, fields).authors) == authors


def test_the_year_may_stand_in_a_date(tmp_path: Path) -> None:
    assert paper(tmp_path, "PD JAN 2018\n").year == 2018


def test_continued_lines_may_lack_their_indent(tmp_path: Path) -> None:
    text = f"{HEAD}{record('AU Lutra, Ada' + chr(10) + '   Brook, Ben' + chr(10))}EF\n"
    assert results(tmp_path, text.replace("   ", "")) == results(tmp_path, text)


def test_ends_may_be_missing(tmp_path: Path) -> None:
    text = HEAD + record() + record()
    assert results(tmp_path, text.replace("ER\n\n", "")) == results(tmp_path, text)


def test_the_first_lines_may_be_missing(tmp_path: Path) -> None:
    assert len(results(tmp_path, record() + record())) == 2


def test_a_record_that_is_no_paper_is_named(tmp_path: Path) -> None:
    found = results(tmp_path, f"{HEAD}PT J\nTI Voles\nER\n\nPT J\nAB Text.\nUT WOS:1\nER\n\n{record()}EF\n")
    assert found[:2] == ["savedrecs.ciw:1: no abstract: Voles", "savedrecs.ciw:7: no title: WOS:1"]
    assert len(found) == 3


@pytest.mark.parametrize(
    "text",
    [
        "PT\tAU\tTI\nJ\tLutra, A\tOtters\n",
        "TY  - JOUR\nTI  - Otters\nER  - \n",
        "FN is a function.\nVR is another.\n",
        "Otters\n" * 20 + HEAD + record(),
    ],
    ids=["table", "RIS", "prose", "far below"],
)
def test_other_text_is_not_taken_for_it(text: str) -> None:
    assert not matches(text)
