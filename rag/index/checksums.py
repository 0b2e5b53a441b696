"""Checksums of each paper and of where its sentences lie, compared whenever it is read.

A generation's files are compared with their hashes when it is opened. A chat has it open for weeks: with these, nothing
is ever quoted that is not what was indexed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import closing
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.index import papers_database

if TYPE_CHECKING:
    import numpy as np

CHECKSUMS_FILE = "checksums.npy"
_BYTES = 8


def write(folder: Path) -> None:
    """Writes the checksums of the papers in `folder`, which are numbered from 1 without gaps."""
    import numpy as np

    with closing(papers_database.connect(folder)) as database:
        ((papers,),) = database.execute("SELECT count(*) FROM papers")
        sums = np.zeros((papers + 1, 2), np.uint64)
        for row in database.execute("SELECT * FROM papers"):
            sums[row["id"], 0] = checksum(row)
        rows = database.execute("SELECT paper, start, stop FROM sentences ORDER BY paper, n")
        for number, spans in groupby(map(tuple, rows), key=itemgetter(0)):
            sums[number, 1] = checksum(spans)
    np.save(folder / CHECKSUMS_FILE, sums)


def load(folder: Path) -> np.ndarray:
    """What `write` wrote: uint64 of (papers + 1, 2), by number, of its row in the table `papers` and of its sentences.

    Raises OSError or ValueError if it is missing or damaged.
    """
    import numpy as np

    sums: np.ndarray = np.load(folder / CHECKSUMS_FILE)
    return sums


def checksum(values: Iterable[Any]) -> int:
    """A checksum of `values` from SQLite, in this order; 0 of none."""
    content = tuple(values)
    digest = hashlib.blake2b(repr(content).encode(), digest_size=_BYTES).digest()
    return int.from_bytes(digest) if content else 0
