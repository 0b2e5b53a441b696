"""Answers consist of cited quotes, in order, or of a refusal that names the nearest papers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from rag.answer import evidence, retrieve
from rag.answer.asked import Asked
from rag.answer.aspects import ASPECTS
from rag.answer.evidence import Selection, select
from rag.answer.pipeline import MAX_NEAREST, stream_answer
from rag.answer.types import Found, Statement
from rag.answer.writers.quotes import ELLIPSIS
from rag.paper import Paper
from rag.query.understanding import understand
from tests.answer.conftest import Ask, final
from tests.conftest import WHICH, collected
from tests.retrieval.conftest import searchable


def test_the_stream_is_the_papers_then_the_statements_then_the_answer(ask: Ask) -> None:
    events = ask(WHICH)
    assert isinstance(events[0], Found)
    assert events[0].searched == 14
    assert [type(event) for event in events[1:-1]] == [Statement] * len(final(events).statements)
    assert tuple(events[1:-1]) == final(events).statements


def test_without_a_model_every_sentence_is_a_verbatim_quote(ask: Ask) -> None:
    result = final(ask(WHICH))
    titles = {citation.paper.title.split(":")[0] for citation in result.citations}
    assert titles >= {"SwiftDepth", "Early Exit for Diffusion-Based Depth Estimation"}
    for statement in result.statements:
        (citation,) = statement.citations
        assert statement.verdict == "quote"
        assert statement.text.strip(f"{ELLIPSIS} ") in citation.quote
        assert citation.quote in citation.paper.abstract
    assert [c.n for c in result.citations] == sorted(c.n for c in result.citations)
    assert result.citations[0].n == 1


@pytest.mark.parametrize("question", ["who won the 2022 world cup?", "hello", "thank you!"])
def test_a_question_that_the_collection_does_not_answer_is_refused_with_the_nearest_papers(
    ask: Ask, question: str
) -> None:
    result = final(ask(question))
    assert result.refused
    assert not result.citations
    assert 0 < len(result.nearest) <= MAX_NEAREST


def test_a_notice_says_if_more_papers_than_were_considered_may_match(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not final(ask(WHICH)).notice
    monkeypatch.setattr(retrieve, "MAX_CANDIDATES", 2)
    assert re.search(r"2 best papers .* more may match", final(ask(WHICH)).notice)
    monkeypatch.setattr(retrieve, "MAX_CANDIDATES", 10)
    assert not final(ask(WHICH)).notice


def test_an_answer_uses_the_best_papers_and_says_how_many_match(ask: Ask) -> None:
    found, *_ = events = ask(WHICH)
    assert isinstance(found, Found)
    count = len(found.papers)
    limited, *_ = narrow = ask(WHICH, max_papers=1)
    assert isinstance(limited, Found)
    assert limited.papers == found.papers[:1]
    assert {citation.paper for citation in final(narrow).citations} == set(limited.papers)
    assert final(narrow).related == ()
    assert f"1 of {count} matching papers" in final(narrow).notice
    assert final(ask(WHICH, max_papers=count)).citations == final(events).citations
    assert not final(ask(WHICH, max_papers=count)).notice


def test_a_comparison_is_not_cut_short(ask: Ask) -> None:
    result = final(ask("How does SwiftDepth differ from TinySpeech?", max_papers=1))
    assert (result.relevant_count, result.notice) == (2, "")


def test_only_papers_that_pass_the_filters_are_searched(ask: Ask) -> None:
    found, *_ = ask(f"{WHICH} since 2024")
    assert isinstance(found, Found)
    assert (found.searched, found.filters) == (3, ("since 2024",))
    result = final(ask(f"{WHICH} since 2024"))
    assert {citation.paper.year for citation in result.citations} == {2024}
    assert (result.searched, result.filters) == (3, ("since 2024",))


def test_if_no_paper_passes_the_filters_none_is_nearest(ask: Ask) -> None:
    result = final(ask("depth author:nobody"))
    assert result.refused
    assert (result.nearest, result.searched, result.filters) == ((), 0, ("author:nobody",))


def test_each_statement_of_a_comparison_has_its_aspect(ask: Ask) -> None:
    result = final(ask("How does SwiftDepth differ from TinySpeech?"))
    assert [title.partition(":")[0] for title in dict.fromkeys(one.paper.title for one in result.citations)] == [
        "SwiftDepth", "TinySpeech"]  # fmt: skip
    assert result.intent == "comparison"
    assert {statement.aspect for statement in result.statements} <= set(ASPECTS)
    assert {"Approach", "Result"} <= {statement.aspect for statement in result.statements}


def test_the_first_line_names_the_side_of_a_comparison_that_no_paper_is_about(ask: Ask) -> None:
    result = final(ask("compare SwiftDepth with Brontosaurus"))
    assert {citation.paper.title.partition(":")[0] for citation in result.citations} == {"SwiftDepth"}
    assert re.search(r"No paper .*“Brontosaurus”", result.headline)
    assert "Brontosaurus" not in result.notice


def test_a_refusal_names_the_paper_that_does_not_state_the_fact(ask: Ask) -> None:
    result = final(ask("Which kitchen knife does SwiftDepth recommend?"))
    assert result.refused
    assert result.not_stated_by
    assert result.not_stated_by.title.startswith("SwiftDepth")
    assert result.nearest[0] == result.not_stated_by


@pytest.mark.parametrize(("question", "intent"), [(WHICH, "papers"), ("how much faster is SwiftDepth?", "fact")])
def test_the_intent_is_known_before_anything_is_written(ask: Ask, question: str, intent: str) -> None:
    found, *_ = events = ask(question)
    assert isinstance(found, Found)
    assert found.intent == final(events).intent == intent
    assert len(found.papers) == final(events).relevant_count


def test_related_papers_have_a_sentence_and_a_number(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    def split(*given: Any) -> Selection:
        chosen = select(*given)
        return Selection(chosen.relevant[:1], chosen.relevant[1:], 0.7)

    monkeypatch.setattr(evidence, "select", split)
    result = final(ask(WHICH))
    assert result.relevant_count == 1
    assert [citation.n for citation in result.related] == list(range(2, 2 + len(result.related)))
    assert all(citation.quote in citation.paper.abstract for citation in result.related)
    assert result.probability == 0.7


async def no_model() -> None:
    return None


def test_papers_of_the_same_title_have_numbers_of_their_own(tmp_path: Path) -> None:
    moths = Paper("A Survey of Hearing", "Moths hear bats with simple ears.")
    voles = Paper("A Survey of Hearing", "Owls hear voles under deep snow.")
    with searchable(tmp_path, [moths, voles, Paper("Glaciers", "Glaciers melt. Rivers rise.")]) as surveys:
        query = understand("which papers are a survey of hearing?", surveys.store)
        numbering = {moths: 1, voles: 2}.__getitem__
        result = final(collected(stream_answer(query, surveys, no_model, numbering, Asked(0.0))))
    assert {citation.paper: citation.n for citation in result.citations} == {moths: 1, voles: 2}
    assert result.relevant_count == 2


def test_an_answer_is_more_probable_than_a_refusal(ask: Ask) -> None:
    assert 0 <= final(ask("who won the 2022 world cup?")).probability < final(ask(WHICH)).probability <= 1
