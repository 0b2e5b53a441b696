"""Listing pages as a user saves them: both layouts, and page chrome with dates and counts of any kind."""

from pathlib import Path
from textwrap import wrap

import pytest

from rag.paper import MAX_ABSTRACT, Paper
from rag.sources import listing
from rag.sources.skipped import Skipped

PAGE = Path("page.txt")
LONG = (
    "We measure how fast beavers rebuild a dam that was opened overnight, in twelve valleys and over three winters. "
    "A dam of two metres is whole again after five nights, and families with grown young need only half of that. "
    "Our recordings and the code that reads them are free to use."
)
OTHER = (
    "Sourdough keeps a memory of the kitchen in which it was first fed, and we ask how long that memory lasts. "
    "Forty cultures were moved between bakeries; after eighty days most of them had become strangers to their origin, "
    "while three kept every one of their first yeasts."
)
SHORT = "Counting ferns by drone takes a tenth of the time."
PAPERS = [
    ("Dams at Night: How Quickly Do Beavers Rebuild?", LONG),
    ("Sourdough Remembers", OTHER),
    ("Ferns!", SHORT),
    ("p-Fern: Counting ferns with less light", LONG.replace("beavers", "ferns")),
]
# fmt: off
CHROME = [
    "new", "Get trending papers in your email inbox!", "Get trending papers in your email inbox once a day!",
    "Subscribe", "byAK and the research community", "Mar 14", "Published on Nov 3", "Published on Nov 3, 2023",
    "2024-05-01", "3 days ago", "14 March 2024", "12", "1,204", "1.2k", "+7", "Submitted by xyz", "· 10 authors",
    "10 authors", "Upvote", "Upvote 12", "·", "View arXiv page", "View PDF", "Abstract", "TOS Privacy About", "TOS",
    "© 2024 Hugging Face", "Models", "Datasets", "Log In Sign Up", "Daily Papers", "Hugging Face", "Load more",
]
# fmt: on


def in_lines(papers: list[tuple[str, str]]) -> list[str]:
    return [text for paper in papers for text in paper]


def in_blocks(papers: list[tuple[str, str]], width: int = 10_000) -> list[str]:
    blocks = [wrap(text, width, break_on_hyphens=False) for text in in_lines(papers)]
    return [line for block in blocks for line in [*block, ""]]


def found(lines: list[str]) -> list[tuple[str, str]]:
    return [(r.title, r.abstract) for r in listing.read(lines, PAGE) if isinstance(r, Paper)]


def skipped(lines: list[str]) -> list[str]:
    return [str(r) for r in listing.read(lines, PAGE) if isinstance(r, Skipped)]


LAYOUTS = [
    pytest.param(in_lines, id="lines"),
    pytest.param(in_blocks, id="blocks"),
    pytest.param(lambda papers: in_blocks(papers, 60), id="wrapped blocks"),
    pytest.param(lambda papers: [line for paper in papers for line in [*paper, ""]], id="pairs"),
]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_gives_the_same_papers(layout):
    assert found(layout(PAPERS)) == PAPERS
    assert skipped(layout(PAPERS)) == []


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("chrome", CHROME)
def test_chrome_is_dropped_wherever_it_occurs(layout, chrome):
    first, rest = layout(PAPERS[:1]), layout(PAPERS[1:])
    title, abstract = PAPERS[0]
    assert found([chrome, *first, chrome, *rest, chrome]) == PAPERS
    assert found([title, chrome, abstract, chrome, *in_lines(PAPERS[1:]), chrome]) == PAPERS
    assert skipped([chrome, *first, "", chrome, *rest, "", chrome]) == []


@pytest.mark.parametrize("title", ["Dams at Night", "3D Dams", "[DAM] Revisited", "iDam: a Dam", "Élan of Dams"])
def test_a_subscribe_label_that_runs_into_the_first_title_is_removed(title):
    glued = [f"Subscribe{title}", LONG, "Sourdough", OTHER]
    assert found(glued)[0][0] == title
    assert found([f"Get trending papers in your email inbox!{glued[0]}", *glued[1:]])[0][0] == title


@pytest.mark.parametrize("title", ["Subscriber Churn among Beavers", "Subscribe-and-Forget Sourdough"])
def test_a_title_may_start_like_the_subscribe_button(title):
    assert found([title, LONG]) == [(title, LONG)]


def test_two_paragraphs_are_one_abstract():
    extra = "Films of all the dams are online."
    assert found(["Dams", "", LONG, "", OTHER, "", extra, "", "Ferns", "", SHORT]) == [
        ("Dams", f"{LONG} {OTHER} {extra}"),
        ("Ferns", SHORT),
    ]


def test_paragraphs_too_long_for_one_abstract_are_not_joined():
    long = " ".join([LONG] * 5)
    assert found(["Dams", "", long, "", long, "", "Ferns", "", SHORT]) == [("Dams", long), ("Ferns", SHORT)]
    assert skipped(["Dams", "", long, "", long]) == [f"page.txt:5: abstract without a title: {LONG[:80]}"]


