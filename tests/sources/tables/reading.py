"""What comes of a table that is read."""

from __future__ import annotations

from pathlib import Path

from rag.paper import Paper
from rag.sources import read


def papers(tmp_path: Path, content: str | bytes, name: str = "terns.csv", **columns: str) -> list[Paper | str]:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return [record if isinstance(record, Paper) else str(record) for record in read(path, columns)]


def results(
    tmp_path: Path, content: str | bytes, name: str = "terns.csv", **columns: str
) -> list[tuple[str, str] | str]:
    """The title and abstract of each paper in a file with this content, and what is said about the rest."""
    found = papers(tmp_path, content, name, **columns)
    return [record if isinstance(record, str) else (record.title, record.abstract) for record in found]


def paper(tmp_path: Path, heading: str, row: str) -> Paper:
    (found,) = papers(tmp_path, f"Title,Abstract,{heading}\nTerns,They fly.,{row}\n")
    assert isinstance(found, Paper)
    return found
