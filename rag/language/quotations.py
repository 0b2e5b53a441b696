"""Text → what stands in quotation marks in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

SPACED_LETTER = r"[^\W_\u3040-\u30ff\u3400-\u9fff]"  # or digit, of a script that puts spaces between words
_FAMILIES = ("“”„‟", "«»", "‹›", "「」", "『』", "《》", "〈〉", "〝〞〟", "❝❞", "❮❯", '"', "＂")
_PAIRS = ("“”", "‟”", "„“", "„”", "«»", "»«", "‹›", "›‹", "「」", "『』", "《》", "〈〉", "〝〞", "〝〟", "❝❞", "❮❯")
_ALIKE = '"＂”»›'  # marks that may stand at both ends
# Marks that may begin a quotation, and those that may end it. The same marks are apostrophes.
_SINGLE = (("'", "'"), ("‘’‚‛", "‘’"), ("`´", "`´'"), ("＇", "＇"), ("′‵", "′"), ("❛❜", "❜"), ("ʻʼʽ", "ʼ"))
_RARE = "‶״⟪⟫⹂﹁﹂﹃﹄ʺˮ❟❠🙶🙷🙸"  # these are never taken for a pair
_DOUBLE = "".join((*_FAMILIES, _RARE))
MARKS = f"{_DOUBLE}″{''.join(opening + closing for opening, closing in _SINGLE)}"


def _pair(opening: str, closing: str) -> str:
    return f"{opening}([^{_family(opening)}]*){closing}"


def _alike(mark: str) -> str:
    return rf"(?<!{SPACED_LETTER}){mark}(?=\S)([^{_family(mark)}]*)(?<=\S){mark}(?!{SPACED_LETTER})"


def _family(mark: str) -> str:
    return next(family for family in _FAMILIES if mark in family)


def _single(opening: str, closing: str) -> str:
    # What may be an apostrophe does not end a quotation: the last mark before the next quotation does.
    return rf"{_begun(opening)}((?:(?!{_begun(opening)}).)*)(?<=\S)[{closing}](?!{SPACED_LETTER})"


def _begun(marks: str) -> str:
    """One of `marks` where it is no apostrophe, within a word or at its end."""
    return rf"(?:(?<!{SPACED_LETTER})[{marks}](?=[^\s.,;:!?)\]])|(?<![^\s(\[])[{marks}](?=\S))"


_PATTERNS = (
    *(_pair(*pair) for pair in _PAIRS),
    *map(_alike, _ALIKE),
    *(_single(*marks) for marks in _SINGLE),
    rf"[{_DOUBLE}]|(?<!\d)″",  # 30″ is an angle
    *(_begun(opening) for opening, _ in _SINGLE),
)
_QUOTED = re.compile("|".join(_PATTERNS), re.DOTALL)
_DOUBLED = re.compile(r"['‘’‚`´′]{2}")  # ``as in LaTeX''


def quotations(text: str) -> Iterator[str]:
    """What stands in quotation marks of any kind in `text`; "" for a mark without its counterpart.

    Apostrophes are none: "don't", "the models' errors". Quotations in quotations are parts of the outer ones.
    """
    for match in _QUOTED.finditer(_DOUBLED.sub('"', text)):
        yield next(filter(None, match.groups()), "")
