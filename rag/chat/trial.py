"""What a question would find, before anybody asks it: what is offered as a question must not be refused."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.answer import direct
from rag.answer.direct import Direct
from rag.answer.facets import Facet
from rag.answer.retrieve import Retrieved, retrieve
from rag.index.phrases import contains
from rag.language.cues import describes_own_work, proposes
from rag.language.sentences import span_texts
from rag.paper import Paper
from rag.query.history import History
from rag.query.names import is_marked, names
from rag.query.selected import selected
from rag.query.understanding import Query, understand

if TYPE_CHECKING:
    from rag.query.routing import Router
    from rag.retrieval.retriever import HybridRetriever

# What is said of the limits of others, or of earlier ones, is praise: "overcomes the limitations of", "unlike".
_PRAISES = re.compile(
    r"\b(?:(?:overc[oa]m|address|tackl|alleviat|mitigat|circumvent|avoid|remed|resolv|solv|eliminat|reduc|remov|relax"
    r"|improv|outperform|surpass)\w*|better|robust|instead|unlike|without|despite|although|not)\b",
    re.IGNORECASE,
)


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


def quoted(found: Retrieved) -> list[tuple[Paper, str]]:
    """The sentences that an answer from what was `found` quotes, each with its paper."""
    return [(one.paper, text) for one in found.selection.relevant for text in span_texts(one.paper.abstract, one.spans)]


def states(text: str, facet: Facet, paper: Paper, about: str = "") -> bool:
    """Whether `text`, a sentence of `paper`, states the `facet` of what the paper proposes, or of what is `about`.

    A data set has a name, other than that of the paper; a limitation is not one that is overcome.
    """
    if not facet.stated.search(text):
        return False
    if facet.name == "a dataset":
        return any(is_marked(name) and not contains(paper.title, name) for name in names(text))
    if facet.name == "a limitation":
        is_own = contains(text, about) if about else describes_own_work(text, paper.short_name)
        return is_own and not proposes(text) and not _PRAISES.search(text)
    return True
