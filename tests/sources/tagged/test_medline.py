"""Tagged text of PubMed, ERIC and Ovid: wrapped values, what ends a record, and whose names and numbers count."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.paper import Paper
from rag.sources import read
from rag.sources.tagged.medline import matches

FIELDS = "TI  - Otters in\n      rivers.\nAB  - Otters dive.\n      They eat.\n"


def results(tmp_path: Path, content: str) -> list[Paper | str]:
    path = tmp_path / "otters.nbib"
    path.write_text(content, encoding="utf-8", newline="")
    return [found if isinstance(found, Paper) else str(found) for found in read(path)]


def record(fields: str = "", number: int = 99999901) -> str:
    return f"PMID- {number}\nOWN - NLM\nSTAT- MEDLINE\n{FIELDS}{fields}\n"


def paper(tmp_path: Path, content: str) -> Paper:
    (found,) = results(tmp_path, content)
    assert isinstance(found, Paper)
    return found


def test_a_record_becomes_a_paper(tmp_path: Path) -> None:
    fields = """FAU - Lutra, Ada Maria
AU  - Lutra AM
AUID- ORCID: 0000-0000-0000-0000
CN  - Otter Group
DP  - 2019 Nov
LID - S1083-8791(19)30439-2 [pii]
LID - 10.5555/o.1 [doi]
PMC - PMC9999901
CIN - Reeds. 2020;1:1. doi: 10.5555/other. PMID: 88888801
"""
    assert results(tmp_path, "\n" + record(fields)) == [
        Paper(
            "Otters in rivers",
            "Otters dive. They eat.",
            authors=("Ada Maria Lutra", "Otter Group"),
            year=2019,
            ids=("pmid:99999901", "doi:10.5555/o.1", "pmc:PMC9999901"),
            url="https://pubmed.ncbi.nlm.nih.gov/99999901/",
            source="otters.nbib",
        )
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\r\r\n"])
@pytest.mark.parametrize("between", ["", "\n", "\n\n\n", "\ufeff"])
def test_records_end_where_the_next_begins(tmp_path: Path, end: str, between: str) -> None:
    text = between.join(record(number=number) for number in (99999901, 99999902))
    found = [found.ids for found in results(tmp_path, text.replace("\n", end)) if isinstance(found, Paper)]
    assert found == [("pmid:99999901",), ("pmid:99999902",)]


def test_a_blank_line_within_a_record_does_not_end_it(tmp_path: Path) -> None:
    assert paper(tmp_path, record().replace("AB  -", "\nAB  -").replace("      They", "\n      They")) == paper(
        tmp_path, record()
    )


def test_indented_lines_are_never_fields(tmp_path: Path) -> None:
    text = record().replace("      rivers", "      AU  - MD9 rivers").replace("      They", "      TI  - 3 They")
    found = paper(tmp_path, text)
    assert (found.title, found.abstract) == ("Otters in AU - MD9 rivers", "Otters dive. TI - 3 They eat.")
    assert found.authors == ()


def test_a_line_that_lost_its_indent_is_still_text(tmp_path: Path) -> None:
    text = record().replace("      rivers", "CO2-rich rivers").replace("      They", "AU - they say - they")
    found = paper(tmp_path, text)
    assert (found.title, found.abstract) == ("Otters in CO2-rich rivers", "Otters dive. AU - they say - they eat.")


@pytest.mark.parametrize(
    ("fields", "authors"),
    [
        ("AU  - Lutra AM\nAU  - Brook B\nCN  - Otter Group", ["Lutra AM", "Brook B", "Otter Group"]),
        ("AU  - Lutra AM\nAU  - Brook B", ["AM Lutra", "B Brook"]),
        ("FAU - King, Martin Luther Jr\nAU  - King ML Jr", ["Martin Luther King Jr"]),
        ("FED - Editor, Ed\nED  - Editor E\nIR  - Helper H\nFIR - Helper, Hal", []),
    ],
)
def test_authors_have_their_full_names_if_these_are_given(tmp_path: Path, fields: str, authors: list[str]) -> None:
    assert list(paper(tmp_path, record(fields + "\n")).authors) == authors


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        ("TI  - [Not Available].\nTT  - Loutres.", "Loutres"),
        ("BTI - Otters.", "Otters"),
        ("BTI - Rivers\nTI  - Otters", "Otters"),
    ],
)
def test_the_title_is_that_of_the_paper_before_others(tmp_path: Path, fields: str, title: str) -> None:
    assert paper(tmp_path, f"PMID- 99999901\n{fields}\nAB  - They dive. They eat.\n").title == title


@pytest.mark.parametrize(
    ("fields", "year"),
    [
        ("DP  - 2019 Nov 12-2020 Jan", 2019),
        ("DP  - Article 1023 2019", 2019),
        ("DEP - 20200426", 2020),
        ("EDAT- 2020/04/27 06:00", 2020),
        ("LR  - 20200426", None),
    ],
)
def test_the_year_is_that_of_publication(tmp_path: Path, fields: str, year: int | None) -> None:
    assert paper(tmp_path, record(fields + "\n")).year == year


def test_another_abstract_stands_in_for_a_missing_one(tmp_path: Path) -> None:
    text = record("OAB - Les loutres plongent.\nOABL- fre\n")
    assert paper(tmp_path, text).abstract == "Otters dive. They eat."
    without = text.replace("AB  - Otters dive.\n      They eat.\n", "", 1)
    assert paper(tmp_path, without).abstract == "Les loutres plongent."


def test_eric_has_no_pmid_and_addresses_as_identifiers(tmp_path: Path) -> None:
    one = (
        f"OWN - ERIC\n{FIELDS}AU  - van Brook, Ben\nAID - http://dx.doi.org/10.5555/o.1\nISSN - 2399-5636\nDP  - 2020\n"
    )
    two = f"OWN - ERIC\n{FIELDS}OID - EJ9999990\nLID - http://eric.example.org/?id=EJ9999990"
    first, second = results(tmp_path, f"\n{one}\n{two}".replace("\n", "\r\n"))
    assert isinstance(first, Paper)
    assert isinstance(second, Paper)
    assert (first.authors, first.ids, first.year) == (("Ben van Brook",), ("doi:10.5555/o.1",), 2020)
    assert second.url == "http://eric.example.org/?id=EJ9999990"


@pytest.mark.parametrize("respaced", [("  - ", "  - "), ("  - ", " - "), ("\n", "\n ")])
def test_ovid_has_numbers_before_records_and_notes_behind_names(tmp_path: Path, respaced: tuple[str, str]) -> None:
    text = """<1. >
