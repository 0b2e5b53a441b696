"""What may stand in an answer as a sentence, whatever it says."""

from __future__ import annotations

import pytest

from rag.verify.form import MAX_SENTENCE, form_fault

TITLE = "OwlNet: Hearing in the Dark"
QUOTE = "OwlNet finds voles by their rustling."


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "it is empty"),
        (f"{'Owls hear and ' * MAX_SENTENCE}owls see.", "it is too long"),
        ("Our OwlNet finds voles.", "it speaks as the authors"),
        ("This paper finds voles.", "it speaks as the authors"),
        (f"{TITLE} OwlNet finds voles.", "it puts the title before a sentence"),
        (f"{TITLE} a network that finds voles.", "it puts the title before a sentence"),
        (f"{TITLE}: Networks that find voles.", "it puts the title before a sentence"),
        (f"{TITLE}, a network that finds voles.", "it puts the title before a sentence"),
        (f"{TITLE} (OND), a network that finds voles.", "it puts the title before a sentence"),
        (f"{TITLE} (OND) -- the first of its kind.", "it puts the title before a sentence"),
        ("Does OwlNet find voles?", "it asks"),
        ("How does OwlNet find voles.", "it asks"),
        ("The sentence is wrong. OwlNet finds voles.", "it speaks of what was asked of you"),
        ("The answer: OwlNet finds voles.", "it speaks of what was asked of you"),
    ],
)
def test_what_keeps_a_sentence_from_an_answer_is_told(written: str, reason: str) -> None:
    assert form_fault(written, [TITLE], [QUOTE]) == reason


@pytest.mark.parametrize(
    "written",
    [
        QUOTE,
        f"{TITLE} finds voles.",
        f"{TITLE} (OND) finds voles.",
        f"{TITLE}.",
        "How owls find voles is told by OwlNet.",
        "Which voles rustle decides what OwlNet finds.",
    ],
)
def test_other_sentences_may_stand(written: str) -> None:
    assert form_fault(written, [TITLE], [QUOTE]) == ""


def test_a_sentence_without_a_source_may_not() -> None:
    assert form_fault(QUOTE, [], []) == "it cites nothing"


def test_a_title_may_ask_and_a_source_may_speak_of_evidence() -> None:
    title = "Do Owls Hear? An Answer"
    assert form_fault(f"{title} weighs the evidence.", [title], ["We weigh the evidence."]) == ""
    assert form_fault("It weighs the evidence.", [title], ["We weigh owls."]) == "it speaks of what was asked of you"
