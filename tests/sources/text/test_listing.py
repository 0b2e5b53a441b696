"""Listing pages as a user saves them: both layouts, and page chrome with dates and counts of any kind."""

from pathlib import Path
from textwrap import wrap

import pytest

from rag.paper import MAX_ABSTRACT, Paper
from rag.sources import read
from rag.sources.skipped import Skipped

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


MANY = [(f"{title} {n}", abstract) for n in range(200) for title, abstract in PAPERS]


def in_lines(papers: list[tuple[str, str]]) -> list[str]:
    return [text for paper in papers for text in paper]


def in_blocks(papers: list[tuple[str, str]], width: int = 10_000) -> list[str]:
    blocks = [wrap(text, width, break_on_hyphens=False) for text in in_lines(papers)]
    return [line for block in blocks for line in [*block, ""]]


def records(folder: Path, lines: list[str]) -> list[Paper | Skipped]:
    path = folder / "page.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    return list(read(path))


def found(folder: Path, lines: list[str]) -> list[tuple[str, str]]:
    return [(r.title, r.abstract) for r in records(folder, lines) if isinstance(r, Paper)]


def skipped(folder: Path, lines: list[str]) -> list[str]:
    return [str(r) for r in records(folder, lines) if isinstance(r, Skipped)]


LAYOUTS = [
    pytest.param(in_lines, id="lines"),
    pytest.param(in_blocks, id="blocks"),
    pytest.param(lambda papers: in_blocks(papers, 60), id="wrapped blocks"),
    pytest.param(lambda papers: [line for paper in papers for line in [*paper, ""]], id="pairs"),
]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_gives_the_same_papers(tmp_path, layout):
    assert found(tmp_path, layout(PAPERS)) == PAPERS
    assert skipped(tmp_path, layout(PAPERS)) == []


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("chrome", CHROME)
def test_chrome_is_dropped_wherever_it_occurs(tmp_path, layout, chrome):
    first, rest = layout(PAPERS[:1]), layout(PAPERS[1:])
    title, abstract = PAPERS[0]
    assert found(tmp_path, [chrome, *first, chrome, *rest, chrome]) == PAPERS
    assert found(tmp_path, [title, chrome, abstract, chrome, *in_lines(PAPERS[1:]), chrome]) == PAPERS
    assert skipped(tmp_path, [chrome, *first, "", chrome, *rest, "", chrome]) == []


@pytest.mark.parametrize("title", ["Dams at Night", "3D Dams", "[DAM] Revisited", "iDam: a Dam", "Élan of Dams"])
def test_a_subscribe_label_that_runs_into_the_first_title_is_removed(tmp_path, title):
    glued = [f"Subscribe{title}", LONG, "Sourdough", OTHER]
    assert found(tmp_path, glued)[0][0] == title
    assert found(tmp_path, [f"Get trending papers in your email inbox!{glued[0]}", *glued[1:]])[0][0] == title


@pytest.mark.parametrize("title", ["Subscriber Churn among Beavers", "Subscribe-and-Forget Sourdough"])
def test_a_title_may_start_like_the_subscribe_button(tmp_path, title):
    assert found(tmp_path, [title, LONG]) == [(title, LONG)]


def test_two_paragraphs_are_one_abstract(tmp_path):
    extra = "Films of all the dams are online."
    assert found(tmp_path, ["Dams", "", LONG, "", OTHER, "", extra, "", "Ferns", "", SHORT]) == [
        ("Dams", f"{LONG} {OTHER} {extra}"),
        ("Ferns", SHORT),
    ]


def test_paragraphs_too_long_for_one_abstract_are_not_joined(tmp_path):
    long = " ".join([LONG] * 5)
    assert found(tmp_path, ["Dams", "", long, "", long, "", "Ferns", "", SHORT]) == [("Dams", long), ("Ferns", SHORT)]
    assert skipped(tmp_path, ["Dams", "", long, "", long, "", *in_blocks(PAPERS)]) == [
        f"page.txt:5: abstract without a title: {LONG[:80]}"
    ]


def test_an_abstract_without_a_title_is_reported_with_its_line(tmp_path):
    lines = [*in_lines(PAPERS[:1]), OTHER, *in_lines(PAPERS[1:])]
    assert found(tmp_path, lines) == PAPERS
    assert skipped(tmp_path, lines) == [f"page.txt:3: abstract without a title: {OTHER[:80]}"]
    assert skipped(tmp_path, [LONG, *lines])[0] == f"page.txt:1: abstract without a title: {LONG[:80]}"


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_title_without_an_abstract_is_reported_with_its_line(tmp_path, layout):
    lonely = "The Lonely Title That Nobody Has Ever Explained in as Many Words as These Are by Now, Sadly"
    lines = [*layout(PAPERS[:2]), lonely, "", *layout(PAPERS[2:])]
    assert found(tmp_path, lines) == PAPERS
    number = lines.index(lonely) + 1
    assert skipped(tmp_path, lines) == [f"page.txt:{number}: no abstract: {lonely[:80]}"]
    assert skipped(tmp_path, [*layout(PAPERS[:2]), lonely])[0].endswith(lonely[:80])


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_truncated_last_abstract_is_kept_if_enough_of_it_is_left(tmp_path, layout):
    assert found(tmp_path, layout([*PAPERS, ("Owls in the City", "We ask whether owls that")]))[-1] == (
        "Owls in the City",
        "We ask whether owls that",
    )
    cut = layout([*PAPERS, ("Owls in the City", "We ask whether")])
    assert found(tmp_path, cut) == PAPERS
    assert [reason.split(": ", 1)[1] for reason in skipped(tmp_path, cut)] == ["abstract cut off: Owls in the City"]


