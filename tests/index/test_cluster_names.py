"""Groups of papers get distinct, readable and harmless names, made of terms that only their titles have."""

from __future__ import annotations

import re

import pytest

from rag.index.cluster_names import MAX_TERM_CHARS, TERMS_PER_NAME, name_clusters

DEPTH = [
    "Learning monocular depth estimation with NeRF",
    "Learning of monocular depth estimation",
    "NeRF for learning depth",
]
GRAPHS = ["Graph neural networks: learning to pool", "Learning on a graph", "Pooling a graph with learning"]


def names_of(*groups: list[str]) -> tuple[str, ...]:
    """The names of groups of these titles."""
    numbers = [number for number, titles in enumerate(groups) for _ in titles]
    return name_clusters(numbers, [title for titles in groups for title in titles])


def terms(name: str) -> list[str]:
    return name.split(", ")


def test_a_name_holds_terms_that_only_the_titles_of_its_group_have() -> None:
    depth, graphs = names_of(DEPTH, GRAPHS)
    assert "monocular depth estimation" in terms(depth.lower())
    assert "NeRF" in terms(depth)
    assert "graph" in graphs.lower()
    assert "learning" not in (depth + graphs).lower(), "all titles have it"


def test_a_term_has_its_most_frequent_spelling() -> None:
    (name,) = names_of(["NeRF", "3D by nerf", "NeRF in 3-D", "NeRF: 3D", "NeRFs"])
    assert sorted(terms(name)) == ["3D", "NeRF"]


def test_a_longer_term_absorbs_a_word_that_most_titles_have_within_it() -> None:
    assert names_of(["Depth estimation", "More Depth estimation", "Depth"]) == ("Depth estimation",)


def test_inflected_forms_are_one_term() -> None:
    one, other = names_of(["Diffusion models", "A diffusion model", "Diffusion models"], ["Owls", "Owls"])
    assert (one, other) == ("Diffusion models", "Owls")


def test_no_two_names_share_a_term_and_no_name_repeats_a_word() -> None:
    groups = [["Depth of owls at night", "Depth of owls", "Owls at depth"] for _ in range(3)]
    found = names_of(*groups, DEPTH)
    assert len(set(found)) == len(found)
    every = [term for name in found for term in terms(name)]
    assert len(set(every)) == len(every)
    for name in found:
        written = re.findall(r"\w+", name.lower())
        assert len(set(written)) == len(written)


@pytest.mark.parametrize(
    "title", ["of the", "Towards studies of papers against them", "7", "3 2 1", "", "∑ … 🦉", "夜" * 60]
)
def test_a_group_whose_titles_have_no_term_gets_a_number(title: str) -> None:
    assert names_of([title], [title, title]) == ("papers 1", "papers 2")


@pytest.mark.parametrize("title", ["Owls", "Ants of night"])
def test_a_single_group_is_named_after_its_titles(title: str) -> None:
    (name,) = names_of([title, title, "Bees"])
    assert terms(name)[0] == re.split(" of", title)[0]


@pytest.mark.parametrize(
    "title",
    [
        "<script>alert('owls')</script>",
        '"><img src=x onerror="owls()">',
        "`owls` & [owls](javascript:owls) ＜b＞",
        "owls\u202e\u0000\nnight\x1b[31m",
        "=HYPERLINK(“owls”) | $\\alpha_{owls}$ * # ~ ; %",
        "owls" * 5_000,
        "owls-" * 5_000,
        "owl hunting-grounds everlastingly illuminated " * 500,
    ],
)
def test_a_name_holds_only_plain_words_whatever_is_in_the_titles(title: str) -> None:
    for name in names_of([title, title], ["Rivers"]):
        assert re.fullmatch(r"[^\W_]+(?:(?:[ ‐‑–-]|, )[^\W_]+)*", name)
        assert all(len(term) <= MAX_TERM_CHARS for term in terms(name))
        assert len(terms(name)) <= TERMS_PER_NAME


def test_a_term_does_not_span_punctuation() -> None:
    (name,) = names_of(["Owls: rivers"] * 3)
    assert sorted(terms(name)) == ["Owls", "rivers"]
