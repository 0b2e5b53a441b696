"""The manifest of a generation, `manifest.json`: what it was built from and with, and what it must hold."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.index import integrity
from rag.index.contents import Contents
from rag.language.passages import OVERLAP, SENTENCES_PER_PASSAGE
from rag.paper import Paper

if TYPE_CHECKING:
    from rag.models.encoding import Embedding

SCHEMA = 9  # of a generation's files; an index with another is refused rather than misread
MANIFEST_FILE = "manifest.json"
_DIGEST = "digest"  # of all other fields
_ANY = ""  # any name
_SHAPE: dict[str, Any] = {
    "schema": int,
    "built": str,
    "paths": [str],
    "columns": {_ANY: str},
    "removed": [{"title": str, "ids": [str]}],
    "corpus": str,
    "embedding": {"name": str, "fingerprint": str, "dimensions": int},
    "chunking": {"sentences": int, "shared": int, "tokens": int},
    "counts": {"papers": int, "vectors": int, "words": int},
    "drift": int,
    "calibration": {"centre": float, "slope": float},
    "files": {_ANY: {"size": int, "changed": int, "hash": str}},
}
_MAX = 1 << 62  # of a number: what is beyond it overflows somewhere


def describe(
    folder: Path,
    counts: Mapping[str, int],
    contents: Contents,
    model: Embedding,
    drift: int,
    calibration: Mapping[str, float] | None,
) -> dict[str, Any]:
    """The manifest of the generation in `folder`, all of whose other files are written.

    `counts` are the numbers of papers, vectors and words; `drift` says how many papers have come or gone since
    everything was made afresh; `calibration` is that of the index that was updated, if one was.
    """
    return {
        "schema": SCHEMA,
        "built": datetime.now(UTC).isoformat(timespec="microseconds"),  # files may be written within the same second
        **built_from(contents),
        "embedding": {
            "name": model.name,
            "fingerprint": model.fingerprint,
            "dimensions": model.dimensions,
        },
        "chunking": _chunking(model),
        "counts": dict(counts),
        "drift": drift,
        "calibration": calibration
        or {"centre": 0.0, "slope": 1.0},  # replaced: calibration searches the finished index
        "files": integrity.describe(folder),
    }


def built_from(contents: Contents) -> dict[str, Any]:
    """The part of a manifest that says what an index was built from, as JSON holds it."""
    return {
        "paths": resolved(contents.paths),
        "columns": dict(contents.columns),
        "removed": [{"title": removed.title, "ids": list(removed.ids)} for removed in contents.removed],
        "corpus": digest(contents.papers),
    }


def made_with(model: Embedding) -> dict[str, Any]:
    """What determines the vectors that `model` gives a paper."""
    return {
        "name": model.name,
        "fingerprint": model.fingerprint,
        "dimensions": model.dimensions,
        "chunking": _chunking(model),
    }


def is_comparable(manifest: dict[str, Any], model: Embedding) -> bool:
    """Whether `model` would give unchanged papers the vectors that they have in the generation with this `manifest`."""
    built_with = manifest["embedding"]
    same_model = (built_with["name"], built_with["fingerprint"]) == (model.name, model.fingerprint)
    return same_model and manifest["chunking"] == _chunking(model)


def read(folder: Path) -> dict[str, Any]:
    """The manifest in `folder`, of this version of rag or of another.

    Raises OSError or ValueError if it is missing, or not as it was written.
    """
    about = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
    if not isinstance(about, dict) or not isinstance(about.get("schema"), int):
        raise ValueError(f"{MANIFEST_FILE} is no manifest")
    if about["schema"] == SCHEMA:
        _check(about)
    return about


def read_unchecked(folder: Path) -> dict[str, Any]:
    """What is legible of the manifest in `folder`, in which anything may be missing or wrong."""
    try:
        about = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    fields = about.items() if isinstance(about, dict) else ()
    return {name: value for name, value in fields if _fits(value, _SHAPE.get(name))}


def write(folder: Path, manifest: dict[str, Any]) -> None:
    """Writes `manifest` into `folder`, through to the disk. It comes last: without it no generation is complete."""
    content = {name: value for name, value in manifest.items() if name != _DIGEST}
    with (folder / MANIFEST_FILE).open("w", encoding="utf-8") as file:
        json.dump({**content, _DIGEST: _digest(content)}, file, indent=1)
        file.flush()
        os.fsync(file.fileno())


def _check(about: dict[str, Any]) -> None:
    """Raises ValueError if the manifest `about` is not as `write` wrote it."""
    content = {name: value for name, value in about.items() if name != _DIGEST}
    if not _fits(content, _SHAPE):
        raise ValueError(f"{MANIFEST_FILE} is damaged")
    # Versions that wrote no digest wrote nothing else either.
    if _DIGEST in about and about[_DIGEST] != _digest(content):
        raise ValueError(f"{MANIFEST_FILE} is damaged")


def _fits(value: object, shape: object) -> bool:
    """Whether a `value` from JSON is of this `shape`, as those in `_SHAPE` are written."""
    if isinstance(shape, dict) and isinstance(value, dict):
        known = _ANY in shape or value.keys() == shape.keys()
        return known and all(_fits(each, shape.get(_ANY) or shape[name]) for name, each in value.items())
    if isinstance(shape, list) and isinstance(value, list):
        return all(_fits(each, shape[0]) for each in value)
    if shape in (int, float):
        whole = isinstance(value, int) or (shape is float and isinstance(value, float))
        return whole and not isinstance(value, bool) and -_MAX < value < _MAX  # type: ignore[operator]
    return shape is str and isinstance(value, str)


def _digest(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def resolved(paths: Sequence[Path]) -> list[str]:
    """`paths` as a manifest holds them: absolute."""
    return [str(path.resolve()) for path in paths]


def _chunking(model: Embedding) -> dict[str, int]:
    """What determines how abstracts are cut into the texts that are embedded."""
    return {"sentences": SENTENCES_PER_PASSAGE, "shared": OVERLAP, "tokens": model.max_tokens}


def digest(papers: Sequence[Paper]) -> str:
    """A fingerprint of the collection: equal for equal papers in equal order."""
    total = hashlib.sha256()
    for paper in papers:
        total.update(repr(paper).encode())
    return total.hexdigest()
