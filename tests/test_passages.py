"""Where sentences end, and which passages an abstract is cut into."""

from __future__ import annotations

import pytest

from rag.passages import led, passages, places, sentences

TITLE = "Owls at Noon"
LONG = " ".join(f"word{n}" for n in range(100)) + "."


def count(text: str) -> int:
    return len(text.split())


def split(text: str) -> list[str]:
    return [text[span.start : span.end] for span in sentences(text)]


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
def test_nothing_has_no_sentences_and_no_passages(nothing: str) -> None:
    assert sentences(nothing) == []
    assert passages(TITLE, nothing, count, 20) == []


@pytest.mark.parametrize(
    ("abstract", "expected"),
    [
        ("One owl.", ["One owl."]),
        ("One owl. Two bats. Three cats.", ["One owl. Two bats. Three cats."]),
        ("One owl. Two bats. Three cats. Four dogs.", ["One owl. Two bats. Three cats.", "Three cats. Four dogs."]),
        (
            "One owl. Two bats. Three cats. Four dogs. Five eels.",
            ["One owl. Two bats. Three cats.", "Three cats. Four dogs. Five eels."],
        ),
    ],
)
def test_three_sentences_make_a_passage_and_neighbours_share_one(abstract: str, expected: list[str]) -> None:
    assert passages(TITLE, abstract, count, 100) == [f"{TITLE}. {text}" for text in expected]


@pytest.mark.parametrize(
    ("title", "lead"), [("Owls", "Owls. Text"), ("Owls?", "Owls? Text"), ("Owls!", "Owls! Text"), ("A.", "A. Text")]
)
def test_the_title_stands_in_front_as_a_sentence_of_its_own(title: str, lead: str) -> None:
    assert led(title, "Text") == lead
    assert passages(title, "Text", count, 100) == [lead]


@pytest.mark.parametrize(("words", "kept"), [(10, True), (11, False), (200, False)])
def test_a_title_of_more_than_half_the_limit_is_left_out(words: int, kept: bool) -> None:
    found = passages(" ".join(["Title"] * words), "One owl. Two bats.", count, 20)
    assert [("Title" in passage) for passage in found] == [kept]
    assert found[0].endswith("One owl. Two bats.")


@pytest.mark.parametrize("limit", [6, 7, 9, 13, 20, 64, 500])
@pytest.mark.parametrize(
    "abstract",
    [
        LONG,
        f"Short owl. {LONG} Short bat.",
        "One a b c. Two d e f g h. Three i. Four j k l m n o p q r. Five s. Six t u.",
    ],
    ids=["long", "long between short", "mixed"],
)
def test_no_passage_is_over_the_limit_and_none_of_the_text_is_lost(abstract: str, limit: int) -> None:
    found = passages(TITLE, abstract, count, limit)
    assert max(map(count, found)) <= limit
    assert all(passage.startswith(f"{TITLE}. ") for passage in found)
    bodies = [passage.removeprefix(f"{TITLE}. ") for passage in found]
    assert all(body in abstract for body in bodies), "the words are the abstract's, in its order"
    assert set(" ".join(bodies).split()) == set(abstract.split())
    whole = [sentence for sentence in split(abstract) if count(led(TITLE, sentence)) <= limit]
    assert all(any(sentence in body for body in bodies) for sentence in whole), "what fits is not cut"


def test_a_sentence_that_is_too_long_is_cut_into_runs_of_like_length() -> None:
    lengths = [count(passage) - count(TITLE) for passage in passages(TITLE, LONG, count, 30)]
    assert sum(lengths) == 100
    assert max(lengths) - min(lengths) <= 1


def test_a_word_that_is_too_long_ends_the_cutting() -> None:
    assert passages("T", "Abc" * 50, len, 20) == ["T. " + "Abc" * 50]


def test_a_piece_that_comes_again_has_the_place_where_it_stood_first() -> None:
    assert places(["a", "b", "a", "c", "b"]) == {"a": 0, "b": 1, "c": 3}
