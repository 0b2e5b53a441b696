"""The records that were merged into the papers of a generation, one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rag.sources.duplicates import Merge

MERGES_FILE = "merges.jsonl"


def write(folder: Path, merges: Sequence[Merge]) -> None:
    """Writes `merges` into `folder`."""
    lines = (json.dumps(asdict(merge), ensure_ascii=False) + "\n" for merge in merges)
    (folder / MERGES_FILE).write_text("".join(lines), encoding="utf-8")


def read(folder: Path) -> list[Merge]:
    """What `write` wrote into `folder`; nothing if an older version of rag wrote none. Raises ValueError if damaged."""
    try:
        lines = (folder / MERGES_FILE).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    return [Merge(**json.loads(line)) for line in lines]
