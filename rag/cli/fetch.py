"""`rag fetch`."""

from __future__ import annotations

import datetime
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rag.cli import terminal
from rag.cli.options import settings_with
from rag.fetch.services import SERVICES
from rag.text import clean_line, count, one_line

if TYPE_CHECKING:
    from rag.fetch.output import State
    from rag.fetch.run import Wanted

_MAX = 1_000  # papers of a search, unless told otherwise
_DAY = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", re.ASCII)


def _first_day(ctx: click.Context, parameter: click.Parameter, value: str | None) -> datetime.date | None:
    """The first day of the year, of the month, or the day that `value` is."""
    found = _DAY.fullmatch(value) if value else None
    try:
        if found:
            return datetime.date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    except ValueError:  # there is no such day
        found = None
    if value:
        raise click.BadParameter(f"{value!r} is neither a year nor a date such as 2024-03-31.")
    return None


@click.command(short_help="Fetch papers from arXiv, OpenAlex, Zotero and others.")
@click.argument("service", type=click.Choice(SERVICES))
@click.argument("query", required=False)
@click.option("--ids", type=click.Path(path_type=Path), metavar="FILE", help="Fetch the papers with these ids instead.")
@click.option("--since", callback=_first_day, metavar="YEAR|DATE", help="Only papers published since then.")
@click.option("--max", "limit", type=click.IntRange(1), help=f"Number of papers. The default is {_MAX:,} of a search.")
@click.option("--library", metavar="users/N|groups/N", help="A library on zotero.org, not that on this computer.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default="papers-fetched",
    show_default=True,
    help="Folder of the file.",
)
def fetch(
    service: str,
    query: str | None,
    ids: Path | None,
    since: datetime.date | None,
    limit: int | None,
    library: str | None,
    out: Path,
) -> None:
    """Fetch the papers of SERVICE that match QUERY into a JSONL file, which rag add reads.

    \b
    rag fetch arxiv "diffusion depth" --since 2023
    rag fetch pubmed "sleep AND memory" --max 200
    rag fetch zotero                       the library in Zotero on this computer
    rag fetch openalex --ids ids.txt       one DOI, arXiv id or PMID a line

    If it is interrupted, the same command continues.
    """
    wanted = _wanted(service, query, ids, since, library)
    from rag.fetch import run
    from rag.fetch.services import service_named

    contact = settings_with().contact
    most = limit or (_MAX if query and service != "zotero" else run.NO_LIMIT)
    try:
        with terminal.progress_bar() as progress:
            path, state = run.fetch(
                service_named(service, library or ""), wanted, out, most, contact, progress=progress
            )
    except KeyboardInterrupt:
        click.echo("Interrupted. To continue, run the same command again.", err=True)
        raise
    _show(path, state, most)


def _wanted(
    service: str, query: str | None, ids: Path | None, since: datetime.date | None, library: str | None
) -> Wanted:
    """What the arguments ask for. Raises UsageError if they do not go together."""
    from rag.fetch.ids import read_ids
    from rag.fetch.run import Wanted
    from rag.fetch.service import Search

    if library and service != "zotero":
        raise click.UsageError("--library is for zotero only.")
    if not ids:
        words = clean_line(query or "")
        if not words and service != "zotero":
            raise click.UsageError(f'Say what to search for: rag fetch {service} "QUERY", or --ids FILE.')
        return Wanted(Search(words, since), label=library or "")
    if query or since or service == "zotero":
        raise click.UsageError("--ids cannot be combined with QUERY, --since or zotero.")
    listed = read_ids(ids)
    for fault in listed.faults:
        terminal.show_notice(f"Skipped {fault}")
    if not listed.ids:
        raise click.UsageError(f"There is no id in {clean_line(str(ids))}.")
    return Wanted(ids=listed.ids, label=f"ids {ids.stem}")


def _show(path: Path, state: State, limit: int) -> None:
    """Prints what was fetched, and what was not."""
    for reason in state.named:
        terminal.show_notice(f"Skipped {reason}")
    terminal.show_notice(state.notice)
    if state.papers == limit < state.total:
        terminal.show_notice(f"{state.total:,} match. For more, raise --max.")
    counts = [count(state.papers, "paper"), f"{state.without_abstract:,} without abstract"]
    counts += [f"{state.left_out:,} left out"] * bool(state.left_out) + [f"{state.unknown:,} not found"] * bool(
        state.unknown
    )
    click.echo(one_line(", ".join(counts) + (f": {path}" if state.papers else "")))
    if state.papers:
        click.echo(f"rag add {shlex.quote(str(path))}")
