"""What may not stand in an answer, whatever it claims."""

from __future__ import annotations

import pytest

from rag.verify.form import form_fault

TITLE = "OwlNet: Hearing in the Dark"
QUOTE = "OwlNet finds voles by their rustling."


@pytest.mark.parametrize(
    ("written", "word"),
    [
        ("", "empty"),
        (f"{'Owls hear and ' * 100}owls see.", "too long"),
        ("Our OwlNet finds voles.", "authors"),
        ("This paper finds voles.", "authors"),
        (f"{TITLE} OwlNet finds voles.", "title"),
        (f"{TITLE} a network that finds voles.", "title"),
        (f"{TITLE}: Networks that find voles.", "title"),
        (f"{TITLE}, a network that finds voles.", "title"),
        (f"{TITLE} (OND), a network that finds voles.", "title"),
        (f"{TITLE} (OND) -- the first of its kind.", "title"),
        ("Does OwlNet find voles?", "question"),
        ("How does OwlNet find voles.", "question"),
        ("The sentence is wrong. OwlNet finds voles.", "task"),
        ("The answer: OwlNet finds voles.", "task"),
    ],
)
def test_the_reason_names_what_is_wrong(written: str, word: str) -> None:
    assert word in form_fault(written, [TITLE], [QUOTE])


@pytest.mark.parametrize(
    "written",
    [
        QUOTE,
        f"{TITLE} finds voles.",
        f"{TITLE} (OND) finds voles.",
        f"{TITLE}.",
        "How owls find voles is shown by OwlNet.",
        "Which voles rustle decides what OwlNet finds.",
    ],
)
def test_other_sentences_are_accepted(written: str) -> None:
    assert form_fault(written, [TITLE], [QUOTE]) == ""


def test_a_sentence_that_cites_nothing_is_not_accepted() -> None:
    assert "cites nothing" in form_fault(QUOTE, [], [])


def test_a_title_may_be_a_question_and_a_source_may_mention_evidence() -> None:
    title = "Do Owls Hear? An Answer"
    assert form_fault(f"{title} weighs the evidence.", [title], ["We weigh the evidence."]) == ""
    assert form_fault("It weighs the evidence.", [title], ["We weigh owls."])
