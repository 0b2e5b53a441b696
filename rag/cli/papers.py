"""`rag papers`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rag.cli import render, terminal
from rag.cli.options import index_option, json_option, settings_with

if TYPE_CHECKING:
    from rag.index.contents import Contents
    from rag.settings import Settings


@click.command(short_help="List the papers of the index.")
@click.option("--duplicates", is_flag=True, help="List the records that were merged into papers instead, and why.")
@json_option
@index_option
def papers(duplicates: bool, as_json: bool, index_dir: Path | None) -> None:
    """List the papers of the index by title, each with its authors, year and identifiers."""
    contents = _contents(settings_with(index_dir=index_dir))
    if duplicates and not (contents.merges or as_json):
        click.echo("No record was merged into another.")
    for merge in contents.merges if duplicates else ():
        if as_json:
            terminal.show_json(asdict(merge))
        else:
            click.echo(render.merge_text(merge))
    for paper in () if duplicates else sorted(contents.papers, key=lambda paper: paper.key):
        if as_json:
            terminal.show_json(asdict(paper))
        else:
            click.echo(render.listed_paper_text(paper))


def _contents(settings: Settings) -> Contents:
    """What the index holds. Raises StoreError if there is none that can be read."""
    from rag.errors import StoreError
    from rag.index import generations
    from rag.index.held import held

    contents = held(settings.index_dir)
    if contents is None and generations.current(settings.index_dir):
        raise generations.damage(settings.index_dir, "its papers cannot be read")
    if contents is None:
        raise StoreError(f"There is no index in {settings.index_dir}. {generations.rebuild_hint(settings.index_dir)}")
    return contents
