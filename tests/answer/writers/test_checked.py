"""A written sentence is kept if the rules or a judge confirm it, else replaced by a quote or marked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence

import pytest

from rag.answer.types import Citation, Finding, Statement
from rag.answer.writers.checked import Draft, checked
from rag.answer.writers.task import Checks, Claim
from rag.errors import ModelError
from rag.query.intent import Intent
from tests.conftest import collected

from .conftest import BAT, OWL, QUESTION, ScriptedJudge, evidence, task

# What the rules below confirm, refute, and leave to a judge.
REWORDED, REFUTED = "OwlNet is a small network that finds voles by their rustling.", "OwlNet finds 7 voles by rustling."
OPEN, ALSO_OPEN = "OwlNet detects voles acoustically.", "BatNet tracks insects acoustically."
OWL_0, OWL_1, OWL_2 = evidence(OWL)
BAT_0, BAT_1 = evidence(BAT)


def rules(written: str, citations: Sequence[Citation]) -> Finding:
    if written == REWORDED:
        return Finding("reworded", citations=(OWL_0,))
    return Finding(None, refuted=written == REFUTED)


def quoted(citation: Citation) -> Statement:
    return Statement(citation.quote, (citation,), "quote")


def shown(
    *drafts: Draft | ModelError,
    judge: ScriptedJudge | None = None,
    show_unverified: bool = False,
    question: str = QUESTION,
    intent: Intent = "papers",
) -> list[Statement]:
    stream = checked(
        task(question=question, intent=intent), written(*drafts), Checks(rules, judge, show_unverified=show_unverified)
    )
    return collected(stream)


async def written(*drafts: Draft | ModelError) -> AsyncGenerator[Draft]:
    for draft in drafts:
        if isinstance(draft, ModelError):
            raise draft
        yield draft


def test_what_the_rules_confirm_is_kept_with_what_they_found_without_asking_the_judge() -> None:
    judge = ScriptedJudge()
    assert shown(Claim(REWORDED, (BAT_1, OWL_0)), judge=judge) == [Statement(REWORDED, (OWL_0,), "reworded")]
    assert judge.asked == []


@pytest.mark.parametrize("show_unverified", [True, False])
def test_what_the_rules_refute_becomes_a_quote_without_asking_the_judge(show_unverified: bool) -> None:
    judge = ScriptedJudge(REFUTED)
    assert shown(Claim(REFUTED, (OWL_0,)), judge=judge, show_unverified=show_unverified) == [quoted(OWL_0)]
    assert judge.asked == []


def test_a_sentence_that_is_copied_word_for_word_is_a_quote() -> None:
    judge = ScriptedJudge(BAT_1.quote)
    assert shown(Claim(BAT_1.quote.replace(" ", "  "), (BAT_0, BAT_1)), judge=judge) == [quoted(BAT_1)]
    assert judge.asked == []


def test_the_judge_decides_what_the_rules_do_not() -> None:
    judge = ScriptedJudge(OPEN)
    assert shown(Claim(OPEN, (OWL_0, OWL_1)), Claim(ALSO_OPEN, (BAT_0,)), judge=judge) == [
        Statement(OPEN, (OWL_0, OWL_1), "judged", judge="wise owl"),
        quoted(BAT_0),
    ]
    assert judge.asked == [[OPEN, ALSO_OPEN]], "all at once"


def test_without_a_judge_what_the_rules_do_not_confirm_becomes_a_quote() -> None:
    assert shown(Claim(OPEN, (OWL_0,))) == [quoted(OWL_0)]


@pytest.mark.parametrize("judge", [None, ScriptedJudge()])
def test_unconfirmed_sentences_can_be_shown_as_such(judge: ScriptedJudge | None) -> None:
    assert shown(Claim(OPEN, (OWL_0, OWL_1)), judge=judge, show_unverified=True) == [
        Statement(OPEN, (OWL_0, OWL_1), "unverified")
    ]


def test_the_quote_with_the_most_words_in_common_replaces_a_sentence() -> None:
    assert shown(Claim("OwlNet takes 60 hours of recordings.", evidence(OWL))) == [quoted(OWL_2)]


@pytest.mark.parametrize("text", ["Networks hear prey.", "", ".", "OwlNet: Hearing in the Dark."])
def test_a_sentence_that_only_repeats_the_question_or_a_title_becomes_a_quote(text: str) -> None:
    judge = ScriptedJudge(text)
    assert shown(Claim(text, (OWL_0,)), judge=judge) == [quoted(OWL_0)]
    assert judge.asked == []


def test_a_name_answers_a_question_for_a_fact_but_not_one_for_papers() -> None:
    named, which = "OwlNet is hearing in the dark.", "Which network is it?"
    judge = ScriptedJudge(named)
    assert [one.verdict for one in shown(Claim(named, (OWL_0,)), judge=judge, question=which)] == ["quote"]
    found = shown(Claim(named, (OWL_0,)), judge=judge, question=which, intent="fact")
    assert [one.verdict for one in found] == ["judged"]


def test_the_written_order_is_kept() -> None:
    drafts = [
        quoted(OWL_1),
        Claim(OPEN, (OWL_2,)),
        Claim(REWORDED, (OWL_0,)),
        Claim(ALSO_OPEN, (BAT_0,)),
        quoted(BAT_1),
    ]
    found = shown(*drafts, judge=ScriptedJudge(ALSO_OPEN))
    assert [(one.citations[0], one.verdict) for one in found] == [
        (OWL_1, "quote"),
        (OWL_2, "quote"),
        (OWL_0, "reworded"),
        (BAT_0, "judged"),
        (BAT_1, "quote"),
    ]


def test_statements_before_the_first_open_claim_stream_at_once() -> None:
    judge, events = ScriptedJudge(), list[str]()

    async def drafts() -> AsyncGenerator[Draft]:
        for draft in (quoted(OWL_1), Claim(REWORDED, (OWL_0,)), Claim(OPEN, (OWL_2,)), quoted(BAT_1)):
            events.append("written")
            yield draft

    async def read() -> None:
        async for _ in checked(task(), drafts(), Checks(rules, judge)):
            events.append("shown")

    asyncio.run(read())
    assert " ".join(events) == "written shown written shown written written shown shown"


def test_a_quote_that_replaces_several_sentences_appears_once() -> None:
    drafts = Claim(OPEN, (OWL_0,)), Claim(ALSO_OPEN, (OWL_0,)), Claim(REFUTED, (OWL_0,)), quoted(OWL_0)
    assert shown(*drafts) == [quoted(OWL_0)]
    assert shown(*drafts, judge=ScriptedJudge()) == [quoted(OWL_0)]


def test_a_quote_gives_way_to_a_confirmed_sentence_about_the_same() -> None:
    assert shown(Claim(OPEN, (OWL_0,)), Claim(REWORDED, (OWL_0,))) == [Statement(REWORDED, (OWL_0,), "reworded")]


def test_a_sentence_that_cites_nothing_new_is_neither_judged_nor_shown() -> None:
    judge = ScriptedJudge(OPEN)
    found = shown(Claim(REWORDED, (OWL_0,)), Claim(OPEN, (OWL_0,)), judge=judge)
    assert [one.text for one in found] == [REWORDED]
    assert judge.asked == []


def test_what_a_failing_judge_leaves_open_is_quoted_and_the_failure_reported_at_the_end() -> None:
    drafts = Claim(OPEN, (OWL_0,)), Claim(REWORDED, (OWL_0, OWL_1)), Claim(ALSO_OPEN, (BAT_0,))
    seen, fault = until_it_fails(*drafts, judge=ScriptedJudge(OPEN, fault="The owl sleeps."))
    assert [one.verdict for one in seen] == ["reworded", "quote"]
    assert fault == "Some sentences could not be judged: The owl sleeps."


def test_what_was_written_before_the_model_failed_is_judged_before_the_failure_is_reported() -> None:
    seen, fault = until_it_fails(Claim(OPEN, (OWL_0,)), ModelError("It broke off."), judge=ScriptedJudge(OPEN))
    assert ([one.verdict for one in seen], fault) == (["judged"], "It broke off.")
    failing = ScriptedJudge(fault="It is gone.")
    seen, fault = until_it_fails(Claim(OPEN, (OWL_0,)), ModelError("It broke off."), judge=failing)
    assert ([one.verdict for one in seen], fault) == (["quote"], "It broke off.")


def until_it_fails(*drafts: Draft | ModelError, judge: ScriptedJudge) -> tuple[list[Statement], str]:
    seen: list[Statement] = []

    async def read() -> None:
        async for statement in checked(task(), written(*drafts), Checks(rules, judge)):
            seen.append(statement)  # noqa: PERF401 - a comprehension would lose what came before the error

    with pytest.raises(ModelError) as fault:
        asyncio.run(read())
    return seen, str(fault.value)
