"""What stands in quotation marks must be verbatim in the abstract or the title of a paper that the sentence cites."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.verify.rules.quotations import quotation_fault
from tests.fuzz.budget import examples

TITLE = "PrimeDepth: Efficient Monocular Depth Estimation with a Frozen Prior"
ABSTRACT = (
    "With one denoising step, PrimeDepth extracts from Stable Diffusion a rich, frozen image representation. "
    "The so-called “preimage” is non-linear, needs 3.5 hours, and the models' errors don't grow. It gains −2 points."
)
SOURCES = [TITLE, ABSTRACT]
MARKS = [("“", "”"), ('"', '"'), ("«", "»"), ("„", "“"), ("‹", "›"), ("「", "」"), ("‘", "’"), ("'", "'"), ("`", "'")]
marks = pytest.mark.parametrize(("opening", "closing"), MARKS)


@marks
@pytest.mark.parametrize(
    "quoted",
    [
        "a rich, frozen image representation",
        "A rich, frozen image representation.",
        "a rich,  frozen\nimage representation",
        "a rich, frozen image representation!",
        "…a rich, frozen image…",
        "PrimeDepth",
        "preimage",
        "3.5 hours",
        "−2 points",
        TITLE,
        "Efficient Monocular Depth Estimation",
    ],
)
def test_what_is_verbatim_may_be_quoted(opening: str, closing: str, quoted: str) -> None:
    assert quotation_fault(f"The authors write {opening}{quoted}{closing} of it.", SOURCES) is None


@pytest.mark.parametrize("quoted", ['"preimage"', "‘preimage’", "'preimage'", "«preimage»", "“preimage”"])
def test_quotation_marks_in_a_quotation_may_be_of_another_kind(quoted: str) -> None:
    outer = "«{}»" if quoted[0] != "«" else "“{}”"
    assert quotation_fault(f"{outer.format(f'The so-called {quoted} is')} what they say.", SOURCES) is None


@marks
@pytest.mark.parametrize(
    "quoted",
    [
        "Marigold is obsolete",
        "stolen",
        "PrimeDepth extracts a rich, frozen image representation from Stable Diffusion.",
        "a rich frozen image representation",
        "a Rich, frozen image representation",
        "a rich […] image representation",
        "a rich … image representation",
        "linear",
        "non",
        "rich, froze",
        "3",
        "5 hours",
        "2 points",
        "don",
        "so-called preimage",
        "…",
        ".",
    ],
)
def test_what_is_not_verbatim_is_refuted(opening: str, closing: str, quoted: str) -> None:
    for written in (f"PrimeDepth extracts a {opening}{quoted}{closing} image.", f"{opening}{quoted}{closing}."):
        fault = quotation_fault(written, SOURCES)
        assert fault is not None
        assert fault.refutes


@pytest.mark.parametrize(
    "written",
    [
        "“Preimage” and “stolen” images.",
        "“A rich, frozen image representation” is “stolen”.",
        "‘Frozen’ is stolen’ by PrimeDepth.",
        "“Frozen «stolen» image” it is.",
        "“a rich, “stolen” frozen”",
        '"A rich, "stolen" frozen image" it is.',
        "“Frozen image representation.",
        "Marigold is obsolete.”",
        "Marigold is obsolete”, say they.",
        "‘Marigold is obsolete",
        "They write:'Marigold is obsolete'.",
        "They write _'Marigold is obsolete'_.",
        "They write ', Marigold is obsolete'.",
        "“” frozen image",
        "“The so-called “preimage” is” what they say.",  # nested in the same marks
    ],
)
def test_marks_that_nest_or_do_not_match_hide_nothing(written: str) -> None:
    assert quotation_fault(written, SOURCES) is not None


@pytest.mark.parametrize("written", ["The models' errors don't grow.", "PrimeDepth’s preimage isn’t linear.", ""])
def test_a_sentence_without_quotations_has_no_fault(written: str) -> None:
    assert quotation_fault(written, SOURCES) is None


def test_a_quotation_may_be_of_any_paper_that_is_cited() -> None:
    sources = [*SOURCES, "BatNet", "It locates moths by their echoes."]
    assert quotation_fault("“Frozen” images, and “moths by their echoes”.", sources) is None
    assert quotation_fault("“A frozen image. It locates moths”.", sources) is not None


def test_scripts_without_spaces_can_be_quoted() -> None:
    assert quotation_fault("它提取「图像表示」。", ["该方法提取图像表示。"]) is None
    assert quotation_fault("它提取「图像深度」。", ["该方法提取图像表示。"]) is not None


WORDS = ABSTRACT.split()
CHANGES = ["owls", "Stable", "a", "7", "not", "stolen’", "'s", "“rich”", "-", "…"]


@examples(200)
@given(st.integers(0, len(WORDS) - 1), st.integers(1, 12), st.integers(0, 11), st.sampled_from(CHANGES), st.data())
def test_a_quotation_with_one_word_changed_never_passes(
    start: int, length: int, place: int, change: str, data: st.DataObject
) -> None:
    opening, closing = data.draw(st.sampled_from(MARKS))
    words = WORDS[start : start + length]
    true = " ".join(words)
    words[place % len(words)] = change
    changed = " ".join(words)
    if not any(re.sub(r"\W", "", changed).lower() in re.sub(r"\W", "", source).lower() for source in SOURCES):
        assert quotation_fault(f"They write {opening}{changed}{closing} of it.", SOURCES) is not None
    if opening not in "‘'`«„":
        assert quotation_fault(f"They write «{true}» of it.", SOURCES) is None
