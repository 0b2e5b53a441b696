"""Who does what a sentence says of its paper."""

from __future__ import annotations

import pytest

from tests.verify.rules.checked import kinds

TITLE = "Listening at Night through Feathers"


@pytest.mark.parametrize(
    ("written", "quote"),
    [
        ("Listening at Night through Feathers exhibits hearing.", "We show evidence of owls exhibiting hearing."),
        ("Listening at Night through Feathers learns songs.", "In our barn, we show that crows learn songs."),
    ],
)
def test_what_something_else_does_is_not_said_of_the_paper(written: str, quote: str) -> None:
    assert "doer" in kinds(written, quote, title=TITLE)


@pytest.mark.parametrize(
    ("written", "quote"),
    [
        ("Listening at Night hunts voles.", "Our method hunts voles."),
        ("Listening at Night introduces a small network.", "We introduce a small network."),
        ("Cats hunt voles.", "In our barn, cats hunt voles."),
        ("Listening learns songs.", "We propose Listening, a new procedure to learn songs."),
        (
            "Listening is two orders of magnitude faster than Echoes.",
            "We validate experimentally that Listening is two orders of magnitude faster than the best method, Echoes.",
        ),
        ("Feathers muffle noise.", "We show that feathers muffle noise."),
    ],
)
def test_the_title_may_stand_for_its_authors_and_their_method(written: str, quote: str) -> None:
    assert "doer" not in kinds(written, quote, title=TITLE)
