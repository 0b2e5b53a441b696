"""Keys, identifiers and abstracts, which all formats of references share."""

from __future__ import annotations

from itertools import permutations

import pytest

from rag.answer.types import Answer, Listed
from rag.export.references import (
    MAX_NAMED_AUTHORS,
    identifier,
    keyed,
    link,
    own_abstract,
    papers_of,
    quotes_of,
    reference,
)
from rag.paper import Paper
from tests.export.samples import ANSWER, BATS, FOXES, OWLS, REFUSAL


def keys(*papers: Paper) -> list[str]:
    return list(keyed(papers))


@pytest.mark.parametrize(
    ("paper", "key"),
    [
        (Paper("A Walking Machine", "x", ("Ada Lovelace",), 2019), "lovelace2019walking"),
        (Paper("A Walking Machine", "x", ("Lovelace, Ada", "Ben Sample"), 2019), "lovelace2019walking"),
        (Paper("A Study of Depth", "x", ("Jürgen van den Bérg",), 2024), "berg2024study"),
        (Paper("A Study of Depth", "x", ("Ben Sample Jr.",), 2024), "sample2024study"),
        (Paper("A Study of Depth", "x", ("The ATLAS Collaboration",), 2024), "atlas2024study"),
        (Paper("A Study of Depth", "x", ("Smith JA",), 2024), "smith2024study"),
        (Paper("$\\beta$-VAE", "x", ("Łukasz Kaiser",)), "kaiserbeta"),
        (Paper("3D Maps", "x", year=2024), "20243dmaps"),
        (Paper("On the Of", "x", ("Ada",)), "ada"),
        (Paper("Deep Nets for the Depth of Rooms", "x"), "deepnetsdepth"),
    ],
)
def test_a_key_is_made_of_name_year_and_title(paper: Paper, key: str) -> None:
    assert keys(paper) == [key]


def test_a_paper_in_another_script_has_a_key_of_its_own_too() -> None:
    first, second = keys(Paper("深度估计", "x", ("王伟",), 2024), Paper("语音识别", "x", ("王伟",), 2024))
    assert first.isascii()
    assert first.startswith("paper")
    assert first != second


def test_papers_that_would_have_the_same_key_get_letters_whatever_their_order() -> None:
    papers = [Paper(f"Depth {n}", "x", ("Ada Example",), 2024) for n in range(3)]
    assert keys(*papers) == ["example2024depth", "example2024deptha", "example2024depthb"]
    assert len({tuple(sorted(keyed(order).items(), key=str)) for order in permutations(papers)}) == 1


def test_more_papers_than_letters_have_keys_of_two_letters() -> None:
    many = keys(*(Paper(f"Depth {n}", "x", ("Ada Example",), 2024) for n in range(60)))
    assert len(set(many)) == 60
    assert {key.removeprefix("example2024depth") for key in many} >= {"", "z", "aa", "bg"}


def test_a_letter_does_not_make_the_key_of_another_paper() -> None:
    same = [Paper("Depth", text, ("Ada Example",), 2024) for text in ("x", "y")]
    assert len(set(keys(*same, Paper("Deptha", "x", ("Ada Example",), 2024)))) == 3


def test_a_paper_that_comes_twice_is_one_reference() -> None:
    assert list(keyed([OWLS, FOXES, OWLS]).values()) == [OWLS, FOXES]


def test_an_identifier_is_the_first_of_its_kind() -> None:
    paper = Paper("T", "x", ids=("DOI:10.5555/a:b", "doi:10.5555/c", "pmid:12"))
    assert [identifier(paper, kind) for kind in ("doi", "pmid", "arxiv")] == ["10.5555/a:b", "12", ""]


def test_a_digest_is_not_given_as_the_authors_abstract() -> None:
    assert (own_abstract(OWLS), own_abstract(BATS)) == (OWLS.abstract, "")


def test_the_papers_of_answers_are_those_that_they_cite_or_list_by_number() -> None:
    listing = Answer("all", wish="list", listed=(Listed(3, FOXES), Listed(1, OWLS)))
    assert papers_of(ANSWER) == [OWLS, BATS]
    assert papers_of(listing, ANSWER) == [OWLS, BATS, FOXES]
    assert papers_of(REFUSAL) == []


def test_each_cited_sentence_is_quoted_once() -> None:
    assert quotes_of(ANSWER, ANSWER) == {
        OWLS: ["Owls hunt by ear.", "OwlNet finds voles 3 times faster."],
        BATS: ["Bats hear echoes of moths."],
    }


def written(*authors: str, title: str = "Hearing", year: int | None = 2024) -> str:
    made = reference(Paper(title, "x", authors, year))
    return made.before + made.title + made.after


def test_a_reference_has_what_is_known_and_no_point_after_a_point() -> None:
    assert written("Ada Example", "Ben Sample") == "Ada Example, Ben Sample (2024). Hearing."
    assert written("Ada Example", year=None) == "Ada Example. Hearing."
    assert written("King Jr.", year=None, title="Why?") == "King Jr. Why?"
    assert written(title="Why?") == "Why? (2024)."
    assert written(year=None) == "Hearing."


def test_a_reference_names_ten_authors_at_most() -> None:
    names = [f"A{n} B" for n in range(MAX_NAMED_AUTHORS + 1)]
    assert written(*names[:-1]) == f"{', '.join(names[:-1])} (2024). Hearing."
    assert written(*names) == f"{', '.join(names[:-1])}, et al. (2024). Hearing."


@pytest.mark.parametrize(
    ("ids", "url", "address"),
    [
        (("arxiv:2001.00001", "doi:10.5555/a b"), "https://a.b", "https://doi.org/10.5555/a%20b"),
        (("arxiv:2001.00001",), "https://a.b", "https://arxiv.org/abs/2001.00001"),
        (("pmid:1",), "https://a.b", "https://a.b"),
        (("pmid:1",), "javascript:alert(1)", "https://pubmed.ncbi.nlm.nih.gov/1/"),
        ((), "javascript:alert(1)", ""),
    ],
)
def test_the_address_of_a_reference_is_the_one_that_stays(ids: tuple[str, ...], url: str, address: str) -> None:
    assert link(Paper("T", "x", ids=ids, url=url)) == address
