"""`rag models`."""

from __future__ import annotations

from dataclasses import asdict

import click

from rag.cli import terminal
from rag.cli.options import json_option, llm_option, settings_with


@click.command(short_help="List the available language models.")
@json_option
@llm_option
def models(as_json: bool, llm: str | None) -> None:
    """List the available language models, the chosen one first, and what is missing to use the others."""
    settings = settings_with(llm=llm)
    from rag.llm.choices import choices

    for choice in choices(settings.llm):
        if as_json:
            terminal.show_json(asdict(choice))
        else:
            click.echo(choice)
