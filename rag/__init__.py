"""Answers questions from paper abstracts; every sentence cites the sentence that supports it."""

import os

__version__ = "0.12.0"

# Must be set before numpy is loaded: the products of a search are small, and threads wait longer than they compute.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
