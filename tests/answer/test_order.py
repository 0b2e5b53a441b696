"""What a model does when, and what its grades and its reading change in an answer."""

from __future__ import annotations

from threading import Event as Signal

import pytest

from rag.answer.types import Answer, Event, Working
from rag.verify.checker import Checker
from tests.answer.conftest import Ask, final
from tests.answer.owl import Owl, assistant, grading, reading
from tests.conftest import WHICH
from tests.llm.server import PATIENCE

FOOTBALL = "who won the 2022 world cup?"  # which the search refuses
EXIT, SWIFT = "Early Exit for Diffusion-Based Depth Estimation", "SwiftDepth: Single-Step Diffusion for Monocular Depth"
NIGHT, CORAL = "Night Depth: Self-Supervised Depth Estimation in the Dark", "Coral Counting with Drones"
NO_DATA = "It does not need any additional training data."  # the last sentence of SwiftDepth's abstract
WRITTEN = "SwiftDepth is a diffusion model that predicts monocular depth in a single step."


@pytest.fixture
def owl(owl: Owl) -> Owl:
    """One that grades as the search does."""
    owl.replies = {"reading": reading(), "grade": grading({EXIT: "2", SWIFT: "2"}), "synthesis": WRITTEN}
    return owl


@pytest.fixture(autouse=True)
def alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """However few the papers are, what is found counts as much like the question."""
    monkeypatch.setattr("rag.retrieval.relevance.WEAK_COSINE", -1.0)


def cited(answer: Answer) -> list[str]:
    """The titles that the quotes cite, in order."""
    return list(dict.fromkeys(one.paper.title for said in answer.statements for one in said.citations))


@pytest.mark.parametrize(
    ("is_quick", "order"),
    [(True, ["reading", "grade", "grade", "synthesis"]), (False, ["synthesis", "grade", "grade"])],
    ids=["quick", "slow"],
)
def test_a_quick_model_grades_before_it_writes_and_a_slow_one_after(
    ask: Ask, owl: Owl, check: Checker, is_quick: bool, order: list[str]
) -> None:
    answer = final(ask(WHICH, assistant(owl, check, is_quick=is_quick)))
    assert owl.asked == order
    assert [one.text for one in answer.written] == [WRITTEN]
    assert answer.effort
    assert answer.effort.judged == 14


@pytest.mark.parametrize("is_quick", [True, False], ids=["quick", "slow"])
def test_grades_turn_an_answer_into_a_refusal(ask: Ask, owl: Owl, check: Checker, is_quick: bool) -> None:
    owl.replies["grade"] = grading({})
    answer = final(ask(WHICH, assistant(owl, check, is_quick=is_quick)))
    assert answer.refused
    assert (answer.written, answer.citations, answer.related) == ((), (), ())
    assert {EXIT, SWIFT} <= {paper.title for paper in answer.nearest}
    assert owl.asked.count("synthesis") == (not is_quick), "there is nothing to write from"


@pytest.mark.parametrize("is_quick", [True, False], ids=["quick", "slow"])
def test_grades_turn_a_refusal_into_an_answer(ask: Ask, owl: Owl, check: Checker, is_quick: bool) -> None:
    assert final(ask(FOOTBALL)).refused
    counted = "The counts agree with divers' counts to within 6%."
    owl.replies |= {"reading": reading(intent="fact"), "grade": grading({CORAL: "2c"}), "synthesis": counted}
    answer = final(ask(FOOTBALL, assistant(owl, check, is_quick=is_quick)))
    assert cited(answer) == [CORAL]
    assert answer.statements[0].text.startswith("The counts agree with divers' counts"), "the sentence that it named"
    assert [(one.text, one.verdict) for one in answer.written] == [(counted, "reworded")]
    assert answer.nearest == ()


