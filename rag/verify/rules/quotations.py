"""Is what a written sentence puts in quotation marks verbatim in the papers that it cites?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.language.quotations import MARKS, SPACED_LETTER, quotations
from rag.text import in_quotes
from rag.verify.rules.fault import Fault

_HYPHENS = "–‐‑-"
# A part of a word or number is not quoted from it: "linear" of "non-linear", "3" of "3.5" or of "−3".
_START = re.compile(f"(?<!{SPACED_LETTER})(?<!{SPACED_LETTER}[.,'{_HYPHENS}])(?<![.−‐‑-])")
_END = re.compile(f"(?![.,'{_HYPHENS}]?{SPACED_LETTER})")
_BEFORE, _AFTER = " '….", " '….,;:!?"  # of a quotation: what its source may lack
_MARKS = re.compile(f"[{MARKS}]+")


def quotation_fault(written: str, sources: Sequence[str]) -> Fault | None:
    """What `written` puts in quotation marks though none of `sources`, titles and abstracts, has it; None if all is.

    A quotation consists of entire words. It may differ from its source in white space, in the case of its first letter,
    in the kind of quotation marks within it, in the punctuation at its end, and by an ellipsis at both.
    """
    plain = list(map(_plain, sources))
    for quoted in quotations(written):
        words = _plain(quoted).lstrip(_BEFORE).rstrip(_AFTER)
        if not words:
            return Fault("quotation", "its quotation marks enclose nothing, or do not match", refutes=True)
        if not any(_contains(source, words) for source in plain):
            return Fault("quotation", f"what it cites does not say {in_quotes(words)} word for word", refutes=True)
    return None


def _contains(source: str, words: str) -> bool:
    forms = (first + words[1:] for first in (words[0].lower(), words[0].upper()))
    return any(_is_entire(source, start, start + len(form)) for form in forms for start in _positions(source, form))


def _positions(source: str, form: str) -> Iterator[int]:
    start = source.find(form)
    while start >= 0:
        yield start
        start = source.find(form, start + 1)


def _is_entire(source: str, start: int, end: int) -> bool:
    """Whether no word or number that begins before `start` or goes on after `end` is cut."""
    return bool(_START.match(source, start) and _END.match(source, end))


def _plain(text: str) -> str:
    """`text` with single spaces and one kind of quotation mark."""
    return " ".join(_MARKS.sub("'", text).split())
