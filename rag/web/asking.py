"""What a page asks, none of which is trusted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rag.errors import QuestionError, UnknownConversationError
from rag.llm.cleaning import Cleaner
from rag.query.question import MAX_QUESTION_CHARS, check_length
from rag.text import one_line
from rag.web.conversations import MAX_TURNS
from rag.web.keys import is_key
from rag.web.selected import paper_hashes
from rag.web.templates import MAX_NOTE
from rag.web.turns import Choices

MAX_REMOVED_FILTERS = 20  # of one question
MAX_LIMIT = 1_000  # papers to cite
MAX_SPEC_CHARS = 500  # of a model


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked in the conversation `name`, "" for a new one, in place of its turn `replace` unless None."""

    name: str
    text: str
    choices: Choices
    replace: int | None


def parse(data: object) -> Question:
    """What `data`, any JSON, asks: {"name", "question", "choices", "replace"}, all but the question optional.

    Raises QuestionError, which says what is wrong with it.
    """
    asked = _record(data, "A question")
    text = _text(asked, "question")
    check_length(text)  # before it is cleaned, which takes as long as it is
    text = clean(text)
    check_length(text)
    name = _text(asked, "name") and conversation(asked["name"])
    return Question(name, text, _choices(asked.get("choices")), _number(asked, "replace", 0, MAX_TURNS - 1))


def conversation(name: object) -> str:
    """`name`, which is that of a conversation. Raises UnknownConversationError if it cannot be."""
    if not isinstance(name, str) or not is_key(name):
        raise UnknownConversationError("There is no conversation of that name. Begin a new one.")
    return name


def note(data: object) -> str:
    """What a reader sent as a note on an answer, on one line. Raises QuestionError if it is none, or too long."""
    if not isinstance(data, str) or len(data) > MAX_NOTE:
        raise QuestionError(f"A note must be text of at most {MAX_NOTE} characters.")
    return one_line(clean(data))


def clean(text: str) -> str:
    """`text` without what cannot be stored, shown or tokenized: control and bidi characters, half surrogate pairs."""
    cleaner = Cleaner()
    return cleaner.feed(text) + cleaner.end()


def _choices(data: object) -> Choices:
    chosen = _record({} if data is None else data, "“choices”")
    writer = _text(chosen, "writer")
    if writer not in ("", "quotes"):
        raise QuestionError('“writer” must be "quotes" or empty.')
    llm = _text(chosen, "llm")
    if len(llm) > MAX_SPEC_CHARS:
        raise QuestionError(f"The name of a model must have at most {MAX_SPEC_CHARS} characters.")
    return Choices(
        _filters(chosen.get("without")),
        _number(chosen, "limit", 1, MAX_LIMIT),
        clean(llm),
        "quotes" if writer else "",
        _papers(chosen.get("papers")),
    )


def _filters(data: object) -> tuple[str, ...]:
    """The filters to leave out. They are words of a question, so all together are no longer than one."""
    filters = [] if data is None else data
    if not isinstance(filters, list) or not all(isinstance(one, str) for one in filters):
        raise QuestionError("“without” must be a list of filters.")
    if len(filters) > MAX_REMOVED_FILTERS or sum(map(len, filters)) > MAX_QUESTION_CHARS:
        raise QuestionError(
            f"At most {MAX_REMOVED_FILTERS} filters can be removed, of {MAX_QUESTION_CHARS:,} characters in all. "
            "Edit the question instead."
        )
    return tuple(map(clean, filters))


def _papers(data: object) -> tuple[str, ...]:
    """The papers to ask alone, each once; none means all."""
    hashes = [] if data is None else data
    if not isinstance(hashes, list) or not all(isinstance(one, str) for one in hashes):
        raise QuestionError("“papers” must be a list of papers.")
    return paper_hashes(hashes)


def _record(data: object, what: str) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise QuestionError(f'{what} must be an object: {{"question": "…"}}.')
    return data


def _text(record: dict[str, Any], field: str) -> str:
    value = record.get(field)
    if value is not None and not isinstance(value, str):
        raise QuestionError(f"“{field}” must be text.")
    return value or ""


def _number(record: dict[str, Any], field: str, least: int, most: int) -> int | None:
    value = record.get(field)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise QuestionError(f"“{field}” must be a number from {least} to {most:,}.")
    return value
