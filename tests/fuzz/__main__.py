"""Runs the fuzz tests with ever new examples for some minutes: `make fuzz`.

What fails is printed, to be added to its test as an @example. Exits with status 1 then.
"""

from __future__ import annotations

import argparse
import os
import re
import secrets
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
TIMES = 5  # as many examples as in the suite, in a round
MAX_SHOWN = 20_000  # characters of a round's output, its last
_STATISTICS = " Hypothesis Statistics "  # the heading of what is counted, after what failed
_COUNTED = re.compile(r"tests/fuzz/(test_\w+)\.py::(\w+):.*?- (\d+) passing, ", re.DOTALL)


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, help="of the first round, to repeat it")
    arguments = parser.parse_args()
    start, counts, failed, seed = time.monotonic(), Counter[str](), 0, arguments.seed
    while time.monotonic() - start < arguments.minutes * 60:
        seed = secrets.randbelow(2**32) if seed is None else seed
        done = _round(seed)
        counts.update({f"{file}::{test}": int(passing) for file, test, passing in _COUNTED.findall(done.stdout)})
        if done.returncode:
            failed += 1
            print(done.stdout.partition(_STATISTICS)[0][-MAX_SHOWN:], done.stderr[-MAX_SHOWN:])
        result = "FAILED" if done.returncode else "passed"
        print(f"{time.monotonic() - start:5.0f} s  seed {seed}: {result}", flush=True)
        seed = None
    print(f"\n{sum(counts.values()):,} examples in {time.monotonic() - start:,.0f} seconds, {failed} rounds failed")
    for name, count in sorted(counts.items()):
        print(f"{count:10,}  {name}")
    sys.exit(bool(failed))


def _round(seed: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "tests/fuzz", "--hypothesis-show-statistics"]
    environment = os.environ | {"FUZZ": str(TIMES)}
    return subprocess.run(
        [*command, f"--hypothesis-seed={seed}"], cwd=ROOT, env=environment, capture_output=True, text=True
    )


if __name__ == "__main__":
    main()
