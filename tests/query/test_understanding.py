"""A question becomes a query: what to search for, and among which papers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from rag.errors import QuestionError
from rag.index.opening import open_current
from rag.index.store import Store
from rag.paper import Paper
from rag.query.batch import BatchQuestion
from rag.query.history import History
from rag.query.understanding import batch_history, understand, written_filters
from tests.index.building import build_index


@pytest.fixture(scope="module")
def store(index_dir: Path) -> Iterator[Store]:
    with closing(open_current(index_dir)) as opened:
        yield opened


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """An index of a paper without year or authors."""
    papers = [Paper("Owls", "Owls hunt by ear.", source="owls.jsonl")]
    with closing(open_current(build_index(tmp_path_factory.mktemp("bare"), papers))) as opened:
        yield opened


def paper(store: Store, title: str) -> Paper:
    return store.paper(store.titles().index(title) + 1)


def test_a_question_without_filters_searches_all_papers(store: Store) -> None:
    query = understand("what counts coral?", store)
    assert (query.rewrites, query.filters, query.among, query.searched) == (("what counts coral?",), (), None, 14)


def test_filters_are_removed_from_the_text_and_select_the_papers(store: Store) -> None:
    query = understand("what counts coral since 2024?", store)
    assert query.rewrites == ("what counts coral?",)
    assert query.filters == ("since 2024",)
    assert query.searched == len(query.among or ()) == 3
    assert not query.notice


def test_a_filter_can_be_ignored(store: Store) -> None:
    assert understand("coral year:2024", store, without=["year:2024"]).searched == 14


@pytest.mark.parametrize(
    ("question", "text", "ignored", "field"),
    [
        ("owls since 2023", "owls since 2023", ["“since 2023”"], "year"),
        ("owls year:2019.. year:..2022", "owls", ["“year:2019..”", "“year:..2022”"], "year"),
        ("owls author:b", "owls", ["“author:b”"], "author"),
        ("owls source:owls", "owls", [], ""),
    ],
)
def test_a_filter_on_a_field_that_no_paper_has_is_ignored_with_a_notice(
    bare: Store, question: str, text: str, ignored: list[str], field: str
) -> None:
    query = understand(question, bare)
    assert (query.rewrites, query.searched) == ((text,), 1)
    assert bool(query.notice) == bool(ignored)
    assert all(filter in query.notice for filter in ignored)
    assert field in query.notice


@pytest.mark.parametrize("question", ["author:example", "which papers are from 2021?", "author:example year:2020"])
def test_a_question_of_filters_only_is_refused_with_an_example(store: Store, question: str) -> None:
    with pytest.raises(QuestionError, match=r"only selects papers\. .*for example: diffusion \S"):
        understand(question, store)


@pytest.mark.parametrize("question", ["since 2023?", "and since 2023?", "And those since 2023?"])
def test_a_follow_up_of_filters_only_repeats_the_question_before_without_its_filters(
    store: Store, question: str
) -> None:
    query = understand(question, store, History(("coral?", "owls author:example")))
    assert query.rewrites == ("owls",)
    assert query.filters == ("since 2023",)


@pytest.fixture
def flyers(store: Store) -> History:
    """An answer cited two papers, of which one is from 2023 or later."""
    titles = ("Coral Counting with Drones", "TinySpeech: Keyword Spotting on Microcontrollers")
    return History(("who flies?",), tuple(paper(store, title) for title in titles))


@pytest.mark.parametrize(
    ("question", "filters", "searched"),
    [
        ("and which of those count coral?", ("of those",), 2),
        ("Which ones of them count coral?", ("of them",), 2),
        ("do any of these count coral since 2023?", ("of these", "since 2023"), 1),
    ],
)
def test_a_question_about_cited_papers_searches_only_them(
    store: Store, flyers: History, question: str, filters: tuple[str, ...], searched: int
) -> None:
    query = understand(question, store, flyers)
    assert (query.filters, query.searched) == (filters, searched)
    assert (len(query.rewrites), query.intent) == (1, "papers")
    assert understand(question, store, flyers, filters).searched == 14


@pytest.mark.parametrize("question", ["which of those that fly count coral?", "the price of these corals?"])
def test_other_questions_search_all_papers_after_an_answer(store: Store, flyers: History, question: str) -> None:
    query = understand(question, store, flyers)
    assert (query.filters, query.searched) == ((), 14)


def test_a_question_about_cited_papers_searches_all_if_none_were_cited(store: Store) -> None:
    assert understand("which of those count coral?", store, History(("who flies?",))).searched == 14


TWINS = [
    Paper("Proceedings", "Owls hunt voles by ear.", year=2020, ids=("beir:1",)),
    Paper("Proceedings", "Bats hunt moths by echo.", year=2023, ids=("beir:2",)),
    Paper("Foxes", "Foxes dig.", year=2023, ids=("beir:3",)),
]


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """An index of which two papers have the same title, as in BEIR collections."""
    with closing(open_current(build_index(tmp_path_factory.mktemp("twins"), TWINS))) as opened:
        yield opened


def test_of_two_papers_with_one_title_only_the_cited_one_is_searched(twins: Store) -> None:
    for number, cited in enumerate(TWINS, 1):
        assert understand("which of those hunt?", twins, History(("who?",), (cited,))).among == {number}
    both = History(("who?",), (TWINS[0], TWINS[1]))
    assert understand("which of those hunt?", twins, both).among == {1, 2}
    assert understand("which of those hunt since 2023?", twins, both).among == {2}
    assert understand("which of those hunt since 2023?", twins, History(("who?",), (TWINS[0],))).among == set()
    assert understand("who hunts? year:2020", twins).among == {1}


def test_a_cited_paper_with_a_new_abstract_is_still_found(twins: Store) -> None:
    cited = (replace(TWINS[2], abstract="Foxes dug, as an older index had it."),)
    assert understand("which of those dig?", twins, History(("who?",), cited)).among == {3}


def test_a_title_of_two_papers_in_an_answer_of_a_file_cites_both(twins: Store) -> None:
    history = batch_history(BatchQuestion("which of those hunt?", last_answer="See Proceedings. [1]"), twins)
    assert history.cited == (TWINS[0], TWINS[1])


def test_all_restrictions_of_a_question_are_listed_as_written() -> None:
    assert written_filters("Which of These count coral, since 2023 year:2020..?") == {
        "of These",
        "since 2023",
        "year:2020..",
    }
    assert written_filters("who counts coral?") == set()


NAMED = "Both SWIFTDEPTH – Single Step Diffusion for Monocular Depth [1], and “Coral Counting with Drones”; not Coral."


@pytest.mark.parametrize(
    ("question", "last_answer", "cited"),
    [
        (
            "how fast is the first one?",
            NAMED,
            ["SwiftDepth: Single-Step Diffusion for Monocular Depth", "Coral Counting with Drones"],
        ),
        ("how fast is it?", "See Coral Counting with Drones.", ["Coral Counting with Drones"]),
        ("how fast is it?", "See Recoral Counting with Drones.", []),
        ("how fast is it?", "", []),
    ],
)
def test_an_answer_of_a_file_cites_the_papers_whose_titles_it_contains(
    store: Store, question: str, last_answer: str, cited: list[str]
) -> None:
    history = batch_history(BatchQuestion(question, earlier=("who counts?",), last_answer=last_answer), store)
    papers = tuple(paper(store, title) for title in cited)
    assert (history.earlier, history.cited, history.numbered) == (("who counts?",), papers, dict(enumerate(papers, 1)))


@pytest.mark.parametrize("title", ["(Un)certain Owls", "_Owls_ in $k$-Space", "Ünderground Owls", "…Owls Who?", "Öwl"])
def test_a_title_is_cited_whatever_it_begins_with(tmp_path: Path, title: str) -> None:
    with closing(open_current(build_index(tmp_path, [Paper(title, "Owls hunt by ear.")]))) as store:
        for written in (title, title.upper(), f"“{title}”"):
            question = BatchQuestion("is it so?", last_answer=f"It says so in {written}. [1]")
            assert [paper.title for paper in batch_history(question, store).cited] == [title]


def test_a_title_within_a_longer_title_is_not_cited(tmp_path: Path) -> None:
    papers = [Paper(title, "Owls hunt by ear.") for title in ("Owls", "Owls at Night", "Night")]
    with closing(open_current(build_index(tmp_path, papers))) as store:
        question = BatchQuestion("is it so?", last_answer="It says so in Owls at Night. [1]")
        assert batch_history(question, store).cited == (papers[1],)
