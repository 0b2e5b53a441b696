"""Text that others wrote, cleaned: pure functions of strings."""

from __future__ import annotations

import re
import unicodedata

# Letters of names that Unicode does not take apart into one of a keyboard and its accent.
_STROKES = str.maketrans({"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "æ": "ae", "Æ": "Ae", "ı": "i"})
# What turns the direction of the text behind it, which may be ours; letters know their own.
_TURNS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def normalize(text: str) -> str:
    """The words of `text`, one space apart, without case, accents or punctuation."""
    letters = (c for c in unicodedata.normalize("NFKD", text.translate(_STROKES)) if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", " ", "".join(letters)).strip().casefold()


def one_line(text: str) -> str:
    """`text` with runs of white space as one space, without what controls a terminal, turns text or is no character."""
    others = ("Cc", "Cs", "Zl", "Zp")  # Cs: half of a surrogate pair, which nothing can encode
    printable = "".join(" " if unicodedata.category(c) in others else c for c in text.translate(_TURNS))
    return " ".join(printable.split())


def replace_surrogates(text: str) -> str:
    """`text` as a tokenizer takes it: half of a surrogate pair, from a terminal or JSON, becomes "?"."""
    return text.encode(errors="replace").decode()


def clean_line(text: str) -> str:
    """`text` from JSON, or the name of a file, on one line, as a file and a database can store it."""
    # JSON can spell half of a surrogate pair, and Python gives one for each byte of a name that is no text: nothing can
    # store it, so it becomes "?".
    return one_line(text.encode(errors="replace").decode())


def count(number: int, noun: str) -> str:
    """``1 paper``, ``2,864 passages``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
