"""The file that a fetch writes: whole or not there, and continued where an interrupted fetch stopped."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from rag.errors import FetchError
from rag.fetch.client import Client
from rag.fetch.host import Host
from rag.fetch.reply import Reply
from rag.fetch.run import NO_LIMIT, Wanted, fetch
from rag.fetch.service import Page, Search, Service
from rag.paper import Paper
from rag.sources import Skipped, read
from tests.fetch.server import Answer, Asked, Server

PER_PAGE = 3
MOSS = Wanted(Search("moss"))


def papers(first: int, last: int) -> list[dict[str, Any]]:
    return [{"title": f"Moss {n}", "abstract": "Moss grows.", "ids": [f"moss:{n}"]} for n in range(first, last)]


def pages(client: Client, search: Search, cursor: str) -> Iterator[Page]:
    while True:
        found = client.ask("/papers", Reply.json, params={"q": search.query, "cursor": cursor})
        records = [_record(fields) for fields in found["papers"]]
        cursor = found["next"]
        yield Page(records, cursor, found["total"])
        if not cursor:
            return


def _record(fields: dict[str, Any]) -> Paper | Skipped:
    if not fields["abstract"]:
        return Skipped(Path(), 0, f"no abstract: {fields['title']}")
    return Paper(fields["title"], fields["abstract"], ids=tuple(fields.get("ids", ())), source="Moss")


class Shelf:
    """The papers behind the server, and the faults on the way to them."""

    def __init__(self, server: Server) -> None:
        self.papers = papers(0, 8)
        self.faults: dict[str, Answer] = {}  # by the cursor at which they come
        self.server = server
        server.answer = self._answer
        self.service = Service("moss", Host("Moss", server.url, interval=0.0), pages)

    @property
    def cursors(self) -> list[str]:
        """Those that were asked for since the last call."""
        asked = [asked.params["cursor"] for asked in self.server.asked]
        self.server.asked.clear()
        return asked

    def _answer(self, asked: Asked) -> Answer:
        cursor = asked.params["cursor"]
        if cursor in self.faults:
            return self.faults[cursor]
        start = int(cursor.rstrip(":") or 0)
        end = start + PER_PAGE
        following = str(end) if end < len(self.papers) else ""
        return Answer({"papers": self.papers[start:end], "next": following, "total": len(self.papers)})


@pytest.fixture
def shelf(server: Server) -> Shelf:
    return Shelf(server)


def titles(file: Path) -> list[str]:
    return [json.loads(line)["title"] for line in file.read_text(encoding="utf-8").splitlines()]


def files(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


ALL = [f"Moss {n}" for n in range(8)]


def test_a_fetch_writes_every_paper_of_every_page_once(shelf: Shelf, tmp_path: Path) -> None:
    shelf.papers.insert(4, shelf.papers[1])
    path, state = fetch(shelf.service, MOSS, tmp_path / "new" / "folder")
    assert path == tmp_path / "new" / "folder" / "moss-moss.jsonl"
    assert titles(path) == ALL
    assert (state.papers, state.total) == (8, 9)
    assert files(path.parent) == ["moss-moss.jsonl"]


def test_the_file_can_be_read_as_papers(shelf: Shelf, tmp_path: Path) -> None:
    path, _ = fetch(shelf.service, MOSS, tmp_path)
    first = next(read(path))
    assert first == Paper("Moss 0", "Moss grows.", ids=("moss:0",), source="Moss")


def test_records_without_abstract_are_counted_and_others_named(shelf: Shelf, tmp_path: Path) -> None:
    shelf.papers[1]["abstract"] = shelf.papers[5]["abstract"] = ""
    path, state = fetch(shelf.service, MOSS, tmp_path)
    assert titles(path) == ["Moss 0", "Moss 2", "Moss 3", "Moss 4", "Moss 6", "Moss 7"]
    assert (state.papers, state.without_abstract) == (6, 2)


@pytest.mark.parametrize("limit", [1, 3, 4, 8, 9])
def test_no_more_than_the_limit_is_written_and_no_more_pages_asked_for(
    shelf: Shelf, tmp_path: Path, limit: int
) -> None:
    path, _ = fetch(shelf.service, MOSS, tmp_path, limit)
    assert titles(path) == ALL[:limit]
    assert len(shelf.cursors) == min(3, -(-limit // PER_PAGE))
    assert files(tmp_path) == ["moss-moss.jsonl"]


@pytest.mark.parametrize("at", ["3", "6"])
def test_an_interrupted_fetch_is_continued_where_it_stopped(shelf: Shelf, tmp_path: Path, at: str) -> None:
    shelf.faults[at] = Answer("Gone", status=403)
    with pytest.raises(FetchError, match=f"Moss refuses .* To have only the {at} papers so far: --max {at}$"):
        fetch(shelf.service, MOSS, tmp_path)
    assert files(tmp_path) == ["moss-moss.jsonl.part", "moss-moss.jsonl.state"]
    assert shelf.cursors[-1] == at
    shelf.faults.clear()
    path, state = fetch(shelf.service, MOSS, tmp_path)
    assert shelf.cursors[0] == at
    assert (titles(path), state.papers) == (ALL, 8)
    assert files(tmp_path) == ["moss-moss.jsonl"]


def test_a_fetch_that_fails_at_once_leaves_nothing(shelf: Shelf, tmp_path: Path) -> None:
    shelf.faults[""] = Answer(status=403)
    with pytest.raises(FetchError, match=r"refuses the request \(HTTP 403\)\. Try again later\.$"):
        fetch(shelf.service, MOSS, tmp_path)
    assert files(tmp_path) == []


def test_what_was_written_after_the_last_safe_page_is_fetched_again(shelf: Shelf, tmp_path: Path) -> None:
    shelf.faults["3"] = Answer(status=403)
    with pytest.raises(FetchError):
        fetch(shelf.service, MOSS, tmp_path)
    with (tmp_path / "moss-moss.jsonl.part").open("a") as part:
        part.write('{"title": "Moss 3", "abstract": "' + "Moss grows " * 100)
    shelf.faults.clear()
    assert titles(fetch(shelf.service, MOSS, tmp_path)[0]) == ALL


def test_a_fetch_that_is_stopped_within_a_page_loses_and_repeats_nothing(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(stage: str, done: int, total: int) -> None:
        if done == 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(shelf.service, MOSS, tmp_path, progress=stopped)
    assert len(titles(tmp_path / "moss-moss.jsonl.part")) == 6
    path, state = fetch(shelf.service, MOSS, tmp_path)
    assert (titles(path), state.papers) == (ALL, 8)


def test_pages_without_any_paper_are_not_asked_for_again(shelf: Shelf, tmp_path: Path) -> None:
    for fields in shelf.papers[:3]:
        fields["abstract"] = ""
    shelf.faults["3"] = Answer(status=403)
    with pytest.raises(FetchError, match="refuses"):
        fetch(shelf.service, MOSS, tmp_path)
    shelf.faults.clear()
    shelf.cursors  # noqa: B018 - forgets them
    path, state = fetch(shelf.service, MOSS, tmp_path)
    assert shelf.cursors == ["3", "6"]
    assert (titles(path), state.without_abstract) == (ALL[3:], 3)


def test_if_the_service_has_forgotten_the_place_all_is_asked_for_again(shelf: Shelf, tmp_path: Path) -> None:
    shelf.papers[0]["abstract"] = ""
    shelf.faults["6"] = Answer(status=403)
    with pytest.raises(FetchError):
        fetch(shelf.service, MOSS, tmp_path)
    shelf.faults = {"6": Answer("No such cursor", status=404)}
    shelf.server.answer, answer = lambda asked: forget(asked), shelf.server.answer

    def forget(asked: Asked) -> Answer:
        reply = answer(asked)
        shelf.faults.clear()
        return reply

    shelf.cursors  # noqa: B018 - forgets them
    path, state = fetch(shelf.service, MOSS, tmp_path)
    assert shelf.cursors == ["6", "", "3", "6"]
    assert (titles(path), state.without_abstract) == (ALL[1:], 1)


@pytest.mark.parametrize(
    "other", [Wanted(Search("Moss")), Wanted(Search("moss", date(2020, 1, 1))), Wanted(Search("moss"), label="x")]
)
def test_another_search_has_another_file_and_continues_nothing(shelf: Shelf, tmp_path: Path, other: Wanted) -> None:
    shelf.faults["3"] = Answer(status=403)
    with pytest.raises(FetchError):
        fetch(shelf.service, MOSS, tmp_path)
    shelf.faults.clear()
    shelf.cursors  # noqa: B018 - forgets them
    path, _ = fetch(shelf.service, other, tmp_path)
    assert shelf.cursors[0] == ""
    assert titles(path) == ALL
    assert path.name != "moss-moss.jsonl"


def test_a_list_of_ids_that_has_changed_is_fetched_from_its_beginning(shelf: Shelf, tmp_path: Path) -> None:
    def look_up(client: Client, ids: Sequence[str]) -> Page:
        client.ask("/papers", Reply.json, params={"cursor": ids[0]})
        return Page([Paper(ids[0], "Moss grows.", ids=tuple(ids))])

    service = replace(shelf.service, look_up=look_up, kinds=("1", "2", "3"))
    shelf.faults["3:"] = Answer(status=403)
    with pytest.raises(FetchError):
        fetch(service, Wanted(ids=("1:", "2:", "3:"), label="ids"), tmp_path)
    shelf.faults.clear()
    path, _ = fetch(service, Wanted(ids=("2:", "1:"), label="ids"), tmp_path)
    assert titles(path) == ["2:", "1:"]


def test_a_smaller_limit_than_what_is_there_begins_again_and_an_equal_one_ends_at_once(
    shelf: Shelf, tmp_path: Path
) -> None:
    shelf.faults["6"] = Answer(status=403)
    for _ in range(2):
        with pytest.raises(FetchError):
            fetch(shelf.service, MOSS, tmp_path)
    shelf.cursors  # noqa: B018 - forgets them
    assert titles(fetch(shelf.service, MOSS, tmp_path, 6)[0]) == ALL[:6]
    assert shelf.cursors == []
    with pytest.raises(FetchError):
        fetch(shelf.service, MOSS, tmp_path)
    assert titles(fetch(shelf.service, MOSS, tmp_path, 2)[0]) == ALL[:2]


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"request": 1}', '{"cursor": "3"}'])
def test_with_a_damaged_state_all_is_fetched_again(shelf: Shelf, tmp_path: Path, damage: str) -> None:
    shelf.faults["3"] = Answer(status=403)
    with pytest.raises(FetchError):
        fetch(shelf.service, MOSS, tmp_path)
    (tmp_path / "moss-moss.jsonl.state").write_text(damage)
    shelf.faults.clear()
    assert titles(fetch(shelf.service, MOSS, tmp_path)[0]) == ALL


@pytest.mark.parametrize("content", [None, "", '{"title": "Moss 0"', "nonsense\n" * 3, "[]\n" * 3, "{}\n" * 3])
def test_with_a_damaged_part_all_is_fetched_again(shelf: Shelf, tmp_path: Path, content: str | None) -> None:
    shelf.faults["3"] = Answer(status=403)
    with pytest.raises(FetchError):
        fetch(shelf.service, MOSS, tmp_path)
    part = tmp_path / "moss-moss.jsonl.part"
    part.unlink() if content is None else part.write_text(content)
    shelf.faults.clear()
    assert titles(fetch(shelf.service, MOSS, tmp_path)[0]) == ALL


def test_fetching_again_replaces_the_file_when_the_new_one_is_whole(shelf: Shelf, tmp_path: Path) -> None:
    path, _ = fetch(shelf.service, MOSS, tmp_path)
    shelf.papers = papers(0, 10)
    shelf.faults["9"] = Answer(status=403)
    with pytest.raises(FetchError):
        fetch(shelf.service, MOSS, tmp_path)
    assert titles(path) == ALL
    shelf.faults.clear()
    fetch(shelf.service, MOSS, tmp_path)
    assert titles(path) == [*ALL, "Moss 8", "Moss 9"]


def test_without_any_paper_there_is_no_file(shelf: Shelf, tmp_path: Path) -> None:
    shelf.papers = []
    path, state = fetch(shelf.service, MOSS, tmp_path)
    assert state.papers == 0
    assert files(tmp_path) == []
    assert not path.exists()


def test_a_file_that_another_process_fetches_is_left_alone(shelf: Shelf, tmp_path: Path) -> None:
    with (
        FileLock(tmp_path / ".moss-moss.jsonl.lock"),
        pytest.raises(FetchError, match=r"moss-moss.jsonl is being fetched by another process"),
    ):
        fetch(shelf.service, MOSS, tmp_path)
    assert shelf.cursors == []


def test_a_folder_that_cannot_be_written_is_told(shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FetchError, match=r"moss-moss.jsonl cannot be written: .*name another folder: --out"):
        fetch(shelf.service, MOSS, tmp_path / "file")


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        (Wanted(Search("diffusion depth")), "moss-diffusion-depth.jsonl"),
        (Wanted(Search("sleep", date(2020, 5, 1))), "moss-sleep-since-2020-05-01.jsonl"),
        (Wanted(), "moss.jsonl"),
        (Wanted(ids=("doi:10.5555/1",), label="ids my list"), "moss-ids-my-list.jsonl"),
        (Wanted(label="groups/456"), "moss-groups-456.jsonl"),
    ],
)
def test_the_name_of_the_file_says_what_is_in_it(wanted: Wanted, name: str) -> None:
    assert wanted.file_name("moss") == name


def test_a_query_of_any_length_and_with_any_characters_gives_a_name_of_its_own() -> None:
    queries = [
        "../../etc/passwd",
        "a" * 5_000,
        "a" * 4_999,
        "深度" * 400,
        "ti:moss AND au:lind",
        "ti:moss and au:lind",
        "\ud800",
    ]
    names = [Wanted(Search(query)).file_name("semanticscholar") for query in queries]
    assert len(set(names)) == len(names)
    assert all("/" not in name and len(f"{name}.state.new".encode()) <= 255 for name in names)


def test_ids_are_looked_up_in_portions_and_those_that_are_not_known_are_told(server: Server, tmp_path: Path) -> None:
    def look_up(client: Client, ids: Any) -> Page:
        found = client.ask("/papers", partial(Reply.json), params={"ids": ",".join(ids)})
        return Page([_record(fields) for fields in found], unknown=[one for one in ids if one.endswith("unknown")])

    def answer(asked: Asked) -> Answer:
        ids = asked.params["ids"].split(",")
        return Answer([{"title": one, "abstract": "Moss.", "ids": [one]} for one in ids if not one.endswith("unknown")])

    server.answer = answer
    service = Service("moss", Host("Moss", server.url, interval=0.0), pages, look_up, kinds=("moss",), batch=2)
    wanted = Wanted(ids=("moss:1", "doi:10.5555/2", "moss:unknown", "moss:3", "moss:4"), label="ids list")
    path, state = fetch(service, wanted, tmp_path, NO_LIMIT)
    assert titles(path) == ["moss:1", "moss:3", "moss:4"]
    assert state.named == ["doi:10.5555/2: Moss has no such ids", "moss:unknown"]
    assert [asked.params["ids"] for asked in server.asked] == ["moss:1", "moss:unknown,moss:3", "moss:4"]
