"""A conversation: follow-ups, citation numbers that stay, and the models and index that all conversations share."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rag import llm
from rag.answer.types import Answer, Citation, Style
from rag.answer.writers import choose, style_of
from rag.answer.writers.quotes import QuoteWriter
from rag.answer.writers.task import Writer
from rag.chat.conversation import Conversation
from rag.chat.rebuild import BuildReport, rebuild
from rag.errors import StoreError
from rag.index import changes, generations, store, uploads
from rag.llm import prompts
from rag.llm.server import without_password
from rag.progress import Progress
from rag.query.understanding import History
from rag.settings import Settings
from rag.text import clean_line
from rag.verify.checker import Checker
from rag.verify.threshold import similarity_threshold

if TYPE_CHECKING:
    from rag.answer.types import Finding
    from rag.llm.choices import Choice
    from rag.models.cross_encoder import Reranker
    from rag.models.embedding import Embedding
    from rag.retrieval.retriever import HybridRetriever


@dataclass(frozen=True)
class LibraryInfo:
    """What is being asked: its sources by name, its size, the model, and how that writes."""

    name: str
    papers: int
    model: str
    writer: Style


class Library:
    """The index and the models, opened once for all conversations of a process.

    `retriever()` follows the index when a rebuild switches it. Raises StoreError and ModelError on first use.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._opening = threading.Lock()
        self._embedding: Embedding | None = None
        self._reranker: Reranker | None = None
        self._retriever: HybridRetriever | None = None
        self._checkers: dict[Path, Checker] = {}  # of the generation that answers are made from
        self._writers: dict[str, Writer] = {}
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

    def writer(self, spec: str | None = None) -> Writer:
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

    def collection(self) -> LibraryInfo:
        """What the current generation holds."""
        opened = self.retriever().store
        name = ", ".join(clean_line(Path(path).name) for path in opened.manifest["paths"])
        model = llm.describe(self.settings.llm)
        return LibraryInfo(name, opened.paper_count, model, self.writer().style)

    def load(self) -> None:
        """Loads the models and the index now, so that what is wrong with them shows before the first question."""
        self.writer()
        self.retriever()

    def conversation(self, past: History = History()) -> Conversation:  # noqa: B008 - it is frozen
        """A new conversation, one user's, that goes on from what is `past`."""
        return Conversation(self, past)

    def resume(self, said: Sequence[Answer]) -> Conversation:
        """A conversation that goes on from the answers `said` in it; their papers keep their numbers."""
        conversation = self.conversation()
        for answered in said:
            conversation.remember(answered)
        return conversation

    def rebuild(self, progress: Progress) -> BuildReport:
        """Builds the index anew from where it came from and the added files; see `added.paths` and `build.rebuild`.

        It mends an index that is damaged or of another embedding, and builds one where there is none.
        """
        paths = uploads.paths(self.settings.index_dir)
        return rebuild(paths, self.settings.index_dir, self.settings.embedding, progress)

    def preview(self, staged: Sequence[Path] = ()) -> changes.Changes:
        """What a rebuild would change once the `staged` files are accepted; see `changes.compare`.

        Where there is no index, or none that can be read, all papers are new.
        """
        index_dir = self.settings.index_dir
        return changes.compare(index_dir, [*uploads.paths(index_dir), *staged])

    def _is_current(self, opened: HybridRetriever) -> bool:
        return opened.store.folder == generations.current(self.settings.index_dir)

    def _open(self) -> HybridRetriever:
        from rag.models import cross_encoder, embedding
        from rag.retrieval.retriever import HybridRetriever

        opened = store.open_current(self.settings.index_dir)
        built_with = opened.manifest["embedding"]
        if self._embedding is None and built_with["name"] == self.settings.embedding:
            self._embedding = embedding.load(self.settings.embedding)
        if self._embedding is None or self._embedding.fingerprint != built_with["fingerprint"]:
            raise StoreError(
                f"The index in {self.settings.index_dir} was built with the embedding '{built_with['name']}', the "
                f"settings say '{self.settings.embedding}'. {opened.rebuild_hint}"
            )
        if self._reranker is None and self.settings.rerank:
            self._reranker = cross_encoder.load(self.settings.rerank)
        return HybridRetriever(opened, self._embedding, reranker=self._reranker)

    def _own(self, spec: str | None) -> str:
        """`spec` in full: that of the settings is shown without the password that its address may hold."""
        return self.settings.llm if spec in (None, without_password(self.settings.llm)) else spec

    def _open_writer(self, spec: str) -> Writer:
        chosen = self.settings
        if chosen.prompts_dir:
            prompts.check(chosen.prompts_dir)
        if spec == "none" or self._style(llm.bundled_parameters(spec)) == "quotes":
            return QuoteWriter()  # a model that is not to write need not be there
        model = llm.load(spec, chosen.llm_timeout)
        if model is None:
            return QuoteWriter()
        style = self._style(model.parameters)
        return choose(model, style, self.check, chosen.prompts_dir, chosen.entailment)

    def _style(self, parameters: int | None) -> Style:
        return style_of(self.settings.writer, parameters)

    def _checker(self, retriever: HybridRetriever) -> Checker:
        """Checks written sentences, which must be as similar to their source as this collection's own sentences are."""
        folder = retriever.store.folder
        if folder not in self._checkers:
            self._checkers = {folder: Checker(retriever.embedding.encode, similarity_threshold(retriever.store))}
        return self._checkers[folder]

    def check(self, written: str, citations: Sequence[Citation]) -> Finding:
        """Whether what is cited supports what is written, by the embedding and in the collection that is open.

        An answer in the making does not wait for a new generation, nor fail with it.
        """
        return self._checker(self._retriever or self.retriever())(written, citations)
