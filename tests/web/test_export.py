"""Which files the page offers, what they are called, and what is in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from csv import DictReader
from io import StringIO

import pytest

from rag.answer.types import Answer, Listed, Measurement
from rag.export.formats import EXPORTS, PAPER_EXPORTS
from rag.web.export import MAX_FILE_NAME, download, file, menu, papers_file
from rag.web.turns import CUT_OFF, Turn

from .payloads import PAYLOADS
from .samples import OTHER, PAPER, cite, done, hostile, state

ANSWERED, REFUSED = done(state(), question="how slow?"), done(question="who won?")
SECOND = done(state(cite(n=2, paper=OTHER)), question="and how fast?")
STOPPED = Turn("how?", statements=[state()], stopped=True)
FAILED = Turn("how?", error="No.")


def offered(turns: Sequence[Turn], n: int) -> list[str]:
    """What the links of the menu of turn `n` lead to."""
    return [link.address for group in menu("/c/one", turns, n) for link in group.links]


FORMATS = ("md", "bib", "ris", "csl", "csv")


def files(scope: str, formats: Sequence[str] = FORMATS) -> list[str]:
    return [f"/c/one/{scope}.{one}" for one in formats]


def test_an_answer_is_offered_in_each_format() -> None:
    (group,) = menu("/c/one", [ANSWERED], 0)
    assert [link.text for link in group.links] == ["Markdown", "BibTeX", "RIS", "CSL-JSON", "CSV"]
    assert offered([ANSWERED], 0) == files("0")


def test_the_whole_conversation_is_offered_with_the_last_of_several_turns() -> None:
    assert offered([ANSWERED, SECOND], 0) == files("0")
    assert offered([ANSWERED, SECOND], 1) == [*files("1"), *files("all")]
    assert [group.scope for group in menu("/c/one", [ANSWERED, SECOND], 1)] == ["answer", "conversation"]


def test_a_refusal_cites_nothing_and_can_be_saved_as_text_only() -> None:
    assert offered([REFUSED], 0) == files("0", ["md"])
    assert offered([ANSWERED, REFUSED], 1) == [*files("1", ["md"]), *files("all")]
    assert offered([REFUSED, REFUSED], 1) == [*files("1", ["md"]), *files("all", ["md"])]


def test_an_answer_that_lists_papers_can_be_saved_as_references_too() -> None:
    listing = Turn("all?", answer=Answer("all?", wish="list", listed=(Listed(1, PAPER),)))
    assert offered([listing], 0) == files("0")


def test_a_table_of_numbers_can_be_saved_where_there_is_one() -> None:
    row = Measurement(cite(), "speed", "3 fps", 3.0)
    counted = done(state(), question="how fast?", measurements=(row,))
    assert offered([counted], 0) == files("0", [*FORMATS, "numbers.csv"])
    assert file([counted], "numbers.csv")[0] == "how-fast.numbers.csv"


def test_an_answer_and_the_conversation_have_pages_to_be_printed() -> None:
    groups = menu("/c/one", [ANSWERED, SECOND], 1)
    assert [group.print_address for group in groups] == ["/c/one/1/print", "/c/one/print"]


def test_a_file_holds_one_answer_or_all_of_them() -> None:
    assert file([ANSWERED], "md")[1].count("# how slow?") == 1
    name, text = file([ANSWERED, FAILED, REFUSED, SECOND], "md")
    assert name == "conversation-how-slow.md"
    assert re.findall(r"^# (.+)$", text, re.MULTILINE) == ["how slow?", "who won?", "and how fast?", "References"]
    assert file([ANSWERED, SECOND], "bib")[1].count("@misc{") == 2


def test_an_answer_that_was_cut_off_says_so() -> None:
    assert file([STOPPED], "md")[1].count(CUT_OFF) == 1
    assert file([STOPPED], "bib")[1].count("@misc{") == 1


def test_a_spreadsheet_reads_the_csv_file_as_utf_8() -> None:
    text = file([ANSWERED], "csv")[1]
    assert text.encode().startswith(b"\xef\xbb\xbf")
    (row,) = DictReader(StringIO(text.removeprefix("\ufeff"), newline=""))
    assert (row["question"], row["quote"]) == ("how slow?", "One is slow.")
    assert not any(file([ANSWERED], one)[1].startswith("\ufeff") for one in EXPORTS if not one.endswith("csv"))
    assert papers_file([PAPER], "", "csv")[1].startswith("\ufeff")


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("How slow is it?", "how-slow-is-it.md"),
        ("../../etc/passwd", "etc-passwd.md"),
        ("a\r\nSet-Cookie: b", "a-set-cookie-b.md"),
        ("???", "answer.md"),
        ("x" * 100, "x" * MAX_FILE_NAME + ".md"),
    ],
)
def test_a_file_is_named_after_its_question(question: str, name: str) -> None:
    assert file([done(state(), question=question)], "md")[0] == name


@pytest.mark.parametrize("payload", PAYLOADS)
def test_names_are_harmless_and_bounded(payload: str) -> None:
    turn = done(state(cite(0, 5, paper=hostile(payload))), question=payload)
    for format_, entry in EXPORTS.items():
        name, text = file([turn], format_)
        assert re.fullmatch(rf"[\w-]{{1,{MAX_FILE_NAME}}}\.{entry.extension}", name)
        assert text


@pytest.mark.parametrize("format_", ["", "exe", "answer.md", "../md", "MD"])
def test_nothing_else_can_be_asked_for(format_: str) -> None:
    with pytest.raises(KeyError):
        file([ANSWERED], format_)


@pytest.mark.parametrize(
    ("query", "name"),
    [("", "papers.ris"), ("year:2020..", "year-2020.ris"), ("../深", "深.ris"), ("???", "papers.ris")],
)
def test_a_file_of_papers_is_named_after_what_was_searched(query: str, name: str) -> None:
    assert papers_file([PAPER], query, "ris")[0] == name


def test_papers_are_saved_in_every_format_but_that_of_answers() -> None:
    assert all(PAPER.title in papers_file([PAPER, OTHER], "", one)[1] for one in PAPER_EXPORTS)
    with pytest.raises(KeyError):
        papers_file([PAPER], "", "md")


def test_a_file_is_saved_rather_than_shown_whatever_its_name() -> None:
    reply = download("深-a.json", "[]", "csl")
    assert reply.headers["content-disposition"] == "attachment; filename*=UTF-8''%E6%B7%B1-a.json"
    assert reply.headers["content-type"] == "application/vnd.citationstyles.csl+json; charset=utf-8"
