"""A sentence with its content words and its tree."""

from __future__ import annotations

import pytest

from rag.verify.rules.sentence import read


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The owl is in the barn.", "owl barn"),
        ("A vole-eating owl hears a mouse.", "vole eating owl hears mouse"),
        ("It needs 40 hours of recordings.", "needs 40 recordings"),
        ("State-of-the-art owls hear 1.4 billion voles.", "state art owls hear 1.4 voles"),
        ("And of it the then.", ""),
        ("?!", ""),
        ("", ""),
    ],
)
def test_words_of_content_are_apart_and_units_join_their_numbers(text: str, words: str) -> None:
    assert " ".join(word.text for word in read(text).words) == words


def test_a_number_is_known_by_its_value() -> None:
    (number,) = [word for word in read("It rests for 90 minutes a day.").words if word.is_number]
    assert (number.text, number.root) == ("90", read("1.5 h").words[0].root)


def test_the_phrases_of_the_lexicon_are_found_with_their_words() -> None:
    sentence = read("The results make clear the gain.")
    assert [[sentence.words[i].text for i in phrase.words] for phrase in sentence.phrases] == [["make", "clear"]]
    assert read("The owl hears the vole.").phrases == []


def test_what_depends_on_a_function_word_depends_on_the_content_word_above() -> None:
    sentence = read("The network does not need labels.")
    negation = sentence.tokens.index("not")
    assert sentence.content_head(negation) == sentence.tokens.index("need")
    assert read("of the").content_head(0) is None
