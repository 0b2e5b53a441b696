"""What is looked for and among which papers, by the words of a question."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.chat.rebuild import rebuild
from rag.errors import QuestionError
from rag.index.opening import open_current
from rag.index.store import Store
from rag.progress import silent
from rag.query.batch import BatchQuestion
from rag.query.understanding import History, batch_history, understand, written_filters


@pytest.fixture(scope="module")
def opened(index_dir: Path) -> Store:
    return open_current(index_dir)


@pytest.fixture(scope="module")
def untold(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """An index of a paper that tells neither year nor author."""
    folder = tmp_path_factory.mktemp("untold")
    file = folder / "owls.jsonl"
    file.write_text(json.dumps({"title": "Owls", "abstract": "Owls hunt by ear."}))
    rebuild([file], folder / "index", "bundled", silent)
    return open_current(folder / "index")


def test_a_question_without_filters_is_asked_of_all_papers(opened: Store) -> None:
    query = understand("what counts coral?", opened)
    assert (query.rewrites, query.filters, query.among, query.searched) == (("what counts coral?",), (), None, 14)


def test_filters_leave_the_words_and_choose_the_papers(opened: Store) -> None:
    query = understand("what counts coral since 2024?", opened)
    assert query.rewrites == ("what counts coral?",)
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
    assert (query.rewrites, query.searched, query.notice) == ((phrasings,), 1, notice)


@pytest.mark.parametrize("question", ["author:example", "which papers are from 2021?", "author:example year:2020"])
def test_filters_of_nothing_are_told_what_is_missing(opened: Store, question: str) -> None:
    with pytest.raises(QuestionError, match=r"only chooses papers\. Say what to look for too, such as: diffusion \S"):
        understand(question, opened)


@pytest.mark.parametrize("question", ["since 2023?", "and since 2023?", "And those since 2023?"])
def test_filters_of_nothing_ask_what_was_asked_before_without_its_filters(opened: Store, question: str) -> None:
    query = understand(question, opened, History(("coral?", "owls author:example")))
    assert query.rewrites == ("owls",)
    assert query.filters == ("since 2023",)


CITED = ("Coral Counting with Drones", "TinySpeech: Keyword Spotting on Microcontrollers")


@pytest.mark.parametrize(
    ("question", "filters", "searched"),
    [
        ("and which of those count coral?", ("of those",), 2),
        ("Which ones of them count coral?", ("of them",), 2),
        ("do any of these count coral since 2023?", ("of these", "since 2023"), 1),
        ("which of those that fly count coral?", (), 14),  # not those of an answer
        ("the price of these corals?", (), 14),
    ],
)
def test_a_question_of_those_cited_is_asked_of_them(
    opened: Store, question: str, filters: tuple[str, ...], searched: int
) -> None:
    query = understand(question, opened, History(("who flies?",), CITED))
    assert (query.filters, query.searched) == (filters, searched)
    if "of th" in " ".join(filters):
        assert len(query.rewrites) == 1
        assert query.intent == "papers"
        assert understand(question, opened, History(("who flies?",), CITED), filters).searched == 14


def test_those_that_no_answer_cited_are_looked_for_among_all(opened: Store) -> None:
    assert understand("which of those count coral?", opened, History(("who flies?",))).searched == 14


def test_what_narrows_a_question_is_told_as_it_is_written() -> None:
    assert written_filters("Which of These count coral, since 2023 year:2020..?") == {
        "of These",
        "since 2023",
        "year:2020..",
    }
    assert written_filters("who counts coral?") == set()


NAMED = "Both SWIFTDEPTH – Single Step Diffusion for Monocular Depth [1], and “Coral Counting with Drones”; not Coral."


@pytest.mark.parametrize(
    ("question", "answered", "cited"),
    [
        (
            "how fast is the first one?",
            NAMED,
            ("SwiftDepth: Single-Step Diffusion for Monocular Depth", "Coral Counting with Drones"),
        ),
        ("how fast is it?", "See Coral Counting with Drones.", ("Coral Counting with Drones",)),
        ("how fast is it?", "See Recoral Counting with Drones.", ()),
        ("how fast is it?", "", ()),
    ],
)
def test_an_answer_of_a_file_cites_the_papers_whose_titles_it_holds(
    opened: Store, question: str, answered: str, cited: tuple[str, ...]
) -> None:
    said = batch_history(BatchQuestion(question, earlier=("who counts?",), answered=answered), opened)
    assert (said.earlier, said.cited, said.numbered) == (("who counts?",), cited, dict(enumerate(cited, 1)))


def test_a_title_within_a_longer_one_is_not_cited(tmp_path: Path) -> None:
    titles = ["Owls", "Owls at Night", "Night"]
    file = tmp_path / "owls.jsonl"
    file.write_text("\n".join(json.dumps({"title": title, "abstract": "Owls hunt by ear."}) for title in titles))
    rebuild([file], tmp_path / "index", "bundled", silent)
    opened = open_current(tmp_path / "index")
    said = batch_history(BatchQuestion("is it so?", answered="It says so in Owls at Night. [1]"), opened)
    assert said.cited == ("Owls at Night",)
