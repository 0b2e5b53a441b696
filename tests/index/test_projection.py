"""Similar papers are near each other on the map, the map is reproducible, and any papers have one."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from rag.index import projection
from rag.index.projection import Projection

TOPICS = ["Depth of owls", "Octopus jars", "Steep rivers"]


def vectors(papers: int, groups: int = 1, scatter: float = 0.3) -> np.ndarray:
    """Vectors of length 1; paper n is near the centre n % `groups`."""
    rng = np.random.default_rng(1)
    centres = np.linalg.qr(rng.normal(size=(48, groups)))[0].T
    near = centres[np.arange(papers) % groups] + scatter * rng.normal(size=(papers, 48)) / 48**0.5
    found: np.ndarray = (near / np.linalg.norm(near, axis=1, keepdims=True)).astype(np.float32)
    return found


def draw(of: np.ndarray, titles: list[str] = TOPICS) -> Projection:
    return projection.project(of, [titles[n % len(titles)] for n in range(len(of))])


def assert_valid(found: Projection, papers: int) -> None:
    assert found.points.shape == (papers, 2)
    assert found.points.dtype == np.float32
    assert papers == 1 or found.points.min(axis=0).tolist() == [0, 0]
    assert papers == 1 or found.points.max(axis=0).tolist() == [1, 1]
    assert found.clusters.shape == (papers,)
    assert found.clusters.dtype == np.int16
    assert sorted(set(found.clusters.tolist())) == list(range(len(found.names)))
    sizes = np.bincount(found.clusters).tolist()
    assert sizes == sorted(sizes, reverse=True)


def assert_separated(found: Projection, groups: int) -> None:
    """Each group is one cluster, and the nearest paper of any paper is of its own group."""
    of_group = [np.arange(len(found.points)) % groups == n for n in range(groups)]
    assert len(found.names) == groups
    assert {len(set(found.clusters[mine].tolist())) for mine in of_group} == {1}
    groups_of_points = [found.points[mine] for mine in of_group]
    for one, other in combinations(groups_of_points, 2):
        apart = np.linalg.norm(one[:, None] - other[None], axis=2).min()
        nearest = np.linalg.norm(one[:, None] - one[None], axis=2) + np.eye(len(one))
        assert apart > nearest.min(axis=1).max()


def test_similar_papers_are_near_each_other_in_clusters_named_by_their_titles() -> None:
    found = draw(vectors(36, 3))
    assert_valid(found, 36)
    assert_separated(found, 3)
    assert [found.names[found.clusters[n]] for n in range(3)] == ["Depth, owls", "Octopus jars", "Steep rivers"]


def test_papers_outside_the_sample_join_the_group_that_they_resemble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projection, "SAMPLE_SIZE", 40)
    monkeypatch.setattr(projection, "MAX_CLUSTERS", 3)
    found = draw(vectors(150, 3))
    assert_valid(found, 150)
    assert_separated(found, 3)
    assert found.names[found.clusters[1]] == "Octopus jars"


def test_interpolated_papers_do_not_coincide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projection, "SAMPLE_SIZE", 10)
    found = draw(np.repeat(vectors(10, 2), 6, axis=0))
    inside = found.points[((found.points > 0) & (found.points < 1)).all(axis=1)]
    assert len(inside) > 20
    assert len(np.unique(inside, axis=0)) == len(inside)


def test_no_point_is_outside_the_plane(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projection, "SAMPLE_SIZE", 10)
    monkeypatch.setattr(projection, "JITTER", 0.5)
    assert_valid(draw(vectors(60, 2)), 60)


@pytest.mark.parametrize("sample", [4_000, 20])
def test_the_same_papers_get_the_same_map(monkeypatch: pytest.MonkeyPatch, sample: int) -> None:
    monkeypatch.setattr(projection, "SAMPLE_SIZE", sample)
    one, two = (draw(vectors(60, 4, 0.8)) for _ in range(2))
    assert one.points.tolist() == two.points.tolist()
    assert one.clusters.tolist() == two.clusters.tolist()
    assert one.names == two.names


@pytest.mark.parametrize("papers", [1, 2, 3, 4, 5, 10])
@pytest.mark.parametrize("equal", [False, True])
def test_a_few_papers_and_equal_papers_have_a_map(papers: int, equal: bool) -> None:
    found = draw(np.repeat(vectors(1), papers, axis=0) if equal else vectors(papers))
    assert_valid(found, papers)
    assert len(np.unique(found.points, axis=0)) == papers, "no two coincide"
    assert len(found.names) == 1 or not equal


def test_a_single_paper_is_in_the_middle() -> None:
    assert draw(vectors(1)).points.tolist() == [[0.5, 0.5]]


def test_a_collection_with_many_duplicates_has_a_map() -> None:
    assert_valid(draw(np.repeat(vectors(8, 2), 20, axis=0)), 160)


@pytest.mark.parametrize(("papers", "least", "most"), [(3, 1, 1), (40, 2, 4), (489, 8, 14)])
def test_a_larger_collection_has_more_clusters(papers: int, least: int, most: int) -> None:
    assert least <= len(draw(vectors(papers, papers, 0.8) if papers < 48 else vectors(papers, 48, 1.0)).names) <= most


def test_a_map_is_loaded_as_it_was_saved(tmp_path: Path) -> None:
    drawn = draw(vectors(20, 2), ["Ödland owls", "γ rays 夜"])
    projection.save(tmp_path, drawn)
    found = projection.load(tmp_path)
    assert found.points.tolist() == drawn.points.tolist()
    assert found.clusters.tolist() == drawn.clusters.tolist()
    assert (found.points.dtype, found.clusters.dtype) == (np.float32, np.int16)
    assert json.dumps(found.names) == json.dumps(drawn.names), "plain strings, not NumPy's"


@pytest.mark.parametrize(
    "change",
    [
        {"points": np.zeros((2, 3), np.float32)},
        {"points": np.zeros((3, 2), np.float32)},
        {"clusters": np.array([0, 1], np.int16)},
    ],
)
def test_a_map_whose_parts_do_not_match_is_refused(tmp_path: Path, change: dict[str, np.ndarray]) -> None:
    valid = {"points": np.zeros((2, 2), np.float32), "clusters": np.zeros(2, np.int16), "names": np.array(["owls"])}
    np.savez(tmp_path / projection.PROJECTION_FILE, **valid)
    assert projection.load(tmp_path).names == ("owls",)
    np.savez(tmp_path / projection.PROJECTION_FILE, **(valid | change))
    with pytest.raises(ValueError, match=r"^projection\.npz: "):
        projection.load(tmp_path)
