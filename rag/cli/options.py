"""Options that several commands have, and the settings that they change."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rag.settings import Settings

index_option = click.option("--index", "index_dir", type=click.Path(path_type=Path), help="Folder of the index.")
llm_option = click.option(
    "--llm",
    help="bundled, none, gguf:PATH, ollama:MODEL, openai-like:URL#MODEL, openai:MODEL, anthropic:MODEL or "
    "gemini:MODEL; see rag models.",
)
writer_option = click.option(
    "--writer",
    type=click.Choice(["auto", "quotes", "sentences", "synthesis"]),
    help="How the LLM writes: not at all, a sentence at a time, or from all evidence at once. By its size if auto.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")


def settings_with(**overrides: Any) -> Settings:
    """The settings with these `overrides`, None for an option that was not given. Raises SettingsError."""
    from rag import settings

    return settings.load(**overrides)
