"""What is folded away in Markdown: <details>, which may hold an abstract or papers, and comments."""

from __future__ import annotations

import re
from typing import Literal

_MAX_DEPTH = 5
_COMMENT = re.compile("(<!--|-->)")

Kind = Literal["", "abstract", "title", "other"]


class Details:
    """The <details> that are open, each with its `Kind` and the number of sections around it."""

    def __init__(self) -> None:
        self._open: list[tuple[Kind, int]] = []

    def __len__(self) -> int:
        return len(self._open)

    @property
    def kind(self) -> Kind:
        """What the innermost one holds: an abstract, a title and what belongs to it, other text, or not known yet."""
        return self._open[-1][0] if self._open else ""

    def begin(self, sections: int) -> None:
        self._open.append(("", sections))
        del self._open[:-_MAX_DEPTH]

    def hold(self, kind: Kind) -> None:
        self._open[-1] = (kind, self._open[-1][1])

    def end(self) -> int:
        """Ends the innermost one, and returns the number of sections that are around it."""
        return self._open.pop()[1]


class Comments:
    """Removes comments, also of several lines. `line` is where the last one begins, `is_open` whether it goes on."""

    def __init__(self) -> None:
        self.line = 0
        self.is_open = False

    def removed(self, number: int, line: str) -> str:
        """`line` without the parts of it that are comments."""
        if not self.is_open and "<!--" not in line:
            return line
        kept: list[str] = []
        for part in _COMMENT.split(line):
            if part == "<!--" and not self.is_open:
                self.is_open, self.line = True, number
            elif part == "-->" and self.is_open:
                self.is_open = False
            elif not self.is_open:
                kept.append(part)
        return "".join(kept)
