"""Whole sentences, and text that is none."""

from __future__ import annotations

import pytest

from tests.verify.rules.checked import all_faults, kinds

QUOTE = "OwlNet, a small network, finds voles by their rustling and needs 40 hours of recordings."


@pytest.mark.parametrize(
    "written",
    [
        QUOTE,
        "OwlNet is a small network that finds voles by their rustling.",
        "OwlNet finds voles by their rustling.",
        "OwlNet is a small network that needs 40 hours of recordings.",
        "OwlNet needs 40 hours of recordings.",
        "Voles are found by OwlNet, a small network, by their rustling.",
    ],
)
def test_a_faithful_rewording_has_no_fault(written: str) -> None:
    assert all_faults(written, QUOTE) == []


def test_the_reason_says_what_is_wrong_in_words() -> None:
    faults = all_faults("OwlNet needs 90 hours of batteries.", QUOTE)
    assert {"the evidence does not say “90”", "the evidence does not say “batteries”"} <= {f.reason for f in faults}


def test_authors_who_speak_of_themselves_may_be_called_by_the_title() -> None:
    written, title = "OwlNet finds voles.", "OwlNet: Hearing in the Dark"
    assert kinds(written, "We find voles.", title=title) == set()
    assert kinds(written, "The network finds voles.", title=title) == {"word"}
    assert kinds(written, "We find voles.") == {"word"}


def test_words_that_say_little_may_be_added() -> None:
    assert kinds("However, the proposed approach finds voles.", "The network finds voles.") == set()


@pytest.mark.parametrize(("written", "refutes"), [("Penguins swim.", True), ("Penguins eat voles.", False)])
def test_a_sentence_that_shares_no_word_with_its_evidence_is_refuted(written: str, refutes: bool) -> None:
    assert any(fault.refutes for fault in all_faults(written, "Owls hear voles.")) is refutes


HOSTILE = {
    "empty": "",
    "blank": " \t ",
    "punctuation": "?!,;:-()" * 75,
    "dots": "." * 600,
    "one long word": "x" * 600,
    "hyphens": "a-" * 300,
    "LaTeX": r"\frac{\alpha}{\beta_{\theta}} $\leq$ \mathbf{x}^{\top} {{{ }",
    "digits": "1 2 3 4 5 6 7 8 9 0 " * 10,
    "long number": "9" * 400,
    "other digits": "٣ ² ¼ 1.2.3 ,5 5. 1e999 0x1F",
    "function words": "and and and because because of the of",
    "clitics": "'s n't ' ’s",
    "half a pair": "\ud800 owls \udfff hear voles",
    "repetition": "(A) " * 150,
    "controls": "\x00\x1b\u202e",
    "emoji": "😀 owls 😀",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_text_that_is_no_sentence_never_raises(text: str) -> None:
    for quotes in ((), ("",), (QUOTE,), (text, QUOTE), (text,)):
        all_faults(text, *quotes, title=text, context=text)
    all_faults(QUOTE, text, title=text, context=text)


def test_two_thousand_words_do_not_hide_what_is_new() -> None:
    long = "owls hear voles and " * 500
    assert "word" in kinds(long, QUOTE)
    assert kinds(long + "penguins swim", "Owls hear voles.") >= {"word"}
