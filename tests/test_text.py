"""Cleaning text that comes from outside."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.text import MAX_MARKS, clean_line, count, normalize, one_line, replace_surrogates


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Élan of Poincaré", "elan of poincare"),
        ("E\u0301lan  of_Poincare\u0301!", "elan of poincare"),
        ("Owls-at: (Night)?", "owls at night"),
        ("Łódź, Ærø and Đà", "lodz aero and da"),
        ("STRASSE straße", "strasse strasse"),
        ("夜のダム", "夜のダム"),
        ("दिन, दान", "दिन दान"),
        ("Йод ёлка", "йод ёлка"),
        ("كِتَاب", "كتاب"),
        ("आब क़लम", "आब क़लम"),
        ("ｶﾞﾗｽ ガラス", "ガラス ガラス"),
        ("آب اب", "آب اب"),
        ("پِدَر می\u200cخواهم كتــاب", "پدر میخواهم كتاب"),
        ("עַל־יְדֵי", "על ידי"),
        ("co\u00adoperation \ufeffof\u200b owls", "cooperation of owls"),
        ("H₂O ½ x² ﬁnd œuvre", "h2o 1 2 x2 find oeuvre"),
        ("İstanbul ISTANBUL ıstanbul", "istanbul istanbul istanbul"),
        ("I ❤\ufe0f owls 1\ufe0f\u20e3 ≠", "i owls 1"),
        ("\u3164", ""),
        ("?!", ""),
    ],
)
def test_normalized_text_has_no_case_accents_or_punctuation(text: str, expected: str) -> None:
    assert normalize(text) == expected


@settings(derandomize=True, deadline=None)
@given(st.text())
def test_normalized_text_is_not_changed_again_nor_by_how_unicode_composes_it(text: str) -> None:
    assert normalize(normalize(text)) == normalize(text)
    assert normalize(unicodedata.normalize("NFD", text)) == normalize(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  one \t two\r\nthree ", "one two three"),
        ("bell\x07 and\x00null", "bell and null"),
        ("a\u2028b\u2029c\u0085d\u00a0e", "a b c d e"),
        ("naïve γ-MoD 夜 🦉", "naïve γ-MoD 夜 🦉"),
        ("a\u202eb\u2066c\u2069", "abc"),
        ("half\ud800pair", "half pair"),
        (" \n", ""),
    ],
)
def test_a_line_is_safe_to_print_and_has_no_runs_of_white_space(text: str, expected: str) -> None:
    assert one_line(text) == expected


@pytest.mark.parametrize(("text", "expected"), [("owl\udce9\ud83d", "owl??"), ("naïve 🦉\n", "naïve 🦉\n"), ("", "")])
def test_a_lone_surrogate_becomes_a_question_mark(text: str, expected: str) -> None:
    assert replace_surrogates(text) == expected


def test_the_name_of_a_file_becomes_a_line_that_can_be_stored() -> None:
    assert clean_line("caf\udce9\n papers.txt").encode() == b"caf? papers.txt"


@pytest.mark.parametrize(
    ("number", "noun", "expected"),
    [(0, "paper", "0 papers"), (1, "paper", "1 paper"), (2, "paper", "2 papers"), (2864, "passage", "2,864 passages")],
)
def test_a_number_is_written_with_its_noun(number: int, noun: str, expected: str) -> None:
    assert count(number, noun) == expected


def test_combining_marks_do_not_pile_up_over_other_lines() -> None:
    acute, joiner = "\u0301", "\u200d"
    assert one_line(f"Z{acute * 400}a{acute}") == f"Z{acute * MAX_MARKS}a{acute}"
    assert one_line(f"Z{(acute + joiner) * 400}").count(acute) == MAX_MARKS
    for written in ("Ti\u1ebfng Vi\u1ec7t", "e\u0302\u0301", "\u05d1\u05bc\u05b0\u0596", "……!——“”«»", "😀😀😀😀😀😀"):
        assert one_line(written) == written
