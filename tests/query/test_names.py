"""Names are known by their capitals and digits, and words of one name stay together."""

from __future__ import annotations

import pytest

from rag.query.names import is_marked, names


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How does Segment Anything outline an owl?", ("Segment Anything",)),
        ("how do i choose the guidance scale in SDXL?", ("SDXL",)),
        ("what is the best learning rate for LoRA on Llama 3?", ("LoRA", "Llama 3")),
        ("How fast is FastOwl on the LiDAR KITTI?", ("FastOwl", "LiDAR", "KITTI")),
        ("Owls hear. Bats fly.", ()),
        ("May I sell it?", ()),
        ("¿Qué es un búho?", ()),
        ("which papers study owls in 2020?", ()),
        ("The Quick Brown Owl Hears The Lazy Vole", ()),
        ("S-KAN or the original KAN", ("S-KAN", "KAN")),
    ],
)
def test_names_are_found_as_phrases(question: str, expected: tuple[str, ...]) -> None:
    assert names(question) == expected


def test_a_marked_name_has_a_capital_or_digit_inside_a_word() -> None:
    assert [is_marked(name) for name in ("LoRA", "Llama 3", "3DOwl", "SDXL", "Marigold", "Segment Anything")] == [
        True,
        False,
        True,
        True,
        False,
        False,
    ]
