"""Files of papers: which files to read, and the papers in them."""

from __future__ import annotations

from rag.sources.files import MAX_FILE_BYTES, files_in, find, is_supported, read
from rag.sources.formats import EXTENSIONS
from rag.sources.skipped import Skipped

__all__ = ["EXTENSIONS", "MAX_FILE_BYTES", "Skipped", "files_in", "find", "is_supported", "read"]
