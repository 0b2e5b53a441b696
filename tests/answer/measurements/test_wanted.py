"""Which questions ask for numbers, and of what."""

from __future__ import annotations

import pytest

from rag.answer.measurements.stated import stated_in
from rag.answer.measurements.wanted import has_name, wanted
from rag.language.sentences import split_sentences
from rag.paper import Paper

ABSTRACT = (
    "The sieve reaches an accuracy of 92.3% on LeafBank. It runs at 30 fps and is 2x faster than nets. "
    "It has 12.5M parameters and needs 8 GB of memory. The CombSet dataset contains 1.2 million photographs. "
    "The odds ratio was 1.4. It was tried on three data sets."
)


def asked(question: str) -> list[str]:
    """The values of ABSTRACT that `question` asks for."""
    asks = wanted(question)
    assert asks, question
    likely = [span for span in split_sentences(ABSTRACT) if asks.may_be_in(ABSTRACT[span.start : span.end])]
    return [found.value.text for found in stated_in(Paper("T", ABSTRACT), likely) if asks.matches(found)]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("how fast are they?", ["30 fps", "2x"]),
        ("what speed-ups do they reach?", ["30 fps", "2x"]),
        ("how accurate are they?", ["92.3%"]),
        ("what accuracy on LeafBank?", ["92.3%"]),
        ("accuracy on LeafBank?", ["92.3%"]),
        ("and what is the accuracy on Leaf Bank?", ["92.3%"]),
        ("what accuracy on NYUv2?", []),
        ("how many parameters do these models have?", ["12.5M"]),
        ("how much memory do they need?", ["8 GB"]),
        ("how large are the datasets?", ["1.2 million"]),
        ("what odds ratios are reported?", ["1.4"]),
        ("what data sets are used?", []),
        ("which numbers do they report?", ["92.3%", "30 fps", "2x", "8 GB", "1.4"]),
    ],
)
def test_a_question_gets_the_numbers_that_it_asks_for(question: str, expected: list[str]) -> None:
    assert asked(question) == expected


@pytest.mark.parametrize("question", ["why is it slow?", "is it accurate?", "compare them", "explain sieves", "thanks"])
def test_other_questions_ask_for_none(question: str) -> None:
    assert wanted(question) is None


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("NYU Depth V2", "NYUv2", True),
        ("ImageNet 256×256", "ImageNet 256 x 256", True),
        ("ImageNet 256×256", "ImageNet", True),
        ("the KITTI-360 benchmark", "KITTI", True),
        ("", "KITTI", False),
    ],
)
def test_a_data_set_is_known_in_other_spellings(text: str, name: str, expected: bool) -> None:
    assert has_name(text, name) is expected
