"""A stand-in for the engine with the contract of `rag.chat`: four invented papers, found by shared words."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncGenerator, Callable, Container, Iterator

from rag.chat import Collection
from rag.citations import Answer, Citation, Event, Found, Statement
from rag.errors import ModelError
from rag.kinds import Kind
from rag.papers import Paper

HOSTILE = '<img src="http://evil.invalid/x.png"><form action="http://evil.invalid/"><input></form>'

PAPERS = (
    Paper(
        "Quick Depth: One Step Is Enough",
        "Estimating depth with diffusion models is slow. Our method speeds up diffusion depth estimation by a factor "
        "of 80. It needs one step where others need fifty.",
        authors=("Ada Example", "Ben Sample"),
        year=2024,
        url="https://example.org/quick-depth",
    ),
    Paper(
        "Thin Diffusion for Depth Maps",
        "We distil a large diffusion model into a small one. The small model keeps the quality of its depth maps and "
        "runs in real time on a laptop.",
        year=2023,
        digest=True,
        url="javascript:alert(1)",
    ),
    Paper(
        f"Hostile Diffusion {HOSTILE} [a](javascript:alert(1)) {{{{value}}}}",
        f"This abstract carries payloads {HOSTILE} about diffusion depth. ![x](http://evil.invalid/y.png) "
        "<script>alert(1)</script> & $$x^2$$ come along with depth.",
        authors=("<b>Mallory</b>",),
    ),
    Paper("On Relative Pottery", "A relative vase is a vase. We study clay, kilns and glazes over four centuries."),
)


class Conversation:
    """Quotes the sentences that share a word with the question, of papers that share two."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    async def ask(self, question: str, without: Container[str] = ()) -> AsyncGenerator[Event]:
        if "broken" in question:
            raise ModelError("The model at <nowhere> does not answer. Start it, or choose another: rag chat --llm none")
        if "crash" in question:
            raise ZeroDivisionError
        filters = tuple(one for one in ("since 2024", "author:nobody") if one in question and one not in without)
        among = [] if "author:nobody" in filters else PAPERS[:1] if filters else PAPERS
        hits = [paper for paper in among if len(_words(question) & _words(paper.title + paper.abstract)) > 1]
        touched = PAPERS[-1:] if "pottery" in question else ()
        kind: Kind = "papers" if touched else "fact"
        yield Found(tuple(hits), len(among), filters, kind)
        written = []
        for statement in (s for paper in hits for s in self._statements(paper, question)):
            await asyncio.sleep(0.15)  # a model at work
            written.append(statement)
            yield statement
        notice = "The model gave no usable sentence twice; its abstracts are quoted." if hits else ""
        nearest = () if hits else tuple(among[-2:])
        partial = tuple(next(self._statements(paper, "clay")).citations[0] for paper in touched)
        yield Answer(question, tuple(written), partial, nearest, len(among), filters, kind, 0.9, notice)

    def _statements(self, paper: Paper, question: str) -> Iterator[Statement]:
        n = self._numbers.setdefault(paper.key, len(self._numbers) + 1)
        for found in re.finditer(r"\S.+?\.(?= [A-Z!<]|$)", paper.abstract):
            if _words(question) & _words(found[0]):
                citation = Citation(n, paper, *found.span())
                yield Statement(citation.quote, (citation,), "quote" if n % 2 else "supported")


class Chat:
    def collection(self) -> Collection:
        return Collection("papers", len(PAPERS), 2864, "bundled (fake)", "sentences")

    def conversation(self) -> Conversation:
        return Conversation()

    def rebuild(self, progress: Callable[[str, int, int], None]) -> str:
        for stage in ("reading", "embedding"):
            for done in range(len(PAPERS) + 1):
                progress(stage, done, len(PAPERS))
                time.sleep(0.1)  # an embedding at work
        return "4 papers, 9 passages indexed in 1 s"


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]{4,}", text.lower())) - {"which", "papers", "what", "that", "with"}
