"""What a capable model replies when it is asked what a question means, and which papers answer it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.conftest import WHICH

RECENT = f"{WHICH} since 2022"  # there are nine papers, which are graded in one call


def reading(question: str, **fields: Any) -> str:
    """A reading of `question` as one for papers, with these other `fields`."""
    nothing = {"compared": [], "authors": [], "first_year": None, "last_year": None}
    found = {"question": question, "queries": ["diffusion depth"], "intent": "papers"}
    return json.dumps(found | nothing | fields)


def grades(of: Mapping[int, int]) -> str:
    """The grades of papers by their numbers in the prompt."""
    return json.dumps({"papers": [{"n": n, "grade": grade, "sentence": "a"} for n, grade in of.items()]})
