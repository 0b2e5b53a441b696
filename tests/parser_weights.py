"""Writes rag/language/parser.npz from the package that holds the weights: `python -m tests.parser_weights SDIST`.

SDIST is en_ud_model-1.1.0.tar.gz: `pip download --no-deps --no-binary :all: en-ud-model==1.1.0`.
"""

from __future__ import annotations

import hashlib
import io
import json
import sys
import tarfile
from pathlib import Path
from typing import Any

import msgpack
import numpy as np
import numpy.typing as npt

from rag.language.parser import WEIGHTS_FILE
from rag.language.parser_model import CONTEXT_SIZE, FEATURE_NAMES, LAYER_NAMES

SHA256 = "eb86e7a9eb7eec6ce9240b2c5e9cc9e46ea859a20e554b404116e97b77c329cf"
FOLDER = "en_ud_model-1.1.0/en_ud_model/en_ud_model-1.1.0/parser"
MOVES = ("shift", "reduce", "left", "right", "break")  # in the order of spaCy's arc_eager.pyx
Array = npt.NDArray[Any]
Parameters = dict[str, Array]


def convert(sdist: bytes) -> dict[str, Array]:
    """The arrays of the parser: those that `rag.language.parser_model` names, and `moves`, the name of each score."""
    if hashlib.sha256(sdist).hexdigest() != SHA256:
        raise SystemExit("This is not en_ud_model-1.1.0.tar.gz as on PyPI.")
    with tarfile.open(fileobj=io.BytesIO(sdist)) as archive:
        model, moves = (_read(archive, name) for name in ("model", "moves"))
    names = _move_names(json.loads(msgpack.unpackb(moves)["moves"]))
    kept = [index for index, name in enumerate(names) if not name.endswith("-subtok")]  # a label no training tree has
    arrays = _arrays(msgpack.unpackb(model, object_hook=_array, raw=True, strict_map_key=False))
    for name in ("upper.weights", "upper.bias"):
        arrays[name] = arrays[name][kept]
    # "dobj||xcomp" is a dobj that belongs to an xcomp lower in the tree, by an arc that crosses others: kept as it is
    # drawn, so that no arcs cross. It is rare: one sentence of 1,000.
    return arrays | {"moves": np.array([names[index].partition("||")[0] for index in kept])}


def _read(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(f"{FOLDER}/{name}")
    assert file
    return file.read()


def _array(value: dict[bytes, Any]) -> Any:
    """The array that `value` describes in the format of msgpack-numpy; anything else as it is."""
    if value.get(b"nd") is not True:
        return value
    return np.frombuffer(value[b"data"], dtype=value[b"type"].decode()).reshape(value[b"shape"])


def _move_names(labels: dict[str, dict[str, int]]) -> list[str]:
    """The moves in the order of their scores: by kind, then from the most frequent label to the rarest."""
    return [
        f"{MOVES[int(kind)]}-{label}".removesuffix("-")
        for kind, frequencies in sorted(labels.items())
        for _, label in sorted(((count, label) for label, count in frequencies.items()), reverse=True)
    ]


def _arrays(content: dict[bytes, Any]) -> dict[str, Array]:
    """The arrays of the network; Thinc wrote its layers breadth-first."""
    layers = content[b"weights"]
    with_parameters = [(_parameters(layer), layer) for layer in layers if layer[b"params"]]
    embeddings = sorted(
        ((layer[b"seed"], found["vectors"]) for found, layer in with_parameters if "vectors" in found),
        key=lambda embedding: int(embedding[0]),
    )
    norms = [found for found, _ in with_parameters if "G" in found]
    maxouts = [found for found, _ in with_parameters if "W" in found and found["W"].ndim == 3]
    (lower,) = (found for found, _ in with_parameters if "pad" in found)
    (upper,) = (found for found, _ in with_parameters if "W" in found and found["W"].ndim == 2)
    arrays = dict(zip(FEATURE_NAMES, (vectors for _, vectors in embeddings), strict=True))
    arrays["seeds"] = np.array([seed for seed, _ in embeddings])
    for name, maxout, norm in zip(LAYER_NAMES, maxouts, norms, strict=True):
        arrays |= _layer(name, maxout, norm)
    return arrays | _scorer(lower, upper)


def _parameters(layer: dict[bytes, Any]) -> Parameters:
    return {parameter[b"name"].decode(): parameter[b"value"] for parameter in layer[b"params"]}


def _layer(name: str, maxout: Parameters, norm: Parameters) -> dict[str, Array]:
    return {
        f"{name}.weights": maxout["W"].transpose(2, 1, 0).reshape(maxout["W"].shape[2], -1),  # inputs, pieces, outputs
        f"{name}.bias": maxout["b"].T.ravel(),
        f"{name}.scale": norm["G"],
        f"{name}.shift": norm["b"],
    }


def _scorer(lower: Parameters, upper: Parameters) -> dict[str, Array]:
    width = lower["W"].shape[3]
    return {
        "lower.weights": lower["W"].transpose(3, 0, 2, 1).reshape(width, -1),  # width, places, pieces, hidden
        "lower.bias": lower["b"].T.ravel(),
        "lower.padding": lower["pad"][0].transpose(0, 2, 1).reshape(CONTEXT_SIZE, -1),
        "upper.weights": upper["W"],
        "upper.bias": upper["b"],
    }


def main() -> None:
    arrays = convert(Path(sys.argv[1]).read_bytes())
    halves = {name: array.astype(np.float16) if array.dtype == np.float32 else array for name, array in arrays.items()}
    np.savez(WEIGHTS_FILE, **halves)


if __name__ == "__main__":
    main()
