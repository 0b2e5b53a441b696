"""Which files the page offers, and what is in them."""

from __future__ import annotations

import asyncio
import json
import re
from typing import TYPE_CHECKING, cast

import pytest

from rag.export import FORMATS
from rag.ui.export import LONGEST, NAMES, file, menu
from rag.ui.session import Session

from .fake import Conversation

if TYPE_CHECKING:
    from rag import chat

ASKED, UNANSWERABLE = "which papers speed up diffusion depth?", "what is the price of coffee beans?"


def session(*questions: str, stopped: bool = False) -> Session:
    """What the page holds after `questions`, the last of them `stopped` at its first sentence."""
    asked = Session(cast("chat.Conversation", Conversation()))

    async def ask() -> None:
        for question in questions:
            async for turn in asked.ask(question, 4):
                if stopped and question == questions[-1] and turn.statements:
                    asked.stop()

    asyncio.run(ask())
    return asked


def offered(asked: Session) -> list[str]:
    return re.findall(r'<button value="([a-z.]+)">', menu(asked))


def text(asked: Session, chosen: str) -> str:
    return str(json.loads(file(asked, chosen))["text"])


def test_every_format_has_a_name() -> None:
    assert list(NAMES) == list(FORMATS)


def test_each_file_that_is_offered_is_there() -> None:
    asked = session(ASKED, ASKED)
    assert offered(asked) == [f"{scope}.{one}" for scope in ("answer", "conversation") for one in FORMATS]
    assert all(json.loads(file(asked, chosen))["text"] for chosen in offered(asked))
    assert offered(session(ASKED)) == [f"answer.{one}" for one in FORMATS]


def test_a_refusal_cites_nothing_and_can_be_kept_as_text_only() -> None:
    assert offered(session(UNANSWERABLE)) == ["answer.md"]
    assert offered(session(ASKED, UNANSWERABLE)) == ["answer.md", *(f"conversation.{one}" for one in FORMATS)]


def test_an_answer_that_was_cut_off_says_so() -> None:
    assert text(session(ASKED, stopped=True), "answer.md").count("This answer was cut off.") == 1
    assert text(session(ASKED, stopped=True), "answer.bib").count("@misc{") == 1


def test_a_failed_question_leaves_the_conversation_before_it() -> None:
    assert menu(session("is it broken?")) == ""
    assert offered(session(ASKED, "is it broken?")) == [f"conversation.{one}" for one in FORMATS]


def test_a_file_is_named_after_the_question() -> None:
    named = json.loads(file(session(f"../../{ASKED} " + "x" * 100), "answer.md"))["name"]
    assert re.fullmatch(r"[\w-]+\.md", named)
    assert len(named) == LONGEST + len(".md")
    assert json.loads(file(session("???"), "answer.md"))["name"] == "answer.md"


@pytest.mark.parametrize("chosen", ["", "answer", "answer.exe", "conversation.md", "../x.md", "answer.md.md"])
def test_nothing_else_can_be_asked_for(chosen: str) -> None:
    assert file(session(ASKED), chosen) == ""
