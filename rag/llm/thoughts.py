"""Tells what a model thinks from what it answers, where both arrive in one text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.llm.piece import Piece

_NAMES = ("think", "thinking", "thought", "reasoning")
_OPENING = (*(f"<{name}>" for name in _NAMES), "[think]")
_CLOSING = (*(f"</{name}>" for name in _NAMES), "[/think]")
# What gpt-oss writes if its server does not read it: channels, of which only the one named "final" is the answer.
_HARMONY = r"<\|channel\|>\s*(?P<channel>\w+)[^\n]{0,60}?<\|message\|>"
_IGNORED = ("<|start|>assistant", "<|start|>", "<|end|>", "<|return|>")
_MARK = re.compile("|".join([*map(re.escape, (*_OPENING, *_CLOSING, *_IGNORED)), _HARMONY]), re.IGNORECASE)
_MAX_MARK = 100  # characters


class ThoughtSplitter:
    """Splits the pieces of one text.

    What begins in the middle of a line, or without a mark as `unmarked` says, counts as the answer after all if a
    complete reply does not close it: an answer can be about such marks.
    """

    def __init__(self, unmarked: bool = False) -> None:
        self.unmarked = unmarked  # whether thinking began without a mark
        self.thinking = unmarked  # whether what comes next is what the model thinks
        self._doubtful = unmarked
        self._doubted = ""  # what counts as thinking, unless it is never closed
        self._line = ""  # the end of the text before, to know whether a line begins
        self._rest = ""  # the end of the last piece, which may be the beginning of a mark

    def feed(self, piece: str) -> Iterator[Piece]:
        """The pieces that are certain after `piece`. If `unmarked` becomes true, those before were thinking."""
        text = self._rest + piece
        begun = _begun_mark(text)
        text, self._rest = text[:begun], text[begun:]
        yield from self._split(text)

    def end(self, complete: bool) -> Iterator[Piece]:
        """The pieces that are left at the end of a reply, which is `complete` or was cut off."""
        yield from self._split(self._rest)
        if self.thinking and self._doubtful and self._doubted and complete:
            yield Piece(text=self._doubted)

    def _split(self, text: str) -> Iterator[Piece]:
        start = 0
        for mark in _MARK.finditer(text):
            yield from self._piece(text[start : mark.start()])
            self._read(mark)
            start = mark.end()
        yield from self._piece(text[start:])

    def _piece(self, text: str) -> Iterator[Piece]:
        if not text:
            return
        if self._doubtful:
            self._doubted += text
        if not self.thinking:
            self._line = (self._line + text).rpartition("\n")[2]
        yield Piece(thinking=text) if self.thinking else Piece(text=text)

    def _read(self, mark: re.Match[str]) -> None:
        shown, channel = mark[0].lower(), mark["channel"]
        if shown in _IGNORED:
            return
        if shown in _OPENING or (channel and channel.lower() != "final"):
            if not self.thinking:
                self._doubtful, self._doubted = bool(self._line.strip()), mark[0]
            self.thinking = True
        else:
            self.unmarked = self.unmarked or not (self.thinking or channel)
            self.thinking = self._doubtful = False
            self._line = ""


def _begun_mark(text: str) -> int:
    """Where a mark may begin that `text` ends within; its length if there is none."""
    for start in (i for i in range(max(0, len(text) - _MAX_MARK), len(text)) if text[i] in "<["):
        end = text[start:].lower()
        if any(mark.startswith(end) for mark in (*_OPENING, *_CLOSING, *_IGNORED, "<|channel|>")):
            return start
        if end.startswith("<|channel|>") and "<|message|>" not in end:
            return start
    return len(text)
