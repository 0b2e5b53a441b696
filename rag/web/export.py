"""What leaves the page as a file: one answer, or the whole conversation, in each of `rag.export.formats.FORMATS`."""

from __future__ import annotations

from collections.abc import Sequence

from rag.export.formats import FORMATS
from rag.text import normalize
from rag.web.turns import Turn, replies

NAMES = {"md": "Markdown", "bib": "BibTeX", "csv": "CSV"}
TYPES = {"md": "text/markdown", "bib": "application/x-bibtex", "csv": "text/csv"}
LONGEST = 60  # characters of a file's name
MARK = "\ufeff"  # without it, Excel does not take a CSV file for UTF-8


def menu(address: str, turns: Sequence[Turn], n: int) -> str:
    """A link for each file there is to save of turn `n` of the conversation at `address`; with the last, of all."""
    groups = [_group("answer", turns[n : n + 1], f"{address}/{n}")]
    if len(turns) > 1 and n == len(turns) - 1:
        groups.append(_group("conversation", turns, f"{address}/all"))
    return f'<details class="menu"><summary>Export</summary><div>{"".join(groups)}</div></details>'


def file(turns: Sequence[Turn], format_: str) -> tuple[str, str]:
    """The name and the text of the file that holds the answers of `turns`. Raises KeyError for an unknown format."""
    answers = replies(turns)
    name = normalize(turns[0].question).replace(" ", "-")[:LONGEST] if len(turns) == 1 else ""
    text = FORMATS[format_](*answers)
    return f"{name or 'conversation'}.{format_}", MARK + text if format_ == "csv" else text


def _group(scope: str, turns: Sequence[Turn], address: str) -> str:
    """A refusal cites nothing, and is kept as text only."""
    cites = any(answer.citations for answer in replies(turns))
    links = "".join(
        f'<a href="{address}.{format_}" download>{name}</a>'
        for format_, name in NAMES.items()
        if cites or format_ == "md"
    )
    return f'<p role="group" aria-label="Export the {scope}">{scope.capitalize()}: {links}</p>'
