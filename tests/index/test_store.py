"""An index that is damaged says so in one line, with the command that mends it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.errors import StoreError
from rag.index import generations, store


def change_manifest(folder: Path, **changes: object) -> None:
    file = folder / "manifest.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def scribble(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4096:8192] = b"x" * 4096
    path.write_bytes(bytes(data))


def vectors(folder: Path) -> Path:
    return next((folder / "chroma").glob("*/data_level0.bin"))


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: shutil.rmtree(folder),
        lambda folder: (folder / "manifest.json").unlink(),
        lambda folder: (folder / "manifest.json").write_text("{"),
        lambda folder: (folder / "manifest.json").write_text("[]"),
        lambda folder: (folder / "papers.db").unlink(),
        lambda folder: cut(folder / "papers.db"),
        lambda folder: scribble(folder / "papers.db"),
        lambda folder: shutil.rmtree(folder / "chroma"),
        lambda folder: cut(folder / "chroma" / "chroma.sqlite3"),
        lambda folder: scribble(folder / "chroma" / "chroma.sqlite3"),
        lambda folder: cut(vectors(folder)),
        lambda folder: shutil.rmtree(vectors(folder).parent),
        lambda folder: change_manifest(folder, counts={"papers": 15, "passages": 1, "sentences": 1}),
    ],
)
def test_damage_is_named_in_one_line(index_copy: Path, damage: Callable[[Path], object]) -> None:
    current = generations.current(index_copy)
    assert current is not None
    damage(current)
    with pytest.raises(StoreError, match=r"damaged.*Run: rag rebuild") as caught:
        store.open_current(index_copy)
    assert "\n" not in str(caught.value)


def test_no_index_tells_how_to_build_one(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"There is no index in .*Run: rag rebuild --index "):
        store.open_current(tmp_path)


def test_another_schema_is_refused(index_copy: Path) -> None:
    folder = generations.current(index_copy)
    assert folder is not None
    change_manifest(folder, schema=store.SCHEMA + 1)
    with pytest.raises(StoreError, match="another version"):
        store.open_current(index_copy)


def test_papers_come_back_as_they_went_in(index_dir: Path, papers_file: Path) -> None:
    opened = store.open_current(index_dir)
    written = [json.loads(line) for line in papers_file.read_text(encoding="utf-8").splitlines()]
    assert opened.papers == len(written)
    for number, record in enumerate(written, 1):
        paper = opened.paper(number)
        assert (paper.title, paper.abstract, paper.year) == (record["title"], record["abstract"], record["year"])
        assert paper.authors == tuple(record["authors"])
        spans = opened.spans(number)
        assert " ".join(paper.abstract[span.start : span.end] for span in spans) == paper.abstract
        assert opened.sentence_vectors(number).shape == (len(spans), 384)


def test_words_match_other_endings_and_no_accents(index_dir: Path) -> None:
    opened = store.open_current(index_dir)
    assert opened.paper(next(iter(opened.words('"denoise"', 5)))).title.startswith(("SwiftDepth", "Early Exit"))
    assert opened.holds(1, "diffusions")
    assert not opened.holds(1, "galaxy")


def test_rare_terms_weigh_more(index_dir: Path) -> None:
    weights = store.open_current(index_dir).term_weights(["network", "octopus", "coral"])
    assert weights["octopus"] > weights["coral"] > weights["network"] > 0
