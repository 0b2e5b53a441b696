"""The arrays and objects of JSON that are open, and the records directly in them."""

from __future__ import annotations

from dataclasses import dataclass

from rag.sources.json_records.scan import MAX_NESTED


@dataclass(slots=True)
class _Open:
    bracket: str
    records: bool = False  # whether there are some directly in it, so that what else is there stands in their place


class Brackets:
    """Those around what is read, the innermost last."""

    def __init__(self) -> None:
        self._opened: list[_Open] = []

    def __bool__(self) -> bool:
        return bool(self._opened)

    @property
    def innermost(self) -> str:
        return self._opened[-1].bracket if self._opened else ""

    @property
    def has_records(self) -> bool:
        """Whether there are records directly in the innermost."""
        return bool(self._opened) and self._opened[-1].records

    def add(self, *, record: bool) -> bool:
        """Takes note of a value; false if it is no record, nor in the place of one, but beside an array of them."""
        if record and self.innermost == "[":
            self._opened[-1].records = True
        return record or self.has_records or all(one.bracket == "[" for one in self._opened)

    def open(self, bracket: str) -> bool:
        """Opens one; if there are too many then, forgets all, and returns false."""
        self._opened.append(_Open(bracket))
        if len(self._opened) > MAX_NESTED:
            self._opened = []
        return bool(self._opened)

    def close(self, bracket: str) -> None:
        """Closes the innermost `bracket` and what is open in it; nothing if none is open, as after a broken record."""
        places = [n for n, one in enumerate(self._opened) if one.bracket == bracket]
        if places:
            del self._opened[places[-1] :]
