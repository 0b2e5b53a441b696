"""Questions that name nothing but an aspect of papers that are known already."""

from __future__ import annotations

import pytest

from rag.query.asked_aspect import Aspect, asked_aspects


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What do they propose?", ("an approach",)),
        ("What results do they report?", ("a result",)),
        ("What are the main findings of each paper?", ("a result",)),
        ("What are its limitations?", ("a limitation",)),
        ("Which datasets do they use?", ("a dataset",)),
        ("What problem does it address?", ("a problem",)),
        ("What methods and data do they use?", ("a dataset", "an approach")),
        ("Why do they propose it?", ()),
        ("How do they achieve this?", ()),
        ("What results does OwlNet report?", ()),
        ("What are these papers about?", ()),
        ("What do they not show?", ()),
        ("", ()),
    ],
)
def test_only_words_for_an_aspect_ask_for_it(question: str, expected: tuple[Aspect, ...]) -> None:
    assert asked_aspects(question) == expected


def test_a_summary_is_of_the_approach_and_the_results_where_it_is_one_of_several() -> None:
    assert asked_aspects("summarise them", summaries=True) == ("an approach", "a result")
    assert asked_aspects("summarise their results", summaries=True) == ("a result",)
    assert asked_aspects("summarise it") == ()
