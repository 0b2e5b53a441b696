"""The words of a question show its intent and what it compares, defines or counts."""

from __future__ import annotations

import pytest

from rag.query.intent import (
    MAX_COMPARED,
    MAX_ITEM_WORDS,
    asks_for_quantity,
    cited_scope,
    compared_items,
    intent_of,
    term_to_define,
)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Which papers study owls?", True),
        ("which recent self-supervised depth papers use video?", True),
        ("Shrinking networks, what papers?", True),
        ("How many papers study voles?", True),
        ("What work is there on voles?", True),
        ("Is there any research on voles at night?", True),
        ("Who has studied voles?", True),
        ("Voles are hard to hear - who tackles this?", True),
        ("Which methods run in real time?", True),
        ("Show me articles about owls", True),
        ("papers on owls", True),
        ("Which method runs at 178 fps?", False),
        ("Which methods does OwlNet use?", False),
        ("What do the papers say about owls?", False),
        ("How do papers measure owls?", False),
        ("Who won the world cup?", False),
        ("Who invented owls?", False),
        ("How does it work?", False),
        ("Tell me how owls hear.", False),
        ("depth from a single image", True),
        ("hearing owls at night?", False),
        ("", True),
    ],
)
def test_a_question_for_papers_is_told_from_one_about_what_they_say(question: str, expected: bool) -> None:
    assert (intent_of(question) == "papers") is expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How do owls differ from bats?", "comparison"),
        ("How do the two methods differ?", "comparison"),
        ("How does each handle noise?", "comparison"),
        ("What do both papers use to hear, and what does each find?", "comparison"),
        ("Which papers compare owls with bats?", "papers"),
        ("Which of those hunt voles?", "papers"),
        ("What is an owl?", "definition"),
        ("What is the speed of OwlNet?", "fact"),
        ("Is OwlNet better than BatNet?", "comparison"),
        ("does Owl Net really outperform BatNet at night?", "comparison"),
        ("is an owl better than a bat?", "fact"),
        ("owls at night", "papers"),
        ("owls versus bats", "comparison"),
    ],
)
def test_each_intent_is_recognized(question: str, expected: str) -> None:
    assert intent_of(question) == expected


def test_one_thing_that_does_something_is_a_fact_and_several_are_papers() -> None:
    assert intent_of("which network predicts dipoles?", ("papers", "fact")) == "fact"
    assert intent_of("which networks predict dipoles?", ("papers", "fact")) == "papers"


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How does OwlNet differ from BatNet?", ("OwlNet", "BatNet")),
        ("How do owls differ from bats in how they hunt?", ("owls", "bats")),
        ("How do owls compare with bats when it rains?", ("owls", "bats")),
        ("How do barn owls and bats differ?", ("barn owls", "bats")),
        ("What are the differences between barn owls and bats in terms of speed?", ("barn owls", "bats")),
        ("What is the difference between OwlNet: Ears and BatNet?", ("OwlNet: Ears", "BatNet")),
        ("Compare owls with bats.", ("owls", "bats")),
        ("contrast owls against bats", ("owls", "bats")),
        ("owls vs. bats: who hears better?", ("owls", "bats")),
        ("owls versus bats", ("owls", "bats")),
        ("OwlNet or BatNet: which is faster?", ("OwlNet", "BatNet")),
        ("OwlNet or BatNet - who wins?", ("OwlNet", "BatNet")),
        ("I need a tracker. OwlNet or barn radios, wich is better?", ("OwlNet", "barn radios")),
        ("hi! is OwlNet really faster than Bat Net?", ("OwlNet", "Bat Net")),
        ("does OwlNet outperform BatNet?", ("OwlNet", "BatNet")),
        ("How do OwlNet, BatNet and FoxNet save energy?", ("OwlNet", "BatNet", "FoxNet")),
        ("How do owls and bats save energy?", ()),
        ("What is the difference between owls, barn bats, and foxes?", ("owls", "barn bats", "foxes")),
        ("Compare OwlNet, BatNet and FoxNet.", ("OwlNet", "BatNet", "FoxNet")),
        (f"Compare {'owls, ' * MAX_COMPARED}and bats.", ()),
        ("How do the two methods differ?", ()),
        ("Do owls or bats hunt voles?", ()),
        ("What is an owl?", ()),
        ("", ()),
    ],
)
def test_compared_items_are_returned_as_written(question: str, expected: tuple[str, ...]) -> None:
    assert compared_items(question) == expected


@pytest.mark.parametrize(("words", "named"), [(MAX_ITEM_WORDS, True), (MAX_ITEM_WORDS + 1, False)])
def test_an_item_of_too_many_words_is_not_a_name(words: int, named: bool) -> None:
    assert bool(compared_items(f"How does {'owl ' * words}differ from bats?")) is named


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What is an owl?", "owl"),
        ("what's the vole", "vole"),
        ("What are equivariant networks?", "equivariant networks"),
        ("What exactly is a vole?", "vole"),
        ("What is meant by calibration?", "calibration"),
        ("Define overfitting.", "overfitting"),
        ("explain keyword spotting", "keyword spotting"),
        ("What does GDT mean?", "GDT"),
        ("What does RLHF stand for?", "RLHF"),
        ("Who was Ada Lovelace?", "Ada Lovelace"),
        ("whats an owl?", "owl"),
        ("Could you please explain the lottery ticket hypothesis to me in simple words?", "lottery ticket hypothesis"),
        ("can someone explain apoptosis", "apoptosis"),
        ("tell me what barn owls are", "barn owls"),
        ("Define 'vole' in one sentence", "vole"),
        ("label smoothing - what is that?", "label smoothing"),
        ("meaning of “owl collapse”", "owl collapse"),
        ("PPLO means?", "PPLO"),
        ("mode collapse = ?", "mode collapse"),
        ("what the owls do", ""),
        ("What is the speed of OwlNet?", ""),
        ("What is the accuracy?", ""),
        ("What is OwlNet trained on?", ""),
        ("What is used to hear voles?", ""),
        ("How does an owl hunt?", ""),
        ("What is ?!", ""),
        (f"What is {'very ' * MAX_ITEM_WORDS}dark?", ""),
        ("", ""),
    ],
)
def test_the_term_to_define_is_found(question: str, expected: str) -> None:
    assert term_to_define(question) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Which of those hunt voles?", "of those"),
        ("do any of  them hunt?", "of  them"),
        ("Which one of these is fastest?", "of these"),
        ("How many of them fly?", "of them"),
        ("Which of those that hunt are fast?", ""),
        ("What do owls make of them?", ""),
        ("Which of the papers hunt voles?", ""),
        ("", ""),
    ],
)
def test_the_words_that_restrict_to_cited_papers_are_found(question: str, expected: str) -> None:
    assert cited_scope(question) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How much faster is it?", True),
        ("how\nmany layers are skipped?", True),
        ("Which papers speed up inference?", True),
        ("What speed-up does OwlNet reach?", True),
        ("By what factor does it grow?", True),
        ("What percentage of voles survive?", True),
        ("Where does the error come from?", True),
        ("How does the router work?", False),
        ("Which papers generate corporate reports?", False),
        ("Why do owls hunt at night?", False),
        ("", False),
    ],
)
def test_a_question_for_a_quantity_is_recognized(question: str, expected: bool) -> None:
    assert asks_for_quantity(question) is expected
