"""Measures the slopes: `python -m tests.scale.measure INDEX FOLDER` writes `slopes.json` beside this file.

INDEX is a large index, more than five times as large as the largest of SIZES. Parts of it are built in FOLDER, where
every result stays: a measurement that was stopped goes on where it was. It takes an hour of CPU time, little of it for
encoding. CPU time is counted, so that a busy machine matters little; `nice` is kind to the others on it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rag.index import generations
from tests.bench import machine
from tests.bench.processes import ROOT
from tests.scale.slopes import FILE, FITTED

SIZES = (500, 2_000, 5_000, FITTED)
SPLIT = 5_000  # papers of the part whose graph is split into shards


class Measurements:
    """Runs what measures in a process of its own, once, and keeps what it prints in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def of(self, name: str, module: str, *arguments: str | Path) -> dict[str, Any]:
        """What ``python -m tests.scale.MODULE ARGUMENTS`` prints. Raises CalledProcessError if it fails."""
        file = self.folder / f"{name}.json"
        if not file.exists():
            print(name, file=sys.stderr)
            command = [sys.executable, "-m", f"tests.scale.{module}", *map(str, arguments)]
            output = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
            file.write_text(output, encoding="utf-8")
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return found

    def built(self, index_dir: Path, size: int) -> dict[str, Any]:
        """A part of an index, built."""
        part = self.folder / str(size)
        if generations.current(part) is None:
            self.of(f"part-{size}", "growing", "part", index_dir, size, part)
        return self.of(f"build-{size}", "growing", "build", part)


def main(index_dir: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    results = Measurements(folder)
    built = [results.built(index_dir, size) for size in SIZES]
    asked = [results.of(f"ask-{size}", "asking", folder / str(size)) for size in SIZES]
    asked.append(results.of("ask-all", "asking", index_dir))
    split = results.of("split", "sharding", index_dir)
    graphs = results.of("graphs", "sharding", folder / str(SPLIT), "graphs")
    measured = {
        "machine": {key: machine.describe()[key] for key in ("date", "cpu", "cores", "python", "rag")},
        "command": "python -m tests.scale.measure INDEX FOLDER",
        "encode": results.of("encode", "growing", "encode", index_dir),
        "built": built,
        "asked": asked,
        "served": results.of("serve", "growing", "serve", folder / str(FITTED)),
        "added": list(_added(results)),
        "split": {**split, "searched": graphs["searched"], "recall": graphs["recall"]},
    }
    FILE.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")


def _added(results: Measurements) -> Iterator[dict[str, Any]]:
    """What one more paper costs, last, as the parts are then others."""
    for size in SIZES:
        yield {"papers": size, **results.of(f"add-{size}", "growing", "add", results.folder / str(size))}


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve())
