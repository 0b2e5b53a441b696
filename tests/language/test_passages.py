"""Where sentences end, which of them make a passage, and where a text too long for the model is cut."""

from __future__ import annotations

from itertools import pairwise

import pytest

from rag.language.passages import (
    OVERLAP,
    SENTENCES_PER_PASSAGE,
    first_positions,
    passage_windows,
    split_by_tokens,
    title_and_text,
)
from rag.language.sentences import split_sentences

LONG = " ".join(f"word{n}" for n in range(100)) + "."


def count(text: str) -> int:
    return len(text.split())


def split(text: str) -> list[str]:
    return [text[span.start : span.end] for span in split_sentences(text)]


@pytest.mark.parametrize(
    "expected",
    [
        ["One sentence only"],
        ["Owls hoot.", "Do bats?", "They do not!", "Moths listen."],
        ["Small nets, e.g., ours, are quick.", "Large ones, i.e., theirs, are not."],
        ["Many encoders (e.g. Mixture models) are slow.", "Others (i.e. Deep ones) are slower."],
        ["Otter et al. Found it first.", "Lee et al. (2019) found it again."],
        ["Fig. 3, Eq. (4), Sec. 5 and Tab. 6 show it.", "Figs. 7 and 8 do not."],
        ["We compare Direct vs. Indirect sampling.", "The loss is convex w.r.t. Both inputs, cf. The appendix."],
        ["Accuracy rises by 0.5 to 93.25 percent.", "Version 1.2.3 ran at 3.5 GHz."],
        ["The code is at https://example.org/a.b?c=D.e now.", "Try it."],
        ["All is at http://example.org.", "We use approx. 5 hours, resp. 6.", "It cools below 4.2 K."],
        ["E. coli grows on it.", "S. aureus does, too."],
        ["Samples are i.i.d. here and we keep cats, dogs, etc. in one class.", "Done."],
        ["A model that i.) hears owls and ii.) sees them.", "Of two kinds, 1.) owls and 2.) bats, it hears both."],
        ["What is γ-MoD?", "“Naïve” routing – 夜 – with emoji 🦉.", "The end."],
    ],
    ids=lambda expected: expected[0][:24],
)
def test_a_sentence_ends_where_a_reader_would_end_it(expected: list[str]) -> None:
    assert split(" ".join(expected)) == expected


@pytest.mark.parametrize("gap", ["  ", "\n", " \t\n "])
def test_spans_are_the_text_as_it_stands(gap: str) -> None:
    abstract = f"Owls hoot{gap}at night.{gap}Bats do not."
    assert split(abstract) == [f"Owls hoot{gap}at night.", "Bats do not."]


@pytest.mark.parametrize("nothing", ["", " ", "\n"])
def test_nothing_has_no_sentences(nothing: str) -> None:
    assert split_sentences(nothing) == []


@pytest.mark.parametrize("count", [*range(1, 12), 500])
def test_passages_hold_every_sentence_and_no_pair_of_neighbours_is_torn_apart(count: int) -> None:
    found = [list(window) for window in passage_windows(count)]
    assert sorted({n for window in found for n in window}) == list(range(count))
    assert all(1 <= len(window) <= SENTENCES_PER_PASSAGE for window in found)
    pairs = {pair for window in found for pair in pairwise(window)}
    assert pairs == set(pairwise(range(count)))
    assert all(set(one[-OVERLAP:]) <= set(two) for one, two in pairwise(found))


def test_no_passage_lies_within_another() -> None:
    for count in range(1, 12):
        found = [set(window) for window in passage_windows(count)]
        assert not any(one < two for one in found for two in found), count


@pytest.mark.parametrize(
    ("title", "lead"), [("Owls", "Owls. Text"), ("Owls?", "Owls? Text"), ("Owls!", "Owls! Text"), ("A.", "A. Text")]
)
def test_the_title_stands_in_front_as_a_sentence_of_its_own(title: str, lead: str) -> None:
    assert title_and_text(title, "Text") == lead


@pytest.mark.parametrize("limit", [1, 2, 7, 30, 99])
def test_a_text_that_is_too_long_is_cut_between_words_into_parts_of_like_length(limit: int) -> None:
    found = split_by_tokens(LONG, count, limit)
    lengths = [count(part) for part in found]
    assert " ".join(found) == LONG
    assert max(lengths) <= limit
    assert max(lengths) - min(lengths) <= 1


@pytest.mark.parametrize("text", [LONG, "One owl.", "two  spaces\tstay"])
def test_a_text_that_fits_stays_as_it_is(text: str) -> None:
    assert split_by_tokens(text, count, 100) == [text]


@pytest.mark.parametrize("text", ["Abc" * 50, ""])
def test_what_is_not_several_words_is_not_cut(text: str) -> None:
    assert split_by_tokens(text, len, 20) == [text]


def test_a_piece_that_comes_again_has_the_place_where_it_stood_first() -> None:
    assert first_positions(["a", "b", "a", "c", "b"]) == {"a": 0, "b": 1, "c": 3}
