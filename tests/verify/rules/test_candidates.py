"""Which words of the source a written word may stand for."""

from __future__ import annotations

import pytest

from rag.verify.rules.candidates import candidates
from rag.verify.rules.text import read_text
from tests.verify.rules.checked import all_faults, kinds

DEFINED = "We use passive acoustic monitoring (PAM) for wingbeat frequency estimation (WFE)."


def stood_for(written: str, source: str, context: str = "") -> dict[str, set[str]]:
    """The words of `source` for each word of `written`."""
    text, other = read_text([written]), read_text([source])
    found, _ = candidates(text, other, context)
    return {word.text: {other.words[i].text for i in targets} for word, targets in zip(text.words, found, strict=True)}


def test_a_word_stands_for_its_other_forms_and_its_synonyms() -> None:
    found = stood_for("The owl locates mice rapidly.", "Owls find a mouse quickly.")
    assert found == {"owl": {"owls"}, "locates": {"find"}, "mice": {"mouse"}, "rapidly": {"quickly"}}


def test_a_word_that_another_repeats_is_not_left_to_a_synonym() -> None:
    found = stood_for("Owls find and locate voles.", "Owls find voles.")
    assert (found["find"], found["locate"]) == ({"find"}, set())


def test_a_number_stands_only_for_its_value() -> None:
    assert stood_for("It rests 2 hours.", "It rests 120 minutes.")["2"] == {"120"}
    assert stood_for("It rests 2 hours.", "It rests 12 hours.")["2"] == set()


@pytest.mark.parametrize(
    ("written", "quote"),
    [
        ("Passive acoustic monitoring counts owls.", "PAM counts owls."),
        ("Wingbeat frequency estimation needs echoes.", "WFE needs echoes."),
    ],
)
def test_an_abbreviation_is_resolved_from_the_abstract(written: str, quote: str) -> None:
    assert kinds(written, quote, context=DEFINED) == set()
    assert "word" in kinds(written, quote)


def test_a_name_stands_for_the_abbreviation_and_the_abbreviation_for_the_name() -> None:
    assert stood_for("PAM counts owls.", "Passive acoustic monitoring counts owls.", DEFINED)["pam"] == {
        "passive",
        "acoustic",
        "monitoring",
    }
    assert stood_for("Passive acoustic monitoring counts owls.", "PAM counts owls.", DEFINED)["acoustic"] == {"pam"}


@pytest.mark.parametrize(
    ("written", "word"),
    [
        ("OwlNet finds voles by their smell.", "smell"),
        ("OwlNet finds voles in barns.", "barns"),
        ("OwlNet paints voles.", "paints"),
        ("FoxNet finds voles by their rustling.", "foxnet"),
    ],
)
def test_a_word_that_the_source_does_not_say_is_a_fault_but_refutes_nothing(written: str, word: str) -> None:
    found = [fault for fault in all_faults(written, "OwlNet finds voles by their rustling.") if fault.kind == "word"]
    assert [(f"“{word}”" in fault.reason, fault.refutes) for fault in found] == [(True, False)]
