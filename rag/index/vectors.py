"""Papers → vectors of their sentences and words, from one pass over the text; passages and papers are composed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from rag.index import segments
from rag.index.maxsim import content_word_embeddings
from rag.index.segments import Segment
from rag.language.passages import passage_windows
from rag.language.sentences import Span
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

    def by_id(self, number: int) -> dict[str, np.ndarray]:
        """The distinct vectors of the whole paper and of its passages by their ids in Chroma: "7" and "7.0" of paper 7.

        Equal vectors appear once, because many of them make their neighbours in Chroma's graph unreachable.
        """
        windows = passage_windows(len(self.rows) - 2)
        passages = (l2_normalize(_passage(self.rows[1:], window)) for window in windows)
        found = {str(number): self.rows[0]} | {f"{number}.{n}": vector for n, vector in enumerate(passages)}
        first = {vector.tobytes(): id for id, vector in reversed(found.items())}
        return {id: found[id] for id in reversed(first.values())}


def paper_number(vector_id: str) -> int:
    """The number of the paper that the vector with this id belongs to."""
    return int(vector_id.split(".")[0])


def _passage(title_and_sentences: np.ndarray, window: range) -> np.ndarray:
    """The sum of the vectors of these sentences and of the title.

    Embedding each passage as a text of its own doubled the time of a build and ranked no better.
    """
    total: np.ndarray = title_and_sentences[0] + title_and_sentences[window.start + 1 : window.stop + 1].sum(axis=0)
    return total


def of_papers(papers: Sequence[Paper], model: Embedding) -> list[PaperVectors]:
    """The vectors of `papers`, whose texts are embedded in one batch, each token once."""
    texts = [segments.of_paper(paper, model) for paper in papers]
    encoded = iter(model.encode_tokens([segment.text for of_paper in texts for segment in of_paper]))
    return [_of_paper(of_paper, list(islice(encoded, len(of_paper)))) for of_paper in texts]


def _of_paper(texts: list[Segment], encoded: list[EncodedText]) -> PaperVectors:
    """The vectors of one paper, whose `texts` are its title and the segments of its abstract."""
    import numpy as np

    parts: dict[int, list[np.ndarray]] = {}  # of the title and of each sentence, by position
    for segment, of_segment in zip(texts, encoded, strict=True):
        for position, span in segment.sentences.items():
            parts.setdefault(position, []).append(_pooled(of_segment, span, len(segment.sentences)))
    rows = l2_normalize(np.array([np.sum(parts[position], axis=0) for position in sorted(parts)], dtype=np.float32))
    lengths = [np.linalg.norm(_passage(rows, window)) for window in passage_windows(len(rows) - 1)]
    pairs = zip(texts, encoded, strict=True)
    words = np.concatenate([content_word_embeddings(segment.text, of_segment)[1] for segment, of_segment in pairs])
    whole = l2_normalize(np.sum([of_segment.vector for of_segment in encoded], axis=0))
    return PaperVectors(np.vstack([whole, rows]), np.array(lengths, dtype=np.float32), words)


def _pooled(encoded: EncodedText, span: Span, sentences: int) -> np.ndarray:
    """The vector of a sentence at `span` of a text: the mean of its tokens, or that of the text if it is all of it."""
    inside = (encoded.offsets[:, 0] >= span.start) & (encoded.offsets[:, 1] <= span.end)
    if sentences == 1 or not inside.any():  # a sentence of unknown characters has no tokens
        return encoded.vector
    return l2_normalize(encoded.token_embeddings[inside].mean(axis=0))
