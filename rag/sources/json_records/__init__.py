"""JSON as services and libraries give it: what an object looks like decides how it is read."""

from rag.sources.json_records.reader import matches, read

__all__ = ["matches", "read"]
