"""BibTeX and BibLaTeX."""

from rag.sources.bibtex.reader import matches, read

__all__ = ["matches", "read"]
