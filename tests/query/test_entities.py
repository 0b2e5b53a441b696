"""The entities of a question are recognized by their capitals."""

from __future__ import annotations

import pytest

from rag.query.entities import entities


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Is LoRA better than SDXL?", {"lora", "sdxl"}),
        ("What do owls hear in Paris?", {"paris"}),
        ("Which Papers Do Owls Read In Paris?", set()),
        ("Owls hear voles.", set()),
        ("", set()),
    ],
)
def test_capitalized_words_are_entities_unless_most_words_are_capitalized(question: str, expected: set[str]) -> None:
    assert entities(question) == expected
