"""Which words can stand for each other."""

from __future__ import annotations

import pytest

from rag.verify.rules.lexicon import SYNONYMS_FILE, lexicon, root
from tests.verify.rules.checked import kinds


@pytest.mark.parametrize(
    "words",
    [
        "predict predicts predicted predicting prediction predictions",
        "generalize generalizes generalization generalizations",
        "teach taught",
        "hypothesis hypotheses",
        "mouse mice",
        "bias biases",
    ],
)
def test_the_forms_of_a_word_have_one_root(words: str) -> None:
    assert len(set(map(root, words.split()))) == 1


@pytest.mark.parametrize(("first", "second"), [("bias", "bia"), ("owl", "vole"), ("train", "rain"), ("gas", "ga")])
def test_different_words_have_different_roots(first: str, second: str) -> None:
    assert root(first) != root(second)


def test_synonyms_share_a_line_and_opposites_do_not() -> None:
    words = lexicon().words
    assert words[root("find")] & words[root("locates")]
    assert words[root("fast")].isdisjoint(words[root("slow")])
    assert words[root("raises")].isdisjoint(words[root("reduces")])


def test_every_line_has_several_members() -> None:
    lines = [line for line in SYNONYMS_FILE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert all(len([member for member in line.split(",") if member.strip()]) >= 2 for line in lines)


@pytest.mark.parametrize(
    ("written", "quote"),
    [
        ("OwlNet locates voles by their rustling.", "OwlNet finds voles by their rustling."),
        ("OwlNet detects voles quickly.", "OwlNet detects voles rapidly."),
        ("OwlNet lowers the error.", "OwlNet reduces the error."),
        ("OwlNet enhances the accuracy.", "OwlNet improves the accuracy."),
        ("The network demonstrates that owls require darkness.", "The network shows that owls need darkness."),
        ("The network needs a large amount of memory.", "The network requires much memory."),
        ("The network takes account of noise.", "The network accounts for noise."),
        ("Noise leads to stress in owls.", "Noise causes stress in owls."),
    ],
)
def test_a_sentence_may_use_synonyms(written: str, quote: str) -> None:
    assert kinds(written, quote) == set()


@pytest.mark.parametrize(
    ("written", "quote"),
    [
        ("OwlNet raises the error.", "OwlNet reduces the error."),
        ("OwlNet performs worse than BatNet.", "OwlNet performs better than BatNet."),
        ("OwlNet has lower accuracy than BatNet.", "OwlNet has higher accuracy than BatNet."),
        ("OwlNet needs more memory than BatNet.", "OwlNet needs less memory than BatNet."),
    ],
)
def test_a_sentence_may_not_use_the_opposite(written: str, quote: str) -> None:
    assert "word" in kinds(written, quote)
