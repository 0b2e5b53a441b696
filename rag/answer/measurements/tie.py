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
