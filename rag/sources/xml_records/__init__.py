"""XML: PubMed, EndNote, and feeds of arXiv."""
