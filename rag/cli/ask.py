"""`rag ask`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rag.cli import terminal
from rag.cli.options import (
    batch_option,
    check_export,
    export_option,
    index_option,
    json_option,
    llm_option,
    no_filters_option,
    question_argument,
    settings_with,
    writer_option,
)
from rag.cli.questions import answer_each, ignored_filters, open_library, read_questions
from rag.errors import ModelError
from rag.export.formats import EXPORTS

if TYPE_CHECKING:
    from rag.answer.types import Answer
    from rag.chat.library import Library
    from rag.query.batch import BatchQuestion


def _check_model(library: Library, answer: Answer) -> None:
    """Ends with status 1 if the model could not be opened, of which a notice of the `answer` has told."""
    if answer.effort or answer.wish:  # it was, or was not needed
        return
    try:
        library.assistant()
    except ModelError as fault:
        raise click.exceptions.Exit(1) from fault


@click.command(short_help="Answer a question, citing a source for each sentence.")
@question_argument
@no_filters_option
@batch_option
@json_option
@export_option("the answer", EXPORTS)
@llm_option
@writer_option
@index_option
def ask(
    question: str | None,
    no_filters: bool,
    batch: Path | None,
    as_json: bool,
    export: str | None,
    llm: str | None,
    writer: str | None,
    index_dir: Path | None,
) -> None:
    """Answer QUESTION from the abstracts, citing a source for each sentence, or say that they do not answer it."""
    check_export(export, batch, as_json)
    questions = read_questions(question, batch)
    is_whole = as_json or bool(batch) or bool(export)  # printed when the model is done as well
    library = open_library(settings_with(index_dir=index_dir, llm=llm, writer=writer), with_model=is_whole)
    from rag.chat.conversation import Conversation
    from rag.query.understanding import batch_history

    def show(asked: BatchQuestion) -> None:
        conversation = Conversation(library, batch_history(asked, library.retriever().store))
        events = conversation.ask(asked.question, ignored_filters(asked, no_filters))
        if as_json or batch:
            asyncio.run(terminal.show_answer_json(events, asked))
        elif export:
            asyncio.run(terminal.show_export(events, EXPORTS[export]))
        else:
            answer = asyncio.run(terminal.show_answer(events))
            _check_model(library, answer)

    answer_each(questions, show, bool(batch))
