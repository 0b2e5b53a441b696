"""Grading with a capable model: several papers in a call, each with a grade and the sentence that shows it, as JSON."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from string import ascii_lowercase
from typing import TYPE_CHECKING, Any

from rag.errors import ReplyError
from rag.language.sentences import Span
from rag.llm import json_reply, prompts
from rag.llm.scored import ScoredReply
from rag.llm.yes_no import token_at
from rag.query.intent import LISTS, Intent
from rag.retrieval.grading.grade import Grade
from rag.retrieval.hits import Hit, Hits

if TYPE_CHECKING:
    from llama_index.core.llms import ChatMessage

    from rag.llm.model import Model

GRADING_DEPTH = 40  # papers: about 12,000 tokens
BATCH = 10  # papers in a call
_MAX_QUESTION_CHARS, _MAX_TITLE_CHARS, _MAX_SENTENCE_CHARS = 1_000, 300, 600  # of what is shown; the rest is cut off
MAX_BATCHES_AT_ONCE = 4  # calls: more at a time would meet the limits of hosted models
_BEST = 2  # 2: it answers; 1: in part; 0: it does not
_MAX_SENTENCES = len(ascii_lowercase)  # of an abstract, so that a letter names each
TOKENS_PER_PAPER, SPARE_TOKENS = 40, 60  # of a reply: {"n": 1, "grade": 2, "sentence": "a"} takes about 20
CHARS_PER_TOKEN = 3  # at least: English has more, formulas have fewer
# Of a paper's relevance, what its grade decides; retrieval decides the rest, and so the order within a grade.
GRADE_SHARE = 0.9
_GRADE = r'"n"\s*:\s*{n}\s*,\s*"grade"\s*:\s*(\d)'
_PAPER = {
    "type": "object",
    "properties": {
        "n": {"type": "integer"},
        "grade": {"type": "integer", "enum": [0, 1, 2]},
        "sentence": {"type": "string"},
    },
    "required": ["n", "grade", "sentence"],
    "additionalProperties": False,
}
GRADES_SCHEMA: dict[str, Any] = {  # an object: not every server takes an array
    "type": "object",
    "properties": {"papers": {"type": "array", "items": _PAPER}},
    "required": ["papers"],
    "additionalProperties": False,
}


class Grader:
    """Asks `model` about several papers in a call, showing their whole abstracts.

    Where the server gives the probabilities of tokens, a grade is the mean of those that the model weighed. Raises
    SettingsError for an unusable prompt.
    """

    depth = GRADING_DEPTH
    intents: Collection[Intent] = (*LISTS, "fact", "yesno", "definition")

    def __init__(self, model: Model, prompts_dir: Path | None) -> None:
        self._model = model
        self._prompt = prompts.load("grade", prompts_dir)

    async def grade(self, question: str, hits: Sequence[Hit]) -> AsyncGenerator[Mapping[int, Grade]]:
        """The papers in groups of up to BATCH, or as many as fit into the model's context, as the replies come."""
        slots = asyncio.Semaphore(MAX_BATCHES_AT_ONCE)

        async def ask(batch: Sequence[Hit]) -> dict[int, Grade]:
            async with slots:
                tokens = SPARE_TOKENS + TOKENS_PER_PAPER * len(batch)
                reply = await self._model.complete_scored(self._messages(question, batch), tokens, GRADES_SCHEMA)
                return self._grades(reply, batch)

        calls = [asyncio.create_task(ask(batch)) for batch in self._batches(question, hits)]
        try:
            for call in asyncio.as_completed(calls):
                yield await call
        finally:
            for task in calls:
                task.cancel()
            await asyncio.gather(*calls, return_exceptions=True)

    def applied(self, hits: Hits, grades: Mapping[int, Grade]) -> Hits:
        """`hits` by grade, within a grade by retrieval. Papers that were not graded are as if graded 0."""
        if not grades:
            return hits
        papers = [
            replace(
                hit,
                relevance=GRADE_SHARE * (grades[hit.number].probability if hit.number in grades else 0.0)
                + (1 - GRADE_SHARE) * hit.relevance,
            )
            for hit in hits.papers
        ]
        papers.sort(key=lambda hit: -hit.relevance)
        return replace(hits, papers=tuple(papers), probability=max(grade.probability for grade in grades.values()))

    def _batches(self, question: str, hits: Sequence[Hit]) -> Iterator[Sequence[Hit]]:
        """`hits` in order; what does not even fit into a call by itself is left out with all after it."""
        while batch := self._fitting(question, hits):
            yield batch
            hits = hits[len(batch) :]

    def _fitting(self, question: str, hits: Sequence[Hit]) -> Sequence[Hit]:
        """The first of `hits`, as many as fit into a call."""
        for count in range(min(BATCH, len(hits)), 0, -1):
            chars = sum(len(str(message.content)) for message in self._messages(question, hits[:count]))
            if chars / CHARS_PER_TOKEN + SPARE_TOKENS + TOKENS_PER_PAPER * count <= self._model.context:
                return hits[:count]
        return ()

    def _messages(self, question: str, hits: Sequence[Hit]) -> list[ChatMessage]:
        papers = "\n\n".join(_shown(n, hit) for n, hit in enumerate(hits, 1))
        return self._prompt.format_messages(
            llm=None, question=prompts.sanitize(question, _MAX_QUESTION_CHARS), papers=papers
        )

    def _grades(self, reply: ScoredReply, hits: Sequence[Hit]) -> dict[int, Grade]:
        """What `reply` says of `hits`; a paper that it leaves out has no grade. Raises ReplyError for another reply."""
        try:
            entries = json_reply.parse(reply.text)["papers"]
            written = {int(entry["n"]): entry for entry in entries}
            return {
                hit.number: Grade(_probability(reply, n, written[n]["grade"]), _span(hit, written[n].get("sentence")))
                for n, hit in enumerate(hits, 1)
                if n in written
            }
        except (ArithmeticError, ValueError, TypeError, LookupError, AttributeError) as fault:
            label = self._model.server.label
            raise ReplyError(f"{label} gave no grades that can be read. Choose another: --llm.") from fault


