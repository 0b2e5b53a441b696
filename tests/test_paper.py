"""What a paper is called, and what its title is compared by."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rag.paper import Paper


@pytest.mark.parametrize(
    "title", ["Élan of Poincaré", "ELAN OF POINCARE", "Élan-of: Poincaré!", "  E\u0301lan  of_Poincare\u0301"]
)
def test_case_accents_and_punctuation_do_not_make_another_paper(title: str) -> None:
    assert Paper(title, "a").key == "elan of poincare"


@pytest.mark.parametrize("other", ["Dams at Noon", "Dams at Night 2", "Damsat Night", "Dams at Night+", "夜のダム"])
def test_other_words_make_another_paper(other: str) -> None:
    assert Paper(other, "a").key not in ("", Paper("Dams at Night", "a").key)


@pytest.mark.parametrize(
    ("title", "other"),
    [
        ("ガラスの研究", "カラスの研究"),
        ("दिन", "दान"),
        ("C", "C++"),
        ("C", "C#"),
        ("A* Search", "A Search"),
        ("p < q", "p > q"),
        ("p ≤ q", "p ≥ q"),
        ("p = q", "p ≠ q"),
        ("Growth at -5 °C", "Growth at 5 °C"),
        ("Growth at −5 °C", "Growth at 5 °C"),
        ("5 ± 2 Owls", "5 2 Owls"),
        ("Gene ↑ in Flies", "Gene ↓ in Flies"),
        ("A → B", "A ← B"),
        ("Flight of ♂ Bees", "Flight of ♀ Bees"),
        ("Model M′ of Stars", "Model M of Stars"),
        ("Tool 1.0", "Tool 10"),
        ("Effects of 1,5 mg", "Effects of 15 mg"),
    ],
)
def test_what_is_part_of_a_letter_or_a_name_makes_another_paper(title: str, other: str) -> None:
    assert Paper(title, "a").key != Paper(other, "a").key


@pytest.mark.parametrize(
    ("title", "other"),
    [
        ("Müller’s Owls", "Muller's Owls"),
        ("Owls & Mice", "Owls and Mice"),
        ("Owls*", "Owls"),
        ("Growth at −5 °C", "Growth at –5 °C"),
        ("State-of-the-Art Owls", "State of the art owls"),
        ("GPT-4", "GPT 4"),
        ("COVID -19", "COVID-19"),
        ("Owls, 1990–2000", "Owls, 1990 -2000"),
        ("A → B", "A -> B"),
        ("Model M′ of Stars", "Model M' of Stars"),
        ("The 3′ UTR", "The 3' UTR"),
        ("'B' Plans", "“B” Plans"),
    ],
)
def test_how_records_of_one_paper_spell_its_title_makes_no_difference(title: str, other: str) -> None:
    assert Paper(title, "a").key == Paper(other, "a").key


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("OwlNet: Hearing in the Dark", "OwlNet"),
        ("Early Exit Networks: Less Is More", "Early Exit Networks"),
        ("On the Hearing of Owls: A Survey", ""),
        ("Owls at Night", ""),
        (": Owls", ""),
    ],
)
def test_the_short_name_is_what_a_title_calls_its_method(title: str, name: str) -> None:
    assert Paper(title, "a").short_name == name


def test_papers_of_one_title_are_told_apart_and_a_corrected_abstract_changes_nothing() -> None:
    editorial = Paper("Editorial", "On owls.", ("Ada Reed",), 2019)
    assert replace(editorial, abstract="On owls, corrected.").identity == editorial.identity
    changes: tuple[dict[str, Any], ...] = ({"authors": ("Bo Oak",)}, {"year": 2020}, {"ids": ("doi:10.5555/b",)})
    for change in changes:
        assert replace(editorial, **change).identity != editorial.identity
