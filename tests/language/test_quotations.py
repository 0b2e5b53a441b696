"""What stands in quotation marks in a text, and which marks are apostrophes."""

from __future__ import annotations

import pytest

from rag.language.quotations import quotations


@pytest.mark.parametrize(
    "quoted",
    [
        '"a b"',
        "“a b”",
        "„a b“",
        "„a b”",
        "”a b”",
        "«a b»",
        "»a b«",
        "»a b»",
        "‹a b›",
        "「a b」",
        "『a b』",
        "《a b》",
        "〝a b〞",
        "❝a b❞",
        "＂a b＂",
        "‘a b’",
        "‚a b‘",
        "'a b'",
        "`a b'",
        "`a b`",
        "``a b''",
        "′a b′",
        "ʻa bʼ",
    ],
)
@pytest.mark.parametrize("text", ["{}", "It is {}.", "({})", "The models' errors are {}, and don't", "_{}_ is"])
def test_quotation_marks_of_all_kinds_are_found(text: str, quoted: str) -> None:
    assert list(quotations(text.format(quoted))) == ["a b"]


@pytest.mark.parametrize(
    "text",
    [
        "It doesn't.",
        "It doesn’t hear the models’ errors.",
        "The authors' models' errors",
        "Owls, 30″ apart",
        "f'(x) and f′(x)",
    ],
)
def test_apostrophes_quote_nothing(text: str) -> None:
    assert list(quotations(text)) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“a” and “b”", ["a", "b"]),
        ("‘a’ and ‘b’ of the models", ["a", "b"]),
        ("‘a.’, ‘b’", ["a.", "b"]),
        ("“a «b» c”", ["a «b» c"]),
        ("“the models’ errors”", ["the models’ errors"]),
        ("‘the models’ errors’", ["the models’ errors"]),  # the first could be an apostrophe, so it ends nothing
        ("'a' is b'", ["a' is b"]),
    ],
)
def test_a_quotation_goes_as_far_as_it_may(text: str, expected: list[str]) -> None:
    assert list(quotations(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "“a",
        "a”",
        '"a',
        "«a",
        "‘a",
        "'a b",
        "“a “b” c",
        '"a "b" c"',
        '" a "',
        "“a»",
        "‘a'",
        "“”",
        "7” a",
        "﹁a﹂",
        "″a″",
    ],
)
def test_a_mark_without_its_counterpart_is_reported(text: str) -> None:
    assert "" in quotations(text)
