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
from rag.index import added, build, changes, generations, store
from rag.llm.server import shown
from rag.papers import Paper
from rag.query import Past, understand
from rag.settings import Settings
from rag.sources.skipped import clean

if TYPE_CHECKING:
    from rag.check import Finding
    from rag.embed import Embedding
    from rag.llm.choices import Choice
    from rag.rerank import Reranker
    from rag.retrieve import HybridRetriever

MAX_QUESTION = 2_000  # characters; a pasted abstract fits, a pasted paper does not
MAX_EARLIER = 20  # questions that a conversation remembers


@dataclass(frozen=True)
class Collection:
    """What is being asked: its sources by name, its size, the model, and how that writes."""

    name: str
    papers: int
    model: str
    writer: writers.Style


class Chat:
    """The index and the models, opened once for all conversations of a process.

    `retriever()` follows the index when a rebuild switches it. Raises StoreError and ModelError on first use.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._opening = threading.Lock()
        self._embedding: Embedding | None = None
        self._reranker: Reranker | None = None
        self._retriever: HybridRetriever | None = None
        self._writers: dict[str, writers.Writer] = {}
        self._loading: dict[str, threading.Lock] = {}

    def retriever(self) -> HybridRetriever:
        """A retriever over the current generation; while another thread opens that, one over the generation before."""
        before = self._retriever
        if before and self._is_current(before):
            return before
        if not self._opening.acquire(blocking=before is None) and before:
            return before
        try:
            if self._retriever is None or not self._is_current(self._retriever):
                self._retriever = self._open()  # what is wrong with it concerns the one who asked: the next tries again
            return self._retriever
        finally:
            self._opening.release()

    def writer(self, spec: str | None = None) -> writers.Writer:
        """Who writes with the model of `spec`, or of the settings, as these and the size of the model say.

        Raises ModelError where it cannot be opened.
        """
        spec = self._own(spec)
        with self._loading.setdefault(spec, threading.Lock()):  # one each: who loads a model keeps nobody from others
            if spec not in self._writers:
                self._writers[spec] = self._open_writer(spec)
            return self._writers[spec]

    def choices(self) -> list[Choice]:
        """The models that a question may choose: within reach as far as is known. Not where an event loop runs."""
        from rag.llm.choices import choices

        return [one for one in choices(self.settings.llm) if one.usable]

    def test(self, spec: str) -> str:
        """Whether the model of `spec` answers now, in one line; see `rag.llm.choices.trial`."""
        from rag.llm.choices import trial

        return trial(self._own(spec), self.settings.llm_timeout)

    def collection(self) -> Collection:
        """What the current generation holds."""
        opened = self.retriever().store
        name = ", ".join(clean(Path(path).name) for path in opened.manifest["paths"])
        model = llm.describe(self.settings.llm)
        return Collection(name, opened.papers, model, self.writer().style)

    def load(self) -> None:
        """Loads the models and the index now, so that what is wrong with them shows before the first question."""
        self.writer()
        self.retriever()

    def conversation(self, past: Past = Past()) -> Conversation:  # noqa: B008 - it is frozen
        """A new conversation, one user's, that goes on from what is `past`."""
        return Conversation(self, past)

    def resume(self, said: Sequence[Answer]) -> Conversation:
        """A conversation that goes on from the answers `said` in it; their papers keep their numbers."""
        conversation = self.conversation()
        for answered in said:
            conversation.remember(answered)
        return conversation

    def rebuild(self, progress: build.Progress) -> build.BuildReport:
        """Builds the index anew from where it came from and the added files; see `added.paths` and `build.rebuild`.

        It mends an index that is damaged or of another embedding, and builds one where there is none.
        """
        paths = added.paths(self.settings.index_dir)
        return build.rebuild(paths, self.settings.index_dir, self.settings.embedding, progress)

    def preview(self, staged: Sequence[Path] = ()) -> changes.Changes:
        """What a rebuild would change once the `staged` files are accepted; see `changes.compare`.

        Where there is no index, or none that can be read, all papers are new.
        """
        index_dir = self.settings.index_dir
        return changes.compare(index_dir, [*added.paths(index_dir), *staged])

    def _is_current(self, opened: HybridRetriever) -> bool:
        return opened.store.folder == generations.current(self.settings.index_dir)

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

    def _own(self, spec: str | None) -> str:
        """`spec` in full: that of the settings is shown without the password that its address may hold."""
        return self.settings.llm if spec in (None, shown(self.settings.llm)) else spec

    def _open_writer(self, spec: str) -> writers.Writer:
        chosen = self.settings
        if chosen.prompts_dir:
            prompts.check(chosen.prompts_dir)
        if spec == "none" or self._style(llm.bundled_parameters(spec)) == "quotes":
            return writers.Quotes()  # a model that is not to write need not be there
        model = llm.load(spec, chosen.llm_timeout)
        if model is None:
            return writers.Quotes()
        style = self._style(model.parameters)
        return writers.choose(model, style, self._check, chosen.prompts_dir, chosen.entailment)

    def _style(self, parameters: int | None) -> writers.Style:
        return writers.style_of(self.settings.writer, parameters)

    def _check(self, written: str, citations: Sequence[Citation]) -> Finding:
        """Whether what is cited supports what is written, by the embedding and in the collection that is open.

        An answer in the making does not wait for a new generation, nor fail with it.
        """
        return (self._retriever or self.retriever()).checker(written, citations)


