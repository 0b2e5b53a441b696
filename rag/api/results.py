"""What a search and an evaluation return."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.evaluate.report import Row
    from rag.paper import Paper
    from rag.retrieval.hits import Hit


@dataclass(frozen=True)
class Results:
    """The papers that a search found as `hits`, best first. Iterates over them.

    `probability` is how likely the collection is to answer the question, 0 to 1. `searched` is the number of papers
    that pass the `filters`, which are given as the user wrote them. `notice` is one line that the user should know,
    such as a filter that was not applied, or "". Prints as a line for each paper, with its best sentence.
    """

    hits: tuple[Hit, ...] = field(repr=False)
    probability: float
    searched: int
    filters: tuple[str, ...] = ()
    notice: str = ""

    @property
    def papers(self) -> list[Paper]:
        """The papers alone, best first."""
        return [hit.paper for hit in self.hits]

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    def __len__(self) -> int:
        return len(self.hits)

    def __getitem__(self, n: int) -> Hit:
        return self.hits[n]

    def __str__(self) -> str:
        return "\n".join(f"{hit.probability:.2f}  {hit.paper.title}: {hit.best}" for hit in self.hits)


@dataclass(frozen=True)
class Evaluation:
    """The numbers of an evaluation: `rows` as of `rag eval --json`, the first for all questions. Prints as a table.

    `missing` are the judged papers that are not in the index, and count as not found. `errors` say why questions, by
    their ids, could not be asked; the numbers leave these out. `notice` says which questions were left out, or is "".
    """

    rows: list[Row]
    missing: list[str]
    errors: dict[str | int | None, str]
    notice: str = ""

    def __getitem__(self, metric: str) -> str | int | float | None:
        """The number of `metric`, such as "nDCG@10", over all questions; None if it applies to none of them."""
        return self.rows[0][metric]

    def __str__(self) -> str:
        from rag.evaluate.report import table

        return table(self.rows)
