"""What is looked for and among which papers, by the words of a question."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.errors import QuestionError
from rag.index import build, store
from rag.index.store import Store
from rag.query import understand
from tests.conftest import no_progress


@pytest.fixture(scope="module")
def opened(index_dir: Path) -> Store:
    return store.open_current(index_dir)


@pytest.fixture(scope="module")
def untold(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """An index of a paper that tells neither year nor author."""
    folder = tmp_path_factory.mktemp("untold")
    file = folder / "owls.jsonl"
    file.write_text(json.dumps({"title": "Owls", "abstract": "Owls hunt by ear."}))
    build.rebuild([file], folder / "index", "bundled", no_progress)
    return store.open_current(folder / "index")


def test_a_question_without_filters_is_asked_of_all_papers(opened: Store) -> None:
    query = understand("what counts coral?", opened)
    assert (query.phrasings, query.filters, query.among, query.searched) == (("what counts coral?",), (), None, 14)


def test_filters_leave_the_words_and_choose_the_papers(opened: Store) -> None:
    query = understand("what counts coral since 2024?", opened)
    assert query.phrasings == ("what counts coral?",)
    assert query.filters == ("since 2024",)
    assert query.searched == len(query.among or ()) == 3
    assert not query.notice


def test_a_filter_can_be_left_out(opened: Store) -> None:
    assert understand("coral year:2024", opened, without=["year:2024"]).searched == 14


@pytest.mark.parametrize(
    ("question", "phrasings", "notice"),
    [
        ("owls since 2023", "owls since 2023", "No paper here tells its year, so “since 2023” was not applied."),
        (
            "owls year:2019.. year:..2022",
            "owls",
            "No paper here tells its year, so “year:2019..” and “year:..2022” were not applied.",
        ),
        ("owls author:b", "owls", "No paper here tells its author, so “author:b” was not applied."),
        ("owls source:owls", "owls", ""),
    ],
)
def test_a_filter_on_what_no_paper_tells_is_not_applied_and_that_is_said(
    untold: Store, question: str, phrasings: str, notice: str
) -> None:
    query = understand(question, untold)
    assert (query.phrasings, query.searched, query.notice) == ((phrasings,), 1, notice)


@pytest.mark.parametrize("question", ["author:example", "which papers are from 2021?", "author:example year:2020"])
def test_filters_of_nothing_are_told_what_is_missing(opened: Store, question: str) -> None:
    with pytest.raises(QuestionError, match=r"only chooses papers\. Say what to look for too, such as: diffusion \S"):
        understand(question, opened)


@pytest.mark.parametrize("question", ["since 2023?", "and since 2023?", "And those since 2023?"])
def test_filters_of_nothing_ask_what_was_asked_before_without_its_filters(opened: Store, question: str) -> None:
    query = understand(question, opened, ["coral?", "owls author:example"])
    assert query.phrasings == ("owls",)
    assert query.filters == ("since 2023",)
