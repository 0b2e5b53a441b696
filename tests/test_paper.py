"""When two records are one paper, and what becomes of them."""

import pytest

from rag.paper import Paper, deduplicate, merge
from rag.text import one_line


@pytest.mark.parametrize(
    "title", ["Élan of Poincaré", "ELAN OF POINCARE", "Élan-of: Poincaré!", "  E\u0301lan  of_Poincare\u0301"]
)
def test_case_accents_and_punctuation_do_not_make_another_paper(title):
    assert Paper(title, "a").key == "elan of poincare"


@pytest.mark.parametrize("other", ["Dams at Noon", "Dams at Night 2", "Damsat Night", "夜のダム"])
def test_other_words_make_another_paper(other):
    assert Paper(other, "a").key not in ("", Paper("Dams at Night", "a").key)


def test_merging_keeps_the_longer_abstract_with_what_either_record_knows():
    first = Paper("Dams", "Short.", authors=("A. Otter",), ids=("arxiv:1", "doi:2"), source="a.txt", digest=True)
    second = Paper("DAMS", "A longer one.", year=1999, ids=("doi:2", "x:3"), url="https://example.org", source="b.txt")
    whole = Paper(
        "DAMS",
        "A longer one.",
        authors=("A. Otter",),
        year=1999,
        ids=("arxiv:1", "doi:2", "x:3"),
        url="https://example.org",
        source="b.txt",
    )
    assert merge(first, second) == whole
    assert merge(second, first).abstract == whole.abstract
    assert merge(second, first).authors == whole.authors


def test_of_two_equally_long_abstracts_the_first_stays():
    assert merge(Paper("Dams", "one"), Paper("Dams", "two")).abstract == "one"


def test_each_paper_appears_once_where_it_first_appeared():
    papers = [Paper("Dams", "a"), Paper("Ferns", "b"), Paper("dams!", "longer"), Paper("Owls", "c")]
    assert [(p.title, p.abstract) for p in deduplicate(papers)] == [("dams!", "longer"), ("Ferns", "b"), ("Owls", "c")]
    assert deduplicate([]) == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  one \t two\r\nthree ", "one two three"),
        ("bell\x07 and\x00null", "bell and null"),
        ("a\u2028b\u2029c\u0085d\u00a0e", "a b c d e"),
        ("naïve γ-MoD 夜", "naïve γ-MoD 夜"),
        (" \n", ""),
    ],
)
def test_one_line_is_one_line(text, line):
    assert one_line(text) == line
