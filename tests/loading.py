"""What a program loads, in a process of its own."""

from __future__ import annotations

import subprocess
import sys

TIMEOUT = 240  # seconds, on a busy machine


def loaded_by(program: str) -> set[str]:
    """The modules that Python has loaded once it has run `program`."""
    program += "\nimport sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=TIMEOUT)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split())
