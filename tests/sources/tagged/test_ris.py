"""RIS as it is found: odd spacing, text between records, wrapped lines, and fields that exporters use differently."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from rag.paper import Paper
from rag.sources import Skipped, read
from rag.sources.tagged.ris import matches

ABSTRACT = "Otters dive. They eat."
FIELDS = f"TI  - Otters\nAB  - {ABSTRACT}\n"


def results(tmp_path: Path, content: str | bytes, name: str = "otters.ris") -> list[Paper | str]:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return [found if isinstance(found, Paper) else str(found) for found in read(path)]


def record(fields: str = FIELDS) -> str:
    return f"TY  - JOUR\n{fields.strip()}\nER  - \n\n"


def paper(tmp_path: Path, fields: str) -> Paper:
    (found,) = results(tmp_path, record(FIELDS + fields))
    assert isinstance(found, Paper)
    return found


def titled(title: str) -> str:
    return record(FIELDS.replace("TI  - Otters", f"TI  - {title}"))


def titles(tmp_path: Path, content: str | bytes) -> list[str]:
    papers = results(tmp_path, content)
    assert all(isinstance(found, Paper) and found.abstract == ABSTRACT for found in papers)
    return [found.title for found in papers if isinstance(found, Paper)]


def test_a_record_becomes_a_paper(tmp_path: Path) -> None:
    fields = "AU  - Lutra, Ada\nAU  - Brook, B.\nPY  - 2019\nDO  - 10.5555/O.1\nUR  - https://example.org/o\n"
    assert results(tmp_path, record(FIELDS + fields)) == [
        Paper(
            "Otters",
            ABSTRACT,
            authors=("Ada Lutra", "B. Brook"),
            year=2019,
            ids=("doi:10.5555/o.1",),
            url="https://example.org/o",
            source="otters.ris",
        )
    ]


@pytest.mark.parametrize(
    "respaced",
    [
        ("  - ", " - "),
        ("  - ", "-"),
        ("  - ", "  -  "),
        ("  - ", "\t- "),
        ("  - ", "  \u2013 "),
        ("  - \n", "  -\n"),
        ("\n", "\r\n"),
        ("\n", "\r"),
        ("\n", "\r\r\n"),
    ],
)
def test_spacing_and_line_ends_do_not_matter(tmp_path: Path, respaced: tuple[str, str]) -> None:
    assert titles(tmp_path, (titled("Otters") + titled("Voles")).replace(*respaced)) == ["Otters", "Voles"]


def test_a_file_may_be_indented(tmp_path: Path) -> None:
    lines = titled("Otters").splitlines()
    assert titles(tmp_path, "\n".join(f"    {line}" for line in lines)) == ["Otters"]


def test_byte_order_marks_also_stand_where_files_were_joined(tmp_path: Path) -> None:
    assert titles(tmp_path, f"\ufeff{titled('Otters')}\ufeff{titled('Voles')}") == ["Otters", "Voles"]


def test_files_joined_without_a_line_end_between_them_are_parted(tmp_path: Path) -> None:
    whole, endless = titled("Otters").strip(), titled("Voles").replace("ER  - ", "").strip()
    assert titles(tmp_path, whole + endless + titled("Newts")) == ["Otters", "Voles", "Newts"]


def test_a_record_without_an_end_ends_where_the_next_begins(tmp_path: Path) -> None:
    text = titled("Otters") + titled("Voles") + titled("Newts").strip()
    assert titles(tmp_path, text.replace("ER  - \n", "")) == ["Otters", "Voles", "Newts"]


def test_text_between_records_belongs_to_none(tmp_path: Path) -> None:
    strategy = (
        "Link to the full text: https://example.org/1\n\nC1  - Database: Reeds\n\n1  AB  - otters (20)\n---\n\n2. \n"
    )
    header = "Record #1 of 2\nProvider: Reed Ltd\nContent: text/plain\n\n"
    assert titles(tmp_path, header + titled("Otters") + strategy + titled("Voles")) == ["Otters", "Voles"]


def test_numbers_of_records_are_no_text_even_if_an_end_is_missing(tmp_path: Path) -> None:
    text = (
        titled("Otters") + "2.\n" + titled("Voles") + "Record #3 of 3\nProvider: Reed\n\n" + titled("Newts")
    ).replace("ER  - \n", "")
    assert titles(tmp_path, text) == ["Otters", "Voles", "Newts"]


def test_the_type_need_not_come_first(tmp_path: Path) -> None:
    one, two = (f"DB  - Reeds\n{FIELDS.replace('Otters', name, 1)}TY  - JOUR\nPY  - 2001\nER  - \n\n" for name in "AB")
    assert titles(tmp_path, one + two) == ["A", "B"]


def test_the_type_may_be_missing(tmp_path: Path) -> None:
    assert titles(tmp_path, (titled("Otters") + titled("Voles")).replace("TY  - JOUR\n", "")) == ["Otters", "Voles"]


def test_an_end_before_the_fields_is_none(tmp_path: Path) -> None:
    assert titles(tmp_path, f"TY  - JOUR\nER  - \n{FIELDS}\nTY  - JOUR\nER  - \n{FIELDS}") == ["Otters", "Otters"]


def test_values_go_on_over_lines_and_paragraphs(tmp_path: Path) -> None:
    fields = """TI  - Otters
