"""Lists of papers and reading notes in Markdown; other Markdown is refused."""

from textwrap import indent

import pytest

from rag.paper import MAX_ABSTRACT, Paper
from rag.sources import files_in
from tests.sources.text.reading import LICHEN, MOSS, pairs, papers, skipped

PAPERS = [("Moss at the Door", MOSS), ("Lichen Remembers the Stone", LICHEN)]
LINK = "https://arxiv.org/abs/2301.9991"


# Each shows one paper, with {title}, {abstract}, and {n} for a number of its own.
SHAPES = {
    "heading": "## {title}\n\n{abstract}\n\n",
    "underlined heading": "{title}\n==========\n\n{abstract}\n\n",
    "bold line": "**{title}** [[pdf](moss.pdf)]\n\n{abstract}\n\n",
    "bold item": "- **{title}** (Lind et al., 2023)\n  {abstract}\n\n",
    "linked item": "{n}. [{title}](https://example.org/{n})\n\n   {abstract}\n\n",
    "quote": "### {title}\n*Lind, M. and Okaf, J.* (2023)\n\n> {abstract}\n\nA remark of my own, no abstract.\n\n",
    "details": "#### {title}\n<details>\n<summary>Abstract</summary>\n{abstract}\n</details>\n\n",
    "details on a line": "- [{title}](a.pdf), 2023\n  <details><summary>Abstract</summary>{abstract}</details>\n",
    "details of a bold item": "- **{title}**  \n  _2026-02-27_\n  <details open><summary>📄 Abstract</summary>\n\n"
    "  {abstract}\n\n  </details>\n",
    "details that are not closed": "## {title}\n\n<details>\n<summary>Abstract</summary>\n\n{abstract}\n\n",
    "title in a summary": "<details>\n<summary><strong>{title}</strong> - [[pdf]](a.pdf)</summary>\n\n"
    "**Abstract:** {abstract}\n\n**Code:** none\n</details>\n\n",
    "label": "### {title}\n**Published:** 2026  \n\n**Abstract:** {abstract}\n\n[PDF](a) | [View on arXiv](b)\n\n---\n",
    "label in bold alone": "### {title}\n\n**Abstract**\n\n{abstract}\n\n**Notes**\n\nAn idea to try.\n\n",
    "label in a list": "## {title}\n- **Venue**: Bergen\n- **Abstract**: {abstract}\n- **Task**: counting\n\n",
    "labelled title": "## Paper {n}\n- **Title:** {title}\n- **Abstract:** {abstract}\n\n",
    "numbered": "### {n} {title}\n**link**: https://example.org/{n}\n**abs**: {abstract}\n\n---\n",
    "heading for the abstract": "## {n}. {title}\n\n### 📝 Abstract\n\n{abstract}\n\n### Notes\n\n- An idea.\n\n",
    "callout": "## {title}\n\n> [!abstract]\n> {abstract}\n\n> [!note]\n> An idea to try.\n\n",
    "code in details": "## {title}\n\n<details>\n<summary>Abstract</summary>\n{{: .small }}\n"
    "```\n{abstract}\n```\n</details>\n\n",
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_titles_and_abstracts_are_read_in_every_shape(tmp_path, shape):
    text = "".join(shape.format(title=title, abstract=abstract, n=n) for n, (title, abstract) in enumerate(PAPERS, 1))
    assert pairs(tmp_path, text) == PAPERS
    assert (
        pairs(tmp_path, f"# Papers\n\nSome notes of mine about this list, which are no abstract.\n\n{text}") == PAPERS
    )
    assert pairs(tmp_path, text.replace("\n", "\r\n")) == PAPERS


def test_a_file_in_a_folder_is_found_by_its_extension_but_for_a_readme(tmp_path):
    for name in ("a.md", "b.markdown", "README.md"):
        (tmp_path / name).write_text(MOSS)
    assert [path.name for path in files_in(tmp_path)] == ["a.md", "b.markdown"]


def test_text_beneath_a_title_without_a_marked_abstract_is_no_abstract_where_others_are_marked(tmp_path):
    text = f"## Moss\n\n**Abstract:** {MOSS}\n\n## Lichen at Sea\n\n{LICHEN}\n"
    assert pairs(tmp_path, text) == [("Moss", MOSS)]
    assert skipped(tmp_path, text) == ["papers.txt:5: no abstract: Lichen at Sea"]


def test_where_two_texts_may_be_the_abstract_the_title_is_reported(tmp_path):
    text = "".join(f"## {title} Number {n}\n\n{abstract}\n\n" for n in (1, 2) for title, abstract in PAPERS)
    text += f"## Two Texts of One Paper\n\n{MOSS}\n\nA note of mine that is none of it.\n"
    assert skipped(tmp_path, text) == [
        "papers.txt:17: 2 texts, and none is marked as the abstract: Two Texts of One Paper"
    ]


def test_other_details_are_no_abstract(tmp_path):
    text = (
        f"#### Moss ([pdf](m.pdf))\n<details>\n<summary>Abstract</summary>\n{MOSS}\n</details>\n"
        f"<details>\n<summary>Reason to read</summary>\n{LICHEN}\n</details>\n\n"
        f"#### Ferns ([pdf](f.pdf), [edit](e.md))\n<details>\n<summary>Description</summary>\n{LICHEN}\n</details>\n"
    )
    assert pairs(tmp_path, text) == [("Moss", MOSS)]
    assert skipped(tmp_path, text) == ["papers.txt:11: no abstract: Ferns"]


def test_a_summary_in_a_few_words_is_no_abstract(tmp_path):
    text = f"### [Moss]({LINK}0)\n\n**TL;DR:** Moss returns.\n\n### [Lichen]({LINK}1)\n\n**Abstract:** {LICHEN}\n"
    assert pairs(tmp_path, text) == [("Lichen", LICHEN)]
    assert skipped(tmp_path, text) == ["papers.txt:1: no abstract: Moss"]


def test_links_in_a_heading_give_identifiers_and_the_address(tmp_path):
    (paper,) = papers(tmp_path, f"## 2. [Moss]({LINK}1v2) [[code](https://example.org/code)]\n\n**Abstract:** {MOSS}\n")
    assert (paper.title, paper.ids, paper.url) == ("Moss", ("arxiv:2301.99911",), f"{LINK}1v2")


def test_links_to_other_papers_in_an_abstract_or_in_notes_give_none(tmp_path):
    text = f"## Moss\n\n**Abstract:** {MOSS} See [this]({LINK}1).\n\nBetter than [that]({LINK}2), I find.\n"
    (paper,) = papers(tmp_path, text)
    assert (paper.abstract, paper.ids, paper.url) == (f"{MOSS} See this.", (), "")


@pytest.mark.parametrize(
    "line",
    [
        "**Authors:** Maja Lind, J. Okaf et al.  \n**Published:** 2023-05-01  \n**DOI:** https://doi.org/10.5555/AB",
        "- ✍️ **Authors**: Maja Lind, J. Okaf\n- 📅 **Date**: May 2023\n- **Link**: [doi](https://doi.org/10.5555/AB)",
        "authors: Lind, Maja; Okaf, J.\nyear: 2023\ndoi: 10.5555/ab",
        "**Maja Lind, J. Okaf** · 2023-05-01 · [doi](https://doi.org/10.5555/ab)",
        "_Maja Lind, J. Okaf, et al._ (2023)\n[doi](https://doi.org/10.5555/ab)",
    ],
)
def test_authors_year_and_identifier_are_read_from_the_lines_below_a_title(tmp_path, line):
    text = f"### Moss\n{line}\n<details>\n<summary>Abstract</summary>\n{MOSS}\n</details>\n"
    (paper,) = papers(tmp_path, text)
    assert (paper.authors, paper.year, paper.ids) == (("Maja Lind", "J. Okaf"), 2023, ("doi:10.5555/ab",))
    assert paper.abstract == MOSS


def test_a_note_about_one_paper_takes_the_fields_before_it(tmp_path):
    text = (
        '---\ntitle: "Moss: A Study"\nauthors:\n  - Maja Lind\n  - J. Okaf\nyear: 2023\ndoi: 10.5555/1\n---\n'
        f"# Moss: A Study\n\n## Abstract\n\n{MOSS}\n\n## My thoughts\n\nI liked it.\n"
    )
    (paper,) = papers(tmp_path, text)
    assert paper == Paper(
        "Moss: A Study", MOSS, ("Maja Lind", "J. Okaf"), 2023, ids=("doi:10.5555/1",), source="papers.txt"
    )


def test_fields_before_the_text_may_be_all_there_is(tmp_path):
    text = f"---\ntitle: 'Moss: A Study'\nabstract: >-\n{indent(MOSS, '  ')}\ntags:\n- moss\n---\n"
    assert pairs(tmp_path, text) == [("Moss: A Study", MOSS)]


def test_a_rule_at_the_start_does_not_hide_the_first_paper(tmp_path):
    assert pairs(tmp_path, f"---\n## Moss\n\n**Abstract:** {MOSS}\n\n---\n") == [("Moss", MOSS)]


def test_a_paper_in_full_is_one_paper(tmp_path):
    text = (
        f"# **Moss: A Study**\n\n#### **MAJA LIND, JOSEF OKAF**\n\n*University of Bergen*\n\n**Abstract:** {MOSS}\n\n"
        "## 1. Introduction\n\nMoss is old, and so are doors.\n\n## References\n\n- [1] M. Lind. Moss. 2019.\n"
    )
    assert pairs(tmp_path, text) == [("Moss: A Study", MOSS)]
    assert skipped(tmp_path, text) == []


def test_the_parts_of_a_structured_abstract_belong_to_it(tmp_path):
    text = f"## Moss\n\n**Abstract:**\n\n**Background:** Moss grows.\n\n**Methods:** {MOSS}\n\n**Keywords:** moss\n"
    assert pairs(tmp_path, text) == [("Moss", f"Background: Moss grows. Methods: {MOSS}")]


def test_links_below_an_abstract_are_not_part_of_it(tmp_path):
    text = f"## Moss\n**Abstract:** {MOSS}\n[View on arXiv]({LINK}0) | [PDF](a.pdf)\n"
    assert pairs(tmp_path, text) == [("Moss", MOSS)]


def test_a_paper_that_another_one_names_does_not_take_its_abstract(tmp_path):
    text = (
        f"## Moss\n<details>\n<summary>Related</summary>\n\n- [Lichen at Sea]({LINK}1)\n</details>\n\n"
        f"**Abstract:** {MOSS}\n"
    )
    assert pairs(tmp_path, text) == [("Moss", MOSS)]
    assert skipped(tmp_path, text) == ["papers.txt:5: no abstract: Lichen at Sea"]


def test_papers_in_folded_groups_are_read(tmp_path):
    text = "<details>\n<summary>2023</summary>\n\n" + "".join(
        f"- **{title}**\n\n  <details><summary>Abstract</summary>{abstract}</details>\n\n" for title, abstract in PAPERS
    )
    assert pairs(tmp_path, f"{text}</details>\n") == PAPERS


def test_markup_becomes_plain_text(tmp_path):
    text = (
        "## The *Moss* of `snake_case` &amp; $a_i * b_i$\n\n**Abstract:** Moss grows *at* **doors**, see "
        "[the map](m.html), ![a map](m.png)in H<sub>2</sub>O[^1]; SCGC* and 5 \\* 4 stay <!-- as -->they are.\n"
    )
    assert pairs(tmp_path, text) == [
        (
            "The Moss of snake_case & $a_i * b_i$",
            "Moss grows at doors, see the map, in H2O; SCGC* and 5 * 4 stay they are.",
        )
    ]


@pytest.mark.parametrize(
    "title", ["Lichen (DAM)", "Using BERT for Moss", "[Lichen] at Sea", "3D Moss", "Doors? Doors!"]
)
def test_a_title_keeps_its_own_brackets_and_numbers(tmp_path, title):
    text = f"## {title} ([pdf](a.pdf), [code](b))\n\n**Abstract:** {MOSS}\n\n## Ferns\n\n**Abstract:** {LICHEN}\n"
    assert pairs(tmp_path, text)[0] == (title, MOSS)


def test_a_paper_that_is_too_long_costs_no_other(tmp_path):
    long = "So it goes. " * (MAX_ABSTRACT // 10)
    text = f"## Long\n\n**Abstract:** {long}\n\n## Moss\n\n**Abstract:** {MOSS}\n"
    assert pairs(tmp_path, text) == [("Moss", MOSS)]
    assert skipped(tmp_path, text)[0].startswith("papers.txt:1: abstract of 2")


@pytest.mark.parametrize(("mark", "name"), [("```", "code"), ("<!--", "comment")])
def test_what_follows_a_mark_that_is_never_closed_is_reported(tmp_path, mark, name):
    text = f"## Moss\n\n**Abstract:** {MOSS}\n\n{mark}\n\n## Lichen\n\n**Abstract:** {LICHEN}\n"
    assert pairs(tmp_path, text) == [("Moss", MOSS)]
    (reason,) = skipped(tmp_path, text)
    assert reason.startswith("papers.txt:5: ")
    assert name in reason


def test_a_title_at_another_level_than_the_rest_is_reported(tmp_path):
    text = "".join(f"## {title} Number {n}\n\n{abstract}\n\n" for n in range(300) for title, abstract in PAPERS)
    assert skipped(tmp_path, f"{text}### Ferns at Last\n\n{MOSS}\n") == [
        "papers.txt:2401: not at the level of the other titles: Ferns at Last"
    ]


MANUAL = """# mosscount

A tool that counts moss on photographs of doors, with a model that was trained on our own data.

## Installation

```
pip install mosscount
```

## How it works

We first segment the photograph with a small network. The patches are then measured and summed for each door.

## License

MIT
"""
NOTES = """# Meeting

## Camera

The camera was moved on Tuesday, so we repeat the measurement next week.

## Paper

Jo writes the introduction, and I'll draw the figures until Friday.
"""
LINKS = "# Links\n\n- [A tool for moss](https://example.org/a)\n- [A map of doors](https://example.org/b)\n"
REFERENCES = (
    "# References\n\n1. Lind, M. (2019). Moss. *Journal of Moss*, 3, 4-5.\n2. Okaf, J. (2020). Lichen. *Doors*, 1.\n"
)
ASIDE = (
    "# On Robustness\n\n"
    + "".join(f"## The Story of {name}\n\nThe story goes on.\n\n" for name in ("Oak", "Glass", "Iron"))
    + f"## Refinement\n\n1. **Abstract:** {MOSS}\n2. **Check:** We search.\n"
)


CODE = '"""Papers about moss."""\n\n\n@dataclass\nclass Paper:\n    title: str = "Moss"\n    abstract: str = {}\n'


@pytest.mark.parametrize("value", ['""', '"Moss grows on doors, and on walls."'])
def test_code_is_refused(tmp_path, value):
    assert skipped(tmp_path, CODE.format(value))[0].startswith("papers.txt: in no format that rag reads")


@pytest.mark.parametrize("text", [MANUAL, NOTES, LINKS, REFERENCES, ASIDE, "# Moss\n", f"# Moss\n\n{MOSS} And you?!\n"])
def test_other_markdown_is_refused(tmp_path, text):
    (refusal,) = skipped(tmp_path, text)
    assert refusal.startswith("papers.txt: in no format that rag reads")
    assert pairs(tmp_path, text) == []
