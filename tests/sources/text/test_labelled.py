"""Plain text with labels such as "Title:" and "Abstract:"; letters and templates that have them too are refused."""

from textwrap import dedent, fill

import pytest

from rag.paper import MAX_ABSTRACT, Paper
from tests.sources.text.reading import LICHEN, MOSS, pairs, papers, skipped

PAPERS = [("Moss at the Door", MOSS), ("Lichen Remembers", LICHEN)]


# Each shows one paper, with {title}, {abstract}, and {n} for a number of its own.
SHAPES = {
    "lines": "Title: {title}\nAbstract: {abstract}\n\n",
    "no blank lines": "Title: {title}\nAbstract: {abstract}\n",
    "lower case": "title: {title}\njournal: Doors\nabstract: {abstract}\n\n",
    "upper case": "TITLE: {title}\nABSTRACT: {abstract}\n\n",
    "abstract first": "Abstract: {abstract}\nTitle: {title}\n\n",
    "authors first": "Author: A. Lind\nAuthor: B. Okaf\nTitle: {title}\nAbstract: {abstract}\n\n",
    "labels alone": "Title:\n{title}\nAbstract:\n{abstract}\n\n",
    "headings": "TITLE\n\n{title}\n\nABSTRACT\n\n{abstract}\n\n",
    "underlined headings": "{title}\n==========\n\nAbstract\n--------\n\n{abstract}\n\n",
    "numbered labels": "{n}. Title: {title}\n   Abstract: {abstract}\n\n",
    "numbers in brackets": "[{n}] Title: {title}\n    Abstract: {abstract}\n",
    "numbered records": "Paper {n}\nTitle: {title}\nAbstract: {abstract}\n\n",
    "fields apart": "Title: {title}\n\nAuthor: Lind, Maja\n\nAbstract: {abstract}\n\n____________\n\n",
    "rules within": "Title: {title}\n-----\nAbstract: {abstract}\n==========\n",
    "unlabelled titles": "{n}. {title}\nAuthors: Maja Lind\nAbstract: {abstract}\n\n",
    "dash": "Title: {title}\nAbstract—{abstract}\n\n",
    "bold": "- **Title:** *{title}*\n- **Abstract:** {abstract}\n\n",
    "further fields": "Title: {title}\nAbstract: {abstract}\nKeywords: doors\nImpact factor: 3\nNotes: to be read.\n\n",
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_titles_and_abstracts_are_read_in_every_shape(tmp_path, shape):
    text = "".join(shape.format(title=title, abstract=abstract, n=n) for n, (title, abstract) in enumerate(PAPERS, 1))
    assert pairs(tmp_path, text) == PAPERS
    assert skipped(tmp_path, text) == []
    assert pairs(tmp_path, text.rstrip()) == PAPERS


def test_wrapped_titles_and_abstracts_are_joined(tmp_path):
    text = f"Title: Moss at the Door and What It Says of the\n  Streets at Night\nAbstract: {fill(MOSS, 60)}\n"
    assert pairs(tmp_path, text) == [("Moss at the Door and What It Says of the Streets at Night", MOSS)]


def test_all_paragraphs_below_a_heading_are_the_abstract(tmp_path):
    text = f"TITLE\n\nMoss\n\nABSTRACT\n\n{fill(MOSS, 60)}\n\n{fill(LICHEN, 60)}\n\nKEYWORDS\n\nmoss, doors\n"
    assert pairs(tmp_path, text) == [("Moss", f"{MOSS} {LICHEN}")]


def test_the_parts_of_an_abstract_are_no_fields_of_their_own(tmp_path):
    text = f"Title: Moss\nAbstract: Background: Moss grows.\nMethods: {MOSS}\nResults: It does.\nKeywords: moss\n"
    assert pairs(tmp_path, text) == [("Moss", f"Background: Moss grows. Methods: {MOSS} Results: It does.")]


def test_fields_become_those_of_the_paper(tmp_path):
    text = dedent(f"""\
        Title: Moss
        Authors: Lind, Maja; Okaf, J.; et al.
        Publication year: 2021
        DOI: https://doi.org/10.5555/AB.1
        arXiv: 2301.99910v2 [cs.CV]
        PMID: 99999901
        Link: https://example.org/moss
        Abstract: {MOSS}
        """)
    assert papers(tmp_path, text) == [
        Paper(
            "Moss",
            MOSS,
            ("Maja Lind", "J. Okaf"),
            2021,
            ids=("doi:10.5555/ab.1", "arxiv:2301.99910", "pmid:99999901"),
            url="https://example.org/moss",
            source="papers.txt",
        )
    ]


def test_each_author_may_have_a_label(tmp_path):
    text = f"Author: Lind, Maja\nAuthor: Okaf, J.\nTitle: Moss\nAbstract: {MOSS}\n"
    assert papers(tmp_path, text)[0].authors == ("Maja Lind", "J. Okaf")


def test_an_address_below_an_abstract_is_not_part_of_it(tmp_path):
    (paper,) = papers(tmp_path, f"Title: Moss\nAbstract: {MOSS}\nhttps://arxiv.org/abs/2301.99910\n")
    assert (paper.abstract, paper.ids) == (MOSS, ("arxiv:2301.99910",))


def test_names_below_a_title_are_not_part_of_it(tmp_path):
    (paper,) = papers(tmp_path, f"Title: Moss\nMaja Lind, J. Okaf\nUniversity of Bergen\nAbstract: {MOSS}\n")
    assert (paper.title, paper.authors) == ("Moss", ("Maja Lind", "J. Okaf"))


def test_mails_of_arxiv_have_their_abstracts_between_backslashes(tmp_path):
    rule = "-" * 78
    text = (
        f"{rule}\n\\\\\narXiv:2301.99910\nDate: Mon, 2 Jan 2023 10:00:00 GMT   (12kb)\n\nTitle: Moss at the\n  Door\n"
        f"Authors: Maja Lind and J. Okaf\nComments: 12 pages\n\\\\\n  {fill(MOSS, 70)}\n"
        f"\\\\ ( https://arxiv.org/abs/2301.99910 ,  12kb)\n{rule}\n\\\\\narXiv:2301.99911\nTitle: Lichen\n\\\\\n"
        f"  {LICHEN}\n\\\\ ( https://arxiv.org/abs/2301.99911 ,  9kb)\n{rule}\n"
    )
    moss, lichen = papers(tmp_path, text)
    assert (moss.title, moss.abstract, moss.authors) == ("Moss at the Door", MOSS, ("Maja Lind", "J. Okaf"))
    assert (moss.year, moss.ids) == (2023, ("arxiv:2301.99910",))
    assert (lichen.title, lichen.abstract, lichen.ids) == ("Lichen", LICHEN, ("arxiv:2301.99911",))


def test_backslashes_below_a_rule_do_not_stop_the_reader(tmp_path):
    text = f"Doors: A Note\n\nMoss at the Door\n\nLichen Remembers\n***\n\\\\\n{LICHEN}\n"
    assert pairs(tmp_path, text) == [("Lichen Remembers", LICHEN)]


def test_a_page_of_results_of_arxiv_is_read(tmp_path):
    text = "".join(
        f"arXiv:2301.9991{n} [pdf, other] cs.CV\n\n{title}\n\nAuthors: Maja Lind, J. Okaf\n\n"
        f"Abstract: {abstract} △ Less\n\nSubmitted {n} January, 2023; originally announced January 2023.\n\n"
        for n, (title, abstract) in enumerate(PAPERS, 1)
    )
    assert pairs(tmp_path, text) == PAPERS
    assert {(paper.authors, paper.year) for paper in papers(tmp_path, text)} == {(("Maja Lind", "J. Okaf"), 2023)}


@pytest.mark.parametrize("blank", ["", "\n"])
def test_a_missing_abstract_or_title_is_never_made_up_from_the_next_record(tmp_path, blank):
    text = (
        f"Title: Moss\nAbstract: {MOSS}\n{blank}Title: Ferns\nYear: 2020\n{blank}Title: Lichen\nAbstract: {LICHEN}\n"
        f"{blank}Year: 2021\nAbstract: {MOSS}\n{blank}Title: Doors\nAbstract: {LICHEN}\n"
    )
    assert pairs(tmp_path, text) == [("Moss", MOSS), ("Lichen", LICHEN), ("Doors", LICHEN)]
    no_abstract, no_title = skipped(tmp_path, text)
    assert no_abstract.endswith(": no abstract: Ferns")
    assert no_title.endswith(f": no title: {MOSS[:80]}")


def test_an_abstract_alone_between_blank_lines_is_not_that_of_the_title_above(tmp_path):
    text = f"Title: Moss\nAbstract: {MOSS}\n\nTitle: Ferns\n\nAbstract: {LICHEN}\n\nTitle: Lichen\nAbstract: {LICHEN}\n"
    assert pairs(tmp_path, text) == [("Moss", MOSS), ("Lichen", LICHEN)]
    assert len(skipped(tmp_path, text)) == 2


@pytest.mark.parametrize("missing", ["", "N/A", "No abstract available."])
def test_a_placeholder_is_no_abstract(tmp_path, missing):
    text = f"Title: Moss\nAbstract: {MOSS}\n\nTitle: Ferns\nAbstract: {missing}\n"
    assert skipped(tmp_path, text) == ["papers.txt:4: no abstract: Ferns"]


def test_prose_that_no_label_precedes_is_reported(tmp_path):
    note = "I liked this one, and I'd like you to read it."
    text = f"Title: Moss\nAbstract: {MOSS}\n\n{note}\n\nTitle: Lichen\nAbstract: {LICHEN}\n"
    assert pairs(tmp_path, text) == [("Moss", MOSS), ("Lichen", LICHEN)]
    assert skipped(tmp_path, text) == [f"papers.txt:4: text without a label: {note}"]


def test_an_abstract_that_is_too_long_costs_no_other(tmp_path):
    long = "So it goes. " * (MAX_ABSTRACT // 10)
    text = "".join(f"Title: Moss {n}\nAbstract: {MOSS}\n\n" for n in range(200))
    found = pairs(tmp_path, f"{text}Title: Long\nAbstract: {long}\n\nTitle: Ferns\nAbstract: {LICHEN}\n")
    assert found[-1] == ("Ferns", LICHEN)
    assert len(found) == 201


LETTER = f"""Dear editor,

please find attached our manuscript, which we would like you to consider for publication in your journal.

Title: Moss
Abstract: {MOSS}

All authors have approved the manuscript, and none of us has submitted it anywhere else before today.

We look forward to hearing from you, and remain with the very best regards from Bergen and from all of the authors.
"""
TEMPLATE = "Title: {title}\nAuthors: {authors}\nAbstract: {abstract of the paper in a few short words}\n"
CODE = "const paper = {\n  title: 'Moss at the door',\n  abstract: 'We measure how fast moss covers a door.',\n}\n"
FULL = (
    f"Title: Moss\n\nAbstract: {MOSS}\n\n1 Introduction\n\n" + "Moss is found on doors in most of the cities.\n\n" * 40
)


@pytest.mark.parametrize("text", [LETTER, TEMPLATE, CODE, FULL], ids=["letter", "template", "code", "paper in full"])
def test_other_text_with_labels_is_refused(tmp_path, text):
    assert papers(tmp_path, text) == []
    (refusal,) = skipped(tmp_path, text)
    assert refusal.startswith("papers.txt: in no format that rag reads")
    assert "labelled text" in refusal
