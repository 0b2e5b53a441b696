"""The vectors of papers: of title and abstract, of each sentence, and of passages, which are composed of sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, Literal

from rag import passages
from rag.contexts import in_context
from rag.embed import unit

if TYPE_CHECKING:
    import numpy as np

    from rag.embed import Embedding, Read
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


def of_papers(
    chunk: Sequence[tuple[int, Paper]], model: Embedding
) -> tuple[list[Vector], list[tuple[int, np.ndarray]]]:
    """All vectors of the numbered papers, embedded together, and of each paper its words in context."""
    import numpy as np

    sentences = [passages.texts(paper.abstract, passages.sentences(paper.abstract)) for _, paper in chunk]
    texts = [_texts(paper, of_paper, model) for (_, paper), of_paper in zip(chunk, sentences, strict=True)]
    read = iter(model.read(list(chain.from_iterable(chain.from_iterable(texts)))))
    found, contexts = [], []
    for (number, paper), of_paper, parts in zip(chunk, sentences, texts, strict=True):
        of_parts = [list(islice(read, len(part))) for part in parts]
        found += _of_paper(number, paper, of_paper, [_mean(part) for part in of_parts])
        # The first text is title and abstract, whose words come again in the others.
        in_parts = zip(chain.from_iterable(parts[1:]), chain.from_iterable(of_parts[1:]), strict=True)
        contexts.append((number, np.concatenate([in_context(text, one)[1] for text, one in in_parts])))
    return found, contexts


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
            Vector("passages", f"{number}.{n}", unit(title + sum(by_text[sentences[i]] for i in window)), text)
            for n, (text, window) in enumerate(windows.items())
        ),
    ]


def _mean(parts: list[Read]) -> np.ndarray:
    """The direction of a text, of which the model read one part at a time."""
    import numpy as np

    return unit(np.sum([part.vector for part in parts], axis=0))
