"""`rag rebuild`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rag.cli import render, terminal
from rag.cli.options import index_option, settings_with

if TYPE_CHECKING:
    from rag.settings import Settings


@click.command(short_help="Build the index from files of papers.")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only show which papers would be added, changed and removed.")
@index_option
def rebuild(paths: tuple[Path, ...], dry_run: bool, index_dir: Path | None) -> None:
    """Build the index from PATHS: JSONL files, saved listing pages (.txt), and folders of them.

    Without PATHS, it is built from the papers that come with rag and the files uploaded in the chat. The previous index
    stays in use until the new one is complete.
    """
    settings = settings_with(index_dir=index_dir)
    if dry_run:
        _preview(list(paths), settings)
    else:
        run_rebuild(list(paths), settings)


def run_rebuild(paths: list[Path], settings: Settings) -> None:
    """Rebuilds the index from `paths`, or from the default papers, and prints what was read."""
    from rag.chat.rebuild import rebuild

    with terminal.progress_bar() as progress:
        report = rebuild(_sources(paths, settings), settings.index_dir, settings.embedding, progress)
    terminal.show_skipped(report.skipped)
    click.echo(str(report))


def _preview(paths: list[Path], settings: Settings) -> None:
    from rag.index import changes

    found = changes.compare(settings.index_dir, _sources(paths, settings))
    terminal.show_skipped(found.skipped)
    click.echo(render.changes_text(found))


def _sources(paths: list[Path], settings: Settings) -> list[Path]:
    from rag.index import uploads
    from rag.settings import shipped

    return paths or uploads.with_uploads(settings.index_dir, [shipped("papers")])
