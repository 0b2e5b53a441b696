"""Names of groups of papers: what their titles hold and others do not, readable, each its own, and harmless."""

from __future__ import annotations

import re

import pytest

from rag.index.cluster_names import LETTERS, TERMS, name_clusters

DEPTH = [
    "Learning monocular depth estimation with NeRF",
    "Learning of monocular depth estimation",
    "NeRF for learning depth",
]
GRAPHS = ["Graph neural networks: learning to pool", "Learning on a graph", "Pooling a graph with learning"]


def named(*groups: list[str]) -> tuple[str, ...]:
    """The names of groups of these titles."""
    numbers = [number for number, titles in enumerate(groups) for _ in titles]
    return name_clusters(numbers, [title for titles in groups for title in titles])


def terms(name: str) -> list[str]:
    return name.split(", ")


def test_a_group_is_named_by_what_its_titles_alone_hold() -> None:
    depth, graphs = named(DEPTH, GRAPHS)
    assert "monocular depth estimation" in terms(depth.lower())
    assert "NeRF" in terms(depth)
    assert "graph" in graphs.lower()
    assert "learning" not in (depth + graphs).lower(), "they all do"


def test_a_term_is_written_as_most_titles_write_it() -> None:
    (name,) = named(["NeRF", "3D by nerf", "NeRF in 3-D", "NeRF: 3D", "NeRFs"])
    assert sorted(terms(name)) == ["3D", "NeRF"]


def test_a_word_gives_way_to_the_longer_term_that_most_titles_have_it_in() -> None:
    assert named(["Depth estimation", "More Depth estimation", "Depth"]) == ("Depth estimation",)


def test_endings_do_not_make_a_term_another() -> None:
    one, other = named(["Diffusion models", "A diffusion model", "Diffusion models"], ["Owls", "Owls"])
    assert (one, other) == ("Diffusion models", "Owls")


def test_no_two_names_share_a_term_and_no_name_has_a_word_twice() -> None:
    groups = [["Depth of owls at night", "Depth of owls", "Owls at depth"] for _ in range(3)]
    found = named(*groups, DEPTH)
    assert len(set(found)) == len(found)
    every = [term for name in found for term in terms(name)]
    assert len(set(every)) == len(every)
    for name in found:
        written = re.findall(r"\w+", name.lower())
        assert len(set(written)) == len(written)


@pytest.mark.parametrize(
    "title", ["of the", "Towards studies of papers against them", "7", "3 2 1", "", "∑ … 🦉", "夜" * 60]
)
def test_titles_without_a_term_are_papers_with_a_number(title: str) -> None:
    assert named([title], [title, title]) == ("papers 1", "papers 2")


@pytest.mark.parametrize("title", ["Owls", "Ants of night"])
def test_all_papers_in_one_group_have_a_name_of_their_titles(title: str) -> None:
    (name,) = named([title, title, "Bees"])
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
def test_a_name_holds_plain_words_whatever_a_title_holds(title: str) -> None:
    for name in named([title, title], ["Rivers"]):
        assert re.fullmatch(r"[^\W_]+(?:(?:[ ‐‑–-]|, )[^\W_]+)*", name)
        assert all(len(term) <= LETTERS for term in terms(name))
        assert len(terms(name)) <= TERMS


def test_terms_do_not_reach_across_punctuation() -> None:
    (name,) = named(["Owls: rivers"] * 3)
    assert sorted(terms(name)) == ["Owls", "rivers"]
