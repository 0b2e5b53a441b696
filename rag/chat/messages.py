"""Earlier turns as other programs keep them: a list of messages, each with a role and a text."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, TypedDict

from rag.chat.conversation import MAX_HISTORY
from rag.errors import QuestionError
from rag.query.batch import BatchQuestion
from rag.query.history import History
from rag.query.question import MAX_QUESTION_CHARS, check_length
from rag.query.understanding import batch_history, written_filters

if TYPE_CHECKING:
    from rag.index.store import Store

MAX_ANSWER_CHARS = 20_000  # of the last answer, which is searched for titles


class Message(TypedDict):
    """An earlier turn: the `role` is "user" or "assistant"; others are ignored."""

    role: str
    content: str


def history_of(messages: Sequence[Message], store: Store) -> History:
    """The conversation that `messages`, oldest first, tell.

    The last answer cites the papers in `store` whose full titles it contains, in order. What cannot be read as a
    question is left out. Raises QuestionError for what is no message.
    """
    said: dict[str, list[str]] = {"user": [], "assistant": [""]}
    for one in messages:
        if not (isinstance(one, dict) and isinstance(one.get("role"), str) and isinstance(one.get("content"), str)):
            raise QuestionError('An earlier turn must be {"role": "user" or "assistant", "content": text}.')
        said.setdefault(one["role"], []).append(one["content"])
    earlier = (text[:MAX_QUESTION_CHARS] for text in said["user"][-MAX_HISTORY:])
    asked = tuple(text for text in earlier if _is_question(text))
    return batch_history(BatchQuestion("", earlier=asked, last_answer=said["assistant"][-1][:MAX_ANSWER_CHARS]), store)


def _is_question(text: str) -> bool:
    """Whether `text` could have been asked: one that was refused must not make all after it fail."""
    with suppress(QuestionError):
        check_length(text)
        written_filters(text)
        return True
    return False
