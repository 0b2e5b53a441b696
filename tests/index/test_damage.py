"""One byte of one file changes, neither its size nor its time: it is noticed, and nothing wrong is ever quoted."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from rag.errors import StoreError
from rag.index import generations, integrity, manifest
from rag.index.catalogue import browse
from rag.index.changes import extended
from rag.index.held import held
from rag.index.opening import open_current
from rag.index.store import Store
from rag.index.summary import of
from rag.progress import silent


def folder_of(index_dir: Path) -> Path:
    folder = generations.current(index_dir)
    assert folder is not None
    return folder


def flip(file: Path, place: int) -> None:
    """Changes the byte at `place`, but not the time of the file."""
    changed, data = file.stat().st_mtime_ns, bytearray(file.read_bytes())
    data[place] ^= 1 + place % 255
    file.write_bytes(data)
    os.utime(file, ns=(changed, changed))


def test_a_byte_that_changes_anywhere_is_noticed_when_the_index_is_opened(index_copy: Path) -> None:
    folder, chance = folder_of(index_copy), random.Random(20)
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.stat().st_size)
    assert {"manifest.json", "papers.db", "checksums.npy", "chroma.sqlite3"} <= {file.name for file in files}
    for file in files:
        sound = file.read_bytes()
        for _ in range(3):
            flip(file, chance.randrange(len(sound)))
            with pytest.raises(StoreError, match=r"(damaged|another version).*Run: rag (verify|rebuild) "):
                open_current(index_copy)
            file.write_bytes(sound)
    open_current(index_copy).close()


def test_a_byte_of_a_large_file_is_noticed_by_a_thorough_check(
    index_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(integrity, "_QUICK_BYTES", 0)
    for name in ("vectors.f32", "maxsim.i8", "bm25/weights.npy"):
        flip(folder_of(index_copy) / name, 1_000)
        open_current(index_copy).close()
        with pytest.raises(StoreError, match=rf"\({name} is damaged\)"):
            open_current(index_copy, thorough=True)
        flip(folder_of(index_copy) / name, 1_000)


@pytest.fixture
def opened(index_copy: Path) -> Iterator[Store]:
    """An index whose papers.db may be damaged while it is in use."""
    with closing(open_current(index_copy)) as store:
        yield store


def edit(store: Store, sql: str) -> None:
    """Changes papers.db, of which nothing is in memory, as it is in that of a large index."""
    store.rows("PRAGMA shrink_memory")
    with closing(sqlite3.connect(store.folder / "papers.db")) as database:
        database.execute(sql)
        database.commit()


@pytest.mark.parametrize(
    ("sql", "read"),
    [
        ("UPDATE papers SET abstract = replace(abstract, 'a', 'b') WHERE id = 3", lambda store: store.paper(3)),
        ("UPDATE papers SET title = title || '!' WHERE id = 3", lambda store: store.papers([2, 3])),
        ("UPDATE papers SET year = 1815 WHERE id = 3", lambda store: browse(store, 0, 20)),
        ("UPDATE sentences SET stop = stop - 1 WHERE paper = 3 AND n = 0", lambda store: store.spans([3])),
        ("DELETE FROM sentences WHERE paper = 3", lambda store: store.spans([3])),
    ],
)
def test_what_changes_while_the_index_is_in_use_is_not_quoted(
    opened: Store, sql: str, read: Callable[[Store], Any]
) -> None:
    read(opened)
    edit(opened, sql)
    with pytest.raises(StoreError, match=r"papers\.db has another paper 3 than was indexed.*Run: rag verify"):
        read(opened)
    assert opened.paper(4)
    assert opened.spans([4])


def test_papers_that_are_damaged_are_neither_kept_nor_lost(index_copy: Path, papers_file: Path) -> None:
    file = folder_of(index_copy) / "papers.db"
    place = file.read_bytes().index(b"coral")
    flip(file, place)
    assert held(index_copy) is None
    with pytest.raises(StoreError, match=r"its papers cannot be read.*Run: rag verify"):
        extended(index_copy, [papers_file], {}, silent)


VALUES = (None, -1, 10**30, 2**61, "x" * 10_000, "", [[]], {"x": None}, True, [5], {"papers.db": 5})


def fields(about: Any, place: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Where the values of the JSON object `about` are, to the depth of its files."""
    for name, value in about.items():
        yield (*place, name)
        if isinstance(value, dict):
            yield from fields(value, (*place, name))


def opened_or_refused(index_dir: Path) -> str:
    """What is said of an index that is refused, "" if it is opened."""
    try:
        open_current(index_dir).close()
        of(index_dir)
    except StoreError as fault:
        return str(fault)
    return ""


def test_a_manifest_with_any_value_anywhere_is_opened_or_refused(index_copy: Path) -> None:
    folder = folder_of(index_copy)
    text = (folder / "manifest.json").read_text()
    files = ("papers.db", "vectors.f32")
    places = [place for place in fields(json.loads(text)) if place[0] != "files" or set(place) & {*files}]
    for (*outer, last), value, sealed in product(places, VALUES, (True, False)):
        about = inner = json.loads(text)
        for name in outer:
            inner = inner[name]
        inner[last] = value
        (folder / "manifest.json").write_text(json.dumps(about))
        if sealed:  # as if it had been written so
            manifest.write(folder, about)
        said = opened_or_refused(index_copy)
        assert "\n" not in said, (outer, last)
        assert sealed or said, (outer, last)
        held(index_copy)
        generations.built_from(index_copy)
        generations.read_with(index_copy)


def test_a_generation_that_is_a_link_out_of_the_folder_is_left_alone(index_copy: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "note").write_text("mine")
    (index_copy / "g20200101000000-abcdef").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    before = folder_of(index_copy)
    with generations.building(index_copy) as folder:
        shutil.copytree(before, folder, dirs_exist_ok=True)
    assert folder_of(index_copy) == folder
    open_current(index_copy).close()
    assert (tmp_path / "elsewhere" / "note").read_text() == "mine"
