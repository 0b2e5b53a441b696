"""`rag search`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rag.cli import render, terminal
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
)
from rag.cli.questions import answer_each, ignored_filters, open_library, read_questions
from rag.export.formats import PAPER_EXPORTS

if TYPE_CHECKING:
    from rag.query.batch import BatchQuestion


@click.command(short_help="List the papers that best match a question.")
@question_argument
@click.option("--top", type=click.IntRange(1, 200), default=10, show_default=True, help="Number of papers.")
@no_filters_option
@batch_option
@json_option
@export_option("the papers", PAPER_EXPORTS)
@llm_option
@index_option
def search(
    question: str | None,
    top: int,
    no_filters: bool,
    batch: Path | None,
    as_json: bool,
    export: str | None,
    llm: str | None,
    index_dir: Path | None,
) -> None:
    """List the papers that best match QUESTION, each with its best matching sentence.

    With --llm, a language model reads the question and grades the best papers, as far as it is able to; this takes
    longer. Without --llm, none does, whatever your settings say.
    """
    check_export(export, batch, as_json)
    questions = read_questions(question, batch)
    library = open_library(settings_with(index_dir=index_dir, llm=llm or "none"))
    from rag.chat.ranking import ranked
    from rag.export.json import hits_json, notes_json
    from rag.export.phrases import no_paper
    from rag.query.understanding import batch_history, understand

    store = library.retriever().store

    def show(asked: BatchQuestion) -> None:
        history, without = batch_history(asked, store), ignored_filters(asked, no_filters)
        query, hits = ranked(library, understand(asked.question, store, history, without), history, top, without, llm)
        if as_json or batch:
            terminal.show_json(asked.label | hits_json(hits) | notes_json(query.filters, query.notice))
        elif export:
            terminal.show_papers(hits.papers, export)
            terminal.show_notice("" if query.searched else no_paper(query.filters))
            terminal.show_notice(query.notice)
        else:
            terminal.show_filters(query.filters)
            click.echo(render.hits_text(hits.papers) if query.searched else no_paper(query.filters))
            terminal.show_notice(query.notice)

    answer_each(questions, show, bool(batch))
