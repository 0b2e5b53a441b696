"""Questions are saved in a form that makes sense alone, and asked again of every new state of a real collection."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from rag import settings
from rag.chat import saved_asking
from rag.chat.conversation import Conversation
from rag.chat.library import Library
from rag.chat.rebuild import rebuild
from rag.chat.saved import Match
from rag.chat.saved_asking import SavedQuestions
from rag.chat.saved_store import LIBRARY, SavedQuestion
from rag.errors import QuestionError, StoreError
from rag.index import generations
from rag.progress import silent
from rag.query.history import History
from tests.chat.asking import ask
from tests.conftest import DATA, WHICH, typical_curve

SWIFT, EXIT = "SwiftDepth: Single-Step Diffusion for Monocular Depth", "Early Exit for Diffusion-Based Depth Estimation"
GLIDE = {
    "title": "GlideDepth: Fast Diffusion Depth on Phones",
    "abstract": "Diffusion models for depth are slow. We propose GlideDepth, which speeds up diffusion depth "
    "estimation 9 times by distilling the denoising steps into one.",
    "year": 2025,
}


@pytest.fixture
def records() -> list[dict[str, Any]]:
    """The fourteen papers of the collection, as a test may change them."""
    return [json.loads(line) for line in (DATA / "papers.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def saved(index_copy: Path, monkeypatch: pytest.MonkeyPatch) -> SavedQuestions:
    monkeypatch.setattr("rag.chat.rebuild.calibrate", typical_curve)  # calibrating takes seconds
    return SavedQuestions(Library(settings.load(index_dir=index_copy, llm="none")))


def build(saved: SavedQuestions, papers: Sequence[dict[str, Any]]) -> None:
    """Makes the collection hold these `papers`."""
    index_dir = saved.store._file.parent
    file = index_dir.parent / "mine.jsonl"
    file.write_text("\n".join(map(json.dumps, papers)), encoding="utf-8")
    rebuild([file], index_dir, "bundled", silent)


def asked_again(saved: SavedQuestions) -> SavedQuestion:
    """The only saved question, after it was asked again."""
    for one in saved.due(saved.store.of(LIBRARY)):
        assert saved.ask(LIBRARY, one)
    assert saved.due(saved.store.of(LIBRARY)) == []
    (one,) = saved.store.of(LIBRARY)
    return one


def titles(matches: Sequence[Match]) -> list[str]:
    return [match.title for match in matches]


def history(saved: SavedQuestions, *questions: str) -> History:
    conversation = Conversation(saved._library)
    for question in questions:
        ask(conversation, question)
    return conversation.history


def test_a_paper_that_was_added_is_news_with_the_sentence_that_answers(
    saved: SavedQuestions, records: list[dict[str, Any]]
) -> None:
    one = saved.save(LIBRARY, WHICH)
    assert (one.matching, one.refused, saved.due(saved.store.of(LIBRARY))) == (2, False, [])
    build(saved, [*records, GLIDE])
    assert saved.due(saved.store.of(LIBRARY)) == [one]
    news = asked_again(saved).news
    assert news
    assert titles(news.added) == [GLIDE["title"]]
    assert "speeds up diffusion depth estimation 9 times" in " ".join(news.added[0].sentences)
    assert (news.removed, news.rewritten, news.answered) == ((), (), None)


def test_papers_that_are_removed_changed_and_brought_back_by_a_rollback(
    saved: SavedQuestions, records: list[dict[str, Any]]
) -> None:
    saved.save(LIBRARY, WHICH)
    swift = next(record for record in records if record["title"] == SWIFT)
    swift["abstract"] = swift["abstract"].replace("40 times faster", "400 times faster")
    build(saved, [record for record in records if record["title"] != EXIT])
    news = asked_again(saved).news
    assert news
    assert titles(news.removed) == [EXIT]
    (change,) = news.rewritten
    assert change.match.title == SWIFT
    assert any("400 times faster" in one for one in change.match.sentences)
    assert any(" 40 times faster" in one for one in change.before)
    generations.roll_back(saved.store._file.parent)
    assert not asked_again(saved).news


def test_a_refusal_becomes_an_answer(saved: SavedQuestions, records: list[dict[str, Any]]) -> None:
    assert saved.save(LIBRARY, "which papers study the hooting of owls?").refused
    build(saved, [*records, {"title": "Hooting of Owls", "abstract": "We study the hooting of owls in 12 forests."}])
    news = asked_again(saved).news
    assert news
    assert (news.answered, titles(news.added)) == (True, ["Hooting of Owls"])


def test_a_count_lists_what_it_counts_anew(saved: SavedQuestions, records: list[dict[str, Any]]) -> None:
    one = saved.save(LIBRARY, "how many papers are about diffusion?")
    assert one.headline.startswith("2 of 14 papers mention")
    build(saved, [*records, GLIDE])
    again = asked_again(saved)
    assert again.headline.startswith("3 of 15 papers mention")
    assert again.news
    assert titles(again.news.added) == [GLIDE["title"]]


def test_filters_and_those_that_are_not_applied_are_saved_too(saved: SavedQuestions) -> None:
    assert saved.save(LIBRARY, f"{WHICH} year:2024..").matching == 1
    assert saved.save("ada", f"{WHICH} since 2024", ["since 2024"]).matching == 2


def test_a_follow_up_is_saved_so_that_it_makes_sense_alone(saved: SavedQuestions) -> None:
    before = history(saved, "which papers estimate depth?")
    one = saved.save(LIBRARY, "and at night, year:2022?", [], before, "c1")
    assert one.question == "which papers estimate depth? and at night? year:2022"
    assert (one.typed, one.origin, one.matching) == ("and at night, year:2022?", "c1", 1)
    alone = saved.save(LIBRARY, "which papers count coral?", [], before, "c1")
    assert (alone.question, alone.origin) == ("which papers count coral?", "")


@pytest.mark.parametrize(
    "question",
    ["which of those work at night?", "what does [1] say about speed?", "shorter", "as a table", "more like [1]"],
)
def test_what_asks_about_papers_of_the_conversation_is_not_saved(saved: SavedQuestions, question: str) -> None:
    with pytest.raises(QuestionError, match="this conversation only"):
        saved.save(LIBRARY, question, [], history(saved, WHICH), "c1")
    assert saved.store.of(LIBRARY) == []


@pytest.mark.parametrize(
    "question", ["hello", "thanks!", "what is this collection about?", f"BibTeX of {SWIFT}", SWIFT]
)
def test_what_new_papers_could_not_change_is_not_saved(saved: SavedQuestions, question: str) -> None:
    with pytest.raises(QuestionError, match="New papers could not change this answer"):
        saved.save(LIBRARY, question)


@pytest.mark.parametrize("question", ["", "x" * 2_001, "year:soon diffusion"])
def test_what_cannot_be_asked_is_not_saved(saved: SavedQuestions, question: str) -> None:
    with pytest.raises(QuestionError):
        saved.save(LIBRARY, question)


def test_a_question_that_cannot_be_asked_any_more_says_why(
    saved: SavedQuestions, records: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*given: object, **named: object) -> None:
        raise QuestionError("Filters are written in another way now.")

    saved.save(LIBRARY, WHICH)
    build(saved, [*records, GLIDE])
    monkeypatch.setattr(saved_asking, "understand", refuse)
    one = asked_again(saved)
    assert (one.headline, one.refused) == ("Filters are written in another way now.", True)


def test_without_an_index_one_line_says_so(tmp_path: Path) -> None:
    saved = SavedQuestions(Library(settings.load(index_dir=tmp_path, llm="none")))
    with pytest.raises(StoreError, match="There is no index"):
        saved.save(LIBRARY, WHICH)


def test_an_index_that_is_no_longer_current_is_not_compared(
    saved: SavedQuestions, records: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = saved.save(LIBRARY, WHICH)
    old = saved._library.retriever()
    build(saved, [*records, GLIDE])
    monkeypatch.setattr(saved._library, "retriever", lambda: old)  # as while the new one is being opened
    assert not saved.ask(LIBRARY, one)
    with pytest.raises(StoreError, match="Try again in a moment"):
        saved.save(LIBRARY, "which papers count coral?")
    monkeypatch.undo()
    assert saved.due(saved.store.of(LIBRARY)) == [one]


@pytest.mark.parametrize("typed", ["and for video?", "What about phones?"])
def test_a_follow_up_that_follows_nothing_is_not_saved(saved: SavedQuestions, typed: str) -> None:
    with pytest.raises(QuestionError, match="follows no other question"):
        saved.save("ada", typed)
    assert saved.store.of("ada") == []
