"""An index that was updated holds and finds what one built afresh from the same papers does."""

from __future__ import annotations

import random
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rag.errors import StoreError
from rag.index import build as build_module
from rag.index import generations
from rag.index.opening import open_current
from rag.index.vectors import PaperVectors
from rag.models.encoding import Embedding
from rag.paper import Paper
from tests.index.building import Recording, build_index, find

NOUNS = "owl vole river glacier bridge violin harbour lichen beetle comet kettle orchard".split()
VERBS = "hear measure repair predict carry freeze paint follow".split()


def paper(n: int) -> Paper:
    rng = random.Random(n)
    words = [*rng.sample(NOUNS, 3), *rng.sample(VERBS, 2)]
    abstract = f"We {words[3]} the {words[0]} {n}. It is near a {words[1]}. Others {words[4]} the {words[2]}."
    return Paper(f"The {words[0]} and the {words[1]} {n}", abstract, ("Ada Reed", f"Bo Oak{n}"), 1990 + n % 30)


@pytest.fixture(autouse=True)
def _update_whatever_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build_module, "MAX_DRIFT", 10.0)


def held(index_dir: Path) -> dict[str, tuple[Paper, list[object], PaperVectors, list[str]]]:
    """What an index holds of each paper, by title, apart from its number."""
    with closing(open_current(index_dir)) as store:
        found = {}
        for number in range(1, store.paper_count + 1):
            one, rows, words = store.paper(number), store.arrays.of_paper(number), store.maxsim.of_paper(number)
            _, terms, weights = store.bm25.entries(np.array([number]))
            stems = list(store.bm25.terms)
            of_paper = PaperVectors(rows, store.arrays.passage_lengths(number), words)
            listed = [list(zip((stems[term] for term in terms), weights.tolist(), strict=True)), store.spans([number])]
            found[one.title] = (one, listed, of_paper, sorted(of_paper.passages(0)))
        total = sum(len(ids) for *_, ids in found.values())
        assert store.chroma.count() == total
        assert len(store.projection.points) == store.paper_count
        return found


def assert_like_fresh(updated: Path, folder: Path, papers: Sequence[Paper], model: Embedding) -> None:
    fresh = build_index(folder, papers)
    ours, theirs = held(updated), held(fresh)
    assert ours.keys() == theirs.keys()
    for title, (one, listed, vectors, ids) in ours.items():
        expected = theirs[title]
        assert (one, listed, ids) == (expected[0], expected[1], expected[3])
        assert (vectors.rows * expected[2].rows).sum(axis=1).min() > 0.9999
        assert len(vectors.words) == len(expected[2].words)
    for one in papers:
        found = find(updated, one.abstract, model, top=2)
        assert found[0].paper.abstract == one.abstract


def test_updates_one_after_the_other_give_what_a_fresh_build_gives(tmp_path: Path, model: Embedding) -> None:
    papers = [paper(n) for n in range(20)]
    index_dir = build_index(tmp_path / "updated", papers)
    steps = [
        [*papers, paper(20), paper(21)],
        [replace(papers[0], year=1900, authors=("Cy Elm",)), *papers[1:], paper(21)],
        [*papers[5:], paper(21)],
        [paper(30), *papers[10:], paper(21), replace(paper(12), title="Another title")],
    ]
    for n, step in enumerate(steps):
        build_index(tmp_path / "updated", step)
        (tmp_path / str(n)).mkdir()
        assert_like_fresh(index_dir, tmp_path / str(n), step, model)


def test_generations_share_their_vectors_and_each_reads_its_own(tmp_path: Path, model: Embedding) -> None:
    papers = [paper(n) for n in range(10)]
    index_dir = build_index(tmp_path / "updated", papers)
    before = generations.current(index_dir)
    build_index(tmp_path / "updated", [*papers, paper(20)])
    after = generations.current(index_dir)
    assert before
    assert after
    assert (before / "vectors.f32").samefile(after / "vectors.f32")
    generations.roll_back(index_dir)
    (tmp_path / "one").mkdir()
    assert_like_fresh(index_dir, tmp_path / "one", papers, model)
    build_index(tmp_path / "updated", [*papers, paper(21)])  # appends where the other generation has its own
    (tmp_path / "two").mkdir()
    assert_like_fresh(index_dir, tmp_path / "two", [*papers, paper(21)], model)
    generations.roll_back(index_dir)
    assert_like_fresh(index_dir, tmp_path / "one", papers, model)


@pytest.mark.parametrize("file", ["vectors.f32", "maxsim.i8"])
def test_what_a_killed_update_has_appended_does_no_harm(tmp_path: Path, model: Embedding, file: str) -> None:
    papers = [paper(n) for n in range(10)]
    index_dir = build_index(tmp_path / "updated", papers)
    for folder in index_dir.glob("g*"):
        with (folder / file).open("ab") as opened:
            opened.write(b"half of a ")
    (tmp_path / "one").mkdir()
    assert_like_fresh(index_dir, tmp_path / "one", papers, model)
    build_index(tmp_path / "updated", [*papers, paper(20)])
    (tmp_path / "two").mkdir()
    assert_like_fresh(index_dir, tmp_path / "two", [*papers, paper(20)], model)


def test_an_update_that_fails_takes_back_what_it_appended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    papers = [paper(n) for n in range(10)]
    index_dir = build_index(tmp_path, papers)
    before = {file: file.read_bytes() for name in ("vectors.f32", "maxsim.i8") for file in index_dir.glob(f"g*/{name}")}

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("rag.index.vector_database.VectorDatabase.add", fail)
    with pytest.raises(StoreError, match="No space left"):
        build_index(tmp_path, [*papers, paper(20)])
    assert {file: file.read_bytes() for file in before} == before


def test_only_what_is_new_is_embedded(tmp_path: Path) -> None:
    papers = [paper(n) for n in range(10)]
    build_index(tmp_path, papers)
    model = Recording()
    build_index(tmp_path, [*papers[1:], Paper("Rye", "Rye bread is sour.")], model)
    assert {text for text in model.texts if " " in text} == {"Rye bread is sour."}


def test_a_field_that_is_not_embedded_changes_without_the_model(tmp_path: Path) -> None:
    papers = [paper(n) for n in range(10)]
    index_dir = build_index(tmp_path, papers)
    model = Recording()
    build_index(tmp_path, [replace(papers[0], authors=("Dee Fir",), source="new.bib"), *papers[1:]], model)
    assert model.texts == []
    with closing(open_current(index_dir)) as store:
        assert store.paper(1).authors == ("Dee Fir",)


def test_the_map_stays_where_it_was_and_new_papers_join_it(tmp_path: Path) -> None:
    papers = [paper(n) for n in range(12)]
    index_dir = build_index(tmp_path, papers)
    with closing(open_current(index_dir)) as store:
        before, names = store.projection.points.copy(), store.projection.names
    build_index(tmp_path, [*papers, paper(40)])
    with closing(open_current(index_dir)) as store:
        assert store.projection.points[:12].tolist() == before.tolist()
        assert set(store.projection.names) <= set(names)
        assert ((store.projection.points >= 0) & (store.projection.points <= 1)).all()


def test_after_many_changes_everything_is_made_afresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build_module, "MAX_DRIFT", 0.25)
    papers = [paper(n) for n in range(12)]
    index_dir = build_index(tmp_path, papers)
    drifts = []
    for more in (1, 2, 3, 4, 5):
        build_index(tmp_path, [*papers, *(paper(50 + n) for n in range(more))])
        with closing(open_current(index_dir)) as store:
            drifts.append(store.manifest["drift"])
    assert drifts == [1, 2, 3, 4, 0]
