"""A thorough check finds what no file's size or time shows: parts that do not belong together."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from rag.index import audit, checksums, generations, integrity, manifest
from rag.index.opening import open_unchecked
from rag.index.vector_database import VectorDatabase
from rag.progress import silent


def faults(index_dir: Path) -> dict[str, str]:
    with closing(open_unchecked(index_dir)) as store:
        return {part: fault for part, fault in audit.faults(store, silent).items() if fault}


def sealed(folder: Path) -> None:
    """Makes the manifest describe the files as they are, so that only their content may be wrong."""
    contents = manifest.read_unchecked(folder)
    files = {name: stamp for name, stamp in integrity.describe(folder).items() if name in contents["files"]}
    manifest.write(folder, contents | {"files": files})


def move_a_sentence(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "papers.db")) as database:
        database.execute("UPDATE sentences SET stop = 100000 WHERE paper = 3 AND n = 0")
        database.commit()
    checksums.write(folder)


def change_a_word(folder: Path) -> None:
    file = folder / "bm25" / "paper_counts.npy"
    counts = np.load(file)
    counts[5] += 1
    np.save(file, counts)


def change_a_vector(folder: Path) -> None:
    with closing(VectorDatabase(folder)) as chroma:
        chroma.delete(["2.0"])
        chroma.add({"2.0": np.full(384, 384**-0.5, dtype=np.float32)})


def rot(folder: Path) -> None:
    """A bit flips on the disk, which changes no time."""
    file = folder / "maxsim.i8"
    changed = file.stat().st_mtime_ns
    data = bytearray(file.read_bytes())
    data[100] ^= 1
    file.write_bytes(bytes(data))
    os.utime(file, ns=(changed, changed))


def test_a_sound_index_has_no_faults(index_dir: Path) -> None:
    assert faults(index_dir) == {}


@pytest.mark.parametrize(
    ("damage", "part"),
    [(move_a_sentence, "sentences"), (change_a_word, "word index"), (change_a_vector, "Chroma")],
)
def test_a_part_that_disagrees_with_another_is_named(
    index_copy: Path, damage: Callable[[Path], object], part: str
) -> None:
    folder = generations.current(index_copy)
    assert folder is not None
    damage(folder)
    sealed(folder)
    assert list(faults(index_copy)) == [part]


def test_a_flipped_bit_is_found_though_neither_size_nor_time_changed(index_copy: Path) -> None:
    folder = generations.current(index_copy)
    assert folder is not None
    rot(folder)
    assert faults(index_copy)["files"] == "maxsim.i8 is damaged"
