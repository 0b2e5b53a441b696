"""The library: the index and the models, opened once and shared by all conversations of a process."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rag.answer.types import Citation, Finding, Style
from rag.chat.assistants import AssistantPool
from rag.chat.edits import Edits, Preview, apply, preview
from rag.chat.rebuild import BuildReport
from rag.chat.repair import found_again, holds, repair
from rag.errors import EmbeddingError, StoreError
from rag.index import chroma_server, generations, integrity, recovery
from rag.index.opening import open_current
from rag.progress import Progress
from rag.settings import Settings
from rag.text import clean_line

if TYPE_CHECKING:
    from rag.answer.assistant import Assistant
    from rag.llm.choices import Choice
    from rag.models.cross_encoder import Reranker
    from rag.models.encoding import Embedding
    from rag.query.routing import Router
    from rag.retrieval.retriever import HybridRetriever
    from rag.verify.checker import Checker


@dataclass(frozen=True)
class LibraryInfo:
    """What a user asks: the names of the sources, the number of papers, the model, and how it writes.

    `writer` is None if that is not known until the model is open.
    """

    name: str
    papers: int
    model: str
    writer: Style | None


class Library:
    """The index and the models that `settings` name, opened on first use. Threads may share it.

    It follows the index: after a rebuild, `retriever()` opens the new generation. Its methods raise StoreError and
    ModelError if the index or a model cannot be opened.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._server = chroma_server.configured(settings)
        self._assistants = AssistantPool(settings, self.check)
        self._opening = threading.Lock()
        self._routing = threading.Lock()
        self._embedding: Embedding | None = None
        self._reranker: Reranker | None = None
        self._retriever: HybridRetriever | None = None
        self._router: Router | None = None
        self._damages: dict[Path, str] = {}  # what is wrong, by the folder of a generation
        self._checkers: dict[Path, Checker] = {}  # at most one, by the folder of its generation

    def load(self) -> None:
        """Opens the index and the settings' model now, so that errors show before the first question."""
        self.assistant()
        self.retriever()

    @property
    def is_open(self) -> bool:
        """Whether a generation of the index is open, so that nobody waits for the first."""
        return self._retriever is not None

    def close(self) -> None:
        """Closes the index, which nobody may be searching; the next question opens it again."""
        with self._opening:
            opened, self._retriever = self._retriever, None
        if opened:
            opened.store.close()

    def retriever(self) -> HybridRetriever:
        """A retriever over the current generation, or over the one before while another thread opens the current."""
        previous = self._retriever
        if previous and self._is_current(previous):
            if reason := self._damages.get(previous.store.folder):
                raise generations.damage(self.settings.index_dir, reason)
            return previous
        if not self._opening.acquire(blocking=previous is None) and previous:
            return previous
        try:
            if self._retriever is None or not self._is_current(self._retriever):
                self._retriever = self._open()  # an error here is the caller's; the next call tries again
            return self._retriever
        finally:
            self._opening.release()

    def examine(self) -> None:
        """Has all files of the open index read in the background: large ones were not when it was opened.

        Once damage is found, `retriever` raises StoreError, until the index is repaired.
        """
        store = self.retriever().store

        def read() -> None:
            with suppress(OSError):  # a build has removed it meanwhile
                for fault in integrity.decayed(store.folder, store.manifest["files"]):
                    self._damages.setdefault(store.folder, fault)

        threading.Thread(target=read, name="examine", daemon=True).start()

    def router(self) -> Router:
        """Decides what questions want. It takes the bundled embedding, whatever the index was built with."""
        with self._routing:  # not `_opening`: while a new generation is opened, questions are asked of the one before
            if self._router is None:
                from rag.models import embedding
                from rag.query.routing import Router

                opened = self._embedding
                is_bundled = opened is not None and opened.name == embedding.BUNDLED
                self._router = Router(opened if opened and is_bundled else embedding.load(embedding.BUNDLED))
            return self._router

    def assistant(self, spec: str | None = None, writer: Style | None = None) -> Assistant | None:
        """What the model `spec` does for one answer in the style `writer`, None if nothing; else as in the settings."""
        return self._assistants.get(spec, writer)

    def style(self, spec: str | None = None, writer: Style | None = None) -> Style | None:
        """How the model `spec` writes, or that of the settings; None if that is not known until it is open."""
        return self._assistants.style(spec, writer)

    def choices(self) -> list[Choice]:
        """The models that a question may choose; see `AssistantPool.choices`."""
        return self._assistants.choices()

    def test(self, spec: str) -> str:
        """Whether the model `spec` answers now, in one line."""
        return self._assistants.test(spec)

    def info(self) -> LibraryInfo:
        """What the current generation holds, and what writes the answers. Does not wait for the model."""
        opened = self.retriever().store
        name = ", ".join(clean_line(Path(path).name) for path in opened.manifest["paths"])
        return LibraryInfo(name, opened.paper_count, self._assistants.model_name(), self._assistants.style())

    def rebuild(self, progress: Progress, edits: Edits = Edits()) -> BuildReport:  # noqa: B008 - it is immutable
        """Makes `edits` and builds the index of what it is then made of; see `rag.chat.edits.apply`."""
        return apply(self.settings.index_dir, self.settings.embedding, edits, progress, self._server)

    def preview(self, edits: Edits = Edits()) -> Preview:  # noqa: B008
        """What `edits` would change; see `rag.chat.edits.preview`."""
        return preview(self.settings.index_dir, edits)

    def repair(self, progress: Progress) -> str:
        """Makes the index whole, of this version and with the embedding of the settings; says from what.

        If it is not known which generation is current, that is the newest whose papers can be read. Raises as
        `rag.chat.repair.repair` does.
        """
        found = recovery.restore(self.settings.index_dir)
        if found and self._opens():
            return found_again(self.settings.index_dir)
        return repair(self.settings.index_dir, self.settings.embedding, progress, server=self._server)

    def roll_back(self) -> str:
        """Makes the index before the last change current again, and says what it holds.

        Raises StoreError if there is none.
        """
        generations.roll_back(self.settings.index_dir)
        return holds(self.settings.index_dir)

    def check(self, sentence: str, citations: Sequence[Citation]) -> Finding:
        """Which of `citations` support a written `sentence`.

        Uses the generation that is open: an answer in progress neither waits for a new one nor fails with it.
        """
        return self._checker(self._retriever or self.retriever())(sentence, citations)

    def _opens(self) -> bool:
        """Whether the index can be opened, all of it read."""
        try:
            open_current(self.settings.index_dir, thorough=True).close()
        except StoreError:
            return False
        return True

    def _is_current(self, opened: HybridRetriever) -> bool:
        return opened.store.folder == generations.current(self.settings.index_dir)

    def _open(self) -> HybridRetriever:
        from rag.models import cross_encoder, embedding
        from rag.retrieval.retriever import HybridRetriever

        opened = open_current(self.settings.index_dir, server=self._server)
        built_with = opened.manifest["embedding"]
        if self._embedding is None and built_with["name"] == self.settings.embedding:
            self._embedding = embedding.load(self.settings.embedding)
        if self._embedding is None or self._embedding.fingerprint != built_with["fingerprint"]:
            raise EmbeddingError(
                f"The index in {self.settings.index_dir} was built with the embedding '{built_with['name']}', but the "
                f"settings name '{self.settings.embedding}'. {opened.rebuild_hint}"
            )
        if self._reranker is None and self.settings.rerank:
            self._reranker = cross_encoder.load(self.settings.rerank)
        return HybridRetriever(opened, self._embedding, reranker=self._reranker)

    def _checker(self, retriever: HybridRetriever) -> Checker:
        """The checker for the collection of `retriever`, whose own sentences set how similar is similar enough."""
        from rag.verify.checker import Checker
        from rag.verify.threshold import similarity_threshold

        folder = retriever.store.folder
        if folder not in self._checkers:
            self._checkers = {folder: Checker(retriever.embedding.encode, similarity_threshold(retriever.store))}
        return self._checkers[folder]
