"""Which words are names, which names a paper introduces, and which are not in a source."""

from __future__ import annotations

import pytest

from rag.paper import Paper
from rag.verify.entities import entities_in, introduced_entities, unknown_entity

NONE: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("OwlNet beats ResNet-50 on KITTI.", ["OwlNet", "ResNet-50", "KITTI"]),
        ("OwlNet’s non-Gaussian 2.5D maps", ["OwlNet", "Gaussian", "5D"]),
        ("Owls of Okinawa hoot in 3D and by mRNA.", ["Owls", "Okinawa", "3D", "mRNA"]),
        ("This paper proposes to hear owls.", ["This"]),
        ("Authors show that owls hear.", []),
        ("7 owls hear 12 voles.", []),
        ("", []),
    ],
)
def test_names_are_recognised_by_capitals_and_digits(text: str, expected: list[str]) -> None:
    assert entities_in(text) == expected


@pytest.mark.parametrize(
    ("abstract", "expected"),
    [
        ("We propose OwlNet, which hears.", {"owlnet"}),
        ("We introduce it. Some long name (SLN-2) hears.", {"sln2"}),
        ("A model called Hoot and a set termed Voles hear.", {"hoot", "voles"}),
        ("OwlNet hears (see below).", set()),
        ("We propose a network.", set()),
    ],
)
def test_a_paper_introduces_the_names_of_its_method_and_data(abstract: str, expected: set[str]) -> None:
    assert introduced_entities(Paper("Ears", abstract)) == expected


@pytest.mark.parametrize(
    ("clause", "quoted"),
    [
        ("OwlNet hears.", "It hears."),
        ("SLN hears.", "It hears."),
        ("It hears on KITTI.", "On KITTI it hears."),
        ("It hears RNNs.", "It hears an RNN."),
        ("It beats ResNet50.", "It beats ResNet-50."),
        ("It beats ResNet.", "It beats ResNet-50."),
        ("It beats GPT 4.", "It beats GPT-4."),
        ("It hears EarlyExit.", "It hears an early exit."),
        ("Training helps.", "It trains."),
        ("They hear.", "It hears."),
        ("OwlNet hears what OwlNet hoots.", "OwlNet hears."),
        ("7 of them hear.", "It hears."),
        ("", ""),
    ],
)
def test_a_name_may_come_from_the_title_the_quote_or_the_paper_in_any_spelling(clause: str, quoted: str) -> None:
    assert unknown_entity(clause, "OwlNet: Ears at Night", quoted, frozenset({"sln"})) == ""


@pytest.mark.parametrize(
    ("clause", "quoted", "name"),
    [
        ("BatNet hears.", "OwlNet hears.", "BatNet"),
        ("Zorblax hears.", "It hears.", "Zorblax"),
        ("OwlNet beats FoxNet.", "OwlNet beats BatNet.", "FoxNet"),
        ("It hears on KITTI.", "It hears on NYU.", "KITTI"),
        ("It hears in Okinawa.", "It hears in Osaka.", "Okinawa"),
        ("SLN hears.", "It hears.", "SLN"),
        ("NYU hears more than on NYU.", "NYU hears more than on KITTI.", "NYU"),
    ],
)
def test_a_name_that_the_source_lacks_or_has_less_often_is_unknown(clause: str, quoted: str, name: str) -> None:
    assert unknown_entity(clause, "OwlNet: Ears at Night", quoted, NONE) == name
