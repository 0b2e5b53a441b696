"""A written sentence is kept if the rules or a judge confirm it, else replaced by a quote or marked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Any

import pytest

from rag.answer.types import Citation, Finding, Statement, Working
from rag.answer.writers.checked import Draft, checked
from rag.answer.writers.task import Checks, Claim, Judge, Tally
from rag.errors import ModelError
from rag.query.intent import Intent
from tests.conftest import collected

from .conftest import BAT, OWL, QUESTION, ScriptedJudge, evidence, statements, task, until_it_fails

# What the rules below confirm, refute, and leave to a judge.
REWORDED, REFUTED = "OwlNet is a small network that finds voles by their rustling.", "OwlNet finds 7 voles by rustling."
OPEN, ALSO_OPEN = "OwlNet detects voles acoustically.", "BatNet tracks insects acoustically."
OWL_0, OWL_1, OWL_2 = evidence(OWL)
BAT_0, BAT_1 = evidence(BAT)
BEGUN = Claim(REWORDED, (OWL_0,))  # a sentence of the model's own, without which no quote is shown
FIRST = Statement(REWORDED, (OWL_0,), "reworded")


def rules(written: str, citations: Sequence[Citation]) -> Finding:
    if written == REWORDED:
        return Finding("reworded", citations=(OWL_0,))
    return Finding(None, refuted=written == REFUTED)


def quoted(citation: Citation, theme: str = "") -> Statement:
    return Statement(citation.quote, (citation,), "quote", theme=theme)


def stream(
    *drafts: Draft | ModelError,
    judge: Judge | None = None,
    show_unverified: bool = False,
    question: str = QUESTION,
    intent: Intent = "papers",
    tally: Tally | None = None,
) -> AsyncGenerator[Statement | Working]:
    checks = Checks(rules, judge, show_unverified)
    return checked(task(question=question, intent=intent), written(*drafts), checks, tally or Tally())


async def written(*drafts: Draft | ModelError) -> AsyncGenerator[Draft]:
    for draft in drafts:
        if isinstance(draft, ModelError):
            raise draft
        yield draft


def shown(*drafts: Draft, judge: Judge | None = None, **options: Any) -> list[Statement]:
    return statements(collected(stream(*drafts, judge=judge, **options)))


def test_what_the_rules_confirm_is_kept_with_what_they_found_without_asking_the_judge() -> None:
    judge = ScriptedJudge()
    assert shown(Claim(REWORDED, (BAT_1, OWL_0)), judge=judge) == [FIRST]
    assert judge.asked == []


@pytest.mark.parametrize("show_unverified", [True, False])
def test_what_the_rules_refute_becomes_a_quote_without_asking_the_judge(show_unverified: bool) -> None:
    judge = ScriptedJudge(REFUTED)
    found = shown(BEGUN, Claim(REFUTED, (OWL_1,)), judge=judge, show_unverified=show_unverified)
    assert found == [FIRST, quoted(OWL_1)]
    assert judge.asked == []


def test_a_sentence_that_is_copied_word_for_word_is_a_quote_and_none_that_the_model_wrote() -> None:
    judge, tally = ScriptedJudge(BAT_1.quote), Tally()
    copy = Claim(BAT_1.quote.replace(" ", "  "), (BAT_0, BAT_1))
    assert shown(BEGUN, copy, judge=judge, tally=tally) == [FIRST, quoted(BAT_1)]
    assert judge.asked == []
    assert tally == Tally(drafted=1, verified=1, replaced=0)


def test_the_judge_decides_what_the_rules_do_not() -> None:
    judge, tally = ScriptedJudge(OPEN), Tally()
    drafts = Claim(OPEN, (OWL_0, OWL_1)), Claim(ALSO_OPEN, (BAT_0,))
    assert shown(*drafts, judge=judge, tally=tally) == [
        Statement(OPEN, (OWL_0, OWL_1), "judged", judge="wise owl"),
        quoted(BAT_0),
    ]
    assert [text for asked in judge.asked for text in asked] == [OPEN, ALSO_OPEN], "about each once"
    assert tally == Tally(drafted=2, verified=1, replaced=1)


@pytest.mark.parametrize("judge", [None, ScriptedJudge()])
def test_what_nothing_confirms_becomes_a_quote(judge: ScriptedJudge | None) -> None:
    assert shown(BEGUN, Claim(OPEN, (OWL_1,)), judge=judge) == [FIRST, quoted(OWL_1)]


@pytest.mark.parametrize("judge", [None, ScriptedJudge()])
def test_unconfirmed_sentences_can_be_shown_as_such(judge: ScriptedJudge | None) -> None:
    tally = Tally()
    assert shown(Claim(OPEN, (OWL_0, OWL_1)), judge=judge, show_unverified=True, tally=tally) == [
        Statement(OPEN, (OWL_0, OWL_1), "unverified")
    ]
    assert tally == Tally(drafted=1)


def test_the_quote_with_the_most_words_in_common_replaces_a_sentence() -> None:
    assert shown(BEGUN, Claim("OwlNet takes 60 hours of recordings.", evidence(OWL))) == [FIRST, quoted(OWL_2)]


@pytest.mark.parametrize("text", ["Networks hear prey.", "OwlNet: Hearing in the Dark."])
def test_a_sentence_that_only_repeats_the_question_or_a_title_becomes_a_quote(text: str) -> None:
    judge = ScriptedJudge(text)
    assert shown(BEGUN, Claim(text, (OWL_1,)), judge=judge) == [FIRST, quoted(OWL_1)]
    assert judge.asked == []


def test_a_name_answers_a_question_for_a_fact_but_not_one_for_papers() -> None:
    named, which = "OwlNet is hearing in the dark.", "Which network is it?"
    judge = ScriptedJudge(named)
    assert shown(Claim(named, (OWL_0,)), judge=judge, question=which) == []
    found = shown(Claim(named, (OWL_0,)), judge=judge, question=which, intent="fact")
    assert [one.verdict for one in found] == ["judged"]


def test_the_written_order_is_kept() -> None:
    drafts = [Claim(OPEN, (OWL_2,)), BEGUN, Claim(ALSO_OPEN, (BAT_0,)), Claim(BAT_1.quote, (BAT_1,))]
    found = shown(*drafts, judge=ScriptedJudge(ALSO_OPEN))
    assert [(one.citations[0], one.verdict) for one in found] == [
        (OWL_2, "quote"),
        (OWL_0, "reworded"),
        (BAT_0, "judged"),
        (BAT_1, "quote"),
    ]


@pytest.mark.parametrize("drafts", [
    [Claim(OPEN, (OWL_0,)), Claim(REFUTED, (OWL_1,))],
    [Claim(OWL_0.quote, (OWL_0,)), Claim(BAT_1.quote, (BAT_1,))],
], ids=["replaced", "copied"])  # fmt: skip
def test_quotes_alone_are_not_shown(drafts: list[Claim]) -> None:
    assert shown(*drafts, judge=ScriptedJudge()) == []


def test_the_same_sentence_twice_is_written_once() -> None:
    judge, tally = ScriptedJudge(OPEN), Tally()
    found = shown(Claim(OPEN, (OWL_0,)), Claim(OPEN.upper(), (OWL_1,)), Claim(OPEN, (OWL_0,)), judge=judge, tally=tally)
    assert [one.text for one in found] == [OPEN]
    assert judge.asked == [[OPEN]]
    assert tally.drafted == 1


def test_a_quote_of_what_is_cited_already_is_left_out() -> None:
    found = shown(BEGUN, Claim(OPEN, (OWL_0,)), Claim(ALSO_OPEN, (OWL_0,)), Claim(REFUTED, (OWL_0,)))
    assert found == [FIRST]
    twice = shown(BEGUN, Claim(OPEN, (OWL_1,)), Claim(ALSO_OPEN, (OWL_1,)))
    assert twice == [FIRST, quoted(OWL_1)]


def test_a_sentence_keeps_its_theme_whatever_becomes_of_it() -> None:
    drafts = [Claim(REWORDED, (OWL_0,), "Owls"), Claim(OPEN, (OWL_1,), "Owls"), Claim(ALSO_OPEN, (BAT_0,), "Bats")]
    found = shown(*drafts, judge=ScriptedJudge(ALSO_OPEN))
    assert [(one.verdict, one.theme) for one in found] == [("reworded", "Owls"), ("quote", "Owls"), ("judged", "Bats")]


def test_what_a_failing_judge_leaves_open_is_quoted_and_the_failure_reported_at_the_end() -> None:
    drafts = Claim(OPEN, (OWL_1,)), BEGUN, Claim(ALSO_OPEN, (BAT_0,))
    seen, fault = until_it_fails(stream(*drafts, judge=ScriptedJudge(OPEN, fault="The owl sleeps.")))
    assert [one.verdict for one in seen] == ["quote", "reworded", "quote"]
    assert fault == "Some sentences could not be judged: The owl sleeps."


def test_a_judge_that_failed_is_not_asked_again() -> None:
    judge = ScriptedJudge(fault="The owl sleeps.")

    async def drafts() -> AsyncGenerator[Draft]:
        yield Claim(OPEN, (OWL_1,))
        while not judge.asked:
            await asyncio.sleep(0)
        yield Claim(ALSO_OPEN, (BAT_0,))
        yield BEGUN

    seen, fault = until_it_fails(checked(task(), drafts(), Checks(rules, judge), Tally()))
    assert [one.verdict for one in seen] == ["quote", "quote", "reworded"]
    assert "The owl sleeps" in fault
    assert judge.asked == [[OPEN]]


def test_what_was_written_before_the_model_failed_is_judged_before_the_failure_is_reported() -> None:
    drafts = Claim(OPEN, (OWL_0,)), ModelError("It broke off.")
    seen, fault = until_it_fails(stream(*drafts, judge=ScriptedJudge(OPEN)))
    assert ([one.verdict for one in seen], fault) == (["judged"], "It broke off.")
    seen, fault = until_it_fails(stream(BEGUN, *drafts, judge=ScriptedJudge(fault="It is gone.")))
    assert ([one.verdict for one in seen], fault) == (["reworded"], "It broke off.")