def test_two_titles_at_the_end_are_not_paired(tmp_path):
    lines = [*in_lines(PAPERS), "Owls in the City", "Foxes and Their Neighbours in Towns"]
    assert found(tmp_path, lines) == PAPERS
    assert len(skipped(tmp_path, lines)) == 2


def test_a_title_may_end_in_a_period(tmp_path):
    bread = ("Bread is all you need.", OTHER)
    assert found(tmp_path, in_blocks([PAPERS[0], bread, *PAPERS[2:]])) == [PAPERS[0], bread, *PAPERS[2:]]


def test_a_link_in_an_abstract_stays_there_and_is_not_the_papers_url(tmp_path):
    abstract = f"{LONG} See https://arxiv.org/abs/2401.00001 for more."
    (paper,) = records(tmp_path, ["Dams", abstract])
    assert paper == Paper("Dams", abstract, source="page.txt")
    wrapped = ["Dams", "", *wrap(LONG, 60), "See", "https://arxiv.org/abs/2401.00001", "for more."]
    assert found(tmp_path, wrapped) == [("Dams", abstract)]


@pytest.mark.parametrize("link", ["https://arxiv.org/abs/2401.00001v2", "https://huggingface.co/papers/2401.00001"])
def test_a_link_between_a_title_and_its_abstract_belongs_to_that_paper(tmp_path, link):
    first, second = records(tmp_path, ["Dams", link, LONG, "Ferns", "https://example.org/code", OTHER])
    assert first == Paper("Dams", LONG, ids=("arxiv:2401.00001",), url=link, source="page.txt")
    assert second == Paper("Ferns", OTHER, source="page.txt")


def test_a_link_between_two_papers_belongs_to_neither(tmp_path):
    papers = list(records(tmp_path, ["Dams", LONG, "https://arxiv.org/abs/2401.00001", "Ferns", OTHER]))
    assert [paper.url for paper in papers if isinstance(paper, Paper)] == ["", ""]


def test_the_last_word_of_a_wrapped_title_is_not_taken_for_a_menu(tmp_path):
    lines = ["A Long Title about the Many Uses of Small Beaver", "Models", "", *wrap(LONG, 60)]
    assert found(tmp_path, lines) == [("A Long Title about the Many Uses of Small Beaver Models", LONG)]


def test_a_word_of_a_wrapped_abstract_is_not_taken_for_a_menu(tmp_path):
    lines = ["Dams", "", *wrap(LONG, 60), "And it needs no", "models", "or helpers."]
    assert found(tmp_path, lines) == [("Dams", f"{LONG} And it needs no models or helpers.")]


def test_a_menu_directly_below_an_abstract_is_not_part_of_it(tmp_path):
    assert found(tmp_path, ["Dams", "", *wrap(LONG, 60), "Models", "", "Ferns", "", OTHER])[0] == ("Dams", LONG)


def test_a_record_that_is_too_long_is_reported_and_the_rest_is_read(tmp_path):
    lines = ["Dams", LONG * (MAX_ABSTRACT // len(LONG) + 1), "x" * 501, OTHER, *in_lines(PAPERS)]
    assert found(tmp_path, lines) == PAPERS
    too_long, no_title = skipped(tmp_path, lines)
    assert too_long.startswith("page.txt:1: abstract of 20,")
    assert no_title.startswith("page.txt:3: title of 501 characters, more than 500: xxx")


def test_names_between_titles_and_abstracts_are_the_authors(tmp_path):
    names = ["Maja Lind, J. Okaf", "Maja Lind", "Liv Tove and J. Okaf", "A. Lind, B. van Okaf, C. Tove"]
    lines = [text for (title, abstract), name in zip(PAPERS, names, strict=True) for text in (title, name, abstract)]
    for page in (lines, [line for text in lines for line in (text, "")]):
        assert found(tmp_path, page) == PAPERS
        authors = [record.authors for record in records(tmp_path, page) if isinstance(record, Paper)]
        assert authors == [
            ("Maja Lind", "J. Okaf"),
            ("Maja Lind",),
            ("Liv Tove", "J. Okaf"),
            ("A. Lind", "B. van Okaf", "C. Tove"),
        ]


def test_blank_lines_of_any_number_keep_the_numbers_of_the_others(tmp_path):
    lines = [*[""] * 5000, *in_blocks(PAPERS), *[""] * 100_000, "A Title That Nobody Has Explained"]
    assert found(tmp_path, lines) == PAPERS
    assert skipped(tmp_path, lines) == [f"page.txt:{len(lines)}: no abstract: A Title That Nobody Has Explained"]


def test_a_line_of_millions_of_characters_costs_no_paper(tmp_path):
    lines = [*in_lines(MANY), "word " * 1_000_000, *in_lines(PAPERS)]
    assert found(tmp_path, lines) == [*MANY, *PAPERS]
    assert len(skipped(tmp_path, lines)) == 1


@pytest.mark.parametrize("label", ["Get trending papers ", "Trending Papers ", "Models Datasets ", "1,", "_"])
def test_chrome_that_is_repeated_without_end_is_read_to_its_end(tmp_path, label):
    assert found(tmp_path, [*in_lines(MANY), label * 200_000 + "x"]) == MANY


@pytest.mark.parametrize("title", ["Dams at Night", "What Beavers Do", "[DAM] in 3D"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_file_may_hold_a_single_paper(tmp_path, layout, title):
    assert found(tmp_path, layout([(title, LONG)])) == [(title, LONG)]
