"""No model: the abstracts' own sentences."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Sequence

from rag.citations import Citation, Statement
from rag.papers import plain
from rag.writers.task import Style, Task


class Quotes:
    """The abstracts' own sentences. Those that several papers share are given once."""

    style: Style = "quotes"

    async def write(self, task: Task) -> AsyncGenerator[Statement]:
        for statement in quoted(task.evidence):
            yield statement


def quoted(evidence: Sequence[Sequence[Citation]]) -> Iterator[Statement]:
    """A statement for each sentence of `evidence`; those of the same words as one, which cites them all."""
    alike: dict[str, list[Citation]] = {}
    for citation in (one for of_paper in evidence for one in of_paper):
        alike.setdefault(plain(citation.quote) or citation.quote, []).append(citation)
    for citations in alike.values():
        yield Statement(citations[0].quote, tuple(citations), "quote")
