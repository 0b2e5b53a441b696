"""What comes of a text that is read, and two abstracts for such texts."""

from __future__ import annotations

from pathlib import Path

from rag.paper import Paper
from rag.sources import read
from rag.sources.skipped import Skipped

MOSS = (
    "We measure how fast moss covers a door that was scrubbed overnight, in twelve streets and over three winters, "
    "and find that a door of oak is green again after five weeks."
)
LICHEN = (
    "Lichen keeps a memory of the stone on which it was first seen, and in this study we ask how long it lasts. "
    "Forty patches were moved between churches; most of them forgot."
)


def records(folder: Path, text: str) -> list[Paper | Skipped]:
    path = folder / "papers.txt"
    path.write_text(text, encoding="utf-8")
    return list(read(path))


def papers(folder: Path, text: str) -> list[Paper]:
    return [record for record in records(folder, text) if isinstance(record, Paper)]


def pairs(folder: Path, text: str) -> list[tuple[str, str]]:
    return [(paper.title, paper.abstract) for paper in papers(folder, text)]


def skipped(folder: Path, text: str) -> list[str]:
    return [str(record) for record in records(folder, text) if isinstance(record, Skipped)]
