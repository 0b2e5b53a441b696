"""The check of written sentences never fails, and never passes a number that is not in what is cited."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer.types import Citation
from rag.language.sentences import split_sentences
from rag.models.encoding import Embedding
from rag.paper import Paper
from rag.verify.checker import Checker
from tests.fuzz.budget import examples
from tests.fuzz.strategies import citations, texts

OWL = Paper(
    "OwlNet: Hearing in the Dark",
    "We propose OwlNet, a small network that finds voles by their rustling. OwlNet hears voles 3 times faster than "
    "BatNet on the Barn set. It needs 40 hours recordings. It is not trained on rain.",
)
OWLS = [Citation(1, OWL, span.start, span.end) for span in split_sentences(OWL.abstract)]
WORDS = "OwlNet BatNet voles faster 3 three times 40 hours not trained on rain and is the hears 7 12%".split()

SENTENCES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(lambda words: f"{' '.join(words)}.")
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")


@pytest.fixture(scope="module")
def check(model: Embedding) -> Checker:
    return Checker(model.encode, 0.5)


@examples(100)
@given(texts(200) | SENTENCES, st.lists(citations() | st.sampled_from(OWLS), min_size=1, max_size=4))
def test_any_sentence_is_confirmed_or_refused_with_a_reason(check: Checker, text: str, cited: list[Citation]) -> None:
    finding = check(text, cited)
    assert bool(finding.verdict) != bool(finding.reason)
    assert set(finding.citations) <= set(cited)


@examples(100)
@given(SENTENCES, st.integers(50, 10**6), st.integers(0, 12), st.lists(st.sampled_from(OWLS), min_size=1, max_size=4))
def test_a_number_that_is_not_cited_is_never_confirmed(
    check: Checker, text: str, number: int, place: int, cited: list[Citation]
) -> None:
    words = text.split()
    written = " ".join([*words[:place], str(number), *words[place:]])
    assert check(written, cited).verdict is None


@examples(100)
@given(
    st.sampled_from(OWLS), st.integers(0, 20), st.sampled_from(WORDS), st.sampled_from(["“{}”", '"{}"', "«{}»", "'{}'"])
)
def test_a_quotation_with_a_word_changed_is_refuted(
    check: Checker, cited: Citation, place: int, word: str, marks: str
) -> None:
    words = cited.quote.split()
    words[place % len(words)] = word
    changed = " ".join(words)
    if changed.rstrip(".") != cited.quote.rstrip("."):  # a quotation may end where it likes
        assert check(marks.format(changed), [cited]).refuted


@examples(100)
@given(st.sampled_from(OWLS), st.integers(0, 10**6))
def test_a_number_that_was_changed_is_never_confirmed(check: Checker, cited: Citation, number: int) -> None:
    changed = _DIGITS.sub(str(number), cited.quote)
    if changed != cited.quote:
        assert check(changed, [cited]).verdict is None
