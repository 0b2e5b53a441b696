"""A rebuild takes over what did not change, and makes anew what did."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from rag.index import generations
from rag.index.contents import Contents
from rag.index.opening import open_current
from rag.index.previous import is_current, taken_over
from rag.index.vectors import PaperVectors
from rag.language.sentences import span_texts, split_sentences
from rag.models.encoding import Embedding
from rag.paper import Paper
from tests.index.building import Recording, build_index, find

OWLS = Paper("Owls at Night", "Owls hunt voles at night. Their ears find prey in the dark.", year=2019)
CORAL = Paper("Counting Coral", "Drones count coral colonies. Bleached reefs are found sooner.")
BREAD = Paper("Sourdough", "Yeast makes dough rise. Bakers wait a night.")
RIVERS = Paper("Steep Rivers", "Rivers carry gravel. Floods move boulders.")
BATS = Paper("Bats", "Bats hear moths. Moths hear bats, and drop to the ground.")
OLD = [OWLS, CORAL, BREAD]
TEXTS = 3  # that are embedded of each of these papers: its title and its two sentences
REWRITTEN = replace(CORAL, abstract="Divers count coral colonies by hand. It takes them weeks.")


def texts(paper: Paper) -> list[str]:
    """What is embedded of `paper`: its title and its sentences."""
    return [paper.title, *span_texts(paper.abstract, split_sentences(paper.abstract))]


@pytest.fixture
def index_dir(tmp_path: Path) -> Path:
    """An index of OLD."""
    return build_index(tmp_path, OLD)


def embedded(index_dir: Path, papers: Sequence[Paper], model: Recording | None = None) -> list[str]:
    """What of titles and abstracts a build of `papers` encodes, in order; the rest are words."""
    model = model or Recording()
    build_index(index_dir.parent, papers, model)
    return [text for text in model.texts if " " in text or text in {paper.title for paper in papers}]


def vectors(index_dir: Path, paper: Paper) -> PaperVectors:
    """The vectors of `paper` in the current index."""
    with taken_over(index_dir, [paper], Recording()) as found:
        assert found is not None
        assert found.has(paper)
        of_paper = found.vectors(paper)
        return PaperVectors(*(array.copy() for array in (of_paper.rows, of_paper.passage_lengths, of_paper.words)))


def test_only_new_papers_and_words_are_embedded(index_dir: Path) -> None:
    before = [vectors(index_dir, paper) for paper in OLD]
    model = Recording()
    assert embedded(index_dir, [BATS, *reversed(OLD)], model) == texts(BATS)
    assert {"bats", "moths", "hear"} <= set(model.texts)
    assert {"owls", "coral", "night"} & set(model.texts) == set()
    for paper, old in zip(OLD, before, strict=True):
        new = vectors(index_dir, paper)
        assert new.rows.tolist() == old.rows.tolist()
        assert new.passage_lengths.tolist() == old.passage_lengths.tolist()
        assert new.words.tolist() == old.words.tolist()


def test_nothing_is_embedded_for_a_paper_that_is_gone_or_has_another_year(index_dir: Path) -> None:
    assert embedded(index_dir, [replace(OWLS, year=2020), BREAD]) == []
    with closing(open_current(index_dir)) as store:
        assert store.papers([1, 2]) == [replace(OWLS, year=2020), BREAD]


def test_a_paper_whose_abstract_changed_is_embedded_anew(index_dir: Path, tmp_path: Path) -> None:
    assert embedded(index_dir, [OWLS, REWRITTEN, BREAD]) == texts(REWRITTEN)
    fresh = build_index(tmp_path / "fresh", [OWLS, REWRITTEN, BREAD])
    assert (vectors(index_dir, REWRITTEN).rows * vectors(fresh, REWRITTEN).rows).sum(axis=1).min() > 0.9999
    assert find(index_dir, "do divers count by hand?")[0].paper == REWRITTEN


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """An index in which one paper was rewritten and one is new, and a fresh index of the same papers."""
    folder, papers, model = tmp_path_factory.mktemp("grown"), [BATS, OWLS, REWRITTEN, BREAD, RIVERS], Recording()
    build_index(folder, [*OLD, RIVERS])
    updated = build_index(folder, papers, model)
    assert not set(texts(OWLS)) & set(model.texts)
    return updated, build_index(folder / "fresh", papers)


@pytest.mark.parametrize("question", ["do owls hear voles?", "coral reefs", "what do moths drop to?", "fermenting"])
def test_a_search_finds_the_same_as_in_a_fresh_build(
    question: str, tmp_path: Path, grown: tuple[Path, Path], model: Embedding
) -> None:
    updated, fresh = (find(index_dir, question, model, top=5) for index_dir in grown)
    assert updated[0].number == fresh[0].number
    by_number = {hit.number: hit for hit in fresh}  # papers that do not answer may change places
    assert {hit.number for hit in updated} == by_number.keys()
    for hit in updated:
        other = by_number[hit.number]
        assert hit.paper == other.paper
        assert hit.signal == pytest.approx(other.signal, abs=1e-3)
        assert hit.score == pytest.approx(other.score, abs=0.5)
        assert {sentence.span for sentence in hit.sentences} == {sentence.span for sentence in other.sentences}


def test_equal_papers_are_all_taken_over(index_dir: Path) -> None:
    assert embedded(index_dir, [OWLS, OWLS, CORAL, OWLS]) == []
    with closing(open_current(index_dir)) as store:
        assert store.titles() == [OWLS.title, OWLS.title, CORAL.title, OWLS.title]


@pytest.mark.parametrize("another", [{"fingerprint": "other"}, {"name": "mine"}], ids=str)
def test_nothing_is_taken_over_from_another_model(index_dir: Path, another: dict[str, str]) -> None:
    model = Recording(**another)
    assert len(embedded(index_dir, OLD, model)) == TEXTS * len(OLD)
    assert "owls" in model.texts


def test_nothing_is_taken_over_if_papers_were_cut_in_another_way(
    index_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.index.manifest.SENTENCES_PER_PASSAGE", 4)
    assert len(embedded(index_dir, OLD)) == TEXTS * len(OLD)


@pytest.mark.parametrize(("new", "known"), [([BATS, RIVERS], 2), ([BATS, RIVERS, REWRITTEN], 0)])
def test_papers_are_taken_over_if_at_least_half_are_known(index_dir: Path, new: list[Paper], known: int) -> None:
    papers = [OWLS, BREAD, *new]
    model = Recording()
    assert len(embedded(index_dir, papers, model)) == TEXTS * (len(papers) - known)
    assert ("owls" in model.texts) is (known == 0)


def change_manifest(index_dir: Path) -> None:
    folder = generations.current(index_dir)
    assert folder is not None
    contents = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(contents | {"schema": 0}))


DAMAGE: list[Callable[[Path], object]] = [
    lambda folder: next(folder.glob("g*/vectors.f32")).write_bytes(b"x"),
    lambda folder: next(folder.glob("g*/papers.db")).unlink(),
    lambda folder: shutil.rmtree(folder),
    change_manifest,
]
DAMAGES = pytest.mark.parametrize("damage", DAMAGE, ids=["cut", "incomplete", "none", "old schema"])


@DAMAGES
def test_nothing_is_taken_over_from_a_damaged_index(index_dir: Path, damage: Callable[[Path], object]) -> None:
    damage(index_dir)
    with taken_over(index_dir, OLD, Recording()) as found:
        assert found is None
    assert len(embedded(index_dir, OLD)) == TEXTS * len(OLD)
    assert is_current(index_dir, Contents(OLD), Recording())


@DAMAGES
def test_a_damaged_index_is_not_current(index_dir: Path, damage: Callable[[Path], object]) -> None:
    assert is_current(index_dir, Contents(OLD), Recording())
    damage(index_dir)
    assert not is_current(index_dir, Contents(OLD), Recording())


def test_an_index_is_current_for_the_same_papers_paths_and_model_only(index_dir: Path, tmp_path: Path) -> None:
    assert is_current(index_dir, Contents(OLD), Recording())
    for papers in ([*OLD, BATS], OLD[:2], OLD[::-1], [replace(OWLS, year=2020), CORAL, BREAD]):
        assert not is_current(index_dir, Contents(papers), Recording())
    assert not is_current(index_dir, Contents(OLD, [tmp_path]), Recording())
    assert not is_current(index_dir, Contents(OLD, columns={"title": "Titel"}), Recording())
    assert not is_current(index_dir, Contents(OLD, removed=[BATS]), Recording())
    assert not is_current(index_dir, Contents(OLD), Recording(fingerprint="other"))
    assert not is_current(tmp_path / "nothing", Contents(OLD), Recording())
