"""Arguments and options that several commands share, and the settings that they override."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rag.export.formats import EXPORTS

if TYPE_CHECKING:
    from rag.settings import Settings


class NamedPath(click.Path):
    """A path that is not empty: Python takes "" for the current folder, and a shell writes "" for an unset variable."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "":
            self.fail("The path is empty. Name a file or a folder; the current one is “.”.", param, ctx)
        return super().convert(value, param, ctx)


question_argument = click.argument("question", required=False)
index_option = click.option("--index", "index_dir", type=NamedPath(), help="Folder of the index.")
llm_option = click.option(
    "--llm",
    metavar="MODEL",
    help="Language model: auto (one of a running Ollama or LM Studio on this machine, else none), bundled, none, "
    "gguf:PATH, ollama:MODEL, lmstudio:MODEL, openai-like:URL#MODEL, openai:MODEL, anthropic:MODEL or gemini:MODEL. "
    "To list them, run: rag models",
)
writer_option = click.option(
    "--writer",
    type=click.Choice(["auto", "quotes", "synthesis"]),
    help="Whether the language model writes an answer above the quotes: not at all, always, or if it is large enough.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line.")
no_filters_option = click.option(
    "--no-filters",
    is_flag=True,
    help="Search all papers, ignoring filters in the question such as “since 2020”, author:… or year:….",
)
batch_option = click.option(
    "--batch",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help='File of questions, as JSON lines {"id", "question", "history"?}. Prints JSON.',
)


def export_option(what: str, formats: Iterable[str]) -> Callable[..., Any]:
    """An option to print `what` in one of these `formats`."""
    names = list(formats)
    labels = ", ".join(EXPORTS[name].label for name in names)
    return click.option("--export", type=click.Choice(names), help=f"Print {what} in a file format: {labels}.")


def check_export(export: str | None, batch: Path | None, as_json: bool) -> None:
    """Raises UsageError if output is asked for in two forms."""
    if export and (batch or as_json):
        raise click.UsageError("--export cannot be combined with --batch or --json.")


def settings_with(**overrides: Any) -> Settings:
    """The settings with these `overrides`, of which None means that the option was not given. Raises SettingsError."""
    from rag import settings

    return settings.load(**overrides)
