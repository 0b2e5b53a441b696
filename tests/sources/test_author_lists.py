"""Authors in one text, whatever separates them."""

from __future__ import annotations

import pytest

from rag.sources.author_lists import authors_in


@pytest.mark.parametrize(
    ("text", "authors"),
    [
        ("", []),
        ("Swift, Ada", ["Ada Swift"]),
        ("Ada Swift", ["Ada Swift"]),
        ("Swift, Ada; Wren, B.", ["Ada Swift", "B. Wren"]),
        ("Swift,A.;Wren,B.", ["A. Swift", "B. Wren"]),
        ("Ada Swift, Bo Wren, Plato", ["Ada Swift", "Bo Wren", "Plato"]),
        ("Swift, A.B., Wren, C.", ["A.B. Swift", "C. Wren"]),
        ("Swift, AB, Wren, C", ["AB Swift", "C Wren"]),
        ("Swift, Ada, Wren, Bo", ["Ada Swift", "Bo Wren"]),
        ("van der Lark, Ada Bea", ["Ada Bea van der Lark"]),
        ("Swift A., Wren B.C.", ["A. Swift", "B.C. Wren"]),
        ("Swift A, Wren BC", ["A Swift", "BC Wren"]),
        ("Swift A, Wren BC.", ["A Swift", "BC Wren"]),
        ("van der Lark A, Wren BC, Reed Group.", ["A van der Lark", "BC Wren", "Reed Group"]),
        ("van der Lark A, Wren B", ["A van der Lark", "B Wren"]),
        ("Martin King III", ["Martin King III"]),
        ("Swift, Ada, PhD", ["Ada Swift"]),
        ("Swift, Ada, MD, PhD; Wren, Bo, Jr., M.D.", ["Ada Swift", "Bo Wren Jr."]),
        ("Ada Swift, MD, Bo Wren, Ph.D., and Cy Lark MSc", ["Ada Swift", "Bo Wren", "Cy Lark"]),
        ("Swift, Ada, MD, MBA", ["Ada Swift"]),
        ("Swift, MD, Wren, MA", ["MD Swift", "MA Wren"]),
        ("Ada Swift and Bo Wren", ["Ada Swift", "Bo Wren"]),
        ("Ada Swift, Bo Wren, and Cy Lark", ["Ada Swift", "Bo Wren", "Cy Lark"]),
        ("Swift, Ada and Wren, Bo and others", ["Ada Swift", "Bo Wren"]),
        ("Swift, A., & Wren, B.", ["A. Swift", "B. Wren"]),
        ("A. Swift, B. Wren, et al.", ["A. Swift", "B. Wren"]),
        ("Ada Swift|Bo Wren", ["Ada Swift", "Bo Wren"]),
        ("Ada Swift\nBo Wren", ["Ada Swift", "Bo Wren"]),
        ("['Ada Swift', \"Bo O'Wren\"]", ["Ada Swift", "Bo O'Wren"]),
        ("Swift, Ada (57299999901); Wren, Bo (57299999902)", ["Ada Swift", "Bo Wren"]),
        ("张三；李四", ["张三", "李四"]),
        ("张三,李四", ["张三", "李四"]),
        ("Swift Study Group", ["Swift Study Group"]),
    ],
)
def test_authors(text, authors):
    assert authors_in(text) == authors
