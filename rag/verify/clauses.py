"""A written sentence that cites several papers → the clauses to check against each of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.language.tokens import tokenize

_CLAUSE_BOUNDARY = re.compile(r";\s+|,?\s+\b(?:while|whereas|but)\b\s+|,\s+and\s+")
_LIST_SEPARATOR = re.compile(r",?\s+(?:and|or|as well as)\s+|,\s+")


def halves(sentence: str) -> Iterator[tuple[str, str]]:
    """`sentence` divided in two at each conjunction or semicolon that may separate clauses."""
    for boundary in _CLAUSE_BOUNDARY.finditer(sentence):
        first, second = sentence[: boundary.start()], sentence[boundary.end() :]
        if any(tokenize(first)) and any(tokenize(second)):
            yield first, second


def distribute(clause: str, names: Sequence[str]) -> dict[str, str]:
    """`clause` about each of `names` on its own, by name: "A and B hear" → "A hear" and "B hear".

    Empty unless the clause contains at least two of `names`, as a list with nothing else in it.
    """
    listed = [name for name in names if name and name in clause]
    if len(listed) < 2:
        return {}
    start, end = min(map(clause.index, listed)), max(clause.index(name) + len(name) for name in listed)
    between = clause[start:end]
    for name in listed:
        between = between.replace(name, "")
    if _LIST_SEPARATOR.sub("", between).strip(" ,"):
        return {}
    before = clause[:start].replace("Both ", "").replace("both ", "")
    return {name: before + name + clause[end:] for name in listed}
