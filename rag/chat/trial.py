"""What a question would find, before anybody asks it: what is offered as a question must not be refused."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.answer import direct
from rag.answer.direct import Direct
from rag.answer.retrieve import Retrieved, retrieve
from rag.query.history import History
from rag.query.selected import selected
from rag.query.understanding import Query, understand

if TYPE_CHECKING:
    from rag.query.routing import Router
    from rag.retrieval.retriever import HybridRetriever


@dataclass(frozen=True, slots=True)
class Trial:
    """Asks the papers of `retriever` as a chat does, up to what is found: it writes nothing and remembers nothing.

    `min_probability` is that of the settings. Only the papers with one of the `Paper.identity_hash` in `papers` are
    asked, all if it is empty.
    """

    retriever: HybridRetriever
    router: Router
    min_probability: float
    papers: Collection[str] = ()

    def query(self, question: str, history: History = History()) -> Query:  # noqa: B008 - it is immutable
        """`question`, understood after `history`. Raises QuestionError as `understand` and `selected` do."""
        store = self.retriever.store
        chosen = selected(self.papers, store)
        earlier = chosen.within(history) if chosen else history
        return understand(question, store, earlier, router=self.router, selected=chosen)

    def found(self, query: Query) -> Retrieved | Direct:
        """What is found for `query`, or what is answered from the collection's data."""
        if query.wished and not query.retold:
            return direct.reply(query, query.wished, self.retriever.store)
        return retrieve(query, self.retriever, self.min_probability)
