"""Which sentences make a passage, and where a text that is too long for the model is cut."""

from __future__ import annotations

from itertools import pairwise

import pytest

from rag.language.passages import (
    OVERLAP,
    SENTENCES_PER_PASSAGE,
    passage_windows,
    split_by_tokens,
    title_and_text,
)

LONG = " ".join(f"word{n}" for n in range(100)) + "."


def count(text: str) -> int:
    return len(text.split())


@pytest.mark.parametrize("count", [*range(1, 12), 500])
def test_passages_cover_every_sentence_and_every_pair_of_neighbours(count: int) -> None:
    found = [list(window) for window in passage_windows(count)]
    assert sorted({n for window in found for n in window}) == list(range(count))
    assert all(1 <= len(window) <= SENTENCES_PER_PASSAGE for window in found)
    pairs = {pair for window in found for pair in pairwise(window)}
    assert pairs == set(pairwise(range(count)))
    assert all(set(one[-OVERLAP:]) <= set(two) for one, two in pairwise(found))


def test_no_passage_is_part_of_another() -> None:
    for count in range(1, 12):
        found = [set(window) for window in passage_windows(count)]
        assert not any(one < two for one in found for two in found), count


@pytest.mark.parametrize(
    ("title", "expected"), [("Owls", "Owls. Text"), ("Owls?", "Owls? Text"), ("Owls!", "Owls! Text"), ("A.", "A. Text")]
)
def test_the_title_precedes_the_text_as_a_sentence_of_its_own(title: str, expected: str) -> None:
    assert title_and_text(title, "Text") == expected


@pytest.mark.parametrize("limit", [1, 2, 7, 30, 99])
def test_a_long_text_is_cut_between_words_into_parts_of_similar_length(limit: int) -> None:
    found = split_by_tokens(LONG, count, limit)
    lengths = [count(part) for part in found]
    assert " ".join(found) == LONG
    assert max(lengths) <= limit
    assert max(lengths) - min(lengths) <= 1


@pytest.mark.parametrize("text", [LONG, "One owl.", "two  spaces\tstay"])
def test_a_text_that_fits_is_not_cut(text: str) -> None:
    assert split_by_tokens(text, count, 100) == [text]


@pytest.mark.parametrize("text", ["Abc" * 50, ""])
def test_a_single_word_is_not_cut(text: str) -> None:
    assert split_by_tokens(text, len, 20) == [text]