def _shown(n: int, hit: Hit) -> str:
    lines = [f"Paper {n}: {prompts.sanitize(hit.paper.title, _MAX_TITLE_CHARS)}"]
    for letter, span in zip(ascii_lowercase, _spans(hit), strict=False):
        lines.append(f"[{letter}] {prompts.sanitize(hit.paper.abstract[span.start : span.end], _MAX_SENTENCE_CHARS)}")
    return "\n".join(lines)


def _spans(hit: Hit) -> list[Span]:
    """The sentences of the abstract in its order."""
    return sorted((sentence.span for sentence in hit.sentences), key=lambda span: span.start)[:_MAX_SENTENCES]


def _span(hit: Hit, letter: Any) -> Span | None:
    """The sentence that `letter` names; None if there is none."""
    by_letter = dict(zip(ascii_lowercase, _spans(hit), strict=False))
    return by_letter.get(str(letter).strip("[] "))


def _probability(reply: ScoredReply, n: int, written: Any) -> float:
    """The grade of paper `n` as a share of _BEST: the mean over the digits that the model weighed, if known."""
    text = reply.text.strip()
    match = re.search(_GRADE.format(n=n), text)
    token = token_at(reply.tokens, text, match.start(1)) if match else None
    weighed = [
        (int(other), probability)
        for other, probability in (token.alternatives if token else ())
        if other.strip().isdecimal() and int(other) <= _BEST
    ]
    if total := sum(probability for _, probability in weighed):
        return sum(grade * probability for grade, probability in weighed) / total / _BEST
    return min(max(int(written), 0), _BEST) / _BEST
