"""Entries as a BibTeX parser reads them: the cited papers, their fields, and stable keys."""

from __future__ import annotations

import bibtexparser
import pytest
from bibtexparser.model import Entry

from rag.answer.types import Answer, Citation, Statement
from rag.export.bibtex import bibtex
from rag.paper import Paper

OWLS = Paper(
    "The OwlNet: Hearing & $O(n)$ Voles",
    "Owls hunt by ear. They hear 50% more. Code exists.",
    authors=("Müller, Jürgen", "Ada Lovelace"),
    year=2020,
    ids=("arxiv:2001.00001", "doi:10.1000/a_b", "arxiv:2002.00002"),
    url="https://example.org/owls?a=1&b=50%25",
)


def cite(paper: Paper, start: int = 0, end: int | None = None, n: int = 1) -> Citation:
    return Citation(n, paper, start, len(paper.abstract) if end is None else end)


def answer(*citations: Citation, **fields: object) -> Answer:
    statements = tuple(Statement(one.quote, (one,), "quote") for one in citations)
    return Answer("?", statements, **fields)  # type: ignore[arg-type]


def entries(*answers: Answer) -> list[Entry]:
    library = bibtexparser.parse_string(bibtex(*answers))
    assert library.failed_blocks == []
    assert len(library.blocks) == len(library.entries)  # no text between them
    return library.entries


def fields(paper: Paper) -> dict[str, str]:
    (entry,) = entries(answer(cite(paper)))
    return {field.key: field.value for field in entry.fields}


def keys(*papers: Paper) -> list[str]:
    return [entry.key for entry in entries(answer(*(cite(paper, n=n) for n, paper in enumerate(papers, 1))))]


def test_an_entry_has_the_known_fields_and_the_quotes() -> None:
    (entry,) = entries(answer(cite(OWLS, 0, 17), cite(OWLS, 18, 37)))
    assert (entry.entry_type, entry.key) == ("misc", "muller2020owlnet")
    assert {field.key: field.value for field in entry.fields} == {
        "title": r"{The OwlNet: Hearing \& $O(n)$ Voles}",
        "author": r"M{\"u}ller, J{\"u}rgen and Ada Lovelace",
        "year": "2020",
        "eprint": "2001.00001",
        "archiveprefix": "arXiv",
        "doi": "10.1000/a_b",
        "url": "https://example.org/owls?a=1&b=50%25",
        "annote": r"``Owls hunt by ear.'' ``They hear 50\% more.''",
    }


def test_unknown_fields_are_left_out_and_a_digest_is_marked() -> None:
    known = fields(Paper("Bats", "Bats hear.", url="javascript:alert(1)", digest=True))
    assert set(known) == {"title", "annote"}
    assert known["annote"].startswith("Digest, not the authors' words: ")


def test_only_cited_papers_have_entries_one_each_by_number() -> None:
    bats, foxes, mice = (Paper(f"{name} Hear", f"{name} hear.") for name in ("Bats", "Foxes", "Mice"))
    first = answer(cite(bats, n=2), cite(OWLS, n=1), related=(cite(foxes, n=3),))
    second = answer(cite(bats, n=2), nearest=(mice,))
    assert [entry.key for entry in entries(first, second)] == ["muller2020owlnet", "batshear"]
    assert bibtex(Answer("?", nearest=(mice,))) == ""


@pytest.mark.parametrize(
    ("paper", "key"),
    [
        (Paper("A Study of Depth", "x", ("Jürgen van den Bérg",), 2024), "berg2024study"),
        (Paper("$\\beta$-VAE", "x", ("Łukasz Kaiser",)), "kaiserbeta"),
        (Paper("3D Maps", "x", year=2024), "20243dmaps"),
        (Paper("On the Of", "x", ("Ada",)), "ada"),
        (Paper("Deep Nets for the Depth of Rooms", "x"), "deepnetsdepth"),
        (Paper("深度估计", "x", ("王伟",), 2024), "paper"),
    ],
)
def test_a_key_is_made_of_name_year_and_title(paper: Paper, key: str) -> None:
    assert keys(paper)[0].startswith(key)
    assert keys(paper)[0].isascii()
    assert keys(paper) == keys(paper)


def test_keys_are_unique() -> None:
    papers = [Paper(f"Depth {n}", "x", ("Ada Example",), 2024) for n in range(3)]
    assert keys(*papers) == ["example2024depth", "example2024depth-2", "example2024depth-3"]
    assert len(set(keys(Paper("深度", "x"), Paper("估计", "x")))) == 2


@pytest.mark.parametrize("name", ["Smith and Sons", "others", "A, B, C, D", "AND"])
def test_a_name_that_bibtex_would_split_is_protected(name: str) -> None:
    assert fields(Paper("T", "x", (name, "Ada Example")))["author"] == f"{{{name}}} and Ada Example"
    assert fields(Paper("T", "x", ("Alexander Sand",)))["author"] == "Alexander Sand"


@pytest.mark.parametrize("text", ["}, author = {Mallory", "}\n@misc{fake,", '"', "\\", "{", "@comment{", "a } b { c"])
def test_text_cannot_break_out_of_its_field(text: str) -> None:
    paper = Paper(text, text, (text,), 2024, (f"arxiv:{text}", f"doi:{text}"), f"https://a.b/{text}")
    assert set(fields(paper)) == {
        *("title", "author", "year", "eprint", "archiveprefix", "doi", "url", "annote"),
    }
