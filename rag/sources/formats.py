"""The file formats that can be read. To add one, write a module with a `read` function and list it in `_FORMATS`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.paper import Paper
from rag.sources import jsonl, listing
from rag.sources.skipped import Skipped


@dataclass(frozen=True, slots=True)
class Format:
    """How files of one format are found in a folder, recognized and read."""

    extensions: tuple[str, ...]  # of the files that are read when a folder is given
    matches: Callable[[str], bool]  # whether this text, not blank, is in this format
    read: Callable[[Sequence[str], Path], Iterator[Paper | Skipped]]  # the lines of a file and its path → its records


# The first that matches a file's text reads it, whatever the file's extension; a listing page matches any text.
_FORMATS = (
    Format((".jsonl",), jsonl.matches, jsonl.read),
    Format((".txt", ".text"), listing.matches, listing.read),
)
EXTENSIONS = tuple(extension for form in reversed(_FORMATS) for extension in form.extensions)


def format_of(text: str) -> Format:
    """The format of `text`, the whole content of a file; a listing page where no other format matches."""
    return next(form for form in _FORMATS if form.matches(text))
