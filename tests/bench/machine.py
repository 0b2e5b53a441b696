"""What it was measured on and with."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

from rag import __version__
from tests.bench.sides import PYTHON

_PACKAGES = (
    "chromadb llama-index-core llama-index-embeddings-huggingface llama-index-vector-stores-chroma numpy "
    "onnxruntime sentence-transformers tokenizers torch transformers"
).split()


def describe() -> dict[str, Any]:
    """The machine, its load before the first measurement, Python, and the packages of both environments."""
    theirs = [str(folder) for folder in PYTHON.parents[1].glob("lib/python*/site-packages")]
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "memory": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "load": os.getloadavg()[0],
        "system": platform.platform(),
        "python": platform.python_version(),
        "rag": __version__,
        "ours": _versions(distributions()),
        "quickstart": _versions(distributions(path=theirs)),
    }


def _cpu() -> str:
    """The model of the CPU, where Linux names it; otherwise its architecture."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _versions(installed: Iterable[Distribution]) -> dict[str, str]:
    found = {one.name.lower().replace("_", "-"): one.version for one in installed}
    return {name: found[name] for name in _PACKAGES if name in found}
