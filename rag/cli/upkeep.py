"""`rag status`, `rag verify` and `rag rollback`: how the index is, and what to do if it is not well."""

from __future__ import annotations

from pathlib import Path

import click

from rag.cli import render, terminal
from rag.cli.options import index_option, settings_with
from rag.cli.saved import saved_hint


@click.command(short_help="Show what the index holds and what it was built from.")
@index_option
def status(index_dir: Path | None) -> None:
    """Show how many papers the index holds, when and from which files it was built, and which have changed since."""
    settings = settings_with(index_dir=index_dir)
    from rag.index import summary

    click.echo(render.status_text(summary.of(settings.index_dir)))
    if settings.chroma:
        from rag.health import parts

        served = parts.chroma(settings)
        click.echo(f"{served.found} → {served.fix}" if served.fix else served.found)


@click.command(short_help="Check the whole index, and repair it.")
@index_option
def verify(index_dir: Path | None) -> None:
    """Check every part of the index against its hashes and against the others. What is damaged is repaired.

    If it is not known which generation of the index is current, that is the newest whose papers can be read.
    """
    settings = settings_with(index_dir=index_dir)
    from rag.chat import repair
    from rag.errors import StoreError
    from rag.index import chroma_server, recovery

    server = chroma_server.configured(settings)

    if restored := recovery.restore(settings.index_dir):
        click.echo(restored)
    with terminal.progress_bar() as progress:
        try:
            faults = repair.examine(settings.index_dir, progress)
        except StoreError as fault:
            faults = {"index": str(fault)}
    for part, wrong in faults.items():
        click.echo(f"{'damaged' if wrong else 'ok':8} {part}{': ' + wrong if wrong else ''}")
    if any(faults.values()):
        full = not faults.get("files")  # its files are as they were built, so it was built wrong
        with terminal.progress_bar() as progress:
            click.echo(repair.repair(settings.index_dir, settings.embedding, progress, full, server))
    if server:
        with terminal.progress_bar() as progress:
            wrong = repair.examine_served(settings.index_dir, server, progress)
        click.echo(f"damaged  Chroma server: {wrong}\nWritten again." if wrong else "ok       Chroma server")


@click.command(short_help="Go back to the index before the last change.")
@index_option
def rollback(index_dir: Path | None) -> None:
    """Make the index before the last rebuild, addition or removal current again. Once more, and you are back."""
    settings = settings_with(index_dir=index_dir)
    from rag.index import generations, summary

    generations.roll_back(settings.index_dir)
    click.echo(render.status_text(summary.of(settings.index_dir)))
    terminal.show_notice(saved_hint(settings.index_dir))
