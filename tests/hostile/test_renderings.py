"""Hostile text stays text on the pages, on the terminal and in the exported files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rag.chat.edits import Preview
from rag.chat.library import LibraryInfo
from rag.sources.skipped import Skipped
from rag.web import adding, pages, papers_page
from rag.web.adding import Adding
from rag.web.home import Home, LabelledQuestion, Topic
from rag.web.listing import Listing
from rag.web.pages import Head
from rag.web.papers_page import Shelf
from rag.web.rebuilding import Change
from rag.web.turns import Turn
from tests import plans
from tests.attacks import ATTACKS, HOSTILE
from tests.hostile import checks, samples
from tests.hostile.checks import answers
from tests.web.reader import read
from tests.web.samples import CURATOR

HEAD = Head(LibraryInfo("papers.jsonl", 14, "no model", "quotes"))
TEXTS = [*ATTACKS, *(record["title"] for record in HOSTILE)]


@pytest.fixture(scope="module")
def turns() -> list[Turn]:
    return samples.made_turns()


def test_the_chat_page_contains_only_our_markup(turns: list[Turn]) -> None:
    for turn in turns:
        checks.check_chat_page(turn)


def test_an_example_question_is_shown_as_text(turns: list[Turn]) -> None:
    for question in {turn.question for turn in turns}:
        home = Home(
            question, (Topic(question, 1, "/papers?cluster=0"),), 0, question, (LabelledQuestion("One", question),)
        )
        page = read(pages.chat(HEAD, [], "", [], home, CURATOR))
        assert [one.content for one in page.all("button", "example")] == [question]


def test_the_papers_page_contains_only_our_markup() -> None:
    papers = [*samples.read_papers().values(), *samples.raw_papers()]
    page = read(papers_page.page(HEAD, Shelf(dict(enumerate(papers, 1)), len(papers)), [], [], Adding(), CURATOR))
    assert [title.content for title in page.all("h3", "title")] == [paper.title.replace("$$", "") for paper in papers]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_a_search_for_papers_is_shown_as_text(text: str) -> None:
    query, file = _as_a_browser_sends(text), _as_a_file_name(text)
    paper, listing = dict(enumerate(samples.raw_papers()[:1])), Listing(query, first=50)
    shelf = Shelf(paper, 999, listing, query, notice=query, found=[7])
    page = read(
        papers_page.page(HEAD, shelf, [(query, 7), ("", 3)], [(2021, 7), (None, 3)], Adding((file.name,)), CURATOR)
    )
    assert [page.all("h1")[0].content, page.all("p", "notice")[0].content] == [query, query]
    assert page.all("input")[0].attributes["value"] == query
    assert [one.attributes["value"] for one in page.all("button", "remove")] == [file.name]
    faulty = read(papers_page.page(HEAD, Shelf(fault=query), [], [], Adding(), CURATOR))
    assert faulty.all("p", "fault")[0].content == query


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_the_steps_of_a_rebuild_are_shown_as_text(text: str) -> None:
    name, file = _as_a_browser_sends(text), _as_a_file_name(text)
    paper = samples.raw_papers()[0]
    planned = plans.planned((paper,), (), (paper,), 0, (Skipped(file, 3, name),))
    assert read(adding.plan(Preview(planned), [])).all("li")[-1].content == str(planned.skipped[0])
    change = Change(name)
    assert name in read(adding.change(adding.change_view(change, CURATOR))).all("p")[0].content
    change.end(name)
    assert name in read(adding.change(adding.change_view(change, CURATOR))).all("p")[0].content


def test_titles_in_a_list_of_changes_are_shown_as_text() -> None:
    for paper in samples.raw_papers():
        listed = read(adding.plan(Preview(plans.planned((paper,), (paper,), (), 0, ())), [])).all("li")
        assert [one.content for one in listed] == [paper.title.replace("$$", "")] * 2


def test_conversations_are_read_back_as_they_were(turns: list[Turn]) -> None:
    checks.check_kept(turns)


def test_the_terminal_is_not_steered(turns: list[Turn], capsys: pytest.CaptureFixture[str]) -> None:
    for answer in answers(turns):
        checks.check_terminal(answer)
    printed = "".join(capsys.readouterr())
    assert len(printed) > 10_000
    assert set(filter(checks.steers, printed)) == {"\n"}


def test_markdown_contains_only_our_markup(turns: list[Turn]) -> None:
    for answer in answers(turns):
        checks.check_markdown(answer)


def test_bibtex_contains_only_our_entries(turns: list[Turn]) -> None:
    for answer in answers(turns):
        checks.check_bibtex(answer)


def test_copied_text_contains_only_our_markup(turns: list[Turn]) -> None:
    for answer in answers(turns):
        checks.check_plain_text(answer)
        checks.check_clipboard(answer)


def test_ris_contains_only_our_records(turns: list[Turn]) -> None:
    for answer in answers(turns):
        checks.check_ris(answer)


def test_csl_json_contains_only_our_items(turns: list[Turn]) -> None:
    for answer in answers(turns):
        checks.check_csl_json(answer)


def test_csv_contains_no_formula(turns: list[Turn]) -> None:
    for answer in answers(turns):
        checks.check_csv(answer)


def test_exported_files_have_harmless_names(turns: list[Turn]) -> None:
    for turn in turns:
        checks.check_file_name(turn)


def _as_a_browser_sends(text: str) -> str:
    """`text` without the lone surrogates that no browser sends."""
    return text.encode("utf-8", "replace").decode()


def _as_a_file_name(text: str) -> Path:
    return Path(re.sub(r"[/\0]", "", _as_a_browser_sends(text))[:80])
