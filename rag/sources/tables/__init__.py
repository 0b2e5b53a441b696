"""Tables: CSV, TSV and their like, with a row of headings or without."""

from rag.sources.tables.reader import matches, read

__all__ = ["matches", "read"]
