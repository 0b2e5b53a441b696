"""One question or a batch of them: how commands read and answer it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rag.cli import terminal
from rag.errors import QuestionError

if TYPE_CHECKING:
    from rag.chat.library import Library
    from rag.query.batch import BatchQuestion
    from rag.settings import Settings


def read_questions(question: str | None, batch: Path | None) -> list[BatchQuestion]:
    """`question`, or the questions in the file `batch`. Raises UsageError unless exactly one is given."""
    from rag.query.batch import BatchQuestion, read

    if (question is None) == (batch is None):
        raise click.UsageError("Give one question in quotes, or a file of questions: --batch FILE")
    return read(batch) if batch else [BatchQuestion(question or "")]


def open_library(settings: Settings, with_model: bool = True) -> Library:
    """The library with its index and model opened, so that errors show before the first question.

    Without `with_model`, just the form of the model's spec is checked: the quotes need not wait for the model.
    """
    from rag import llm
    from rag.chat.library import Library

    bring_up_to_date(settings)
    library = Library(settings)
    if with_model:
        library.load()
    else:
        llm.check_form(settings.llm)
        library.retriever()
    return library


def bring_up_to_date(settings: Settings) -> None:
    """Builds an index that another version of rag built again, from the papers that it holds; says so."""
    from rag.chat import repair
    from rag.index import chroma_server

    server = chroma_server.configured(settings)
    with terminal.progress_bar() as progress:
        repair.upgrade(settings.index_dir, settings.embedding, progress, terminal.show_notice, server)


def answer_each(questions: Sequence[BatchQuestion], answer: Callable[[BatchQuestion], None], batch: bool) -> None:
    """Calls `answer` for each question. In a `batch`, one that cannot be asked does not stop the others.

    Its error is printed in place of its reply. Raises QuestionError at the end if there were any.
    """
    failed = 0
    for question in questions:
        try:
            answer(question)
        except QuestionError as fault:
            if not batch:
                raise
            failed += 1
            terminal.show_json(question.label | {"error": str(fault)})
    if failed:
        raise QuestionError(f'{failed} of {len(questions)} questions could not be asked; see their "error".')


def ignored_filters(question: BatchQuestion, no_filters: bool) -> set[str]:
    """The filters in `question`, as written, that are not to be applied: with `no_filters`, all of them."""
    from rag.query.filters import ALL_FILTERS
    from rag.query.understanding import written_filters

    return {*written_filters(question.question), ALL_FILTERS} if no_filters else set(question.without)
