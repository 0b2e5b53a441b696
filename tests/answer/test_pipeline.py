"""Answers are made of cited, checked sentences, whatever the model writes."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from rag.answer import evidence, pipeline
from rag.answer.aspects import ASPECTS
from rag.answer.evidence import Selection, select
from rag.answer.pipeline import MAX_NEAREST, stream_answer
from rag.answer.types import Answer, Event, Found, Statement, Style
from rag.answer.writers.quotes import CUT, QuoteWriter
from rag.answer.writers.task import Task, Writer
from rag.errors import ModelError
from rag.index import store
from rag.models import embedding
from rag.paper import Paper
from rag.query.understanding import understand
from rag.retrieval.retriever import HybridRetriever
from tests.conftest import WHICH, collected


class Says:
    """A writer with one sentence, on the paper that comes `first`, and maybe a `fault` after it."""

    style: Style = "synthesis"

    def __init__(self, text: str, first: int = 0, fault: ModelError | None = None) -> None:
        self._text, self._first, self._fault = text, first, fault

    async def write(self, task: Task) -> AsyncGenerator[Statement]:
        yield Statement(self._text, task.evidence[self._first][:1], "supported")
        if self._fault:
            raise self._fault


@pytest.fixture(scope="module")
def retriever(index_dir: Path) -> HybridRetriever:
    return HybridRetriever(store.open_current(index_dir), embedding.load("bundled"))


@pytest.fixture
def ask(retriever: HybridRetriever) -> Callable[..., list[Event]]:
    numbers: dict[str, int] = {}
    fresh = count(1)

    def number(paper: Paper) -> int:
        return numbers.setdefault(paper.key, next(fresh) if paper.key not in numbers else 0)

    def ask(question: str, writer: Writer = QuoteWriter(), most: int | None = None) -> list[Event]:  # noqa: B008
        query = understand(question, retriever.store)
        return collected(stream_answer(query, retriever, writer, number, 0.38, most))

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
        assert statement.text.strip(f"{CUT} ") in citation.quote
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
    assert 0 < len(result.nearest) <= MAX_NEAREST


def test_more_papers_than_were_judged_may_match_and_that_is_said(
    ask: Callable[..., list[Event]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not final(ask(WHICH)).notice
    monkeypatch.setattr(pipeline, "TOP", 2)
    assert "Only the best 2 papers were judged, and more may match." in final(ask(WHICH)).notice
    monkeypatch.setattr(pipeline, "TOP", 10)
    assert not final(ask(WHICH)).notice


def test_an_answer_keeps_to_the_best_papers_and_counts_the_rest(ask: Callable[..., list[Event]]) -> None:
    found, *_ = events = ask(WHICH)
    assert isinstance(found, Found)
    count = len(found.papers)
    fewest, *_ = narrow = ask(WHICH, most=1)
    assert isinstance(fewest, Found)
    assert fewest.papers == found.papers[:1]
    assert {citation.paper for citation in final(narrow).citations} == set(fewest.papers)
    assert final(narrow).related == ()
    assert final(narrow).notice == f"Only the best 1 of {count} matching papers is used."
    assert final(ask(WHICH, most=count)).citations == final(events).citations
    assert not final(ask(WHICH, most=count)).notice


def test_things_that_are_compared_stay_together(ask: Callable[..., list[Event]]) -> None:
    result = final(ask("How does SwiftDepth differ from TinySpeech?", most=1))
    assert (result.relevant_count, result.notice) == (2, "")


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


def test_what_a_writer_leaves_out_is_quoted(ask: Callable[..., list[Event]]) -> None:
    result = final(ask(WHICH, Says("SwiftDepth is fast.")))
    written, *quotes = result.statements
    assert (written.text, written.verdict) == ("SwiftDepth is fast.", "supported")
    assert {statement.verdict for statement in quotes} == {"quote"}
    cited = [citation.paper.title for citation in result.citations]
    assert {title.partition(":")[0] for title in cited} >= {
        "SwiftDepth",
        "Early Exit for Diffusion-Based Depth Estimation",
    }
    assert written.citations[0].paper.key not in {one.paper.key for quote in quotes for one in quote.citations}


def test_numbers_are_given_in_the_order_in_which_papers_are_cited(ask: Callable[..., list[Event]]) -> None:
    result = final(ask(WHICH, Says("It is fast.", first=-1)))
    assert list(dict.fromkeys(citation.n for citation in result.citations)) == list(range(1, result.relevant_count + 1))
    quotes = final(ask(WHICH))
    assert result.citations[0].paper == quotes.citations[-1].paper


def test_a_writer_that_fails_midway_leaves_what_it_wrote_and_quotes_and_says_so(
    ask: Callable[..., list[Event]],
) -> None:
    result = final(ask(WHICH, Says("SwiftDepth is fast.", fault=ModelError("The LLM broke off."))))
    assert result.statements[0].text == "SwiftDepth is fast."
    assert {statement.verdict for statement in result.statements[1:]} == {"quote"}
    assert result.relevant_count == final(ask(WHICH)).relevant_count
    assert result.notice == "The LLM broke off. From there on the answer is quotes."


def test_a_comparison_puts_each_sentence_in_its_row(ask: Callable[..., list[Event]]) -> None:
    result = final(ask("How does SwiftDepth differ from TinySpeech?"))
    assert [title.partition(":")[0] for title in dict.fromkeys(one.paper.title for one in result.citations)] == [
        "SwiftDepth", "TinySpeech"]  # fmt: skip
    assert result.intent == "comparison"
    assert {statement.aspect for statement in result.statements} <= set(ASPECTS)
    assert {"Approach", "Result"} <= {statement.aspect for statement in result.statements}


def test_what_is_written_of_a_comparison_stands_before_its_table(ask: Callable[..., list[Event]]) -> None:
    written, *table = final(ask("How does SwiftDepth differ from TinySpeech?", Says("SwiftDepth is fast."))).statements
    assert (written.text, written.aspect) == ("SwiftDepth is fast.", "")
    assert all(statement.aspect and statement.verdict == "quote" for statement in table)


def test_a_side_of_a_comparison_that_no_paper_is_about_is_told(ask: Callable[..., list[Event]]) -> None:
    result = final(ask("compare SwiftDepth with Brontosaurus"))
    assert {citation.paper.title.partition(":")[0] for citation in result.citations} == {"SwiftDepth"}
    assert result.notice == "No paper here is about “Brontosaurus”."


def test_a_paper_that_does_not_say_it_is_named(ask: Callable[..., list[Event]]) -> None:
    result = final(ask("Which kitchen knife does SwiftDepth recommend?"))
    assert result.refused
    assert result.not_stated_by
    assert result.not_stated_by.title.startswith("SwiftDepth")
    assert result.nearest[0] == result.not_stated_by


@pytest.mark.parametrize(("question", "intent"), [(WHICH, "papers"), ("how much faster is SwiftDepth?", "fact")])
def test_what_a_question_asks_for_is_known_before_a_word_is_written(
    ask: Callable[..., list[Event]], question: str, intent: str
) -> None:
    found, *_ = events = ask(question)
    assert isinstance(found, Found)
    assert found.intent == final(events).intent == intent
    assert len(found.papers) == final(events).relevant_count


def test_papers_that_touch_the_question_come_with_a_sentence_and_a_number(
    ask: Callable[..., list[Event]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def split(*given: Any) -> Selection:
        chosen = select(*given)
        return Selection(chosen.relevant[:1], chosen.relevant[1:], 0.7)

    monkeypatch.setattr(evidence, "select", split)
    result = final(ask(WHICH))
    assert result.relevant_count == 1
    assert [citation.n for citation in result.related] == list(range(2, 2 + len(result.related)))
    assert all(citation.quote in citation.paper.abstract for citation in result.related)
    assert result.probability == 0.7


def test_how_likely_the_collection_answers_is_told_also_where_it_does_not(ask: Callable[..., list[Event]]) -> None:
    assert (final(ask("who won the 2022 world cup?")).probability or 0) < (final(ask(WHICH)).probability or 0) <= 1
