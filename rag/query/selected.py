"""The papers that a reader selected to ask alone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from rag.errors import QuestionError
from rag.index.filters import PaperFilter
from rag.index.phrases import contains
from rag.index.store import Store
from rag.language.tokens import content_terms
from rag.paper import Paper
from rag.query.history import History
from rag.query.intent import asks_for_quantity, compares_unnamed
from rag.query.routing import topic
from rag.query.wishes import Wished
from rag.text import count


@dataclass(frozen=True, slots=True)
class Selected:
    """The selected `papers`, which are in the collection, as a filter; `missing` counts those that are not."""

    papers: tuple[Paper, ...]
    filter: PaperFilter
    missing: int = 0

    @property
    def is_one(self) -> bool:
        """Whether a single paper is asked, which every question is about."""
        return len(self.papers) == 1

    @property
    def notice(self) -> str:
        """How many are not in the collection, "" if all are."""
        is_one = self.missing == 1
        gone = f"{self.missing:,} of {count(len(self.papers) + self.missing, 'selected paper')}"
        return f"{gone} {'is' if is_one else 'are'} no longer in the collection." if self.missing else ""

    def within(self, history: History) -> History:
        """`history` for a question to these papers: "they" are those of them that the last answer cited, or all."""
        here = {paper.identity_hash for paper in self.papers}
        cited = tuple(paper for paper in history.cited if paper.identity_hash in here)
        return replace(history, cited=cited or self.papers)

    def rewrites(self, texts: Sequence[str]) -> list[str]:
        """The `texts` to search with, of which the first names the paper where it is a single one."""
        title = self.papers[0].title
        return [f"{title} {texts[0]}", texts[-1]] if self.is_one and title not in texts[0] else list(texts)

    def lack(self, *terms: str) -> bool:
        """Whether none of the papers has any of `terms`."""
        texts = [f"{paper.title}. {paper.abstract}" for paper in self.papers]
        return not any(contains(text, term) for text in texts for term in terms)


def selected(hashes: Collection[str], store: Store, without: Collection[str] = ()) -> Selected | None:
    """The papers in `store` with these `Paper.identity_hash`; None, meaning all papers, without any.

    None too if their filter is written as one of `without`. Raises QuestionError if the store has none of them.
    """
    if not hashes:
        return None
    numbers = list(store.identities.find(hashes).values())
    if not numbers:
        raise QuestionError("None of the selected papers is in the collection any more. Select others, or ask all.")
    papers = tuple(store.papers(numbers))
    found = Selected(papers, PaperFilter(name(papers), frozenset(numbers)), len(set(hashes)) - len(numbers))
    return None if found.filter.written in without else found


def name(papers: Collection[Paper]) -> str:
    """What stands for selected `papers` in a list of filters: their number, or the title of a single one."""
    return next(iter(papers)).title if len(papers) == 1 else count(len(papers), "selected paper")


def wished_of(papers: Selected, found: Wished | None, subject: str, earlier: Sequence[str]) -> Wished | None:
    """What `subject` wants of selected papers, where `found` is what it would want of the whole collection.

    A first question that asks for nothing in particular, as "summarize" does, wants the papers themselves.
    """
    terms = content_terms(subject)
    if found and found.wish == "help" and terms:  # "what are the limitations?"
        return None
    asks = topic(subject) or compares_unnamed(subject) or asks_for_quantity(subject)
    asks = asks or (papers.is_one and not papers.lack(*terms))
    if (found and found.wish == "about") or (found is None and not earlier and not asks):
        return Wished("paper", papers=papers.papers) if papers.is_one else Wished("list")
    return found
