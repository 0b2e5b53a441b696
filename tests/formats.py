"""The table in docs/formats.md of what is read of files in each format: `python -m tests.formats` writes it anew.

`python -m tests.formats FILE…` prints such a table of other files.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from rag.paper import Paper
from rag.sources import Skipped, read

PAGE = Path(__file__).parent.parent / "docs" / "formats.md"
CASES = Path(__file__).parent / "data" / "cases"
HEADING = "| format | files | papers | with authors | year | identifier | address | skipped, and why |"
TABLE = re.compile(re.escape(HEADING) + r"\n(?:\|.*\n)+")


def table(files: Mapping[str, Iterable[Path]]) -> str:
    """What is read of the `files` of each format, as Markdown."""
    rows = [f"| {name} | {' | '.join(map(str, _cells(list(paths))))} |" for name, paths in files.items()]
    return "\n".join([HEADING, "|---|" + "--:|" * 6 + "---|", *rows, ""])


def cases() -> dict[str, list[Path]]:
    """The files of `tests/data/cases` by their formats."""
    folders = sorted(path for path in CASES.iterdir() if path.is_dir())
    return {folder.name: sorted(path for path in folder.rglob("*") if path.is_file()) for folder in folders}


def _cells(files: list[Path]) -> Iterator[object]:
    records = [record for file in files for record in read(file)]
    papers = [record for record in records if isinstance(record, Paper)]
    yield from (len(files), len(papers))
    yield from (sum(map(bool, values)) for values in zip(*map(_facts, papers), strict=True)) if papers else [0] * 4
    reasons = Counter(_reason(record) for record in records if isinstance(record, Skipped))
    yield "; ".join(f"{number} {reason}" for reason, number in reasons.most_common())


def _facts(paper: Paper) -> tuple[object, ...]:
    return paper.authors, paper.year, paper.ids, paper.url


def _reason(skipped: Skipped) -> str:
    """Why a record was skipped, without what it is called. What begins with one word is what a service says."""
    reason = skipped.reason.partition(": ")[0]
    return reason if " " in reason else skipped.reason


if __name__ == "__main__":
    if sys.argv[1:]:
        print(table({path: [Path(path)] for path in sys.argv[1:]}))
    else:
        PAGE.write_text(TABLE.sub(lambda _: table(cases()), PAGE.read_text("utf-8")), "utf-8")
