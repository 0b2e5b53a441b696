"""Which part of a name is the family name, and which names are left whole."""

from __future__ import annotations

import pytest

from rag.export.names import Name, parts


@pytest.mark.parametrize(
    ("written", "family", "given", "suffix"),
    [
        ("Ada Lovelace", "Lovelace", "Ada", ""),
        ("Lovelace, Ada", "Lovelace", "Ada", ""),
        ("J. R. R. Tolkien", "Tolkien", "J. R. R.", ""),
        ("Иван Петров", "Петров", "Иван", ""),
        ("Jürgen van den Berg", "van den Berg", "Jürgen", ""),
        ("van den Berg, Jürgen", "van den Berg", "Jürgen", ""),
        ("Eddie Van Halen", "Van Halen", "Eddie", ""),
        ("Van Nguyen", "Nguyen", "Van", ""),
        ("Charles de la Vallée Poussin", "de la Vallée Poussin", "Charles", ""),
        ("José Ortega y Gasset", "Ortega y Gasset", "José", ""),
        ("Martin Luther King Jr.", "King", "Martin Luther", "Jr."),
        ("King, Martin Luther, Jr.", "King", "Martin Luther", "Jr."),
        ("King, Jr., Martin Luther", "King", "Martin Luther", "Jr."),
    ],
)
def test_the_parts_of_a_persons_name_are_told_apart(written: str, family: str, given: str, suffix: str) -> None:
    assert parts(written) == Name(family, given, suffix)


@pytest.mark.parametrize(
    "written",
    [
        "Plato",
        "ATLAS Collaboration",
        "The Owl Watchers",
        "Smith and Sons",
        "Centre for Bees",
        "Owls, Inc.",
        "Bee Lab 7",
        "others",
        "Smith J",
        "Smith JA",
        "Serre J.-P.",
        "王伟",
        "王 伟",
        "King Jr.",
        "A, B, C, D",
        "Lovelace,",
        "One Two Three Four Five Six Seven",
    ],
)
def test_a_name_that_may_be_in_another_order_or_nobodys_is_left_whole(written: str) -> None:
    assert parts(written) == Name(written)
