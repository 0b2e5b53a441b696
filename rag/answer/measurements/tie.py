"""What ties a value to a quantity."""

from __future__ import annotations

from dataclasses import dataclass

from rag.answer.measurements.numbers import Value


@dataclass(frozen=True, slots=True)
class Tie:
    """A `value`, and the `quantity` that it is the value of, in the words of the sentence, with the place of its head.

    `change` is the word by which the value is a difference rather than an amount: "reduction", "faster", "improves by".
    `verb` is the place of the word that governs the value, None where it is the quantity itself.
    """

    value: Value
    quantity: str
    head: int | None
    change: str = ""
    verb: int | None = None

    @property
    def is_count(self) -> bool:
        """Whether the value counts things: a bare whole number before a plural."""
        is_whole = self.value.is_bare and float(self.value.number).is_integer()
        return (is_whole and self.head is not None and self.quantity[-1:] == "s") or self.value.is_word
