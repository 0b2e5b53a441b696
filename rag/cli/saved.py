"""`rag saved`, `rag saved add` and `rag saved remove`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rag.cli import terminal
from rag.cli.options import index_option, json_option, settings_with
from rag.cli.render import fill

if TYPE_CHECKING:
    from rag.chat.saved_asking import SavedQuestions
    from rag.chat.saved_store import SavedQuestion, SavedStore
    from rag.export.saved_news import NewsItem

MAX_PRINTED = 20  # papers of each kind of news; the rest are counted


@click.group(invoke_without_command=True, short_help="Tell what is new on your saved questions.")
@click.option("--peek", is_flag=True, help="Show the news without marking it as seen.")
@json_option
@index_option
@click.pass_context
def saved(ctx: click.Context, peek: bool, as_json: bool, index_dir: Path | None) -> None:
    """Ask your saved questions again if the collection has changed, and tell what is new, changed or gone.

    News is told once, here or on the page Saved of the chat, unless with --peek.
    """
    if ctx.invoked_subcommand:
        return
    from rag.chat.saved_store import LIBRARY
    from rag.export.saved_news import saved_json

    store = _store(index_dir)
    if _any_due(store, index_dir):
        _ask_again(_open(index_dir))
    listed = store.of(LIBRARY)
    if not (listed or as_json):
        click.echo("No question is saved yet. Save one: rag saved add QUESTION")
    for n, one in enumerate(listed, 1):
        if as_json:
            terminal.show_json(saved_json(n, one))
        else:
            click.echo(_text(n, one))
        if one.news and not peek:
            store.see(LIBRARY, one.id, one.news.until)


@saved.command("add", short_help="Save a question.")
@click.argument("question")
@index_option
def add_question(question: str, index_dir: Path | None) -> None:
    """Save QUESTION, so that `rag saved` tells what is new on it once the collection has changed.

    It is asked without a language model, of all papers that match.
    """
    from rag.chat.saved_store import LIBRARY
    from rag.export.saved_news import answer_now

    questions = _open(index_dir)
    before = {other.id for other in questions.store.of(LIBRARY)}
    one = questions.save(LIBRARY, question)
    done = "Already saved" if one.id in before else "Saved"
    n = [other.id for other in questions.store.of(LIBRARY)].index(one.id) + 1
    click.echo(fill(f"{done} as {n}: {one.question}", ""))
    click.echo(fill(answer_now(one), "   "))


@saved.command("remove", short_help="Remove a saved question.")
@click.argument("question", metavar="N|QUESTION")
@index_option
def remove_question(question: str, index_dir: Path | None) -> None:
    """Remove a saved question, by its number in the output of `rag saved` or by its words."""
    from rag.chat.saved_store import LIBRARY
    from rag.errors import QuestionError

    store = _store(index_dir)
    listed = enumerate(store.of(LIBRARY), 1)
    found = next((one for n, one in listed if question in (str(n), one.question, one.typed)), None)
    if found is None:
        raise QuestionError(f"No question “{question[:80]}” is saved. List them: rag saved --peek")
    store.remove(LIBRARY, found.id)
    click.echo(fill(f"Removed: {found.question}", ""))


def saved_hint(index_dir: Path) -> str:
    """What to say once the collection has changed: how to ask what is new, "" without saved questions.

    They are not asked now, which would make every change slower.
    """
    from rag.chat.saved_store import LIBRARY, SavedStore
    from rag.errors import StoreError
    from rag.text import count

    try:
        number = len(SavedStore(index_dir).of(LIBRARY))
    except StoreError as fault:
        return str(fault)
    return f"What is new on your {count(number, 'saved question')}: rag saved" if number else ""


def _any_due(store: SavedStore, index_dir: Path | None) -> bool:
    """Whether a question was not asked of the current index yet, which takes seconds to open.

    Raises NoIndexError if there is none.
    """
    from rag.chat.saved_store import LIBRARY
    from rag.index import generations

    searched = settings_with(index_dir=index_dir).index_dir
    folder = generations.current(searched)
    if folder is None:
        raise generations.missing(searched)
    return any(one.generation != folder.name for one in store.of(LIBRARY))


def _ask_again(questions: SavedQuestions) -> None:
    from rag.chat.saved_store import LIBRARY

    due = questions.due(questions.store.of(LIBRARY))
    with terminal.progress_bar() as progress:
        for n, one in enumerate(due):
            progress("asking", n, len(due))
            questions.ask(LIBRARY, one)
        progress("asking", len(due), len(due))


def _store(index_dir: Path | None) -> SavedStore:
    from rag.chat.saved_store import SavedStore

    return SavedStore(settings_with(index_dir=index_dir).index_dir)


def _open(index_dir: Path | None) -> SavedQuestions:
    """The saved questions of the library, which is opened."""
    from rag.chat.saved_asking import SavedQuestions
    from rag.cli.questions import open_library

    return SavedQuestions(open_library(settings_with(index_dir=index_dir, llm="none"), with_model=False))


def _text(n: int, one: SavedQuestion) -> str:
    """A question, how it is answered, and what is new."""
    from rag.export.saved_news import answer_now, groups, state

    lines = [fill(f"{n}. {one.question}", ""), fill(f"{state(one)}. {answer_now(one)}", "   ")]
    for group in groups(one.news) if one.news else ():
        lines += [f"   {group.heading}:", *map(_paper_text, group.items[:MAX_PRINTED])]
        if len(group.items) > MAX_PRINTED:
            lines.append(f"     … and {len(group.items) - MAX_PRINTED:,} more")
    return "\n".join(lines)


def _paper_text(item: NewsItem) -> str:
    byline = f" ({item.byline})" if item.byline else ""
    lines = [fill(f"- {item.match.title}{byline}", "     ")]
    lines += [fill(f"“{sentence}”", "       ") for sentence in item.match.sentences]
    lines += [fill(f"before: “{sentence}”", "       ") for sentence in item.before]
    return "\n".join(lines)
