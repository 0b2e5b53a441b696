"""The value of "author" in BibTeX → names as "Given Family"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.sources import latex
from rag.sources.author_lists import authors_in
from rag.sources.markup import plain
from rag.sources.names import is_suffix, people, without_degrees

MAX_NAME_LATEX = 20_000  # characters; those of the longest list that is not separated by "and"

_BRACE_OR_AND = re.compile(r"[{}]|\sand(?=\s)", re.IGNORECASE)
_LABELLED = re.compile(r"\b(family|given|prefix|suffix)\s{0,9}=\s{0,9}\"?([^=\",]{1,200})", re.IGNORECASE)


def authors(value: str) -> Iterator[str]:
    """The people and organisations in `value`, which "and" separates where no braces are around it.

    A name in braces stays as it is. Semicolons and commas between names, which are not of BibTeX, are understood.
    """
    value = value.strip()
    if _is_enclosed(value) and _is_enclosed(value[1:-1].strip()):
        value = value[1:-1].strip()
    names = _split(value)
    if len(names) == 1 and _is_enclosed(value):
        within = _split(value[1:-1])
        if len(within) > 1 and all("," in name for name in within):  # braces around all people, not around a name
            names = within
    for name in names:
        yield from _people(name.strip(" \t\n,;"), alone=len(names) == 1)


def _split(value: str) -> list[str]:
    """`value` cut at each "and" outside braces, if its braces match; else at each."""
    cuts, depth = [0], 0
    for mark in _BRACE_OR_AND.finditer(f"{value} "):
        if mark[0] in "{}":
            depth += 1 if mark[0] == "{" else -1
        elif depth == 0:
            cuts += [mark.start(), mark.end()]
    if depth:
        return re.split(r"\sand\s", value, flags=re.IGNORECASE)
    return [value[start:end] for start, end in zip(cuts[::2], [*cuts[1::2], len(value)], strict=True)]


def _is_enclosed(name: str) -> bool:
    """Whether one pair of braces encloses all of `name`."""
    depth = 0
    for brace in re.finditer(r"[{}]", name):
        depth += 1 if brace[0] == "{" else -1
        if depth <= 0:
            return name.startswith("{") and brace.end() == len(name)
    return False


def _people(name: str, alone: bool) -> Iterator[str]:
    text = " ".join(plain(latex.plain(name[:MAX_NAME_LATEX])).split())
    if _is_enclosed(name):
        yield from [text] if "," in text else people([text])
        return
    text = without_degrees(text)
    if "family" in text.lower() and (labelled := dict(_labels(text))):
        parts = (labelled.get(part, "") for part in ("given", "prefix", "family", "suffix"))
        yield " ".join(part for part in parts if part)
    elif _is_list(text, alone):
        yield from authors_in(text)
    else:
        yield from people([text])


def _labels(text: str) -> Iterator[tuple[str, str]]:
    """The parts of a name as BibLaTeX can have it: ``family=Holt, given=Ada``."""
    for part in _LABELLED.finditer(text):
        yield part[1].lower(), part[2].strip()


def _is_list(text: str, alone: bool) -> bool:
    """Whether `text` is several names, by semicolons or by more commas than one name has."""
    parts = [part.strip() for part in text.split(",")]
    return (alone and ";" in text) or len([part for part in parts[1:] if part and not is_suffix(part)]) > 1
