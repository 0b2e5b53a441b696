"""`rag papers`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from rag.cli import render, terminal
from rag.cli.options import index_option, json_option, settings_with


@click.command(short_help="List the papers of the index.")
@click.option("--duplicates", is_flag=True, help="List the records that were merged into papers instead, and why.")
@json_option
@index_option
def papers(duplicates: bool, as_json: bool, index_dir: Path | None) -> None:
    """List the papers of the index by title, each with its authors, year and identifiers."""
    from rag.index import held

    contents = held.required(settings_with(index_dir=index_dir).index_dir)
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
