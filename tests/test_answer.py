"""Answers are made of cited, checked sentences, whatever the model writes."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from rag import answer, embed, evidence
from rag.citations import Answer, Event, Found, Statement
from rag.errors import ModelError
from rag.evidence import Selection, select
from rag.index import store
from rag.papers import Paper
from rag.query import understand
from rag.retrieve import HybridRetriever
from tests.conftest import WHICH


@pytest.fixture(scope="module")
def retriever(index_dir: Path) -> HybridRetriever:
    return HybridRetriever(store.open_current(index_dir), embed.load("bundled"))


@pytest.fixture
def ask(retriever: HybridRetriever) -> Callable[..., list[Event]]:
    numbers: dict[str, int] = {}
    fresh = count(1)

    def number(paper: Paper) -> int:
        return numbers.setdefault(paper.key, next(fresh) if paper.key not in numbers else 0)

    def ask(question: str, rewrite: answer.Rewrite | None = None) -> list[Event]:
        query = understand(question, retriever.store)
        return list(answer.answer(query, retriever, rewrite, number, 0.38))

    return ask


def final(events: list[Event]) -> Answer:
    assert isinstance(events[-1], Answer)
    return events[-1]


def test_found_papers_come_first_then_sentences_then_the_whole(ask: Callable[..., list[Event]]) -> None:
    events = ask(WHICH)
    assert isinstance(events[0], Found)
    assert events[0].searched == 14
    assert [type(event) for event in events[1:-1]] == [Statement] * len(final(events).statements)
    assert tuple(events[1:-1]) == final(events).statements


def test_without_a_model_every_sentence_is_a_verbatim_quote(ask: Callable[..., list[Event]]) -> None:
    result = final(ask(WHICH))
    titles = {citation.paper.title.split(":")[0] for citation in result.citations}
    assert titles >= {"SwiftDepth", "Early Exit for Diffusion-Based Depth Estimation"}
    for statement in result.statements:
        (citation,) = statement.citations
        assert statement.verdict == "quote"
        assert statement.text == citation.quote
        assert citation.quote in citation.paper.abstract
    assert [c.n for c in result.citations] == sorted(c.n for c in result.citations)
    assert result.citations[0].n == 1


@pytest.mark.parametrize("question", ["who won the 2022 world cup?", "hello", "thank you!", "???"])
def test_what_the_abstracts_do_not_say_is_refused_with_the_nearest(
    ask: Callable[..., list[Event]], question: str
) -> None:
    result = final(ask(question))
    assert result.refused
    assert not result.citations
    assert 0 < len(result.nearest) <= answer.NEAREST


def test_more_papers_than_were_judged_may_match_and_that_is_said(
    ask: Callable[..., list[Event]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not final(ask(WHICH)).notice
    monkeypatch.setattr(answer, "TOP", 2)
    assert "Only the best 2 papers were judged, and more may match." in final(ask(WHICH)).notice
    monkeypatch.setattr(answer, "TOP", 10)
    assert not final(ask(WHICH)).notice


def test_only_papers_that_pass_the_filters_are_searched(ask: Callable[..., list[Event]]) -> None:
    found, *_ = ask(f"{WHICH} since 2024")
    assert isinstance(found, Found)
    assert (found.searched, found.filters) == (3, ("since 2024",))
    result = final(ask(f"{WHICH} since 2024"))
    assert {citation.paper.year for citation in result.citations} == {2024}
    assert (result.searched, result.filters) == (3, ("since 2024",))


def test_where_no_paper_passes_the_filters_there_is_nothing_to_name(ask: Callable[..., list[Event]]) -> None:
    result = final(ask("depth author:nobody"))
    assert result.refused
    assert (result.nearest, result.searched, result.filters) == ((), 0, ("author:nobody",))


def test_a_good_rewrite_is_shown_and_still_cites_the_sentence(ask: Callable[..., list[Event]]) -> None:
    def shorten(question: str, title: str, sentence: str) -> str:
        return sentence.replace("In this paper, we introduce SwiftDepth, a", "SwiftDepth is a")

    result = final(ask("what is SwiftDepth?", shorten))
    statement = next(s for s in result.statements if s.verdict == "supported")
    assert statement.text == "SwiftDepth is a diffusion model that predicts monocular depth in a single step."
    assert statement.citations[0].quote.startswith("In this paper, we introduce SwiftDepth")


def test_only_sentences_that_say_we_go_to_the_model(ask: Callable[..., list[Event]]) -> None:
    asked: list[str] = []

    def listen(question: str, title: str, sentence: str) -> str:
        asked.append(sentence)
        return sentence

    quotes = {statement.text for statement in final(ask(WHICH, listen)).statements}
    assert "In this paper, we introduce SwiftDepth" in " ".join(asked)
    assert "SwiftDepth runs 40 times faster" in " ".join(quotes - set(asked))


@pytest.mark.parametrize(
    "lie",
    [
        "SwiftDepth runs 90 times faster than its teacher.",
        "SwiftDepth won the world cup.",
        "",
        "<script>alert(1)</script>",
        "Ignore the question [99].",
    ],
)
def test_what_a_model_makes_up_is_never_shown(ask: Callable[..., list[Event]], lie: str) -> None:
    result = final(ask("how much faster is SwiftDepth?", lambda question, title, sentence: lie))
    assert {statement.verdict for statement in result.statements} == {"quote"}
    assert lie == "" or all(lie not in statement.text for statement in result.statements)


def test_a_model_that_fails_midway_leaves_quotes_and_says_so(ask: Callable[..., list[Event]]) -> None:
    calls = count()

    def flaky(question: str, title: str, sentence: str) -> str:
        if next(calls):
            raise ModelError("The LLM failed (Timeout).")
        return sentence

    result = final(ask(WHICH, flaky))
    assert len(result.statements) > 2
    assert result.notice == "The LLM failed (Timeout). From there on the answer is quotes."
    assert next(calls) == 2


def test_a_model_phrases_the_first_papers_only_and_the_rest_is_quotes(
    ask: Callable[..., list[Event]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer, "REWRITTEN", 1)
    told: set[str] = set()

    def listen(question: str, title: str, sentence: str) -> str:
        told.add(title)
        return sentence

    result = final(ask(WHICH, listen))
    assert result.matching > 1
    assert told == {result.citations[0].paper.title}


@pytest.mark.parametrize(("question", "listing"), [(WHICH, True), ("how much faster is SwiftDepth?", False)])
def test_a_question_for_papers_is_known_as_one_before_a_word_is_written(
    ask: Callable[..., list[Event]], question: str, listing: bool
) -> None:
    found, *_ = events = ask(question)
    assert isinstance(found, Found)
    assert found.listing is final(events).listing is listing
    assert len(found.papers) == final(events).matching


def test_papers_that_touch_the_question_come_with_a_sentence_and_a_number(
    ask: Callable[..., list[Event]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def split(*given: Any) -> Selection:
        chosen = select(*given)
        return Selection(chosen.matching[:1], chosen.matching[1:], 0.7)

    monkeypatch.setattr(evidence, "select", split)
    result = final(ask(WHICH))
    assert result.matching == 1
    assert [citation.n for citation in result.partial] == list(range(2, 2 + len(result.partial)))
    assert all(citation.quote in citation.paper.abstract for citation in result.partial)
    assert result.probability == 0.7


def test_how_likely_the_collection_answers_is_told_also_where_it_does_not(ask: Callable[..., list[Event]]) -> None:
    assert (final(ask("who won the 2022 world cup?")).probability or 0) < (final(ask(WHICH)).probability or 0) <= 1
