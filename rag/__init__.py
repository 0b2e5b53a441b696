"""Answers questions from paper abstracts; every sentence cites the sentence that supports it."""

__version__ = "0.6.0"
