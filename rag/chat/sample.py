"""Some papers of a collection, the most typical of each of its clusters, and the terms that they share."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import chain, islice, zip_longest
from typing import TYPE_CHECKING

from rag.chat.keyphrases import Keyphrase, Occurrence, Stems, keyphrases, occurrences, usual_spelling
from rag.index.store import Store
from rag.language.sentences import span_texts
from rag.language.tokens import stem, tokenize
from rag.paper import Paper
from rag.query.names import is_marked

if TYPE_CHECKING:
    import numpy as np

_WORD = re.compile(r"[\w-]+")
MAX_SAMPLE = 600  # papers
MAX_COMPARED_WITH_MEAN = 2_000  # papers of a cluster, among which the most typical are chosen
MAX_TITLES = 100  # of those that are looked for
FEW = 50  # papers: of so few, a keyphrase need not be in as many


@dataclass(frozen=True)
class Sample:
    """`papers` of `store` by number, the most typical first."""

    store: Store
    papers: Mapping[int, Paper]

    @cached_property
    def sentences(self) -> list[tuple[int, str, list[Occurrence]]]:
        """Each sentence of the abstracts with the number of its paper and the keyphrases in it."""
        spans = self.store.spans(list(self.papers))
        return [
            (number, text, occurrences(text, self.keyphrases))
            for (number, paper), of_paper in zip(self.papers.items(), spans, strict=True)
            for text in span_texts(paper.abstract, of_paper)
        ]

    @cached_property
    def titles(self) -> list[tuple[int, str, list[Occurrence]]]:
        """Each title as `sentences` has sentences."""
        titles = ((number, paper.title) for number, paper in self.papers.items())
        return [(number, title, occurrences(title, self.keyphrases)) for number, title in titles]

    def reach(self, text: str) -> int:
        """How many papers at most are read to see which of them contain `text`."""
        bm25 = self.store.bm25
        return min(sum(map(bm25.doc_freq, map(stem, set(tokenize(word))))) for word in text.split())

    def titles_with(self, *parts: str) -> list[tuple[int, str]]:
        """The first titles of the whole collection that have any of `parts`, by the numbers of their papers."""
        sql = f"SELECT id, title FROM papers WHERE {' OR '.join('instr(title, ?)' for _ in parts)} ORDER BY id LIMIT ?"
        return [(number, title) for number, title in self.store.rows(sql, *parts, MAX_TITLES)]

    @cached_property
    def keyphrases(self) -> dict[Stems, Keyphrase]:
        """The keyphrases of the papers, the most frequent first."""
        limits = (2, 1) if len(self.papers) < FEW else (3, 2)
        return {phrase.stems: phrase for phrase in keyphrases(self.papers.values(), *limits)}

    def spelling(self, word: str) -> str:
        """`word`, which may begin a sentence or stand in a heading, as it is written within a sentence."""
        is_name = is_marked(word) or not self.is_spelled(word)
        return word if is_name else usual_spelling(self._spellings[word.lower()])

    def is_spelled(self, word: str) -> bool:
        """Whether it is known how `word`, which may stand in a heading, is written within a sentence."""
        return word.lower() in self._spellings

    @cached_property
    def _spellings(self) -> dict[str, Counter[str]]:
        found: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for _, text, _ in self.sentences:
            for word in _WORD.findall(text)[1:]:
                found[word.lower()][word] += 1
        return dict(found)

    def having(self, stems: Iterable[str]) -> np.ndarray:
        """The numbers of all papers of the collection that have every one of `stems`, anywhere."""
        import numpy as np

        return reduce(np.intersect1d, (self.store.bm25.postings(one)[0] for one in stems))


def sample(store: Store) -> Sample:
    """At most MAX_SAMPLE papers of `store`, as many of each cluster."""
    import numpy as np

    clusters = store.projection.clusters
    by_cluster = [
        _typical(store, np.flatnonzero(clusters == cluster) + 1) for cluster in range(len(store.projection.names))
    ]
    ranked = chain.from_iterable(zip_longest(*by_cluster))  # the most typical of each cluster, then the second ones, …
    numbers = list(islice((int(number) for number in ranked if number is not None), MAX_SAMPLE))
    return Sample(store, dict(zip(numbers, store.papers(numbers), strict=True)))


def _typical(store: Store, numbers: np.ndarray) -> np.ndarray:
    """Some of the papers `numbers`, those nearest to their mean first."""
    import numpy as np

    numbers = numbers[:: -(-len(numbers) // MAX_COMPARED_WITH_MEAN) or 1]
    vectors = store.arrays.papers(numbers)
    return numbers[np.argsort(-(vectors @ vectors.mean(axis=0)), kind="stable")] if len(numbers) else numbers
