"""`rag fetch`: what it prints and writes, and which arguments go together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rag.fetch import openalex, run, zotero
from rag.paper import Paper
from rag.sources import read
from tests.cli.runner import json_lines, rag
from tests.fetch.server import Answer, Asked, Server, running


def work(number: int, title: str = "") -> dict[str, Any]:
    return {
        "id": f"https://openalex.org/W99999{number:05}",
        "doi": f"https://doi.org/10.5555/moss.{number}",
        "title": title or f"Moss {number}",
        "abstract_inverted_index": {"Moss": [0], "grows.": [1]} if number else None,
    }


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """OpenAlex and Zotero on loopback; the current folder is empty."""
    monkeypatch.chdir(tmp_path)
    with running() as started:
        for module, name in ((openalex, "OPENALEX"), (zotero, "LOCAL")):
            found = getattr(module, name)
            host = replace(getattr(found, "host", found), base=started.url, interval=0.0)
            monkeypatch.setattr(module, name, replace(found, host=host) if hasattr(found, "host") else host)
        started.answer = answer
        yield started


def answer(asked: Asked) -> Answer:
    if asked.path == "/works":
        return Answer({"meta": {"count": 2_500}, "results": [work(n) for n in range(100)]})
    if asked.path == "/api/users/0/items/top":
        return Answer([{"data": {"itemType": "book", "title": "Moss", "abstractNote": "Moss grows.", "date": "2020"}}])
    return Answer(work(5)) if asked.path == "/works/doi:10.5555/moss.5" else Answer(status=404)


def test_a_search_writes_a_file_and_says_what_to_do_with_it(server: Server) -> None:
    done = rag("fetch", "openalex", "moss and fern", "--max", "20")
    assert done.exit_code == 0, done.output
    path = Path("papers-fetched/openalex-moss-and-fern.jsonl")
    assert done.stdout == f"20 papers, 1 without abstract: {path}\nrag add {path}\n"
    assert done.stderr == "2,500 match. For more, raise --max.\n"
    assert [line["title"] for line in json_lines(path.read_text())] == [f"Moss {n}" for n in range(1, 21)]
    assert [paper.source for paper in read(path) if isinstance(paper, Paper)] == ["OpenAlex"] * 20


def test_a_search_has_a_limit_of_its_own_and_a_library_none(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = []
    monkeypatch.setattr(run, "fetch", lambda *given, **_: limits.append(given[3]) or (Path("x"), run.State({})))
    rag("fetch", "openalex", "moss")
    rag("fetch", "zotero", "moss")
    rag("fetch", "arxiv", "moss", "--max", "5")
    assert limits == [1_000, run.NO_LIMIT, 5]


def test_the_contact_in_the_settings_is_given_to_the_service(server: Server) -> None:
    rag("fetch", "openalex", "moss", "--max", "1", "--since", "2023-04", RAG_CONTACT="maja@moss.example")
    (asked,) = server.asked
    assert asked.params["mailto"] == "maja@moss.example"
    assert asked.params["filter"] == "from_publication_date:2023-04-01"


def test_the_library_on_this_computer_needs_no_query_and_out_names_the_folder(server: Server) -> None:
    done = rag("fetch", "zotero", "--out", "my library")
    assert done.stdout == "1 paper, 0 without abstract: my library/zotero.jsonl\nrag add 'my library/zotero.jsonl'\n"


def test_ids_come_from_a_file_and_what_is_not_found_is_named(server: Server, tmp_path: Path) -> None:
    ids = tmp_path / "list.txt"
    ids.write_text(
        "\ufeff# mine\nhttps://doi.org/10.5555/MOSS.5\n10.5555/none\n\narXiv:2399.00001v2\n99999901\r\nmoss\n10.5555/moss.5\n"
    )
    done = rag("fetch", "openalex", "--ids", ids)
    assert done.exit_code == 0, done.output
    assert done.stderr.splitlines() == [
        "Skipped list.txt:7: neither a DOI nor an arXiv id nor a PMID: “moss”",
        "Skipped doi:10.5555/none: OpenAlex does not know it",
        "Skipped arxiv:2399.00001: OpenAlex does not know it",
        "Skipped pmid:99999901: OpenAlex does not know it",
    ]
    first, _ = done.stdout.splitlines()
    assert first == "1 paper, 0 without abstract, 3 not found: papers-fetched/openalex-ids-list.jsonl"


def test_records_that_cannot_be_papers_are_named(server: Server) -> None:
    works = [work(1), work(2, "Moss " * 200), work(3, "-")]
    server.answer = lambda asked: Answer({"meta": {"count": 3}, "results": works})
    done = rag("fetch", "openalex", "moss")
    assert done.stdout.startswith("1 paper, 0 without abstract, 2 left out: ")
    assert "Skipped title of 999 characters, more than 500: Moss Moss" in done.stderr
    assert "Skipped a title without letters and digits: -" in done.stderr


def test_without_a_match_no_file_is_written(server: Server, tmp_path: Path) -> None:
    server.answer = lambda asked: Answer({"meta": {"count": 0}, "results": []})
    done = rag("fetch", "openalex", "moss")
    assert (done.exit_code, done.stdout) == (0, "0 papers, 0 without abstract\n")
    assert not list(tmp_path.rglob("*.jsonl"))


def test_a_query_of_any_characters_is_asked_for(server: Server) -> None:
    done = rag("fetch", "openalex", "moss\udc80 \x00& +fern%", "--max", "1")
    assert done.exit_code == 0, done.output
    assert server.asked[0].params["search"] == "moss? & +fern%"


def test_a_fault_is_one_line_and_the_same_command_continues(server: Server) -> None:
    server.answer = lambda asked: answer(asked) if asked.params["page"] == "1" else Answer("Maintenance", status=403)
    done = rag("fetch", "openalex", "moss", "--max", "150")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: OpenAlex refuses the request (HTTP 403: Maintenance).")
    assert done.stderr.endswith("To have only the 99 papers so far: --max 99\n")
    assert done.stderr.count("\n") == 1
    assert rag("fetch", "openalex", "moss", "--max", "99").stdout.startswith("99 papers, 1 without abstract: ")


def test_an_interruption_says_how_to_continue(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*given: Any, **named: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "fetch", interrupted)
    done = rag("fetch", "openalex", "moss")
    assert done.exit_code == 1
    assert "Interrupted. To continue, run the same command again." in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("arxiv",), "Say what to search for"),
        (("arxiv", " \n"), "Say what to search for"),
        (("moss", "moss"), "'moss' is not one of"),
        (("arxiv", "moss", "--ids", "ids.txt"), "--ids cannot be combined"),
        (("arxiv", "--since", "2020", "--ids", "ids.txt"), "--ids cannot be combined"),
        (("zotero", "--ids", "ids.txt"), "--ids cannot be combined"),
        (("arxiv", "--ids", "empty.txt"), "There is no id in empty.txt"),
        (("arxiv", "moss", "--library", "users/1"), "--library is for zotero only"),
        (("arxiv", "moss", "--since", "soon"), "'soon' is neither a year nor a date"),
        (("arxiv", "moss", "--since", "2020-02-30"), "'2020-02-30' is neither a year nor a date"),
        (("arxiv", "moss", "--max", "0"), "--max"),
    ],
)
def test_arguments_that_do_not_go_together_are_told(server: Server, arguments: tuple[str, ...], message: str) -> None:
    Path("ids.txt").write_text("10.5555/moss\n")
    Path("empty.txt").write_text("# nothing\n")
    done = rag("fetch", *arguments)
    assert done.exit_code == 2
    assert message in done.stderr
    assert server.asked == []


@pytest.mark.parametrize(
    ("arguments", "env", "message"),
    [
        (("arxiv", "--ids", "missing.txt"), {}, "missing.txt cannot be read: No such file"),
        (("zotero", "--library", "mine"), {}, "users/123 or groups/456"),
        (("openalex", "moss"), {"RAG_CONTACT": "maja\nmoss"}, "'contact'"),
        (("openalex", "moss"), {"OPENALEX_API_KEY": "k 3 y"}, "OPENALEX_API_KEY contains a character"),
    ],
)
def test_what_is_wrong_around_a_fetch_is_one_line(
    server: Server, arguments: tuple[str, ...], env: dict[str, str], message: str
) -> None:
    done = rag("fetch", *arguments, **env)
    assert done.exit_code == 1
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert server.asked == []
