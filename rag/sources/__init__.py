"""Files of papers: which files to read, and the papers in them."""

from __future__ import annotations

from rag.sources.files import EXTENSIONS, check_columns, files_in, find, is_supported, read
from rag.sources.skipped import Skipped
from rag.sources.tables.columns import misnamed, remembered
from rag.sources.tables.headings import FIELDS

__all__ = [
    "EXTENSIONS",
    "FIELDS",
    "Skipped",
    "check_columns",
    "files_in",
    "find",
    "is_supported",
    "misnamed",
    "read",
    "remembered",
]
