"""No model: the abstracts' own sentences, less what only leads up to them."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterator, Sequence

from rag.answer.types import Citation, Statement, Style
from rag.answer.writers.task import Task
from rag.language.cues import is_conditional
from rag.language.tokens import content_words, tokenize
from rag.text import normalize

LONG = 30  # words of a sentence from which on an ending that does not answer is left out
KEPT = 15  # words that stay at least
CUT = "…"  # stands where something was left out
_OPENING = re.compile(
    r"(?:in this (?:paper|work|article|study)|here|to this end|to (?:address|tackle|solve|overcome) (?:this|these) \w+|"
    r"moreover|furthermore|additionally|in addition|in particular|specifically|notably|remarkably|finally|thus|hence|"
    r"therefore|consequently|however|also|besides|as a result|as a solution|accordingly),?\s+",
    re.IGNORECASE,
)
_ENDING = re.compile(r"(?:;|,\s+(?:which|while|whereas|thus))\s+")


class QuoteWriter:
    """The abstracts' own sentences. Those that several papers share are given once."""

    style: Style = "quotes"

    async def write(self, task: Task) -> AsyncGenerator[Statement]:
        for statement in quoted(task.question, task.evidence):
            yield statement


def quoted(question: str, evidence: Sequence[Sequence[Citation]]) -> Iterator[Statement]:
    """A statement for each sentence of `evidence`; those of the same words as one, which cites them all."""
    alike: dict[str, list[Citation]] = {}
    for citation in (one for of_paper in evidence for one in of_paper):
        alike.setdefault(normalize(citation.quote) or citation.quote, []).append(citation)
    for citations in alike.values():
        yield Statement(trimmed(citations[0].quote, question), tuple(citations), "quote")


def trimmed(sentence: str, question: str) -> str:
    """`sentence` without a connective at its beginning and, where it is long, an ending that does not answer.

    What is left is one verbatim piece, with CUT where something went. A condition never goes.
    """
    opening = _OPENING.match(sentence)
    start, end = opening.end() if opening else 0, len(sentence)
    asked = content_words(question)
    for joint in reversed(list(_ENDING.finditer(sentence, start))) if len(sentence.split()) > LONG else ():
        ending = sentence[joint.start() :]
        if asked.intersection(tokenize(ending)) or is_conditional(ending) or re.search(r"\d", ending):
            break
        left = sentence[start : joint.start()]
        if len(left.split()) >= KEPT and left.count("(") == left.count(")"):
            end = joint.start()
    return f"{CUT} " * bool(start) + sentence[start:end] + f" {CUT}" * (end < len(sentence))
