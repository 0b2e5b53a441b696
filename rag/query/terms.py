"""What a small language model makes of a question: the terms that the field has for it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from rag.llm import prompts
from rag.query.history import History
from rag.query.reading import MAX_QUERIES, MAX_QUERY_CHARS, MAX_SHOWN_CHARS, Reading
from rag.text import clean_line

if TYPE_CHECKING:
    from rag.llm.model import Model

TERMS_TOKENS = 60  # of a reply, which takes about 25
_LIST_MARK = re.compile(r"^\W*(?:\d+[.)])?\s*")


class TermReader:
    """Asks `model` for the terms of a question. Raises SettingsError for an unusable prompt."""

    def __init__(self, model: Model, prompts_dir: Path | None) -> None:
        self._model = model
        self._prompt = prompts.load("terms", prompts_dir)

    async def __call__(self, question: str, history: History) -> Reading:
        """A reading of `question`, which makes sense alone, with just its queries. Raises ModelError."""
        messages = self._prompt.format_messages(llm=None, question=prompts.sanitize(question, MAX_SHOWN_CHARS))
        reply = await self._model.complete(messages, TERMS_TOKENS)
        lines = (clean_line(_LIST_MARK.sub("", line))[:MAX_QUERY_CHARS] for line in reply.splitlines())
        return Reading(tuple(dict.fromkeys(filter(None, lines)))[:MAX_QUERIES])
