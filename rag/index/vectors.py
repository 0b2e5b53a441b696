"""Papers → vectors of their sentences and words, from one pass over the text; passages and papers are composed.

Each sentence is embedded by itself. Sentences that are embedded together, in context, rank their papers a little
better, but blur which of them answers: one citation in thirty gets worse.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING

from rag.index.maxsim import content_word_embeddings
from rag.language.passages import passage_windows, split_by_tokens
from rag.language.sentences import span_texts, split_sentences
from rag.models.encoding import l2_normalize

if TYPE_CHECKING:
    import numpy as np

    from rag.models.encoding import Embedding, EncodedText
    from rag.paper import Paper


@dataclass(frozen=True, slots=True)
class PaperVectors:
    """The vectors of a paper, all of length 1.

    `rows` is float32 of (2 + sentences, dimensions): the whole paper, its title, which is often the best one-sentence
    summary, then each sentence of the abstract. `passage_lengths` are the lengths that the passages had before they
    were scaled to 1: float32 of (passages,). `words` are the content words in context: float32 of (words, dimensions),
    or, as a MaxSimIndex holds them, int8 of (words, its dimensions).
    """

    rows: np.ndarray
    passage_lengths: np.ndarray
    words: np.ndarray

    def passages(self, number: int) -> dict[str, np.ndarray]:
        """The distinct vectors of the passages by their ids in Chroma: "7.0" and "7.1" of paper 7.

        Equal vectors appear once, because many of them make their neighbours in Chroma's graph unreachable.
        """
        distinct: dict[bytes, tuple[str, np.ndarray]] = {}
        for n, window in enumerate(passage_windows(len(self.rows) - 2)):
            vector = l2_normalize(_passage(self.rows[1:], window))
            distinct.setdefault(vector.tobytes(), (f"{number}.{n}", vector))
        return dict(distinct.values())


def paper_number(passage_id: str) -> int:
    """The number of the paper that the passage with this id belongs to."""
    return int(passage_id.split(".")[0])


def _passage(title_and_sentences: np.ndarray, window: range) -> np.ndarray:
    """The sum of the vectors of these sentences and of the title.

    Embedding each passage as a text of its own doubled the time of a build and ranked no better.
    """
    total: np.ndarray = title_and_sentences[0] + title_and_sentences[window.start + 1 : window.stop + 1].sum(axis=0)
    return total


def of_papers(papers: Sequence[Paper], model: Embedding) -> list[PaperVectors]:
    """The vectors of `papers`, whose texts are embedded in one batch, each token once."""
    texts = [_texts(paper, model) for paper in papers]
    encoded = iter(model.encode_tokens([part for of_paper in texts for parts in of_paper for part in parts]))
    return [_of_paper(of_paper, [list(islice(encoded, len(parts))) for parts in of_paper]) for of_paper in texts]


def _texts(paper: Paper, model: Embedding) -> list[list[str]]:
    """The title and each sentence of `paper`, in parts that are short enough for the model."""
    texts = [paper.title, *span_texts(paper.abstract, split_sentences(paper.abstract))]
    return [split_by_tokens(text, model.count_tokens, model.max_tokens) for text in texts]


def _of_paper(texts: list[list[str]], encoded: list[list[EncodedText]]) -> PaperVectors:
    """The vectors of one paper from the parts of its title and of each sentence."""
    import numpy as np

    sums = np.array([np.sum([part.vector for part in parts], axis=0) for parts in encoded], dtype=np.float32)
    rows = l2_normalize(sums)
    lengths = [np.linalg.norm(_passage(rows, window)) for window in passage_windows(len(rows) - 1)]
    pairs = zip(chain(*texts), chain(*encoded), strict=True)
    words = np.concatenate([content_word_embeddings(text, of_text)[1] for text, of_text in pairs])
    whole = l2_normalize(sums.sum(axis=0))
    return PaperVectors(np.vstack([whole, rows]), np.array(lengths, dtype=np.float32), words)
