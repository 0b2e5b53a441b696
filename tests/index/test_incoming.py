"""What a file is that somebody wants to add, what becomes of its papers, and why others are skipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.index.changes import between
from rag.index.contents import Contents
from rag.index.incoming import Outcome, examine, outcomes, reasons
from rag.paper import Paper
from rag.sources import Skipped
from rag.sources.duplicates import deduplicate

BREAD = "@article{b, title={Bread}, abstract={We bake bread for hours.}}\n"
RYE = "@article{r, title={Rye}, abstract={We bake rye bread for days.}}\n"


def write(folder: Path, name: str, text: str | bytes) -> Path:
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def test_each_paper_of_a_file_is_new_changed_the_same_or_repeated(tmp_path: Path) -> None:
    held = [Paper("Bread", "We bake bread for hours."), Paper("Cake", "We bake cake.", ids=("doi:10.1000/cake",))]
    cake = "@article{c, title={Cake}, doi={10.1000/cake}, abstract={We bake cake, and it is good.}}\n"
    files = [
        examine(write(tmp_path, name, text), {})
        for name, text in (("a.bib", BREAD + RYE + cake), ("b.bib", RYE + BREAD))
    ]
    after, _ = deduplicate([*held, *(paper for file in files for paper in file.papers)])
    changes = between(Contents(held), after)
    assert outcomes(files, changes, after) == [Outcome(new=1, changed=1, same=1), Outcome(same=1, twice=1)]


@pytest.mark.parametrize(
    ("name", "text", "format_", "fault"),
    [
        ("a.txt", BREAD, "BibTeX", ""),
        ("a.bib", "TY  - JOUR\nTI  - Bread\nAB  - We bake bread.\nER  - \n", "RIS", ""),
        ("a.ris", "", "", "empty file"),
        ("a.bib", b"%PDF-1.4 \x00\xff\xfe", "", "not text but a PDF: export the references as BibTeX, RIS or CSV"),
        ("a.bib", "@article{b, title={Bread}}", "BibTeX", "none of its records has a title and an abstract"),
    ],
)
def test_a_file_is_recognised_by_its_content_or_says_why_it_cannot_be_added(
    tmp_path: Path, name: str, text: str | bytes, format_: str, fault: str
) -> None:
    file = examine(write(tmp_path, name, text), {})
    assert (file.format, file.fault) == (format_, fault)


def test_an_encoding_that_is_a_guess_is_noted(tmp_path: Path) -> None:
    named = "@article{b, title={Bread}, author={Müller, Jürgen and Größe, Zoë}, abstract={We bake bread for hours.}}"
    assert examine(write(tmp_path, "a.bib", named), {}).note == ""
    assert examine(write(tmp_path, "b.bib", named.encode("cp1252")), {}).note == (
        "it is not UTF-8, and is read as cp1252: check names with accents"
    )


def test_reasons_are_counted_most_frequent_first_and_differ_not_by_numbers() -> None:
    path = Path("a.bib")
    skipped = [
        Skipped(path, 3, "title of 612 characters, more than 500: Long"),
        *(Skipped(path, n, f"no abstract: Title {n}") for n in range(10, 22)),
        Skipped(path, 5, "title of 700 characters, more than 500: Longer"),
        Skipped(path, 0, "the file is cut off: download it again"),
    ]
    none, long, cut = reasons(skipped)
    assert (none.text, none.records, none.examples[0], len(none.examples)) == (
        "no abstract",
        12,
        "line 10: Title 10",
        5,
    )
    assert (long.text, long.records) == ("title of … characters, more than …", 2)
    assert (cut.text, cut.records, cut.examples) == ("the file is cut off: download it again", 1, ())
