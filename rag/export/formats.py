"""The formats in which answers are saved."""

from __future__ import annotations

from collections.abc import Callable

from rag.export.bibtex import bibtex
from rag.export.csv import csv
from rag.export.markdown import markdown

FORMATS: dict[str, Callable[..., str]] = {"md": markdown, "bib": bibtex, "csv": csv}  # by the ending of a file's name
