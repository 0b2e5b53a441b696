"""How fast rag is, next to LlamaIndex's quickstart and to the floor of the same machine: `make bench`.

Prints a table and writes it with all figures and a plot into .bench/. See docs/speed.md.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from rag.errors import RagError
from tests.bench import building, machine, plot, querying, report, starting
from tests.bench.measures import BUILD, Measure, per_further
from tests.bench.processes import BenchError
from tests.bench.sides import FOLDER, PYTHON, SIDES

BUSY = 0.5  # load average from which the figures are in doubt


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.bench", description=__doc__)
    parser.add_argument("sizes", nargs="+", type=int, help="numbers of papers")
    parser.add_argument("--index", type=Path, help="an index of rag's to measure queries with too")
    arguments = parser.parse_args()
    try:
        if not PYTHON.exists():
            raise BenchError("The quickstart is not installed. Run: make bench")
        _measure(sorted(arguments.sizes), arguments.index and arguments.index.resolve())
    except (BenchError, RagError) as fault:
        sys.exit(f"bench: {fault}")


def _measure(sizes: Sequence[int], index_dir: Path | None) -> None:
    if index_dir:
        SIDES[0].stored(index_dir)  # fails now, not after an hour, if there is none
    about, measures = machine.describe(), list[Measure]()
    if about["load"] > BUSY:
        print(f"The machine is busy (load {about['load']:.1f}): the figures will be in doubt.", file=sys.stderr)
    for part in _parts(sizes, index_dir):
        measures += part
        _write(about, measures)  # what was measured stays, whatever happens later
    measures += _further(measures)
    _write(about, measures)
    print((FOLDER / "speed.txt").read_text(encoding="utf-8"))
    print(f"All figures: {FOLDER / 'speed.json'}, plot: {FOLDER / 'speed.svg'}")


def _parts(sizes: Sequence[int], index_dir: Path | None) -> Iterator[list[Measure]]:
    for size in sizes:
        collection = building.prepare(size)
        yield building.compare(collection)
        yield querying.compare(collection)
        if size == sizes[0]:
            yield starting.compare(collection)
    if index_dir:
        yield querying.ours(index_dir)


def _further(measures: Sequence[Measure]) -> list[Measure]:
    builds = [one for one in measures if one.what == BUILD]
    return [per_further(builds[0], builds[-1], "build, each further")] if len(builds) > 1 else []


def _write(about: dict[str, object], measures: Sequence[Measure]) -> None:
    heading = f"{about['cpu']}, {about['cores']} cores, Python {about['python']}, {about['date']}"
    (FOLDER / "speed.txt").write_text(f"{heading}\n\n{report.table(measures)}\n", encoding="utf-8")
    (FOLDER / "speed.json").write_text(report.as_json(about, measures), encoding="utf-8")
    (FOLDER / "speed.svg").write_text(plot.draw(measures), encoding="utf-8")


if __name__ == "__main__":
    main()