def test_papers_are_in_the_order_of_their_grades_then_of_the_search(ask: Ask, owl: Owl, check: Checker) -> None:
    owl.replies["grade"] = grading({SWIFT: "1", CORAL: "2", NIGHT: "2", EXIT: "1"})
    answer = final(ask(WHICH, assistant(owl, check)))
    assert cited(answer) == [NIGHT, CORAL]
    assert [one.paper.title for one in answer.related] == [EXIT, SWIFT], "which answer in part"


def test_for_a_fact_a_paper_that_answers_in_part_is_better_than_none(ask: Ask, owl: Owl, check: Checker) -> None:
    owl.replies |= {"reading": reading(intent="fact"), "grade": grading({SWIFT: "1d"})}
    answer = final(ask("how much training data does depth need?", assistant(owl, check)))
    assert cited(answer) == [SWIFT]
    assert answer.statements[0].text == NO_DATA


def test_the_sentence_that_the_model_names_is_shown(ask: Ask, owl: Owl, check: Checker) -> None:
    assert NO_DATA not in {one.text for one in final(ask(WHICH)).statements}
    owl.replies["grade"] = grading({SWIFT: "2d", EXIT: "1a"})
    answer = final(ask(WHICH, assistant(owl, check)))
    assert NO_DATA in {one.text for one in answer.statements}
    assert [one.quote for one in answer.related] == [one.quote for one in answer.related if "Iterative" in one.quote]
    assert NO_DATA in owl.question("synthesis")


def test_a_model_writes_from_no_more_papers_than_are_asked_for(ask: Ask, owl: Owl, check: Checker) -> None:
    owl.replies["grade"] = grading({NIGHT: "2", EXIT: "2", SWIFT: "2"})
    answer = final(ask(WHICH, assistant(owl, check), max_papers=1))
    assert len(cited(answer)) == 1
    assert "best 1 of 3 matching papers" in answer.notice
    assert NIGHT not in owl.question("synthesis")


def test_grades_before_a_reply_that_cannot_be_read_count(ask: Ask, owl: Owl, check: Checker) -> None:
    graded, good = Signal(), grading({NIGHT: "2", EXIT: "2", SWIFT: "2"})

    def grade(prompt: str) -> str:
        if "Paper 10:" not in prompt:  # the best ten, the other four
            assert graded.wait(PATIENCE)
            return "Owls do not grade."
        return good(prompt)

    def note(event: Event) -> bool:
        if isinstance(event, Working) and event.step == "judging" and event.done:
            graded.set()
        return False

    owl.replies["grade"] = grade
    answer = final(ask(WHICH, assistant(owl, check), until=note))
    assert set(cited(answer)) == {NIGHT, EXIT, SWIFT}
    assert answer.effort
    assert answer.effort.judged == 10
    assert "gave no grades that can be read" in answer.notice
    assert answer.written


@pytest.mark.parametrize(
    ("prompt", "notice"), [("reading", "did not say what the question means"), ("grade", "gave no grades")]
)
def test_after_a_reply_that_cannot_be_read_the_next_step_is_taken(
    ask: Ask, owl: Owl, check: Checker, prompt: str, notice: str
) -> None:
    owl.replies[prompt] = "Owls hoot."
    answer = final(ask(WHICH, assistant(owl, check)))
    assert notice in answer.notice
    assert list(dict.fromkeys(owl.asked)) == ["reading", "grade", "synthesis"]
    assert [one.text for one in answer.written] == [WRITTEN]
    assert set(cited(answer)) == {EXIT, SWIFT}


