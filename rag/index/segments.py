"""Paper → the texts that are embedded: its title, and its abstract in segments of a few sentences.

A sentence in context ranks its paper better: segments of two to four sentences raise nDCG@10 on unseen questions by
0.01. They also blur which sentence of a paper answers, and one in thirty citations gets worse, so each sentence is a
segment of its own for now. A model whose vectors are not the mean of its tokens' allows no other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.language.passages import SPECIAL_TOKENS, split_by_tokens
from rag.language.sentences import Span, split_sentences

if TYPE_CHECKING:
    from rag.models.encoding import Embedding
    from rag.paper import Paper

SENTENCES_PER_SEGMENT = 1
TITLE = -1  # the position of the title, where sentences are counted from 0


@dataclass(frozen=True, slots=True)
class Segment:
    """A `text` to embed, and where in it its sentences are, by their positions in the abstract, or TITLE.

    A sentence that is too long for the model is in several segments, each of which has a part of it.
    """

    text: str
    sentences: dict[int, Span]


def of_paper(paper: Paper, model: Embedding) -> list[Segment]:
    """The segments of `paper`, its title first, each short enough for `model`."""
    return [*_parts(TITLE, paper.title, model), *_of_abstract(paper.abstract, model)]


def _of_abstract(abstract: str, model: Embedding) -> Iterator[Segment]:
    limit = SENTENCES_PER_SEGMENT if model.pools_by_mean else 1
    open_spans: dict[int, Span] = {}
    tokens = 0
    for position, span in enumerate(split_sentences(abstract)):
        length = model.count_tokens(abstract[span.start : span.end])
        if open_spans and (len(open_spans) == limit or tokens + length > model.max_tokens - SPECIAL_TOKENS):
            yield _segment(abstract, open_spans)
            open_spans, tokens = {}, 0
        if length > model.max_tokens:
            yield from _parts(position, abstract[span.start : span.end], model)
        else:
            open_spans[position] = span
            tokens += length
    if open_spans:
        yield _segment(abstract, open_spans)


def _segment(abstract: str, spans: dict[int, Span]) -> Segment:
    start, end = min(span.start for span in spans.values()), max(span.end for span in spans.values())
    return Segment(abstract[start:end], {n: Span(span.start - start, span.end - start) for n, span in spans.items()})


def _parts(position: int, text: str, model: Embedding) -> Iterator[Segment]:
    """`text`, the title or a sentence, in parts that are short enough."""
    for part in split_by_tokens(text, model.count_tokens, model.max_tokens):
        yield Segment(part, {position: Span(0, len(part))})
