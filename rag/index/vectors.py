"""The vectors of papers: of title and abstract, of each sentence, and of passages, which are composed of sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Literal

from rag import passages

if TYPE_CHECKING:
    import numpy as np

    from rag.embed import Embedding
    from rag.papers import Paper

Kind = Literal["papers", "passages", "sentences"]
KINDS: tuple[Kind, ...] = ("papers", "passages", "sentences")  # one Chroma collection each


@dataclass(frozen=True, slots=True)
class Vector:
    """A vector of length 1, its name, which starts with the paper's number, and the text it is of."""

    kind: Kind
    name: str
    values: np.ndarray
    text: str


def of_papers(chunk: Sequence[tuple[int, Paper]], model: Embedding) -> list[Vector]:
    """All vectors of the numbered papers, embedded together."""
    sentences = [passages.texts(paper.abstract, passages.sentences(paper.abstract)) for _, paper in chunk]
    texts = [_texts(paper, of_paper, model) for (_, paper), of_paper in zip(chunk, sentences, strict=True)]
    embedded = model.encode(list(chain.from_iterable(chain.from_iterable(texts))))
    found, first = [], 0
    for (number, paper), of_paper, parts in zip(chunk, sentences, texts, strict=True):
        vectors = []
        for part in parts:  # a text that was too long for the model is the mean of its parts
            vectors.append(_unit(embedded[first : first + len(part)].sum(axis=0)))
            first += len(part)
        found += _of_paper(number, paper, of_paper, vectors)
    return found


def _texts(paper: Paper, sentences: list[str], model: Embedding) -> list[list[str]]:
    """What is embedded of a paper, each text in parts: title and abstract, title, each different sentence.

    Of title and abstract together the model reads the beginning; the rest is in the sentences.
    """
    whole = [passages.led(paper.title, paper.abstract)]
    return [
        whole,
        *(passages.parts(text, model.count, model.limit) for text in (paper.title, *passages.places(sentences))),
    ]


def _of_paper(number: int, paper: Paper, sentences: list[str], vectors: list[np.ndarray]) -> list[Vector]:
    whole, title, *distinct = vectors
    places = passages.places(sentences)
    by_text = dict(zip(places, distinct, strict=True))
    windows = {" ".join(sentences[n] for n in window): window for window in passages.windows(len(sentences))}
    return [
        Vector("papers", str(number), whole, passages.led(paper.title, paper.abstract)),
        Vector("sentences", f"{number}.title", title, paper.title),  # often the sentence that says best what it does
        *(Vector("sentences", f"{number}.{places[text]}", by_text[text], text) for text in places),
        # A passage embedded as a text of its own took as long again as all the rest and ranked no better.
        *(
            Vector("passages", f"{number}.{n}", _unit(title + sum(by_text[sentences[i]] for i in window)), text)
            for n, (text, window) in enumerate(windows.items())
        ),
    ]


def _unit(vector: np.ndarray) -> np.ndarray:
    import numpy as np

    length = np.linalg.norm(vector)
    return vector / length if length else vector
