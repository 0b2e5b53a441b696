"""Makes text of a server safe to print, store and show, piece by piece as it arrives."""

from __future__ import annotations

import codecs
import re
import unicodedata

_ESCAPE = re.compile("(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b\\][^\x07\x1b]*(?:\x07|\x1b\\\\)|\x1b[ -/]*[0-Z\\\\^-~]")
# The beginning of an escape sequence at the end of a piece. Longer ones are not waited for.
_BEGUN = re.compile("(?:\x1b\\[|\x9b)[0-?]{0,64}[ -/]{0,8}\\Z|\x1b\\][^\x07\x1b]{0,256}\x1b?\\Z|\x1b[ -/]{0,8}\\Z")
_JOINERS = "\u200c\u200d"  # without them Persian, Indic scripts and emoji are spelt wrongly
_INVISIBLE = ("Cc", "Cf", "Cs")  # control, format and surrogate characters
_NEWLINES = str.maketrans(dict.fromkeys("\x0b\x0c\x85\u2028\u2029", "\n"))


class Cleaner:
    """Cleans the pieces of one text.

    Terminal escape sequences, control characters other than tabs and newlines, and invisible format characters, such as
    those that reorder text, are removed. Halves of a surrogate pair become one character if they follow each other,
    also in two pieces, else U+FFFD.
    """

    def __init__(self) -> None:
        self._pairs = codecs.getincrementaldecoder("utf-16-le")("replace")
        self._begun = ""

    def feed(self, piece: str) -> str:
        """What is clean of the text up to and with `piece`, and was not returned yet."""
        text = self._begun + self._paired(piece)
        self._begun = ""
        if text.isprintable():  # most are: the test is fast
            return text
        if begun := _BEGUN.search(text):
            text, self._begun = text[: begun.start()], begun[0]
        return _cleaned(text)

    def end(self) -> str:
        """What is left."""
        return _cleaned(self._begun + self._pairs.decode(b"", final=True))

    def _paired(self, piece: str) -> str:
        return self._pairs.decode(piece.encode("utf-16-le", "surrogatepass"))


def _cleaned(text: str) -> str:
    shown = _ESCAPE.sub("", text).translate(_NEWLINES)
    return "".join(c for c in shown if c.isprintable() or _is_kept(c))


def _is_kept(character: str) -> bool:
    return character in "\n\t" or character in _JOINERS or unicodedata.category(character) not in _INVISIBLE
