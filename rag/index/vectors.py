"""Papers → vectors: one of title and abstract, one of each sentence, and one of each passage, composed of sentences."""

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
    """A vector of length 1 and the text it was computed from.

    `id` is unique within the granularity: "7" for paper 7, "7.title" for its title, "7.0" for its first sentence or
    passage.
    """

    granularity: Granularity
    id: str
    values: np.ndarray
    text: str

    @property
    def paper(self) -> int:
        """The number of the paper."""
        return paper_number(self.id)


def paper_number(vector_id: str) -> int:
    """The number of the paper that the vector with this id belongs to."""
    return int(vector_id.split(".")[0])


def of_papers(
    chunk: Sequence[tuple[int, Paper]], model: Embedding
) -> tuple[list[Vector], list[tuple[int, np.ndarray]]]:
    """The vectors of the numbered papers, embedded in one batch.

    Returns all vectors, and for each paper its number with the embeddings of its content words in context: float32 of
    (words, dimensions).
    """
    import numpy as np

    sentences = [span_texts(paper.abstract, split_sentences(paper.abstract)) for _, paper in chunk]
    texts = [_texts(paper, of_paper, model) for (_, paper), of_paper in zip(chunk, sentences, strict=True)]
    encoded = iter(model.encode_tokens(list(chain.from_iterable(chain.from_iterable(texts)))))
    vectors, word_embeddings = [], []
    for (number, paper), of_paper, texts_of_paper in zip(chunk, sentences, texts, strict=True):
        encoded_texts = [list(islice(encoded, len(parts))) for parts in texts_of_paper]
        vectors += _of_paper(number, paper, of_paper, [_mean(parts) for parts in encoded_texts])
        # The first text is title and abstract, whose words occur again in the others.
        parts = zip(chain.from_iterable(texts_of_paper[1:]), chain.from_iterable(encoded_texts[1:]), strict=True)
        words = np.concatenate([content_word_embeddings(text, encoded_text)[1] for text, encoded_text in parts])
        word_embeddings.append((number, words))
    return vectors, word_embeddings


def _texts(paper: Paper, sentences: list[str], model: Embedding) -> list[list[str]]:
    """The texts of a paper to embed, each in parts short enough for the model: title and abstract, title, sentences.

    Title and abstract together are one part, of which the model reads the beginning: the sentences cover the rest.
    Repeated sentences are embedded once.
    """
    whole = [title_and_text(paper.title, paper.abstract)]
    return [
        whole,
        *(
            split_by_tokens(text, model.count_tokens, model.max_tokens)
            for text in (paper.title, *first_positions(sentences))
        ),
    ]


def _of_paper(number: int, paper: Paper, sentences: list[str], embeddings: list[np.ndarray]) -> list[Vector]:
    """The vectors of one paper, from the `embeddings` of its texts in the order of `_texts`."""
    whole, title, *distinct = embeddings
    positions = first_positions(sentences)
    by_text = dict(zip(positions, distinct, strict=True))
    windows = {" ".join(sentences[n] for n in window): window for window in passage_windows(len(sentences))}
    return [
        Vector("papers", str(number), whole, title_and_text(paper.title, paper.abstract)),
        Vector("sentences", f"{number}.title", title, paper.title),  # often the best one-sentence summary
        *(Vector("sentences", f"{number}.{positions[text]}", by_text[text], text) for text in positions),
        # Embedding each passage as a text of its own doubled the time of a build and ranked no better.
        *(
            Vector("passages", f"{number}.{n}", l2_normalize(title + sum(by_text[sentences[i]] for i in window)), text)
            for n, (text, window) in enumerate(windows.items())
        ),
    ]


def _mean(parts: list[EncodedText]) -> np.ndarray:
    """The mean direction of the parts of one text: float32 of (dimensions,), of length 1."""
    import numpy as np

    return l2_normalize(np.sum([part.vector for part in parts], axis=0))
