"""Which columns of tables hold which fields of a paper, as users name them: ``{"title": "Titel"}``.

An index remembers all mappings that were named for it: the n-th lines of the values are the n-th. Each applies to the
tables that have all of its columns, so that what is named for one leaves the others as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest

from rag.sources.tables.headings import FIELDS
from rag.text import clean_line


def misnamed(columns: Mapping[str, str]) -> str | None:
    """The first key of `columns` that is no field or has no name of a column; None if all are as they should be."""
    return next((field for field, name in columns.items() if field not in FIELDS or not clean_line(name)), None)


def remembered(known: Mapping[str, str], named: Mapping[str, str]) -> dict[str, str]:
    """What an index remembers that knew the columns `known`, once more are `named`."""
    newest = {field: clean_line(name) for field, name in named.items()}
    every = [one for one in [*mappings(known), newest] if one]
    every = [one for at, one in enumerate(every) if one not in every[at + 1 :]]
    used = [field for field in FIELDS if any(field in one for one in every)]
    return {field: "\n".join(one.get(field, "") for one in every) for field in used}


def mappings(columns: Mapping[str, str]) -> list[dict[str, str]]:
    """The mappings in `columns`, the oldest first; without what is no field."""
    names = {field: lines.split("\n") for field, lines in columns.items() if field in FIELDS}
    rows = zip_longest(*names.values(), fillvalue="")
    return [{field: name for field, name in zip(names, row, strict=True) if name} for row in rows]
