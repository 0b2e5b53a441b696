"""Whether a sentence claims more than its source: it drops a hedge, or adds an absolute."""

from __future__ import annotations

import pytest

from rag.verify.hedging import overstatement


@pytest.mark.parametrize(
    ("written", "source", "word"),
    [
        ("OwlNet hears voles.", "OwlNet may hear voles.", "may"),
        ("OwlNet improves recall in rain.", "It could be that OwlNet possibly improves recall.", "perhaps"),
        ("OwlNet hears rain.", "OwlNet seems to hear rain.", "seem"),
        ("OwlNet hears rain.", "We ask whether OwlNet hears rain.", "whether"),
        ("Owls hear voles.", "Some owls hear voles.", "some"),
        ("OwlNet always hears voles.", "OwlNet often hears voles.", "always"),
        ("OwlNet hears all voles.", "OwlNet hears most voles.", "all"),
        ("OwlNet needs only recordings.", "OwlNet needs recordings.", "only"),
        ("OwlNet fully hears voles.", "OwlNet hears whole voles.", "fully"),
    ],
)
def test_the_word_that_makes_a_claim_stronger_is_returned(written: str, source: str, word: str) -> None:
    assert overstatement(written, [source]) == word


@pytest.mark.parametrize(
    ("written", "source"),
    [
        ("OwlNet may hear voles.", "OwlNet may hear voles."),
        ("OwlNet can hear voles.", "OwlNet might hear voles."),
        ("OwlNet finds voles.", "OwlNet finds voles and may find moths."),
        ("OwlNet hears every vole.", "OwlNet hears all voles."),
        ("OwlNet hears voles.", "OwlNet hears all voles."),
        ("OwlNet just needs recordings.", "OwlNet needs recordings alone."),
        ("All three networks hear voles.", "OwlNet hears voles."),
        ("OwlNet hears voles as early as it can.", "OwlNet hears voles as early as possible."),
        ("OwlNet is not only fast but small.", "OwlNet is fast and small."),
        ("", "Some owls hear voles."),
        ("Owls hear voles.", ""),
    ],
)
def test_an_equal_or_weaker_claim_is_accepted(written: str, source: str) -> None:
    assert overstatement(written, [source]) == ""


def test_only_a_hedge_in_the_nearest_quote_counts() -> None:
    quotes = ["OwlNet hears voles in the dark.", "OwlNet may hear voles."]
    assert overstatement("OwlNet hears voles in the dark.", quotes) == ""
    assert overstatement("OwlNet hears voles.", quotes[1:]) == "may"
