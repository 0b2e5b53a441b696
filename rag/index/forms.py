"""The written forms of a collection's words, and in how many papers each occurs, which an update adds to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from rag.index import arrays
from rag.language.tokens import stem, tokenize
from rag.paper import Paper

FORMS_FILE = "forms.npz"


def count(papers: Iterable[Paper]) -> Counter[str]:
    """In how many of `papers` each form occurs."""
    return Counter(form for paper in papers for form in set(tokenize(f"{paper.title} {paper.abstract}")))


def surface_forms(counts: Counter[str]) -> dict[str, str]:
    """The stems of all forms, most frequent first, each with the form that occurs in the most papers."""
    forms: dict[str, str] = {}
    for form, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        forms.setdefault(stem(form), form)
    return forms


def write(folder: Path, counts: Counter[str]) -> None:
    """Writes `counts` into `folder`, in the order of the alphabet: that of a set differs between processes."""
    import numpy as np

    forms = sorted(counts)
    numbers = np.fromiter((counts[form] for form in forms), np.int32, len(forms))
    np.savez(folder / FORMS_FILE, forms=arrays.pack(forms), counts=numbers)


def load(folder: Path) -> Counter[str]:
    """What `write` wrote into `folder`. Raises OSError, ValueError or KeyError if it is missing or damaged."""
    table = arrays.load(folder / FORMS_FILE)
    return Counter(dict(zip(arrays.unpack(table["forms"]), table["counts"].tolist(), strict=True)))
