"""The map of the papers: similar papers are near each other on a plane, in clusters named by terms of their titles."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rag.index import arrays
from rag.index.cluster_names import name_clusters
from rag.models.encoding import l2_normalize

if TYPE_CHECKING:
    import numpy as np

PROJECTION_FILE = "projection.npz"
SAMPLE_SIZE = 4_000  # papers that t-SNE lays out; the others of a larger collection are interpolated between them
JITTER = 0.004  # standard deviation of a random offset, so that interpolated points do not coincide
MAX_CLUSTERS = 24  # more could not be told apart on the map
_COMPONENTS = 30  # principal components: neighbours stay as close as with all, and clusters scatter less
_PERPLEXITY = 30.0  # of t-SNE: about how many neighbours each paper keeps near
_NEIGHBOURS = 5  # papers of the sample between which another is interpolated
_SHARPNESS = 20.0  # of the softmax that weights these by their cosines
_SEED = 20_000  # for reproducible maps


@dataclass(frozen=True)
class Projection:
    """A map. Row i is the paper with the number i + 1; clusters are numbered from 0, the largest first.

    `points` are float32 of (papers, 2), from 0 to 1 on each axis; `clusters` are int16 of (papers,); `names` are the
    names of the clusters.
    """

    points: np.ndarray
    clusters: np.ndarray
    names: tuple[str, ...]

    @property
    def sizes(self) -> list[tuple[str, int]]:
        """The name of each cluster, with its number of papers."""
        import numpy as np

        return list(zip(self.names, np.bincount(self.clusters, minlength=len(self.names)).tolist(), strict=True))


def project(vectors: np.ndarray, titles: Sequence[str]) -> Projection:
    """The map of papers, at least one, from their vectors, float32 of (papers, dimensions), and their titles.

    Points come from t-SNE (van der Maaten and Hinton 2008), initialized with the first two principal components to
    preserve the global structure (Kobak and Berens 2019); clusters come from k-means. Equal input gives an equal map.
    """
    import numpy as np
    import sklearn.cluster  # noqa: F401 - threadpool_limits only affects libraries that are loaded
    from threadpoolctl import threadpool_limits

    rng = np.random.default_rng(_SEED)
    sample = np.sort(rng.permutation(len(vectors))[:SAMPLE_SIZE])
    with threadpool_limits(1):  # threads sum in any order, and t-SNE amplifies the slightest difference
        reduced = _reduce(vectors)
        points = _scale(_lay_out(reduced[sample], rng))
        if len(sample) < len(vectors):
            points = _interpolate(reduced, sample, points, rng)
        clusters = _cluster(reduced, sample)
    return Projection(points, clusters, name_clusters(clusters.tolist(), titles))


def updated(old: Projection, kept: np.ndarray, vectors: np.ndarray) -> Projection:
    """The map `old` after some of its papers have gone and others have come, which are placed among their neighbours.

    ``kept[i]`` is the row in `old` of the paper in row i, -1 for a new one; at least one is kept. `vectors` are those
    of all papers, float32 of (papers, dimensions). The papers that stay do not move, and clusters keep their names.
    """
    import numpy as np

    points, clusters = old.points[kept], old.clusters[kept]
    new, stayed = np.flatnonzero(kept < 0), np.flatnonzero(kept >= 0)
    rng = np.random.default_rng(_SEED)
    if len(new):
        points[new] = _between(vectors[new], vectors[stayed], points[stayed])
        points[new] = (points[new] + rng.normal(scale=JITTER, size=(len(new), 2))).clip(0, 1)
        clusters[new] = clusters[stayed][np.argmax(vectors[new] @ vectors[stayed].T, axis=1)]
    used, clusters = np.unique(clusters, return_inverse=True)
    return Projection(points, clusters.astype(np.int16), tuple(old.names[cluster] for cluster in used))


def save(folder: Path, projection: Projection) -> None:
    """Writes `projection` into `folder`."""
    import numpy as np

    names = np.array(projection.names)
    np.savez(folder / PROJECTION_FILE, points=projection.points, clusters=projection.clusters, names=names)


def load(folder: Path) -> Projection:
    """The map that `save` wrote into `folder`. Raises OSError, ValueError or KeyError if it is missing or damaged."""
    loaded = arrays.load(folder / PROJECTION_FILE)
    points, clusters, names = loaded["points"], loaded["clusters"], loaded["names"]
    if points.shape != (len(clusters), 2) or clusters.max() >= len(names):
        raise ValueError(f"{PROJECTION_FILE}: points, clusters and names do not match")
    return Projection(points, clusters, tuple(names.tolist()))


def _reduce(vectors: np.ndarray) -> np.ndarray:
    """The first principal components of `vectors`, scaled to length 1: float32 of (papers, _COMPONENTS or fewer)."""
    import numpy as np

    centred = vectors - vectors.mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)  # by ascending eigenvalue
    return l2_normalize(centred @ directions[:, : -_COMPONENTS - 1 : -1])


def _lay_out(vectors: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Points on a plane, similar papers near each other: (papers, 2), of any scale."""
    import numpy as np
    from sklearn.manifold import TSNE

    start = np.zeros((len(vectors), 2))
    start[:, : vectors.shape[1]] = vectors[:, :2]
    start += rng.normal(scale=1e-3, size=start.shape)  # or equal papers would never separate
    if len(vectors) < 4:  # too few for t-SNE
        return start
    start = start / start[:, 0].std() * 1e-4  # the scale of scikit-learn's own initialization
    perplexity = min(_PERPLEXITY, (len(vectors) - 1) / 3)
    return np.asarray(TSNE(perplexity=perplexity, init=start, random_state=_SEED).fit_transform(vectors))


