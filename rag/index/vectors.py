"""The vectors of papers: of title and abstract, of each sentence, and of passages, which are composed of sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, Literal

from rag.index.maxsim import content_word_embeddings
from rag.language.passages import first_positions, passage_windows, split_by_tokens, title_and_text
from rag.language.sentences import span_texts, split_sentences
from rag.models.embedding import l2_normalize

if TYPE_CHECKING:
    import numpy as np

    from rag.models.embedding import Embedding, EncodedText
    from rag.paper import Paper

Granularity = Literal["papers", "passages", "sentences"]
GRANULARITIES: tuple[Granularity, ...] = ("papers", "passages", "sentences")  # one Chroma collection each


@dataclass(frozen=True, slots=True)
class Vector:
    """A vector of length 1, its name, which starts with the paper's number, and the text it is of."""

    kind: Granularity
    name: str
    values: np.ndarray
    text: str


def of_papers(
    chunk: Sequence[tuple[int, Paper]], model: Embedding
) -> tuple[list[Vector], list[tuple[int, np.ndarray]]]:
    """All vectors of the numbered papers, embedded together, and of each paper its words in context."""
    import numpy as np

    sentences = [span_texts(paper.abstract, split_sentences(paper.abstract)) for _, paper in chunk]
    texts = [_texts(paper, of_paper, model) for (_, paper), of_paper in zip(chunk, sentences, strict=True)]
    read = iter(model.encode_tokens(list(chain.from_iterable(chain.from_iterable(texts)))))
    found, contexts = [], []
    for (number, paper), of_paper, parts in zip(chunk, sentences, texts, strict=True):
        of_parts = [list(islice(read, len(part))) for part in parts]
        found += _of_paper(number, paper, of_paper, [_mean(part) for part in of_parts])
        # The first text is title and abstract, whose words come again in the others.
        in_parts = zip(chain.from_iterable(parts[1:]), chain.from_iterable(of_parts[1:]), strict=True)
        contexts.append((number, np.concatenate([content_word_embeddings(text, one)[1] for text, one in in_parts])))
    return found, contexts


def _texts(paper: Paper, sentences: list[str], model: Embedding) -> list[list[str]]:
    """What is embedded of a paper, each text in parts: title and abstract, title, each different sentence.

    Of title and abstract together the model reads the beginning; the rest is in the sentences.
    """
    whole = [title_and_text(paper.title, paper.abstract)]
    return [
        whole,
        *(
            split_by_tokens(text, model.count_tokens, model.max_tokens)
            for text in (paper.title, *first_positions(sentences))
        ),
    ]


def _of_paper(number: int, paper: Paper, sentences: list[str], vectors: list[np.ndarray]) -> list[Vector]:
    whole, title, *distinct = vectors
    places = first_positions(sentences)
    by_text = dict(zip(places, distinct, strict=True))
    windows = {" ".join(sentences[n] for n in window): window for window in passage_windows(len(sentences))}
    return [
        Vector("papers", str(number), whole, title_and_text(paper.title, paper.abstract)),
        Vector("sentences", f"{number}.title", title, paper.title),  # often the sentence that says best what it does
        *(Vector("sentences", f"{number}.{places[text]}", by_text[text], text) for text in places),
        # A passage embedded as a text of its own took as long again as all the rest and ranked no better.
        *(
            Vector("passages", f"{number}.{n}", l2_normalize(title + sum(by_text[sentences[i]] for i in window)), text)
            for n, (text, window) in enumerate(windows.items())
        ),
    ]


def _mean(parts: list[EncodedText]) -> np.ndarray:
    """The direction of a text, of which the model read one part at a time."""
    import numpy as np

    return l2_normalize(np.sum([part.vector for part in parts], axis=0))
