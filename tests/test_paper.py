"""When two records are the same paper, and what they are merged into."""

from __future__ import annotations

import pytest

from rag.paper import Paper, deduplicate, merge


@pytest.mark.parametrize(
    "title", ["Élan of Poincaré", "ELAN OF POINCARE", "Élan-of: Poincaré!", "  E\u0301lan  of_Poincare\u0301"]
)
def test_case_accents_and_punctuation_do_not_make_another_paper(title: str) -> None:
    assert Paper(title, "a").key == "elan of poincare"


@pytest.mark.parametrize("other", ["Dams at Noon", "Dams at Night 2", "Damsat Night", "夜のダム"])
def test_other_words_make_another_paper(other: str) -> None:
    assert Paper(other, "a").key not in ("", Paper("Dams at Night", "a").key)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("OwlNet: Hearing in the Dark", "OwlNet"),
        ("Early Exit Networks: Less Is More", "Early Exit Networks"),
        ("On the Hearing of Owls: A Survey", ""),
        ("Owls at Night", ""),
        (": Owls", ""),
    ],
)
def test_the_short_name_is_what_a_title_calls_its_method(title: str, name: str) -> None:
    assert Paper(title, "a").short_name == name


def test_merging_keeps_the_longer_abstract_and_the_fields_of_both_records() -> None:
    first = Paper("Dams", "Short.", authors=("A. Otter",), ids=("arxiv:1", "doi:2"), source="a.txt", digest=True)
    second = Paper("DAMS", "A longer one.", year=1999, ids=("doi:2", "x:3"), url="https://example.org", source="b.txt")
    merged = Paper(
        "DAMS",
        "A longer one.",
        authors=("A. Otter",),
        year=1999,
        ids=("arxiv:1", "doi:2", "x:3"),
        url="https://example.org",
        source="b.txt",
    )
    assert merge(first, second) == merged
    assert merge(second, first).abstract == merged.abstract
    assert merge(second, first).authors == merged.authors


def test_of_two_equally_long_abstracts_the_first_is_kept() -> None:
    assert merge(Paper("Dams", "one"), Paper("Dams", "two")).abstract == "one"


def test_each_paper_appears_once_where_it_first_appeared() -> None:
    papers = [Paper("Dams", "a"), Paper("Ferns", "b"), Paper("dams!", "longer"), Paper("Owls", "c")]
    assert [(p.title, p.abstract) for p in deduplicate(papers)] == [("dams!", "longer"), ("Ferns", "b"), ("Owls", "c")]
    assert deduplicate([]) == []
