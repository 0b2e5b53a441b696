"""Papers for a question, ranked with or without a model."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest

from rag import settings
from rag.chat.library import Library
from rag.chat.ranking import ranked
from rag.errors import ModelError
from rag.query.history import History
from rag.query.understanding import Query, understand
from rag.retrieval.hits import Hits
from tests.answer.owl import Owl, grading, reading
from tests.conftest import WHICH

EXIT, NIGHT, CORAL = "Early Exit", "Night Depth", "Coral Counting"


def rank(
    library: Library,
    question: str = WHICH,
    top: int = 14,
    without: Collection[str] = (),
    llm: str | None = None,
    history: History = History(),  # noqa: B008 - it is immutable
) -> tuple[Query, Hits]:
    query = understand(question, library.retriever().store, history, without)
    return ranked(library, query, history, top, without, llm)


def titles(found: tuple[Query, Hits]) -> list[str]:
    return [hit.paper.title.partition(":")[0].removesuffix(" with Drones") for hit in found[1].papers]


def test_without_a_model_papers_are_as_the_search_ranks_them(library: Library) -> None:
    query, hits = found = rank(library)
    assert titles(found)[:1] == ["Early Exit for Diffusion-Based Depth Estimation"]
    assert len(hits.papers) == 14
    assert query == understand(WHICH, library.retriever().store)
    assert titles(rank(library, top=3)) == titles(found)[:3]


def test_the_settings_model_is_not_asked(index_dir: Path, owl: Owl) -> None:
    rank(Library(settings.load(index_dir=index_dir, llm=owl.spec)))
    assert owl.server.paths == []


@pytest.mark.parametrize("writer", ["auto", "quotes"])
def test_a_model_grades_the_papers_though_it_may_not_write(index_dir: Path, owl: Owl, writer: str) -> None:
    library = Library(settings.load(index_dir=index_dir, llm="none", writer=writer))
    owl.replies["grade"] = grading({CORAL: "2", NIGHT: "1"})
    found = rank(library, llm=owl.spec)
    assert titles(found)[:2] == [CORAL, NIGHT]
    assert titles(found)[2:] == [title for title in titles(rank(library)) if title not in (CORAL, NIGHT)]
    assert found[1].probability == 1.0
    assert owl.asked == ["reading", "grade", "grade"]
    assert found[0].notice == ""


def test_papers_further_down_than_are_asked_for_are_graded_too(library: Library, owl: Owl) -> None:
    owl.replies["grade"] = grading({CORAL: "2"})
    assert titles(rank(library, top=1)) != [CORAL]
    assert titles(rank(library, top=1, llm=owl.spec)) == [CORAL]


def test_the_papers_are_searched_again_as_the_model_reads_the_question(library: Library, owl: Owl) -> None:
    owl.replies |= {"reading": reading(queries=["coral counting", "drone images"]), "grade": '{"papers": []}'}
    alone, helped = rank(library), rank(library, llm=owl.spec)
    assert titles(helped).index(CORAL) < titles(alone).index(CORAL)
    assert helped[0].queries == ("coral counting", "drone images")


def test_a_small_model_names_terms_and_grades_nothing(
    library: Library, owl: Owl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.retrieval.relevance.WEAK_COSINE", 2.0)
    owl.replies = {"terms": "coral counting\ndrone images"}
    found = rank(library, llm=owl.spec.replace("#owl", "#owl-1.5b"))
    assert owl.asked == ["terms"]
    assert titles(found).index(CORAL) < titles(rank(library)).index(CORAL)


def test_a_question_for_a_fact_is_graded_as_well(library: Library, owl: Owl) -> None:
    owl.replies |= {"reading": reading(intent="comparison"), "grade": grading({CORAL: "2"})}
    assert titles(rank(library, "how much faster is SwiftDepth?", llm=owl.spec))[0] == CORAL


def test_a_filter_that_the_model_finds_is_applied_unless_it_was_removed(library: Library, owl: Owl) -> None:
    owl.replies["reading"] = reading(first_year=2023, last_year=2023)
    question = "diffusion depth, 2023 or so"
    narrow, hits = rank(library, question, llm=owl.spec)
    assert narrow.filters == ("year:2023..2023",)
    assert {hit.paper.year for hit in hits.papers} == {2023}
    wide, hits = rank(library, question, without=["year:2023..2023"], llm=owl.spec)
    assert (wide.filters, len(hits.papers)) == ((), 14)


def test_the_model_sees_the_questions_before(library: Library, owl: Owl) -> None:
    rank(library, "and at night?", llm=owl.spec, history=History(("which papers estimate depth?",)))
    assert "which papers estimate depth?" in owl.question("reading")


@pytest.mark.parametrize("prompt", ["reading", "grade"])
@pytest.mark.parametrize("reply", ["", "Owls hoot."])
def test_where_the_model_fails_the_search_decides_and_a_notice_says_so(
    library: Library, owl: Owl, prompt: str, reply: str
) -> None:
    alone = rank(library)
    owl.replies |= {"grade": grading({}), prompt: reply}
    query, hits = rank(library, llm=owl.spec)
    assert [hit.paper for hit in hits.papers] == [hit.paper for hit in alone[1].papers]
    assert owl.server.url in query.notice
    assert "\n" not in query.notice


def test_a_model_that_cannot_be_opened_is_an_error(library: Library) -> None:
    with pytest.raises(ModelError, match="No LLM answers"):
        rank(library, llm="openai-like:http://127.0.0.1:9/v1#owl")
