"""When two records are the same paper, and what they are merged into."""

from __future__ import annotations

import pytest

from rag.paper import Paper
from rag.sources.duplicates import deduplicate, merge, same_paper

OWLS = "We listen to forty owls for two winters. They hear voles under half a metre of snow."
OWLS_PUBLISHED = "We listen to forty owls for two winters. They hear voles under half a metre of snow, and mice."
TIDES = "Harbours keep tide ledgers by hand. We read ninety of them and find the same errors in each."
TITLE = "Hearing of Owls under Snow in Winter"


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        (Paper(TITLE, OWLS, ids=("doi:10.5555/a",)), Paper("Owls", TIDES, ids=("doi:10.5555/a",)), "same DOI"),
        (Paper("A", OWLS, ids=("arxiv:1",)), Paper("B", OWLS_PUBLISHED, ids=("pmid:2", "arxiv:1")), "same arXiv id"),
        (Paper(TITLE, OWLS), Paper("hearing of OWLS, under snow in winter.", OWLS), "same title and abstract"),
        (Paper(TITLE, OWLS, year=2020), Paper(TITLE, OWLS_PUBLISHED, year=2021), "same title and abstract"),
        (Paper(TITLE, OWLS), Paper(TITLE, OWLS[:60]), "same title and abstract"),
        (Paper(TITLE, OWLS, ("Ada Reed",)), Paper(TITLE, TIDES, ("A. Reed", "B. Oak")), "same title and authors"),
        (
            Paper(TITLE, OWLS, ids=("doi:10.1101/2020.01.02",)),
            Paper(TITLE, OWLS, ids=("doi:10.5555/journal",)),
            "same title and abstract",
        ),
    ],
    ids=["doi", "arxiv", "title", "preprint", "cut off", "authors", "preprint's DOI"],
)
def test_records_of_one_paper(first: Paper, second: Paper, reason: str) -> None:
    assert same_paper(first, second) == same_paper(second, first) == reason
    assert len(deduplicate([first, second])[0]) == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Paper("ガラスの研究", OWLS), Paper("カラスの研究", OWLS)),
        (Paper("दिन", OWLS), Paper("दान", OWLS)),
        (Paper("C", OWLS), Paper("C++", OWLS)),
        (Paper("The case p < q", OWLS), Paper("The case p > q", OWLS)),
        (Paper("Йод", OWLS), Paper("Иод", OWLS)),
        (Paper("Editorial", OWLS), Paper("Editorial.", TIDES)),
        (Paper("Editorial", OWLS, ("Ada Reed",)), Paper("Editorial", TIDES, ("Ada Reed",))),
        (Paper(TITLE, OWLS, ("Ada Reed",), 2019), Paper(TITLE, TIDES, ("Ada Reed",), 2021)),
        (Paper(TITLE, OWLS, ("Ada Reed",)), Paper(TITLE, OWLS, ("Bo Oak",))),
        (Paper(TITLE, OWLS, ids=("doi:10.5555/a",)), Paper(TITLE, OWLS, ids=("doi:10.5555/b",))),
        (Paper(TITLE, OWLS, ids=("arxiv:1",)), Paper(TITLE, OWLS, ids=("arxiv:2",))),
        (Paper(TITLE, OWLS), Paper(TITLE, TIDES)),
        (Paper("Owls at Sea", OWLS, ids=("doi:10.5555/book",)), Paper("Ledgers", TIDES, ids=("doi:10.5555/book",))),
        (Paper("Owls", OWLS, ids=("beir:1",)), Paper("Owls", TIDES, ids=("beir:1",))),
    ],
    ids=lambda paper: f"{paper.title} {paper.year or ''}",
)
def test_different_papers(first: Paper, second: Paper) -> None:
    assert same_paper(first, second) == same_paper(second, first) == ""
    assert deduplicate([first, second]) == ([first, second], [])


def test_each_field_comes_from_the_record_that_says_more() -> None:
    first = Paper("DAMS", "Short.", authors=("A. Otter",), ids=("arxiv:1", "doi:2"), source="a.txt")
    second = Paper("Dams", "A longer one.", ("Ann Otter",), 1999, ("doi:2", "x:3"), "https://example.org", "b.txt")
    merged = Paper(
        "Dams", "A longer one.", ("Ann Otter",), 1999, ("arxiv:1", "doi:2", "x:3"), "https://example.org", "b.txt"
    )
    assert merge(first, second) == merged


def test_the_abstract_of_the_authors_is_preferred_to_a_longer_digest() -> None:
    own, digest = Paper("Dams", "Their words."), Paper("Dams", "Our words about them.", digest=True)
    for merged in (merge(own, digest), merge(digest, own)):
        assert (merged.abstract, merged.digest) == ("Their words.", False)


def test_of_two_equally_long_abstracts_the_first_is_kept() -> None:
    assert merge(Paper("Dams", "one"), Paper("Dams", "two")).abstract == "one"


def test_each_paper_appears_once_where_it_first_appeared_and_what_was_merged_is_told() -> None:
    longer = Paper("dams!", OWLS_PUBLISHED, source="b.bib")
    papers, merges = deduplicate([Paper("Dams", OWLS, source="a.ris"), Paper("Ferns", "b"), longer, Paper("Owls", "c")])
    assert [(p.title, p.abstract) for p in papers] == [("Dams", OWLS_PUBLISHED), ("Ferns", "b"), ("Owls", "c")]
    (told,) = merges
    assert (told.title, told.source, told.into_title, told.into_source) == ("dams!", "b.bib", "Dams", "a.ris")
    assert deduplicate([]) == ([], [])


def test_a_record_brings_together_two_that_had_nothing_in_common() -> None:
    by_doi, by_arxiv = Paper("A", OWLS, ids=("doi:10.5555/a",)), Paper("B", OWLS, ids=("arxiv:1",))
    both = Paper("A", OWLS, ids=("doi:10.5555/a", "arxiv:1"))
    papers, merges = deduplicate([by_doi, Paper("Ferns", "b"), by_arxiv, both])
    assert [paper.title for paper in papers] == ["A", "Ferns"]
    assert [told.reason for told in merges] == ["same DOI", "same arXiv id"]


def test_thousands_of_namesakes_are_merged_only_if_they_are_equal() -> None:
    papers, merges = deduplicate(Paper("Editorial", f"Issue {n % 3_000}.") for n in range(6_000))
    assert (len(papers), len(merges)) == (3_000, 3_000)
