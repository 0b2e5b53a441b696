"""What the records of one paper are merged into, and that nothing else is."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from rag.export.bibtex import bibtex
from rag.paper import Paper
from rag.sources.agreement import ids_by_kind
from rag.sources.duplicates import deduplicate, merge, shared_ids

OWLS = "We listen to forty owls for two winters. They hear voles under half a metre of snow."
OWLS_PUBLISHED = "We listen to forty owls for two winters. They hear voles under half a metre of snow, and mice."
TIDES = "Harbours keep tide ledgers by hand. We read ninety of them and find the same errors in each."
TITLE = "Hearing of Owls under Snow in Winter"


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


IDS = ("doi:10.5555/a", "doi:10.5555/b", "doi:10.1101/a", "arxiv:1", "arxiv:2", "pmid:1", "pmid:2", "beir:1")
RECORDS = st.builds(
    Paper,
    title=st.sampled_from(["Owls", "OWLS.", TITLE, f"{TITLE}: Part II", "Editorial"]),
    abstract=st.sampled_from([OWLS, OWLS_PUBLISHED, OWLS[:60], TIDES, "We count them."]),
    authors=st.sampled_from([(), ("Ada Reed",), ("A. Reed", "Bo Oak"), ("Bo Oak",)]),
    year=st.sampled_from([None, 2001, 2002, 2015]),
    ids=st.lists(
        st.sampled_from(IDS), unique_by=lambda one: one.rpartition("/" if "5555" in one else ":")[0], max_size=3
    ).map(tuple),
    url=st.sampled_from(["", "https://a.example", "https://b.example"]),
    source=st.sampled_from(["a.bib", "b.ris"]),
)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.lists(RECORDS, max_size=7).flatmap(lambda records: st.tuples(st.just(records), st.permutations(records))))
def test_the_order_of_records_decides_nothing_but_the_order_of_papers(orders: tuple[list[Paper], list[Paper]]) -> None:
    records, shuffled = orders
    papers, _ = deduplicate(records)
    assert set(deduplicate(shuffled)[0]) == set(papers)
    for paper in papers:
        assert all(len(ids) == 1 for ids in ids_by_kind(paper).values())


def test_two_that_contradict_each_other_are_not_joined_by_a_third() -> None:
    first = Paper(TITLE, OWLS, ("Ada Reed",), ids=("doi:10.5555/a",))
    second = Paper(TITLE, OWLS_PUBLISHED, ("Bo Oak",), ids=("pmid:1",))
    both = Paper(TITLE, OWLS, ids=("doi:10.5555/a", "pmid:1"))
    for records in ([first, second, both], [both, first, second], [second, both, first]):
        papers, _ = deduplicate(records)
        assert sorted((paper.authors, paper.ids) for paper in papers) == [
            (("Ada Reed",), ("doi:10.5555/a",)),
            (("Bo Oak",), ("doi:10.5555/a", "pmid:1")),
        ]


def test_a_fragment_does_not_join_two_trials_that_found_the_opposite() -> None:
    cure, fragment = "Drug X shortens flu by a day in adults. Trial of 400.", "Drug X in adults with flu."
    no_cure = "Drug X does not shorten flu in adults. Trial of 900."
    records = [Paper("Drug X in Flu", text, ("Ada Reed",), 2015) for text in (cure, fragment, no_cure)]
    papers, _ = deduplicate(records)
    assert {cure, no_cure} <= {paper.abstract for paper in papers}


def test_the_authors_and_the_doi_of_one_paper_are_not_credited_to_another() -> None:
    window = Paper("ガラスの研究", OWLS, ("Glass Author",), 2001, ("doi:10.5555/glass",))
    crow = Paper("カラスの研究", OWLS, (), 2015, ("doi:10.5555/crow",))
    papers, _ = deduplicate([window, crow])
    entries = bibtex(papers).split("@misc")[1:]
    assert [("Glass Author" in entry or "Author, Glass" in entry, "10.5555/glass" in entry) for entry in entries] == [
        (True, True),
        (False, False),
    ]


def test_an_identifier_that_different_papers_have_is_told() -> None:
    book = "doi:10.5555/book"
    chapters = [Paper("Owls at Sea", OWLS, ids=(book,), source="a.bib"), Paper("Ledgers", TIDES, ids=(book,))]
    papers, _ = deduplicate(chapters)
    assert papers == chapters
    (told,) = shared_ids(papers)
    assert str(told).startswith(f"{book} is given to different papers, “Owls at Sea” (a.bib) and “Ledgers”")
