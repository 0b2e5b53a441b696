"""Entries as a BibTeX parser reads them: the papers, their fields, and nothing made up."""

from __future__ import annotations

import bibtexparser
import pytest
from bibtexparser.model import Entry

from rag.export.bibtex import bibtex
from rag.paper import Paper

OWLS = Paper(
    "The OwlNet: Hearing & $O(n)$ Voles",
    "Owls hunt by ear. They hear 50% more. Code exists.",
    authors=("Müller, Jürgen", "Ada Lovelace"),
    year=2020,
    ids=("arxiv:2001.00001", "doi:10.5555/a_b", "pmid:123", "arxiv:2002.00002", "openalex:W1"),
    url="https://example.org/owls?a=1&b=50%25",
)


def entries(text: str) -> list[Entry]:
    library = bibtexparser.parse_string(text)
    assert library.failed_blocks == []
    assert len(library.blocks) == len(library.entries)  # no text between them
    return library.entries


def fields(paper: Paper) -> dict[str, str]:
    (entry,) = entries(bibtex([paper]))
    return {field.key: field.value for field in entry.fields}


def test_an_entry_has_the_known_fields_and_the_quotes() -> None:
    quotes = {OWLS: ["Owls hunt by ear.", "They hear 50% more."]}
    (entry,) = entries(bibtex([OWLS], quotes))
    assert (entry.entry_type, entry.key) == ("misc", "muller2020owlnet")
    assert {field.key: field.value for field in entry.fields} == {
        "author": r"M{\"u}ller, J{\"u}rgen and Lovelace, Ada",
        "title": r"{The OwlNet: Hearing \& $O(n)$ Voles}",
        "year": "2020",
        "doi": "10.5555/a_b",
        "eprint": "2001.00001",
        "archivePrefix": "arXiv",
        "pmid": "123",
        "url": "https://example.org/owls?a=1&b=50%25",
        "abstract": r"Owls hunt by ear. They hear 50\% more. Code exists.",
        "annote": r"``Owls hunt by ear.'' ``They hear 50\% more.''",
    }


def test_unknown_fields_are_left_out() -> None:
    assert set(fields(Paper("Bats", "Bats hear.", url="javascript:alert(1)"))) == {"title", "abstract"}


def test_a_digest_is_no_abstract_and_its_quotes_are_marked() -> None:
    bats = Paper("Bats", "Bats hear.", digest=True)
    assert set(fields(bats)) == {"title"}
    (entry,) = entries(bibtex([bats], {bats: ["Bats hear."]}))
    assert entry["annote"] == "Digest, not the authors' words: ``Bats hear.''"


def test_abstracts_are_left_out_where_only_the_reference_is_asked_for() -> None:
    assert "abstract" in bibtex([OWLS])
    assert "abstract" not in bibtex([OWLS], abstracts=False)


def test_entries_are_in_the_order_of_the_papers() -> None:
    bats = Paper("Bats Hear", "Bats hear.")
    assert [entry.key for entry in entries(bibtex([bats, OWLS]))] == ["batshear", "muller2020owlnet"]
    assert bibtex([]) == ""


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Ludwig van Beethoven", "van Beethoven, Ludwig"),
        ("Martin Luther King Jr.", "King, Jr., Martin Luther"),
        ("ATLAS Collaboration", "{ATLAS Collaboration}"),
        ("Smith and Sons", "{Smith and Sons}"),
        ("others", "{others}"),
        ("A, B, C, D", "{A, B, C, D}"),
        ("AND", "{AND}"),
        ("Alexander Sand", "Sand, Alexander"),
    ],
)
def test_bibtex_need_not_guess_the_parts_of_a_name(name: str, written: str) -> None:
    assert fields(Paper("T", "x", (name, "Ada Example")))["author"] == f"{written} and Example, Ada"


@pytest.mark.parametrize("text", ["}, author = {Mallory", "}\n@misc{fake,", '"', "\\", "{", "@comment{", "a } b { c"])
def test_text_cannot_break_out_of_its_field(text: str) -> None:
    paper = Paper(text, text, (text,), 2024, (f"arxiv:{text}", f"doi:{text}", f"pmid:{text}"), f"https://a.b/{text}")
    assert set(fields(paper)) == {
        *("author", "title", "year", "doi", "eprint", "archivePrefix", "pmid", "url", "abstract"),
    }
