"""Turns as JSON: each paper once, and what version 0.4.0 kept."""

from __future__ import annotations

import json
import zlib
from dataclasses import replace

import pytest

from rag.answer.types import Answer, Citation, Effort, Found, Statement, Working
from rag.paper import Paper
from rag.web.records import dump, load, load_released, packed, unpacked
from rag.web.turns import CUT_OFF, Choices, Turn
from tests.conftest import DATA

from .samples import OTHER, PAPER, cite, done, state

RELEASED = (DATA / "conversation_0.4.0.json").read_text(encoding="utf-8")
LISTING = Turn(
    "which? 🦉",
    Choices(("since 2020",), 5, "none"),
    papers=9,
    found=Found((PAPER, OTHER), 9, ("since 2020",), "papers"),
    statements=[state(), state(cite(13, 25), cite(n=2, paper=OTHER))],
    answer=Answer(
        "which?",
        (state(), state(cite(13, 25), cite(n=2, paper=OTHER))),
        related=(cite(n=3, paper=replace(PAPER, title="Third")),),
        intent="papers",
        probability=0.7,
        notice="n",
    ),
    good=True,
    note="good",
)


@pytest.mark.parametrize(
    "turn",
    [
        LISTING,
        Turn("how?", error="No."),
        Turn("how?", found=Found((PAPER,), 9), statements=[state()], stopped=True),
        done(nearest=(PAPER, OTHER), not_stated_by=PAPER),
        done(replace(state(), aspect="Approach")),
        done(
            state(verdict="quote"),
            written=(replace(state(cite(n=2, paper=OTHER)), theme="Speed"), state(verdict="judged", judge="owl:7b")),
            effort=Effort("owl:7b", 3, 2, 1, 1, 90, 10, 3.5, 1.5, 0.001),
        ),
        Turn("how?", Choices(writer="quotes"), statements=[state()], written=[state(cite(13, 25))], stopped=True),
        done(state(verdict="quote"), state(verdict="judged", judge="owl\x1b:7b"), state(verdict="unverified")),
    ],
)
def test_a_turn_comes_back_as_it_was(turn: Turn) -> None:
    assert load(*dump(turn)) == turn


def test_each_paper_is_written_once_and_apart_from_the_turn() -> None:
    text, papers = dump(LISTING)
    assert len(papers) == 3
    assert PAPER.abstract not in text
    assert "".join(papers.values()).count(PAPER.abstract) == 3  # all three share it
    assert text.count("It is so.") == 2


def test_papers_of_one_title_are_told_apart_by_their_abstracts() -> None:
    revised = replace(PAPER, abstract="One is slower now. Two is fast.")
    turn = done(state(), state(cite(0, 18, paper=revised)))
    assert load(*dump(turn)) == turn


def test_a_turn_that_was_running_comes_back_as_stopped() -> None:
    turn = load(*dump(Turn("q", ahead=3, statements=[state()])))
    assert turn.state == "stopped"
    assert turn.reply
    assert turn.reply.notice == CUT_OFF


def test_what_a_model_did_at_the_end_is_not_kept() -> None:
    turn = load(*dump(Turn("q", statements=[state()], written=[state()], working=Working("thinking", seconds=3))))
    assert (turn.state, turn.working, turn.written) == ("stopped", None, [state()])


@pytest.mark.parametrize("writer", ["quotes", "sentences", "synthesis"])
def test_what_versions_kept_that_wrote_in_place_of_the_quotes_is_read(writer: str) -> None:
    turn = done(state(), state(verdict="judged", judge="owl:7b"))
    text, papers = dump(turn)
    data = json.loads(text)
    data["answer"]["writer"] = writer
    assert load(json.dumps(data), papers) == turn


def test_half_a_surrogate_pair_is_not_kept() -> None:
    text, papers = dump(
        done(state(cite(paper=replace(PAPER, title="A \ud83e title")), text="\udd89"), question="\udcff?")
    )
    assert load(unpacked(packed(text)), papers) == done(
        state(cite(paper=replace(PAPER, title="A ? title")), text="?"), question="??"
    )


def test_why_a_turn_is_not_stored_is_not_stored() -> None:
    assert load(*dump(replace(done(state()), unkept="The disk is full."))) == done(state())


def test_what_is_packed_is_small_and_comes_back() -> None:
    text = dump(LISTING)[0]
    assert unpacked(packed(text)) == text
    assert len(packed(text)) < len(text) / 2


@pytest.mark.parametrize("content", [b"", b"[]", packed("{}")[:-1], zlib.compress(b"\xff"), "[]", None, 7])
def test_what_was_not_packed_is_an_error(content: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        unpacked(content)


def test_a_missing_paper_is_an_error() -> None:
    with pytest.raises(ValueError, match="is missing"):
        load(dump(LISTING)[0], {})


def test_what_version_0_4_0_kept_is_read() -> None:
    listing, compared, refused, stopped, failed = load_released(RELEASED)
    swift, early = (paper for paper in listing.found.papers) if listing.found else ()
    assert (swift.title, early.digest) == ("SwiftDepth", True)
    assert listing.choices == Choices(("author:owl",), 5, "none")
    assert (listing.good, listing.note) == (False, "too few")
    quoted = Statement("SwiftDepth is fast.", (Citation(1, swift, 0, 19),), "quote")
    written = Statement("Early Exit stops early.", (Citation(2, early, 0, 24), Citation(1, swift, 0, 19)), "unverified")
    corals = Paper("Corals", "Corals are counted by divers.", source="papers.jsonl")
    assert listing.statements == [quoted, written]
    assert listing.answer == Answer(
        "which papers are fast? since 2020",
        (quoted, written),
        related=(Citation(3, corals, 0, 29),),
        searched=9,
        filters=("since 2020",),
        intent="papers",
        probability=0.75,
        notice="Only the best 5 are used.",
    )
    assert listing.found == Found((swift, early), 9, ("since 2020",), "papers")
    assert compared.answer
    assert compared.answer.intent == "comparison"
    assert [statement.aspect for statement in compared.statements] == ["Approach", "Approach"]
    assert refused.answer
    assert (refused.answer.nearest, refused.answer.not_stated_by) == ((swift, corals), swift)
    assert [turn.state for turn in (stopped, failed)] == ["stopped", "failed"]


@pytest.mark.parametrize("verdict", ["supported", "partly"])
def test_what_older_versions_checked_is_read_as_not_verified(verdict: str) -> None:
    text, papers = dump(done(state(), state(verdict="quote")))
    read = load(text.replace('"reworded"', f'"{verdict}"'), papers)
    assert read == done(state(verdict="unverified"), state(verdict="quote"))


def test_a_verdict_that_is_unknown_is_an_error() -> None:
    text, papers = dump(done(state()))
    with pytest.raises(ValueError, match="verdict"):
        load(text.replace('"reworded"', '"proven"'), papers)


@pytest.mark.parametrize("text", ["", "{}", "[1]", '[{"asked": 1}]', "7"])
def test_other_texts_are_no_conversation(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        load_released(text)


def test_the_data_of_0_4_0_uses_its_names() -> None:
    """Else the tests above would prove nothing."""
    answers = [turn["answer"] for turn in json.loads(RELEASED) if "answer" in turn]
    assert {"kind", "partial", "silent"} <= {name for answer in answers for name in answer}