class Conversation:
    """One user's questions in turn. A paper keeps its citation number from its first mention on."""

    def __init__(self, chat: Chat, past: Past) -> None:
        self._chat = chat
        self._past = past
        self._numbers: dict[str, int] = {}
        self._titles: dict[int, str] = {}

    async def ask(
        self, question: str, without: Container[str] = (), most: int | None = None, llm: str | None = None
    ) -> AsyncGenerator[Event]:
        """Streams the answer; see `rag.citations.Event`.

        Filters of the question that are written as one of `without` are not applied. The answer cites `most` papers,
        from 1 on, or all that match. The model of the spec `llm` writes it, or that of the settings. Raises
        QuestionError for a question that is empty or too long or a `most` below 1, and as `rag.query.understand` does,
        ModelError where the model cannot be opened.
        """
        if not 0 < len(question.strip()) <= MAX_QUESTION:
            raise QuestionError(f"A question has 1 to {MAX_QUESTION:,} characters; this one has {len(question):,}.")
        if most is not None and most < 1:
            raise QuestionError(f"An answer cites at least one paper, not at most {most}.")
        retriever, writer = await asyncio.to_thread(self._ready, llm)
        query = await asyncio.to_thread(understand, question, retriever.store, self._past, without)
        self._ask(question)
        known = max(self._titles, default=0)
        cited: dict[str, None] = {}
        min_probability = self._chat.settings.min_probability
        async with aclosing(answer.answer(query, retriever, writer, self._number, min_probability, most)) as events:
            async for event in events:
                if isinstance(event, Statement):  # an answer that cites nothing leaves what was cited before
                    cited |= dict.fromkeys(citation.paper.title for citation in event.citations)
                    self._past = replace(self._past, cited=tuple(cited))
                elif isinstance(event, Answer) and event.kind != "papers":
                    self._forget(event.partial, known)
                yield event

    def remember(self, said: Answer) -> None:
        """Takes `said` for what this conversation answered last."""
        shown = [*said.citations, *(said.partial if said.kind == "papers" else ())]
        self._numbers |= {citation.paper.key: citation.n for citation in shown}
        self._titles |= {citation.n: citation.paper.title for citation in shown}
        self._ask(said.question)
        if cited := tuple(dict.fromkeys(citation.paper.title for citation in said.citations)):
            self._past = replace(self._past, cited=cited)

    def _ask(self, question: str) -> None:
        past = self._past
        self._past = Past((*past.earlier, question)[-MAX_EARLIER:], past.cited, self._titles)

    def _ready(self, llm: str | None) -> tuple[HybridRetriever, writers.Writer]:
        return self._chat.retriever(), self._chat.writer(llm)

    def _number(self, paper: Paper) -> int:
        n = self._numbers.setdefault(paper.key, max(self._titles, default=0) + 1)
        self._titles[n] = paper.title
        return n

    def _forget(self, unseen: tuple[Citation, ...], known: int) -> None:
        """Takes back the numbers after `known` of papers that no reader is shown, so that none seem to be missing."""
        for citation in unseen:
            if citation.n > known:
                del self._numbers[citation.paper.key], self._titles[citation.n]
