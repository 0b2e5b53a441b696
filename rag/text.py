"""Cleaning text that comes from outside, and small helpers for messages: pure functions of strings."""

from __future__ import annotations

import re
import unicodedata

# Latin letters that Unicode does not decompose into a base letter and an accent.
_BASE_LETTERS = str.maketrans(
    {"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ı": "i"}
)
# A letter of Latin, Greek, Hebrew or Arabic or a digit, and marks that are accents or optional vowels. Those of Arabic
# that are parts of letters, hamza and madda, are not among them.
_ACCENTED = re.compile(
    "([A-Za-z0-9\u0370-\u03ff\u05d0-\u05ea\u0620-\u06d3])[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u064b-\u0652\u0656-\u065f\u0670\u20d0-\u20f0]+"
)
# Soft hyphens, joiners, directions, fillers, selectors of a glyph, and the stroke that only stretches Arabic words.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u0640\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]+"
)
_LONE_MARKS = re.compile(r"(?<!\S)[^\w\s]+")  # among letters, numbers and marks: marks that follow neither
# Bidirectional embeddings, overrides and isolates: they would also reorder the text that follows, which may be ours.
# And what is never seen, but read by a model: tags, which spell ASCII, and characters that frame annotations.
_HIDDEN = dict.fromkeys(
    [*range(0x202A, 0x202F), *range(0x2066, 0x2070), 0xFEFF, *range(0xFFF9, 0xFFFC), *range(0xE0000, 0xE0080)]
)
# Replaced by a space: control characters, surrogates, line and paragraph separators.
_UNPRINTABLE = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029\\ud800-\\udfff]")
MAX_MARKS = 4  # combining marks in a row; more are drawn over the lines above and below
_SIGNS = re.compile(rf"[^\w\s\x00-\x7f]{{{MAX_MARKS + 1},}}")  # marks among others: no pattern tells them apart


def normalize(text: str) -> str:
    """The words of `text`, separated by single spaces, case-folded, without punctuation, and without accents.

    In other scripts marks are part of a letter, as in ガ and カ, or are vowels, as in दिन, and stay.
    """
    if text.isascii():
        return re.sub(r"[\W_]+", " ", text).strip().casefold()
    decomposed = unicodedata.normalize("NFKD", _INVISIBLE.sub("", text).translate(_BASE_LETTERS))
    letters = unicodedata.normalize("NFC", _ACCENTED.sub(r"\1", decomposed))
    words = "".join(c if unicodedata.category(c)[0] in "LNM" else " " for c in letters)
    return " ".join(_LONE_MARKS.sub("", words).split()).casefold()


def one_line(text: str) -> str:
    """`text` on one line that is safe to print: no control, bidi or surrogate characters, no runs of white space.

    Of combining marks in a row, only the first `MAX_MARKS` are kept.
    """
    if not text.isprintable():  # most are: the test is fast
        characters = text if text.isascii() else text.translate(_HIDDEN)
        text = _UNPRINTABLE.sub(" ", characters)
    if not text.isascii():
        text = _SIGNS.sub(_few_marks, text)
    return " ".join(text.split())


def _few_marks(signs: re.Match[str]) -> str:
    """The signs that were matched, with at most `MAX_MARKS` of the combining ones among them in a row.

    Invisible characters do not end a row: nothing is drawn between the marks.
    """
    kept: list[str] = []
    marks = 0
    for sign in signs[0]:
        category = unicodedata.category(sign)
        marks = marks + 1 if category in ("Mn", "Me") else marks if category == "Cf" else 0
        if marks <= MAX_MARKS or category == "Cf":
            kept.append(sign)
    return "".join(kept)


def replace_surrogates(text: str) -> str:
    """`text` with "?" for each lone surrogate, so that it can be encoded as UTF-8, tokenized and stored.

    JSON can contain lone surrogates, and Python uses them for undecodable bytes in file names and terminal input.
    """
    return text if text.isprintable() else text.encode(errors="replace").decode()


def clean_line(text: str) -> str:
    """`text` from a file, or the name of one, on one line that can be printed and stored."""
    return one_line(replace_surrogates(text))


MAX_QUOTED_CHARS = 100


def in_quotes(text: str) -> str:
    """`text`, which anyone may have written, in quotation marks: on one line that can be printed, and cut off."""
    return f"“{clean_line(text)[:MAX_QUOTED_CHARS]}”"


def count(number: int, noun: str) -> str:
    """`number` with `noun`, in the plural where it is not 1: ``1 paper``, ``2,864 passages``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