VN  - Ovid Technologies
DB  - Ovid MEDLINE(R)
UI  - 99999901
TI  - Otters.  [Article]

AU  - Lutra, Ada MD, PhD 1,*
AU  - Brook, B. [Author; E-mail: b@example.org]
IN  - Lutra, Ada: A River

      Brook, B.: Another
AB  - Otters dive. They eat.
SO  - Reeds. June 2015;58(6):688-696
DO  - http://dx.doi.org/10.5555/o.1

<2. >
VN  - Ovid Technologies
TI  - Voles.
"""
    found, skipped = results(tmp_path, text.replace(*respaced))
    assert isinstance(found, Paper)
    assert (found.title, found.year) == ("Otters", 2015)
    assert found.authors == ("Ada Lutra", "B. Brook")
    assert found.ids == ("pmid:99999901", "doi:10.5555/o.1")
    assert skipped == "otters.nbib:17: no abstract: Voles"


def test_a_record_that_is_no_paper_is_named(tmp_path: Path) -> None:
    found = results(tmp_path, "PMID- 99999902\nTI  - Voles.\nOWN - NLM\n\nPMID- 99999903\nAB  - Text.\n\n" + record())
    assert found[:2] == ["otters.nbib:1: no abstract: Voles", "otters.nbib:5: no title: 99999903"]
    assert len(found) == 3


@pytest.mark.parametrize(
    "text",
    [
        f"TY  - JOUR\n{FIELDS}N1  - x\nPMID- 1\nER  - \n",
        "PMID- 99999901 is a paper on otters.\nI like it.\n",
        "Otters\n\nOtters dive. They eat.\n",
        "A manual.\n" * 30 + record(),
    ],
    ids=["RIS", "mention", "prose", "example in a manual"],
)
def test_other_text_is_not_taken_for_medline(text: str) -> None:
    assert not matches(text)
