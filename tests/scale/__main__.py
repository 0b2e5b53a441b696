"""Prints the tables of docs/scale.md and writes them there: `make scale`."""

from __future__ import annotations

import re
from pathlib import Path

from tests.scale import slopes
from tests.scale.plans import TABLES

PAGE = Path(__file__).parents[2] / "docs" / "scale.md"


def with_tables(page: str) -> str:
    """The text of the page with each table between the comments that name it as it is computed now."""
    for name, made in TABLES.items():
        marks = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        shown = made(slopes.load())
        page = marks.sub(lambda match, shown=shown: f"{match[1]}{shown}\n{match[2]}", page)
    return page


def main() -> None:
    for name, made in TABLES.items():
        print(f"{name}\n\n{made(slopes.load())}\n")
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