def test_an_abstract_without_a_title_is_reported_with_its_line():
    lines = ["Dams", LONG, OTHER, "Ferns", SHORT]
    assert found(lines) == [("Dams", LONG), ("Ferns", SHORT)]
    assert skipped(lines) == [f"page.txt:3: abstract without a title: {OTHER[:80]}"]
    assert skipped([LONG, *lines])[0] == f"page.txt:1: abstract without a title: {LONG[:80]}"


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_title_without_an_abstract_is_reported_with_its_line(layout):
    lonely = "The Lonely Title That Nobody Has Ever Explained in as Many Words as These Are by Now, Sadly"
    lines = [*layout(PAPERS[:2]), lonely, "", *layout(PAPERS[2:])]
    assert found(lines) == PAPERS
    number = lines.index(lonely) + 1
    assert skipped(lines) == [f"page.txt:{number}: no abstract: {lonely[:80]}"]
    assert skipped([*layout(PAPERS[:2]), lonely])[0].endswith(lonely[:80])


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_truncated_last_abstract_is_kept_if_enough_of_it_is_left(layout):
    assert found(layout([*PAPERS, ("Owls in the City", "We ask whether owls that")]))[-1] == (
        "Owls in the City",
        "We ask whether owls that",
    )
    cut = layout([*PAPERS, ("Owls in the City", "We ask whether")])
    assert found(cut) == PAPERS
    assert [reason.split(": ", 1)[1] for reason in skipped(cut)] == ["abstract cut off: Owls in the City"]


def test_two_titles_at_the_end_are_not_paired():
    lines = [*in_lines(PAPERS), "Owls in the City", "Foxes and Their Neighbours in Towns"]
    assert found(lines) == PAPERS
    assert len(skipped(lines)) == 2


def test_a_title_may_end_in_a_period():
    assert found(["Dams", "", LONG, "", "Bread is all you need.", "", OTHER]) == [
        ("Dams", LONG),
        ("Bread is all you need.", OTHER),
    ]


def test_a_link_in_an_abstract_stays_there_and_is_not_the_papers_url():
    abstract = f"{LONG} See https://arxiv.org/abs/2401.00001 for more."
    (paper,) = listing.read(["Dams", abstract], PAGE)
    assert paper == Paper("Dams", abstract, source="page.txt")
    wrapped = ["Dams", "", *wrap(LONG, 60), "See", "https://arxiv.org/abs/2401.00001", "for more."]
    assert found(wrapped) == [("Dams", abstract)]


@pytest.mark.parametrize("link", ["https://arxiv.org/abs/2401.00001v2", "https://huggingface.co/papers/2401.00001"])
def test_a_link_between_a_title_and_its_abstract_belongs_to_that_paper(link):
    first, second = listing.read(["Dams", link, LONG, "Ferns", "https://example.org/code", OTHER], PAGE)
    assert first == Paper("Dams", LONG, ids=("arxiv:2401.00001",), url=link, source="page.txt")
    assert second == Paper("Ferns", OTHER, source="page.txt")


def test_a_link_between_two_papers_belongs_to_neither():
    papers = list(listing.read(["Dams", LONG, "https://arxiv.org/abs/2401.00001", "Ferns", OTHER], PAGE))
    assert [paper.url for paper in papers if isinstance(paper, Paper)] == ["", ""]


def test_the_last_word_of_a_wrapped_title_is_not_taken_for_a_menu():
    lines = ["A Long Title about the Many Uses of Small Beaver", "Models", "", *wrap(LONG, 60)]
    assert found(lines) == [("A Long Title about the Many Uses of Small Beaver Models", LONG)]


def test_a_word_of_a_wrapped_abstract_is_not_taken_for_a_menu():
    lines = ["Dams", "", *wrap(LONG, 60), "And it needs no", "models", "or helpers."]
    assert found(lines) == [("Dams", f"{LONG} And it needs no models or helpers.")]


def test_a_menu_directly_below_an_abstract_is_not_part_of_it():
    assert found(["Dams", "", *wrap(LONG, 60), "Models", "", "Ferns", "", SHORT])[0] == ("Dams", LONG)


def test_a_record_that_is_too_long_is_reported_and_the_rest_is_read():
    lines = ["Dams", LONG * (MAX_ABSTRACT // len(LONG) + 1), "x" * 501, OTHER, "Ferns", OTHER]
    assert found(lines) == [("Ferns", OTHER)]
    too_long, no_title = skipped(lines)
    assert too_long.startswith("page.txt:1: abstract of 20,")
    assert no_title.startswith("page.txt:3: title of 501 characters, more than 500: xxx")


@pytest.mark.parametrize("lines", [["Things to do", "", "buy milk and call the plumber"], ["Models", "Datasets"]])
def test_a_text_without_papers_is_reported_as_a_whole(lines):
    (reason,) = skipped(lines)
    assert reason.startswith("page.txt: no papers found")
