"""Asks a conversation, and reads the numbers of its answers."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from rag.answer.types import Answer
from rag.chat.conversation import Conversation
from tests.conftest import collected


def ask(conversation: Conversation, question: str, without: Collection[str] = (), **options: Any) -> Answer:
    *_, last = collected(conversation.ask(question, without, **options))
    assert isinstance(last, Answer)
    return last


def numbers(answer: Answer) -> dict[str, int]:
    """The citation numbers by title, in the order of citation."""
    return {citation.paper.title: citation.n for citation in answer.citations}