def test_a_model_that_is_slow_to_read_the_question_is_not_waited_for(
    ask: Ask, owl: Owl, check: Checker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.answer.assistant.UNDERSTANDING_SECONDS", 0.05)
    owl.silent = {"reading"}
    answer = final(ask(WHICH, assistant(owl, check)))
    assert answer.notice == "owl did not say within 0.05 s what the question means."
    assert owl.server.gone.wait(PATIENCE)
    assert [one.text for one in answer.written] == [WRITTEN]


def test_a_model_that_is_slow_to_grade_is_not_waited_for(
    ask: Ask, owl: Owl, check: Checker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.answer.assistant.QUICK_GRADING_SECONDS", 0.05)
    owl.silent = {"grade"}
    answer = final(ask(WHICH, assistant(owl, check)))
    assert answer.statements == final(ask(WHICH)).statements
    assert [one.text for one in answer.written] == [WRITTEN]
    assert answer.effort
    assert (answer.effort.judged, answer.notice) == (0, "")


@pytest.mark.parametrize("is_capable", [True, False], ids=["reading", "terms"])
def test_papers_are_found_by_what_the_model_calls_the_topic(
    ask: Ask, owl: Owl, check: Checker, monkeypatch: pytest.MonkeyPatch, is_capable: bool
) -> None:
    monkeypatch.setattr("rag.retrieval.relevance.WEAK_COSINE", 2.0)
    question = "which papers train networks with images?"
    assert CORAL not in cited(final(ask(question)))
    queries = "coral counting", "drone images of coral reefs"
    owl.replies = {"reading": reading(queries=queries), "terms": "\n".join(queries), "grade": "?"}
    owl.server.content = WRITTEN
    answer = final(ask(question, assistant(owl, check, is_capable=is_capable)))
    assert CORAL in cited(answer)
    assert CORAL in "".join(chat.messages[-1][1] for chat in owl.server.chats[-1:])


def test_a_filter_that_the_model_finds_is_applied_and_shown(ask: Ask, owl: Owl, check: Checker) -> None:
    owl.replies["reading"] = reading(first_year=2023, last_year=2023)
    answer = final(ask("which papers speed up diffusion depth, 2023 or so?", assistant(owl, check)))
    assert answer.filters == ("year:2023..2023",)
    assert answer.searched == 3
    assert cited(answer) == [EXIT]


def test_a_comparison_is_not_graded(ask: Ask, owl: Owl, check: Checker) -> None:
    question = "How does SwiftDepth differ from TinySpeech?"
    owl.replies["reading"] = reading(intent="comparison", compared=["SwiftDepth", "TinySpeech"])
    answer = final(ask(question, assistant(owl, check)))
    assert owl.asked == ["reading", "synthesis"]
    assert answer.statements == final(ask(question)).statements
    assert all(one.aspect for one in answer.statements)
    assert [(one.text, one.aspect) for one in answer.written] == [(WRITTEN, "")]


@pytest.mark.parametrize(
    ("question", "cosine", "asked"),
    [(WHICH, 2.0, 1), (WHICH, -1.0, 0), ("how much faster is SwiftDepth?", -1.0, 0), ("what is SwiftDepth?", 2.0, 0)],
    ids=["nothing alike", "much alike", "a fact", "a definition"],
)
def test_a_small_model_names_terms_only_where_the_search_finds_nothing_alike(
    ask: Ask,
    owl: Owl,
    check: Checker,
    monkeypatch: pytest.MonkeyPatch,
    question: str,
    cosine: float,
    asked: int,
) -> None:
    monkeypatch.setattr("rag.retrieval.relevance.WEAK_COSINE", cosine)
    owl.replies["terms"] = "fast depth"
    ask(question, assistant(owl, check, is_capable=False))
    assert owl.asked.count("terms") == asked
    assert set(owl.asked) <= {"terms", "sentence"}


@pytest.mark.parametrize(("cosine", "asked"), [(2.0, 1), (-1.0, 0)], ids=["nothing alike", "much alike"])
def test_a_slow_model_reads_only_such_a_question(
    ask: Ask, owl: Owl, check: Checker, monkeypatch: pytest.MonkeyPatch, cosine: float, asked: int
) -> None:
    monkeypatch.setattr("rag.retrieval.relevance.WEAK_COSINE", cosine)
    ask(WHICH, assistant(owl, check, is_quick=False))
    assert owl.asked[: asked + 1] == ["reading"] * asked + ["synthesis"]
