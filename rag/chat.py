"""A conversation: follow-ups, citation numbers that stay, and the models and index that all conversations share."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Sequence
from collections.abc import Collection as Container
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from rag import answer, llm, prompts, writers
from rag.citations import Answer, Citation, Event, Statement
from rag.errors import QuestionError, StoreError
from rag.index import build, generations, store
from rag.papers import Paper
from rag.query import Past, understand
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.check import Finding
    from rag.embed import Embedding
    from rag.rerank import Reranker
    from rag.retrieve import HybridRetriever

MAX_QUESTION = 2_000  # characters; a pasted abstract fits, a pasted paper does not
MAX_EARLIER = 20  # questions that a conversation remembers


@dataclass(frozen=True)
class Collection:
    """What is being asked: its sources by name, its size, the model, and how that writes."""

    name: str
    papers: int
    passages: int
    model: str
    writer: writers.Style


class Chat:
    """The index and the models, opened once for all conversations of a process.

    `retriever()` follows the index when a rebuild switches it. Raises StoreError and ModelError on first use.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._lock = threading.Lock()
        self._embedding: Embedding | None = None
        self._reranker: Reranker | None = None
        self._retriever: HybridRetriever | None = None
        self._writer: writers.Writer | None = None

    def retriever(self) -> HybridRetriever:
        """A retriever over the current generation."""
        with self._lock:
            folder = generations.current(self.settings.index_dir)
            if self._retriever is None or self._retriever.store.folder != folder:
                self._retriever = self._open()
            return self._retriever

    def writer(self) -> writers.Writer:
        """Who writes, as the settings and the size of the model say."""
        with self._lock:
            if self._writer is None:
                self._writer = self._open_writer()
            return self._writer

    def collection(self) -> Collection:
        """What the current generation holds."""
        opened = self.retriever().store
        name = ", ".join(Path(path).name for path in opened.manifest["paths"])
        model = llm.describe(self.settings.llm)
        return Collection(name, opened.papers, opened.manifest["counts"]["passages"], model, self.writer().style)

    def load(self) -> None:
        """Loads the models and the index now, so that what is wrong with them shows before the first question."""
        self.writer()
        self.retriever()

    def conversation(self, past: Past = Past()) -> Conversation:  # noqa: B008 - it is frozen
        """A new conversation, one user's, that goes on from what is `past`."""
        return Conversation(self, past)

    def rebuild(self, progress: build.Progress) -> build.BuildReport:
        """Builds the index anew from the paths that the current one was built from; see `build.rebuild`."""
        paths = [Path(path) for path in self.retriever().store.manifest["paths"]]
        return build.rebuild(paths, self.settings.index_dir, self.settings.embedding, progress)

    def _open(self) -> HybridRetriever:
        from rag import embed, rerank
        from rag.retrieve import HybridRetriever

        opened = store.open_current(self.settings.index_dir)
        built_with = opened.manifest["embedding"]
        if self._embedding is None and built_with["name"] == self.settings.embedding:
            self._embedding = embed.load(self.settings.embedding)
        if self._embedding is None or self._embedding.fingerprint != built_with["fingerprint"]:
            raise StoreError(
                f"The index in {self.settings.index_dir} was built with the embedding '{built_with['name']}', the "
                f"settings say '{self.settings.embedding}'. {opened.rebuild_hint}"
            )
        if self._reranker is None and self.settings.rerank:
            self._reranker = rerank.load(self.settings.rerank)
        return HybridRetriever(opened, self._embedding, reranker=self._reranker)

    def _open_writer(self) -> writers.Writer:
        chosen = self.settings
        if chosen.prompts_dir:
            prompts.check(chosen.prompts_dir)
        if chosen.llm == "none" or self._style(llm.bundled_parameters(chosen.llm)) == "quotes":
            return writers.Quotes()  # a model that is not to write need not be there
        model = llm.load(chosen.llm, chosen.llm_timeout)
        if model is None:
            return writers.Quotes()
        style = self._style(model.parameters)
        return writers.choose(model, style, self._check, chosen.prompts_dir, chosen.entailment)

    def _style(self, parameters: int | None) -> writers.Style:
        return writers.style_of(self.settings.writer, parameters)

    def _check(self, written: str, citations: Sequence[Citation]) -> Finding:
        """Whether what is cited supports what is written, by the embedding and in the collection of the index."""
        return self.retriever().checker(written, citations)


class Conversation:
    """One user's questions in turn. A paper keeps its citation number from its first mention on."""

    def __init__(self, chat: Chat, past: Past) -> None:
        self._chat = chat
        self._past = self._before = past  # after the last question, and before it
        self._numbers: dict[str, int] = {}
        self._titles: dict[int, str] = {}

    async def ask(self, question: str, without: Container[str] = ()) -> AsyncGenerator[Event]:
        """Streams the answer; see `rag.citations.Event`.

        Filters of the question that are written as one of `without` are not applied. Raises QuestionError for a
        question that is empty or too long, and as `rag.query.understand` does.
        """
        if not 0 < len(question.strip()) <= MAX_QUESTION:
            raise QuestionError(f"A question has 1 to {MAX_QUESTION:,} characters; this one has {len(question):,}.")
        # A question asked again, as without one of its filters, leans on what it leant on.
        past = self._before if self._past.earlier[-1:] == (question,) else self._past
        retriever, writer = await asyncio.to_thread(self._ready)
        query = await asyncio.to_thread(understand, question, retriever.store, past, without)
        self._before, self._past = past, Past((*past.earlier, question)[-MAX_EARLIER:], past.cited, self._titles)
        known = len(self._numbers)
        cited: dict[str, None] = {}
        min_probability = self._chat.settings.min_probability
        async with aclosing(answer.answer(query, retriever, writer, self._number, min_probability)) as events:
            async for event in events:
                if isinstance(event, Statement):  # an answer that cites nothing leaves what was cited before
                    cited |= dict.fromkeys(citation.paper.title for citation in event.citations)
                    self._past = replace(self._past, cited=tuple(cited))
                elif isinstance(event, Answer) and event.kind != "papers":
                    self._forget(event.partial, known)
                yield event

    def _ready(self) -> tuple[HybridRetriever, writers.Writer]:
        return self._chat.retriever(), self._chat.writer()

    def _number(self, paper: Paper) -> int:
        n = self._numbers.setdefault(paper.key, len(self._numbers) + 1)
        self._titles[n] = paper.title
        return n

    def _forget(self, unseen: tuple[Citation, ...], known: int) -> None:
        """Takes back the numbers after `known` of papers that no reader is shown, so that none seem to be missing."""
        for citation in unseen:
            if citation.n > known:
                del self._numbers[citation.paper.key], self._titles[citation.n]
