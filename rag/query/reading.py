"""What a language model makes of a question: what it means alone, what to search for, what is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, get_args

from rag.errors import ReplyError
from rag.llm import json_reply, prompts
from rag.query.history import History
from rag.query.intent import MAX_COMPARED, Intent
from rag.text import clean_line

if TYPE_CHECKING:
    from rag.llm.model import Model

READING_TOKENS = 300  # of a reply, which takes about 120
MAX_QUERIES = 3
MAX_EARLIER, MAX_CITED = 4, 8  # questions and titles of the conversation that the model sees, the latest and the first
MAX_SHOWN_CHARS = 1_000  # of each
MAX_QUERY_CHARS = 200  # of a query, a name, or an item of a comparison in the reply
_STRINGS = {"type": "array", "items": {"type": "string"}}
_YEAR = {"type": ["integer", "null"]}
_PROPERTIES: dict[str, Any] = {
    "question": {"type": "string"},
    "queries": _STRINGS,
    "intent": {"type": "string", "enum": list(get_args(Intent))},
    "compared": _STRINGS,
    "authors": _STRINGS,
    "first_year": _YEAR,
    "last_year": _YEAR,
}
READING_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": _PROPERTIES,
    "required": list(_PROPERTIES),
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True)
class Reading:
    """A question as a model reads it.

    `queries` say it in the terms of the field; `question` makes sense alone, "" where the model does not say, as it
    need not say the `intent`. `compared` are the things that a comparison names. `authors`, `first_year` and
    `last_year` restrict the papers.
    """

    queries: tuple[str, ...]
    question: str = ""
    intent: Intent | None = None
    compared: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    first_year: int | None = None
    last_year: int | None = None


class Reader:
    """Asks `model` what a question means. Raises SettingsError for an unusable prompt."""

    def __init__(self, model: Model, prompts_dir: Path | None) -> None:
        self._model = model
        self._prompt = prompts.load("reading", prompts_dir)

    async def __call__(self, question: str, history: History) -> Reading:
        """The reading of `question` after `history`.

        Raises ModelError if the model fails, ReplyError if it replies something else.
        """
        earlier = [prompts.sanitize(text, MAX_SHOWN_CHARS) for text in history.earlier[-MAX_EARLIER:]]
        cited = [prompts.sanitize(paper.title, MAX_SHOWN_CHARS) for paper in history.cited[:MAX_CITED]]
        messages = self._prompt.format_messages(
            llm=None,
            earlier=" / ".join(earlier) or "none",
            cited=" / ".join(cited) or "none",
            question=prompts.sanitize(question, MAX_SHOWN_CHARS),
        )
        reply = await self._model.complete(messages, READING_TOKENS, READING_SCHEMA)
        try:
            return _reading(json_reply.parse(reply))
        except (ArithmeticError, ValueError, TypeError, LookupError, AttributeError) as fault:
            label = self._model.server.label
            raise ReplyError(f"{label} did not say what the question means. Choose another: --llm.") from fault


def _reading(data: Any) -> Reading:
    """`data` as a reading, each part bounded. Raises ValueError, TypeError or LookupError for anything else."""
    intent = data["intent"]
    if intent not in get_args(Intent):
        raise ValueError("an unknown intent")
    return Reading(
        _texts(data["queries"], MAX_QUERIES),
        clean_line(data["question"])[:MAX_SHOWN_CHARS],
        cast(Intent, intent),
        _texts(data["compared"], MAX_COMPARED),
        _texts(data["authors"], MAX_QUERIES),
        _year(data["first_year"]),
        _year(data["last_year"]),
    )


def _texts(values: Any, most: int) -> tuple[str, ...]:
    if not isinstance(values, list):
        raise TypeError("not a list")
    texts = (clean_line(value)[:MAX_QUERY_CHARS] for value in values[:most])
    return tuple(dict.fromkeys(filter(None, texts)))


def _year(value: Any) -> int | None:
    return int(value) if value else None
