"""Child processes: each figure comes from a process of its own, so that no side warms up or weighs on another.

The process that starts them stays small, as Linux counts its memory towards the peak of a process that it starts.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[2]
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes in which the system counts a process's peak memory


class BenchError(Exception):
    """What could not be measured and why, in one line."""


@dataclass(frozen=True)
class Run:
    """A process that has ended: its wall time in `seconds`, its `peak` memory in bytes, and what it printed."""

    seconds: float
    peak: int
    output: str


class Child:
    """A running process, announced on stderr as `label`."""

    def __init__(self, label: str, command: Sequence[str | Path]) -> None:
        print(f"{label} …", end=" ", file=sys.stderr, flush=True)
        self.label = label
        self._output = tempfile.TemporaryFile("w+")  # noqa: SIM115 # read when the process has ended
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            command, stdout=self._output, stderr=self._errors, cwd=ROOT, env=_environment(), text=True
        )

    def end(self) -> Run:
        """Waits until it ends. Raises BenchError if it fails."""
        run = self._reaped()
        if self.process.returncode:
            raise BenchError(self.fault())
        return run

    def ended(self) -> bool:
        """Whether it has ended by itself; `stop` must be called all the same."""
        return os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def stop(self) -> Run:
        """Ends it, whatever it is doing."""
        self.process.terminate()
        return self._reaped()

    def fault(self) -> str:
        """Its last word, in one line."""
        lines = [line for line in _text(self._errors).splitlines() if line.strip()]
        return f"{self.label}: {lines[-1].strip() if lines else 'it ended without a word'}"

    def _reaped(self) -> Run:
        _, status, usage = os.wait4(self.process.pid, 0)
        seconds = time.perf_counter() - self.started
        self.process.returncode = os.waitstatus_to_exitcode(status)
        print(f"{seconds:.1f} s, {usage.ru_maxrss * _RSS_UNIT / 1e6:.0f} MB", file=sys.stderr, flush=True)
        return Run(seconds, usage.ru_maxrss * _RSS_UNIT, _text(self._output))


def run(label: str, command: Sequence[str | Path]) -> Run:
    """Runs `command` to its end. Raises BenchError if it fails."""
    return Child(label, command).end()


def _environment() -> dict[str, str]:
    """This process's, without a developer's settings, and offline."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RAG_")}
    return kept | {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}


def _text(file: IO[str]) -> str:
    file.seek(0)
    return file.read()
