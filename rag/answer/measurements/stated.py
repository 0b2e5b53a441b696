"""What the sentences of an abstract measure: each value with its quantity, data set and condition."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from rag.answer.measurements.context import Context, contexts
from rag.answer.measurements.numbers import Value, values
from rag.answer.measurements.plain import plain
from rag.answer.measurements.reading import read
from rag.answer.measurements.tie import Tie
from rag.answer.measurements.ties import ties
from rag.language.sentences import Span
from rag.language.tokens import stems
from rag.paper import Paper


@dataclass(frozen=True, slots=True)
class Stated:
    """A value that the sentence `span` of an abstract states, what it is tied to, and on which data, and how.

    `about` are the stems of what the value belongs to: the nouns above it, and the subject of its clause. `is_count`
    where it counts things, as in "120 patients".
    """

    span: Span
    tie: Tie
    context: Context
    about: frozenset[str]
    is_count: bool

    @property
    def value(self) -> Value:
        return self.tie.value


def stated_in(paper: Paper, spans: Iterable[Span]) -> list[Stated]:
    """All that the sentences `spans` of the abstract of `paper` measure, in order."""
    return [
        Stated(span, tie, context, about, is_count)
        for span in spans
        for tie, context, about, is_count in _of_sentence(paper.abstract[span.start : span.end])
    ]


# What is in brackets may be said by itself: "(53.1 mIoU on ADE20K)".
_BRACKETS = re.compile(r"\((?P<text>[^()]{8,200})\)")


@lru_cache(maxsize=4_000)
def _of_sentence(text: str) -> tuple[tuple[Tie, Context, frozenset[str], bool], ...]:
    text = plain(text)
    if not values(text):
        return ()
    whole = _of_text(text)
    known = {stated[0].value.text for stated in whole}
    inside = [
        one for match in _BRACKETS.finditer(text) if match["text"].count(" ") > 1 for one in _of_text(match["text"])
    ]
    return (*whole, *(one for one in inside if one[0].value.text not in known and not one[3]))


def _of_text(text: str) -> tuple[tuple[Tie, Context, frozenset[str], bool], ...]:
    reading = read(text)
    found = ties(reading)
    made = []
    for tie, context in zip(found, contexts(reading, found), strict=True):
        above = list(reading.ancestors(reading.node(tie.value))) if tie.value in reading.places else []
        nouns = [reading.words[word].text for word in above]
        nouns += [reading.words[word].text for verb in above for word in reading.dependents(verb, "nsubj", "nsubjpass")]
        made.append((tie, context, frozenset(stems(" ".join(nouns))), tie.is_count))
    return tuple(made)
