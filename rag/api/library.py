"""The library: papers that a program adds, searches and asks. It is `rag.Library`."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import AsyncGenerator, Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self, Unpack

from rag import settings
from rag.api.blocking import call
from rag.api.options import Choices, Options, StrPath
from rag.api.results import Evaluation, Results
from rag.errors import NoIndexError, SettingsError, SourceError, StoreError
from rag.progress import Progress, silent

if TYPE_CHECKING:
    from rag.answer.types import Answer, Event
    from rag.api.conversation import Conversation
    from rag.api.exporting import Exportable, ExportFormat
    from rag.chat import library
    from rag.chat.messages import Message
    from rag.chat.rebuild import BuildReport
    from rag.index.changes import Planned
    from rag.index.summary import Summary
    from rag.paper import Paper

_LOG = logging.getLogger("rag")
_OPENED: set[int] = set()  # the processes that have used an index: this one, and those that it was forked from


class Library:
    """The papers of the index in the folder `index`, and the models that search and answer.

    Without `index`, it is that of the settings: from `RAG_*` variables, rag.toml or the defaults, which `options` take
    the place of. There need not be an index yet: `add` builds it. Index and models are opened on first use. Threads may
    share a library, but not processes: those that are forked once it was used raise RuntimeError. It follows the index
    when that is changed, by any process.

    Raises SettingsError for a setting that cannot be used. What goes wrong in its methods is a RagError: StoreError if
    the index is missing, damaged or in use by another change, ModelError if a model cannot be used. Arguments that no
    call can have raise ValueError or TypeError.
    """

    def __init__(self, index: StrPath | None = None, **options: Unpack[Options]) -> None:
        if unknown := options.keys() - Options.__annotations__.keys():
            raise TypeError(f"Library() has no option {', '.join(map(repr, sorted(unknown)))}")
        if index == "":  # which would be the current folder, but is more likely a variable that is not set
            raise SettingsError("The path of the index is empty. The current folder is “.”.")
        folder = None if index is None else Path(index).expanduser()
        loaded = settings.load(index_dir=folder, **options)  # which a change of the working directory must not move
        self._settings = loaded.model_copy(update={"index_dir": loaded.index_dir.absolute()})
        self._opening = threading.Lock()
        self._library: library.Library | None = None
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Library({str(self.index)!r})"

    def close(self) -> None:
        """Closes the index and the models. Whoever searches or asks afterwards gets a RuntimeError."""
        with self._opening:
            opened, self._library, self._closed = self._library, None, True
        if opened:
            opened.close()

    @property
    def index(self) -> Path:
        """The folder of the index."""
        return self._settings.index_dir

    def status(self) -> Summary:
        """How many papers the index holds, when and from which files it was built, and which have changed since."""
        from rag.index import summary

        return summary.of(self.index)

    def papers(self) -> list[Paper]:
        """All papers by title."""
        from rag.index import held

        return sorted(held.required(self.index).papers, key=lambda paper: paper.key)

    def add(
        self, *files: StrPath, columns: Mapping[str, str] | None = None, progress: Progress = silent
    ) -> BuildReport:
        """Adds the papers in `files`, which may be folders, and builds the index of what it then holds.

        Files that it was built from are read again: papers that are gone from them are removed. `columns` says which
        column of a table holds "title", "abstract", "authors", "year", "doi" or "url", if its heading does not. Raises
        SourceError if no paper can be read, and if none of `files` has the `columns`; ValueError if these name
        no field; and StoreError rather than remove most papers.
        """
        from rag.index import changes
        from rag.sources import FIELDS, find, misnamed

        if not files or "" in files:  # which would be the current folder
            raise SourceError("Name the files or folders to add; the current folder is “.”.")
        if not all(isinstance(file, str | os.PathLike) for file in files):
            raise TypeError("files are given one by one: add(*files)")
        paths, named = [Path(file).expanduser() for file in files], columns or {}
        if (wrong := misnamed(named)) is not None:
            raise ValueError(f"columns takes the name of a column for each of {', '.join(FIELDS)}, not for {wrong!r}")
        if not self.index.exists():  # a change makes the folder, which would be left for files that are not there
            find(paths)
        return self._change(lambda: changes.extended(self.index, paths, named, progress), progress)

    def remove(self, *names: str, progress: Progress = silent) -> BuildReport:
        """Removes papers, each named by its whole title, its `identity_hash`, its DOI or another identifier.

        Raises StoreError if a name is that of no paper or of several, and if no paper would be left.
        """
        from rag.index import changes

        if not self.index.exists():
            raise NoIndexError(f"There is no index in {self.index} to remove papers from.")
        return self._change(lambda: changes.reduced(self.index, names), progress)

    def search(
        self,
        question: str,
        top: int = 10,
        *,
        history: Sequence[Message] = (),
        without: Collection[str] = (),
        llm: str | None = None,
    ) -> Results:
        """The `top` papers for `question`, with their best sentences; filters such as “since 2020” are understood.

        Filters that are written as one of `without` are not applied. `llm` is the spec of a model that reads the
        question and grades the best papers; None is no model, whatever the settings say. Raises QuestionError for what
        cannot be asked.
        """
        if top < 1:
            raise ValueError(f"top must be at least 1, not {top}")
        return call(lambda: self._search(question, top, history, without, llm))

    async def asearch(
        self,
        question: str,
        top: int = 10,
        *,
        history: Sequence[Message] = (),
        without: Collection[str] = (),
        llm: str | None = None,
    ) -> Results:
        """As `search`."""
        return await asyncio.to_thread(self.search, question, top, history=history, without=without, llm=llm)

    def conversation(self, history: Sequence[Message] = ()) -> Conversation:
        """A conversation, in which questions follow on from each other.

        `history` are earlier turns, oldest first: `{"role": "user", "content": "…"}`, or "assistant". An answer in it
        cites the papers whose full titles it contains.
        """
        from rag.api.conversation import Conversation

        return Conversation(self._opened, history)

    def ask(self, question: str, history: Sequence[Message] = (), **choices: Unpack[Choices]) -> Answer:
        """The answer to `question` after `history`; see `Conversation.ask`."""
        return self.conversation(history).ask(question, **choices)

    async def aask(self, question: str, history: Sequence[Message] = (), **choices: Unpack[Choices]) -> Answer:
        """As `ask`."""
        return await self.conversation(history).aask(question, **choices)

    def stream(self, question: str, history: Sequence[Message] = (), **choices: Unpack[Choices]) -> Iterator[Event]:
        """The answer to `question` as it is made; see `Conversation.stream`."""
        return self.conversation(history).stream(question, **choices)

    def astream(
        self, question: str, history: Sequence[Message] = (), **choices: Unpack[Choices]
    ) -> AsyncGenerator[Event]:
        """As `stream`."""
        return self.conversation(history).astream(question, **choices)

    def evaluate(
        self, questions: StrPath, *, answers: bool = False, llm: str | None = None, progress: Progress = silent
    ) -> Evaluation:
        """Measures retrieval, or whole `answers`, on judged `questions`: a JSONL file, or a folder in BEIR format.

        `llm` is as in `search`; None is the model of the settings for answers, and none for retrieval. Raises
        QuestionError if the questions cannot be read.
        """
        return call(lambda: self._evaluate(Path(questions).expanduser(), answers, llm, progress))

    @staticmethod
    def export(what: Exportable, format: ExportFormat) -> str:
        """`what`, an answer or several, a paper or several, or what a search found, as the text of a file.

        Formats are "bib", "ris", "csl", "csv" and "json", and of answers "md" and "numbers.csv". Raises ValueError for
        another format, and TypeError for anything else, as for answers and papers at once.
        """
        from rag.api.exporting import exported

        return exported(what, format)

    def _opened(self) -> library.Library:
        """The open library. An index that another version of rag built is built again first."""
        _check_process()
        with self._opening:
            if self._closed:
                raise RuntimeError("The library is closed.")
            if self._library is None:
                self._library = self._open()
            return self._library

    def _open(self) -> library.Library:
        from rag import llm
        from rag.chat import repair
        from rag.chat.library import Library
        from rag.index import chroma_server

        llm.check_form(self._settings.llm)
        server = chroma_server.configured(self._settings)
        repair.upgrade(self.index, self._settings.embedding, silent, _LOG.warning, server)
        opened = Library(self._settings)
        opened.retriever()
        return opened

    def _change(self, plan: Callable[[], Planned], progress: Progress) -> BuildReport:
        """Carries out a `plan`, unless most papers would be removed."""
        from rag.chat.rebuild import carry_out
        from rag.index import chroma_server, generations

        _check_process()
        server = chroma_server.configured(self._settings)
        with generations.changing(self.index):
            planned = plan()
            if planned.loses_most:
                remedy = "If that is what you want, use the command instead, with --yes."
                raise StoreError(f"This removes most papers of the index: {planned.changes}. {remedy}")
            return carry_out(planned, self.index, self._settings.embedding, progress, server=server)

    def _search(
        self, question: str, top: int, history: Sequence[Message], without: Collection[str], llm: str | None
    ) -> Results:
        from rag.chat.messages import history_of
        from rag.chat.ranking import ranked
        from rag.query.understanding import understand

        opened = self._opened()
        store = opened.retriever().store
        before = history_of(history, store)
        query = understand(question, store, before, without)
        query, hits = ranked(opened, query, before, top, without, llm)
        return Results(hits.papers, hits.probability, query.searched, query.filters, query.notice)

    def _evaluate(self, path: Path, answers: bool, llm: str | None, progress: Progress) -> Evaluation:
        from rag.evaluate import beir, questions, report
        from rag.evaluate.answers import evaluate_answers
        from rag.evaluate.rankings import evaluate_rankings

        _check_process()
        model = llm or (self._settings.llm if answers else "none")
        chosen = self._settings.model_copy(update={"llm": model})
        benchmark = beir.read(path) if path.is_dir() else questions.read(path)
        run = (evaluate_answers if answers else evaluate_rankings)(benchmark, chosen, progress)
        errors = {one.judged.question.id: one.error for one in run.outcomes if one.error}
        return Evaluation(report.summary(run), run.missing, errors, benchmark.notice)


def _check_process() -> None:
    """Raises RuntimeError in a process that was forked once an index was used: Chroma's threads are not in it."""
    if _OPENED - {os.getpid()}:
        raise RuntimeError(
            "An index was used before this process was forked, so it cannot be used here. "
            'Start processes with the method "spawn", or use no library before.'
        )
    _OPENED.add(os.getpid())
