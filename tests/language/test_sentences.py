"""Where the sentences of an abstract end."""

from __future__ import annotations

import time

import pytest

from rag.language.sentences import Span, span_texts, split_sentences
from rag.paper import MAX_ABSTRACT
from tests.loading import loaded_by


def split(text: str) -> list[str]:
    return span_texts(text, split_sentences(text))


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
def test_white_space_inside_a_sentence_is_kept(gap: str) -> None:
    abstract = f"Owls hoot{gap}at night.{gap}Bats do not."
    assert split(abstract) == [f"Owls hoot{gap}at night.", "Bats do not."]


@pytest.mark.parametrize("blank", ["", " ", "\n"])
def test_blank_text_has_no_sentences(blank: str) -> None:
    assert split_sentences(blank) == []


def test_spans_are_offsets_into_the_abstract() -> None:
    assert split_sentences("Owls hoot. Bats do not.") == [Span(0, 10), Span(11, 23)]


def test_the_sentence_model_is_found_without_loading_llama_index() -> None:
    loaded = loaded_by("from rag.language.sentences import split_sentences\nsplit_sentences('Owls hoot. Bats do not.')")
    assert "nltk" in loaded
    assert loaded & {"llama_index.core", "torch"} == set()


@pytest.mark.parametrize("unit", ["i.) ", "a. ", "owl", "owl ", "Owls hoot. ", ". ", "e.g. Owls "])
def test_the_longest_abstract_is_split_soon_and_as_its_parts_are(unit: str) -> None:
    text = (unit * (MAX_ABSTRACT // len(unit))).strip()
    begin = time.process_time()
    spans = split_sentences(text)
    assert time.process_time() - begin < 5  # seconds; it took longer by far, or was given up
    assert "".join(span_texts(text, spans)).replace(" ", "") == text.replace(" ", "")
    if unit == "Owls hoot. ":
        assert set(span_texts(text, spans)) == {"Owls hoot."}
    if unit == "owl ":
        assert len(spans) == 1