def _scale(points: np.ndarray) -> np.ndarray:
    """`points` stretched from 0 to 1 on each axis, a single one put in the middle: float32 of (papers, 2)."""
    import numpy as np

    lowest, highest = points.min(axis=0), points.max(axis=0)
    if len(points) == 1:
        return np.full((1, 2), 0.5, dtype=np.float32)
    return np.asarray((points - lowest) / (highest - lowest), dtype=np.float32)


def _interpolate(
    vectors: np.ndarray, sample: np.ndarray, sample_points: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Points of all papers: those of the `sample` as given, every other between its nearest neighbours in the sample.

    `sample` holds rows of `vectors`.
    """
    import numpy as np

    points = np.empty((len(vectors), 2), dtype=np.float32)
    for start in range(0, len(vectors), SAMPLE_SIZE):  # in batches: the cosines of all would not fit into memory
        batch = slice(start, start + SAMPLE_SIZE)
        points[batch] = _between(vectors[batch], vectors[sample], sample_points)
    points += rng.normal(scale=JITTER, size=points.shape).astype(np.float32)
    points[sample] = sample_points
    return points.clip(0, 1)


def _between(vectors: np.ndarray, placed: np.ndarray, placed_points: np.ndarray) -> np.ndarray:
    """Points for `vectors`, each between those of its nearest neighbours among the vectors `placed`."""
    import numpy as np

    cosines = vectors @ placed.T
    count = min(_NEIGHBOURS, len(placed))
    nearest = np.argpartition(-cosines, count - 1, axis=1)[:, :count]
    cosines = np.take_along_axis(cosines, nearest, axis=1)
    weights = np.exp(_SHARPNESS * (cosines - cosines.max(axis=1, keepdims=True)))
    weights /= weights.sum(axis=1, keepdims=True)
    between: np.ndarray = np.einsum("pn,pnd->pd", weights, placed_points[nearest])
    return between


def _cluster(vectors: np.ndarray, sample: np.ndarray) -> np.ndarray:
    """The cluster of each paper, the largest being 0, by k-means fitted to the `sample`: int16 of (papers,)."""
    import numpy as np
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    count = min(MAX_CLUSTERS, max(1, round((len(vectors) / 4) ** 0.5)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # equal papers may form fewer clusters than `count`
        found = KMeans(count, n_init=5, random_state=_SEED).fit(vectors[sample]).predict(vectors)
    _, labels, sizes = np.unique(found, return_inverse=True, return_counts=True)
    ranks = np.argsort(np.argsort(-sizes, kind="stable"))
    return np.asarray(ranks[labels], dtype=np.int16)
