"""A map of the papers: each a point on a plane, papers alike near each other, in clusters named by their terms."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rag.index import arrays
from rag.index.cluster_names import name_clusters
from rag.models.embedding import l2_normalize

if TYPE_CHECKING:
    import numpy as np

FILE = "projection.npz"  # of a generation
DIRECTIONS = 30  # principal ones of the vectors: with them points lie as near as with all, and clusters less scattered
SAMPLE = 4_000  # papers that are laid out among each other; of more the rest is placed between those
PERPLEXITY = 30.0  # how many neighbours each paper is kept near to
NEIGHBOURS = 5  # papers of the sample between which another is placed
SHARPNESS = 20.0  # how much more of them the nearest counts
SPREAD = 0.004  # of the plane, standard deviation: what is placed between the same papers does not coincide
PER_CLUSTER, MOST_CLUSTERS = 4, 24  # as many clusters as the root of a quarter of the papers; more are not told apart
SEED = 20_000  # the same collection gets the same map


@dataclass(frozen=True)
class Projection:
    """A map. Row i is of the paper numbered i + 1; clusters are numbered from 0, the largest first.

    `points` are float32 of (papers, 2), each axis stretched to go from 0 to 1; `clusters` are int16 of (papers,). The
    `names` of the clusters are as `naming.names` gives them.
    """

    points: np.ndarray
    clusters: np.ndarray
    names: tuple[str, ...]


def project(vectors: np.ndarray, titles: Sequence[str]) -> Projection:
    """The map of papers, at least one, with these vectors, float32 of (papers, dimensions), and titles.

    The same papers in the same order get the same map. Points are by t-SNE (van der Maaten and Hinton 2008) from the
    principal components, which keep the whole in place (Kobak and Berens 2019); clusters are k-means.
    """
    import numpy as np
    import sklearn.cluster  # noqa: F401 - its threads are limited only once it is loaded
    from threadpoolctl import threadpool_limits

    chance = np.random.default_rng(SEED)
    chosen = np.sort(chance.permutation(len(vectors))[:SAMPLE])
    with threadpool_limits(1):  # threads add up in any order, and of the least difference t-SNE makes another map
        reduced = _reduced(vectors)
        laid = _scaled(_laid_out(reduced[chosen], chance))
        points = laid if len(chosen) == len(vectors) else _placed(reduced, chosen, laid, chance)
        clusters = _clusters(reduced, chosen)
    return Projection(points, clusters, name_clusters(clusters.tolist(), titles))


def save(folder: Path, atlas: Projection) -> None:
    """Writes `atlas` into `folder`."""
    import numpy as np

    np.savez(folder / FILE, points=atlas.points, clusters=atlas.clusters, names=np.array(atlas.names))


def load(folder: Path) -> Projection:
    """The map that `save` wrote into `folder`. Raises OSError, ValueError or KeyError if it is not whole."""
    read = arrays.load(folder / FILE)
    papers, names = len(read["clusters"]), len(read["names"])
    if read["points"].shape != (papers, 2) or read["clusters"].max() >= names:
        raise ValueError(f"{FILE}: its parts do not agree")
    return Projection(read["points"], read["clusters"], tuple(read["names"].tolist()))


def _reduced(vectors: np.ndarray) -> np.ndarray:
    """What tells `vectors` apart: float32 of (papers, DIRECTIONS or less), of length 1, principal directions first."""
    import numpy as np

    centred = vectors - vectors.mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)  # by ascending share
    return l2_normalize(centred @ directions[:, : -DIRECTIONS - 1 : -1])


def _laid_out(vectors: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """Places on a plane, papers alike near each other: float32 of (papers, 2)."""
    import numpy as np
    from sklearn.manifold import TSNE

    start = np.zeros((len(vectors), 2))
    start[:, : vectors.shape[1]] = vectors[:, :2]
    start += chance.normal(scale=1e-3, size=start.shape)  # or equal papers would never part
    if len(vectors) < 4:  # too few to have neighbours
        return start
    small = start / start[:, 0].std() * 1e-4  # as scikit-learn scales its own
    perplexity = min(PERPLEXITY, (len(vectors) - 1) / 3)
    return np.asarray(TSNE(perplexity=perplexity, init=small, random_state=SEED).fit_transform(vectors))


def _scaled(places: np.ndarray) -> np.ndarray:
    """`places` with each axis stretched to go from 0 to 1; in the middle where there is but one."""
    import numpy as np

    lowest, highest = places.min(axis=0), places.max(axis=0)
    if len(places) == 1:
        return np.full((1, 2), 0.5, dtype=np.float32)
    return np.asarray((places - lowest) / (highest - lowest), dtype=np.float32)


def _placed(vectors: np.ndarray, chosen: np.ndarray, laid: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """Points of all papers: of the `chosen` as `laid`, and of each other between those nearest to it."""
    import numpy as np

    sample = vectors[chosen]
    points = np.empty((len(vectors), 2), dtype=np.float32)
    for first in range(0, len(vectors), SAMPLE):  # at a time, as the cosines of all would fill the memory
        cosines = vectors[first : first + SAMPLE] @ sample.T
        nearest = np.argpartition(-cosines, NEIGHBOURS - 1, axis=1)[:, :NEIGHBOURS]
        nearness = np.take_along_axis(cosines, nearest, axis=1)
        weights = np.exp(SHARPNESS * (nearness - nearness.max(axis=1, keepdims=True)))
        weights /= weights.sum(axis=1, keepdims=True)
        points[first : first + SAMPLE] = np.einsum("pn,pnd->pd", weights, laid[nearest])
    points += chance.normal(scale=SPREAD, size=points.shape).astype(np.float32)
    points[chosen] = laid
    return points.clip(0, 1)


def _clusters(vectors: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """The cluster of each paper, found among the `chosen`: int16 of (papers,), the largest 0."""
    import numpy as np
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    wanted = min(MOST_CLUSTERS, max(1, round((len(vectors) / PER_CLUSTER) ** 0.5)))
    with warnings.catch_warnings():  # that equal papers are of fewer clusters than wanted
        warnings.simplefilter("ignore", ConvergenceWarning)
        found = KMeans(wanted, n_init=5, random_state=SEED).fit(vectors[chosen]).predict(vectors)
    _, labels, sizes = np.unique(found, return_inverse=True, return_counts=True)
    ranks = np.argsort(np.argsort(-sizes, kind="stable"))
    return np.asarray(ranks[labels], dtype=np.int16)
