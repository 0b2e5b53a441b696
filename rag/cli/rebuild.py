"""`rag rebuild`, `rag add`, `rag remove` and `rag watch`: what changes the index."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rag.cli import render, terminal
from rag.cli.options import NamedPath, index_option, settings_with
from rag.cli.saved import saved_hint

if TYPE_CHECKING:
    from rag.index.build import Cluster
    from rag.index.changes import Planned
    from rag.progress import Progress
    from rag.settings import Settings
    from rag.sources.gather import ReadFiles

Plan = Callable[["Progress"], "Planned"]

paths_argument = click.argument("paths", nargs=-1, required=True, type=NamedPath())
dry_run_option = click.option("--dry-run", is_flag=True, help="Only show what would be added, changed and removed.")
yes_option = click.option("--yes", is_flag=True, help="Remove even more than half of the papers, without asking.")
full_option = click.option("--full", is_flag=True, help="Embed all papers again, not only those that changed.")
ray_option = click.option(
    "--ray",
    metavar="HOST:PORT|local",
    help="Read and embed on a Ray cluster: the address of its head, or local for one on this machine alone.",
)
columns_option = click.option(
    "--columns",
    metavar="FIELD=NAME,…",
    default="",
    help="Which columns of a table hold title, abstract, authors, year, doi or url, if its heading does not say so: "
    "title=Titel,abstract=Zusammenfassung.",
)


@click.command(short_help="Build the index from files of papers.")
@click.argument("paths", nargs=-1, type=NamedPath())
@dry_run_option
@yes_option
@full_option
@columns_option
@ray_option
@index_option
def rebuild(
    paths: tuple[Path, ...],
    dry_run: bool,
    yes: bool,
    full: bool,
    columns: str,
    ray: str | None,
    index_dir: Path | None,
) -> None:
    """Build the index from PATHS, which are files and folders: BibTeX, RIS, PubMed, CSV, JSON and more.

    Without PATHS, the files that it was built from are read again; the first time, these are the papers that come with
    rag. Only what changed is embedded, and the previous index stays in use until the new one is complete.
    """
    settings = settings_with(index_dir=index_dir)
    if ray is None:
        run(settings, _reading(list(paths), columns, settings), dry_run=dry_run, yes=yes, full=full)
        return
    from rag.cluster import encoding, reading, session

    with session.connected(ray):
        plan = _reading(list(paths), columns, settings, reading.on_workers)
        run(settings, plan, dry_run=dry_run, yes=yes, full=full, cluster=encoding.on_workers)


@click.command(short_help="Add papers from files to the index.")
@paths_argument
@dry_run_option
@yes_option
@columns_option
@index_option
def add(paths: tuple[Path, ...], dry_run: bool, yes: bool, columns: str, index_dir: Path | None) -> None:
    """Add the papers in PATHS to the index, which keeps all others. Only new papers are embedded.

    PATHS that the index was built from are read again: papers that are gone from them are removed.
    """
    from rag.index import changes

    settings, named = settings_with(index_dir=index_dir), _columns(columns)
    run(
        settings,
        lambda progress: changes.extended(settings.index_dir, paths, named, progress),
        dry_run=dry_run,
        yes=yes,
    )


@click.command(short_help="Remove papers from the index.")
@click.argument("names", metavar="TITLE|ID…", nargs=-1, required=True)
@dry_run_option
@yes_option
@index_option
def remove(names: tuple[str, ...], dry_run: bool, yes: bool, index_dir: Path | None) -> None:
    """Remove papers from the index, each named by its whole title or by an identifier such as doi:10.1000/182.

    They stay removed when their files are read again, until a file that holds them is added: rag add FILE.
    """
    from rag.index import changes

    settings = settings_with(index_dir=index_dir)
    run(settings, lambda progress: changes.reduced(settings.index_dir, names), dry_run=dry_run, yes=yes)


@click.command(short_help="Keep the index in step with files that change.")
@paths_argument
@yes_option
@columns_option
@index_option
def watch(paths: tuple[Path, ...], yes: bool, columns: str, index_dir: Path | None) -> None:
    """Add PATHS to the index, then keep it in step with them whenever one of them changes, until Ctrl+C.

    Made for files that a reference manager keeps up to date, such as an automatic export of Zotero.
    """
    from rag.errors import RagError
    from rag.index import changes
    from rag.sources.watching import changes_of

    settings, named = settings_with(index_dir=index_dir), _columns(columns)
    for n, _ in enumerate(changes_of(paths)):
        try:
            run(
                settings,
                lambda progress: changes.followed(settings.index_dir, paths, named, progress),
                yes=yes,
                unattended=True,  # and an export may be half written
            )
        except RagError as fault:
            if n == 0:
                raise
            terminal.show_notice(f"The index stays as it is. {fault}")  # the next change may mend the file
        if n == 0:
            click.echo("Watching. Press Ctrl+C to stop.", err=True)


def run(
    settings: Settings,
    plan: Plan,
    *,
    dry_run: bool = False,
    yes: bool = False,
    full: bool = False,
    unattended: bool = False,
    cluster: Cluster | None = None,
) -> None:
    """Makes a `plan` and carries it out, or with `dry_run` only shows it.

    Asks before most papers of the index would be removed, except with `yes`. Raises StoreError if nobody can be asked,
    if it cannot be told which would be removed, or if another change is in progress. One that runs `unattended` asks
    nobody, and waits for the other to end.
    """
    from rag.chat.rebuild import carry_out
    from rag.index import chroma_server, generations
    from rag.sources.duplicates import shared_ids

    alone = nullcontext() if dry_run else generations.changing(settings.index_dir, waits=unattended)
    with alone, terminal.progress_bar() as progress:
        planned = plan(progress)
        terminal.show_skipped(planned.skipped)
        for shared in shared_ids(planned.contents.papers):
            terminal.show_notice(str(shared))
        if dry_run:
            click.echo(render.changes_text(planned))
            return
        if not yes:
            _guard(planned, settings, not unattended and terminal.is_interactive())
        server = chroma_server.configured(settings)
        report = carry_out(planned, settings.index_dir, settings.embedding, progress, full, cluster, server)
    click.echo(str(report))
    if report.built:
        terminal.show_notice(saved_hint(settings.index_dir))


def _reading(paths: list[Path], columns: str, settings: Settings, read_files: ReadFiles | None = None) -> Plan:
    from rag.chat.rebuild import sources
    from rag.index import changes
    from rag.sources import check_columns, remembered
    from rag.sources.gather import read_here

    named = _columns(columns)

    def plan(progress: Progress) -> Planned:
        chosen, known = (paths, {}) if paths else sources(settings.index_dir)
        check_columns(chosen, named)
        every = remembered(known, named)
        return changes.rebuilt(settings.index_dir, chosen, every, progress, (), read_files or read_here)

    return plan


def _columns(text: str) -> dict[str, str]:
    """The columns in ``title=Titel,abstract=…`` by their fields. Raises UsageError for anything else."""
    from rag.sources import FIELDS, misnamed

    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    columns = {field.strip(): name.strip() for field, _, name in pairs}
    if (wrong := misnamed(columns)) is not None:
        raise click.UsageError(f"--columns takes FIELD=NAME with a field of {', '.join(FIELDS)}, not “{wrong}”.")
    return columns


def _came_with_rag(settings: Settings) -> bool:
    """Whether the index holds nothing but the papers that come with rag, which are not lost."""
    from rag.index import generations
    from rag.settings import shipped

    return generations.built_from(settings.index_dir) == [shipped("papers").resolve()]


def _guard(planned: Planned, settings: Settings, asks: bool) -> None:
    """Has the user confirm that most papers of the index are removed. Raises StoreError unless that is known."""
    from rag.index import generations

    if planned.unknown:
        raise generations.damage(settings.index_dir, "its papers cannot be read")
    if planned.loses_most and not _came_with_rag(settings):
        _confirm(planned, asks)


def _confirm(planned: Planned, asks: bool) -> None:
    from rag.errors import StoreError

    lost, kept = len(planned.changes.removed), len(planned.changes.changed) + planned.changes.same
    question = f"This removes {lost:,} papers of the index and keeps {kept:,}."
    if not asks:
        raise StoreError(f"{question} If that is what you want, repeat the command with --yes.")
    click.confirm(f"{question} Go on?", abort=True)