in rivers
AB  - First, cells are
ER-positive or so. AI
CT-scans see it.
AI - based tools say. ER
ER is a word, and

      TI  as well.
KW  - otter
river
PY  - 2001"""
    (found,) = results(tmp_path, record(fields))
    assert isinstance(found, Paper)
    assert found.title == "Otters in rivers"
    assert found.abstract == (
        "First, cells are ER-positive or so. AI CT-scans see it. AI - based tools say. ER ER is a word, and TI as well."
    )
    assert found.year == 2001


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        ("T1  - Otters", "Otters"),
        ("CT  - Otters", "Otters"),
        ("T2  - Journal\nST  - Otters", "Otters"),
        ("ST  - Short\nT1  - Otters", "Otters"),
        ("TI  - <i>Otters</i> &amp; H<sub>2</sub>O", "Otters & H2O"),
    ],
)
def test_the_title_has_many_tags(tmp_path: Path, fields: str, title: str) -> None:
    (found,) = results(tmp_path, record(f"{fields}\nAB  - {ABSTRACT}"))
    assert isinstance(found, Paper)
    assert found.title == title


def test_the_title_of_a_book_is_that_of_a_chapter_never(tmp_path: Path) -> None:
    book = record(f"BT  - Otters\nAB  - {ABSTRACT}").replace("JOUR", "BOOK")
    chapter = record(f"ID  - c7\nBT  - Otters\nAB  - {ABSTRACT}").replace("JOUR", "CHAP")
    found = results(tmp_path, book + chapter)
    assert isinstance(found[0], Paper)
    assert found[1:] == ["otters.ris:6: no title: c7"]


@pytest.mark.parametrize(
    ("fields", "abstract"),
    [
        ("N2  - Otters dive. They eat.", "Otters dive. They eat."),
        ("N2  - Notes.\nAB  - Otters dive.", "Otters dive."),
        ("AB  - Otters dive.\nAB  - They eat.\nAB  - They eat.", "Otters dive. They eat."),
        (
            "AB  - Otters dive. [ABSTRACT FROM AUTHOR]\nAB  - Copyright of Otters is the property of Reed.",
            "Otters dive.",
        ),
        ("AB  - Otters dive. (PsycINFO Database Record (c) 2019 APA, all rights reserved)", "Otters dive."),
        ("AB  - <p>Otters dive.</p><p>They eat.</p>", "Otters dive. They eat."),
    ],
)
def test_the_abstract_is_whole_and_nothing_else(tmp_path: Path, fields: str, abstract: str) -> None:
    (found,) = results(tmp_path, record(f"TI  - Otters\n{fields}"))
    assert isinstance(found, Paper)
    assert found.abstract == abstract


@pytest.mark.parametrize(
    ("fields", "authors"),
    [
        ("A1  - Lutra, Ada\nAU  - Brook, B.\nA2  - Editor, Ed", ["Ada Lutra", "B. Brook"]),
        ("AU  - Lutra, Ada; Brook, B.; et al.", ["Ada Lutra", "B. Brook"]),
        (
            "AU  - Lutra A., Brook B., et al.\nAU  - World Otter Organization",
            ["A. Lutra", "B. Brook", "World Otter Organization"],
        ),
        ("AU  - Lutra, A., Brook, B., Creek, C.", ["A. Lutra", "B. Brook", "C. Creek"]),
        ("AU  - Ada Lutra, Ben van Brook, Cy Creek", ["Ada Lutra", "Ben van Brook", "Cy Creek"]),
        ("AU  - Lutra, Ada and Brook, Ben", ["Ada Lutra", "Ben Brook"]),
        ("AU  - Lutra, Ada\nBrook, Ben", ["Ada Lutra", "Ben Brook"]),
        ("AU  - ['Lutra, Ada', 'Brook, Ben']", ["Ada Lutra", "Ben Brook"]),
        ("\n".join(f"A1  - {c}" for c in "['Lutra, Ada M.', 'Brook, Ben']"), ["Ada M. Lutra", "Ben Brook"]),
        ("AU  - García López, María José", ["María José García López"]),
        ("AU  - Plato\nAU  - King, Martin, Jr.\nAU  - King, Martin Jr.", ["Plato", "Martin King Jr."]),
        ("AU  - Lutra, Ada, PhD\nAU  - Brook, Ben, MD, PhD", ["Ada Lutra", "Ben Brook"]),
        ("A1  - Lutra A\nA1  - Brook BC", ["A Lutra", "BC Brook"]),
        ("AU  - Centre for Health and Rivers\nAU  - X. LI", ["Centre for Health and Rivers", "X. LI"]),
        ("AU  - X. LI", ["X. LI"]),
        ("AU  - [Anonymous]", []),
    ],
)
def test_authors_are_single_people_in_order(tmp_path: Path, fields: str, authors: list[str]) -> None:
    assert list(paper(tmp_path, fields).authors) == authors


@pytest.mark.parametrize(
    ("fields", "year"),
    [
        ("PY  - 1948/07//", 1948),
        ("PY  - 0000\nDA  - 17.01.2014", 2014),
        ("PY  - in press\nY1  - 2019 Mar-Apr", 2019),
        ("Y1  - 1900/01/01\nDA  - 1950/01/01", 1950),
        ("PY  - 10 15\nY2  - 2016/12/19", None),
        ("PY  - ", None),
    ],
)
def test_the_year_is_that_of_publication(tmp_path: Path, fields: str, year: int | None) -> None:
    assert paper(tmp_path, fields).year == year


@pytest.mark.parametrize(
    ("fields", "ids"),
    [
        ("DO  - http://dx.doi.org/10.5555/O.1", ["doi:10.5555/o.1"]),
        ("M3  - doi: 10.5555/o.1\nM3  - Article", ["doi:10.5555/o.1"]),
        ("L3  - 10.5555/o.1", ["doi:10.5555/o.1"]),
        ("N1  - doi:10.5555/o.1", ["doi:10.5555/o.1"]),
        ("N1  - See also doi:10.5555/other and arXiv:2401.99902", []),
        ("M1  - Brook, B. (1999). Reeds. https://doi.org/10.5555/other", []),
        ("UR  - https://example.org/a; https://doi.org/10.5555/o.1", ["doi:10.5555/o.1"]),
        ("UR  - https://pubmed.ncbi.nlm.nih.gov/99999901", ["pmid:99999901"]),
        ("AN  - 99999901\nDB  - PubMed", ["pmid:99999901"]),
        ("AN  - 99999901\nDB  - Reedbase", []),
        ("C7  - PMID: 99999901\nC2  - PMC9999901", ["pmid:99999901", "pmc:PMC9999901"]),
        ("C7  - 104501", []),
        ("UR  - https://arxiv.org/abs/2401.99901v2", ["arxiv:2401.99901"]),
        ("JO  - arXiv preprint arXiv:2401.99901", ["arxiv:2401.99901"]),
    ],
)
def test_identifiers_are_found_under_many_tags(tmp_path: Path, fields: str, ids: list[str]) -> None:
    assert sorted(paper(tmp_path, fields).ids) == sorted(ids)


def test_the_address_is_the_first_on_the_web(tmp_path: Path) -> None:
    fields = "L1  - internal-pdf://1.pdf\nUR  - <Go to ISI>://WOS:1\nUR  - https://example.org/1\nhttps://example.org/2"
    assert paper(tmp_path, fields).url == "https://example.org/1"


def test_records_that_are_no_papers_are_named_with_their_lines(tmp_path: Path) -> None:
    text = record("TI  - Only Notes\nN1  - A note.") + record("ID  - k7\nAB  - An abstract.") + titled("Voles")
    found = results(tmp_path, text)
    assert found[:2] == ["otters.ris:1: no abstract: Only Notes", "otters.ris:6: no title: k7"]
    assert len(found) == 3


def test_a_record_beyond_all_bounds_costs_no_other(tmp_path: Path) -> None:
    found = results(tmp_path, record("TI  - Endless\nN1  - x\n" + "x y z " * 200_000) + titled("Voles"))
    assert found[0] == "otters.ris:1: a record of more than 1,000,000 characters: Endless"
    assert [paper.title for paper in found if isinstance(paper, Paper)] == ["Voles"]


def test_endless_text_before_a_record_costs_it_nothing(tmp_path: Path) -> None:
    text = titled("Otters") + "N1  - " + "x y z " * 200_000 + "\nN1  - x\n" + titled("Voles")
    found = results(tmp_path, text)
    assert found[1] == "otters.ris:6: a record of more than 1,000,000 characters"
    assert [paper.title for paper in found if isinstance(paper, Paper)] == ["Otters", "Voles"]


def test_what_a_cut_off_file_has_is_read_and_the_record_at_the_cut_is_named(tmp_path: Path) -> None:
    lines = "".join(f"KW  - {number * 7919 % 99991}\n" for number in range(20_000))
    packed = gzip.compress((titled("Otters") + f"TY  - JOUR\nTI  - Voles\n{lines}{FIELDS}").encode())
    path = tmp_path / "otters.ris.gz"
    path.write_bytes(packed[:-1000])
    found = list(read(path))
    assert isinstance(found[0], Paper)
    assert all(isinstance(skipped, Skipped) for skipped in found[1:])
    assert "a record that is cut off: Voles" in str(found[1])
    assert "the file is cut off" in str(found[2])


@pytest.mark.parametrize(
    "text",
    [
        "Dear Ada,\n\nER - positive cells are TI - dyed.\n\nBest,\nBen\n",
        "# RIS\n\n```\nTY  - JOUR\nTI  - Otters\nER  - \n```\n\nThat is all.\n",
        "TI  - Otters\nAB  - They dive.\n",
        "Prose in lines.\n" * 30 + record() + "Prose in lines.\n" * 30,
    ],
    ids=["letter", "Markdown", "other tags", "example in a manual"],
)
def test_other_text_is_not_taken_for_ris(text: str) -> None:
    assert not matches(text)
