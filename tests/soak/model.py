"""A model server for the soak, which repeats the evidence: `python -m tests.soak.model PORT`, until killed."""

from __future__ import annotations

import json
import random
import re
import sys
import time
from threading import Event

from tests.answer.owl import Owl, reading
from tests.llm.server import running

MAX_WRITTEN = 4  # sentences of an answer
PAUSE = 0.4  # seconds that a reply takes at most, so that some are being written whatever happens


def grade(prompt: str) -> str:
    """Grades papers by whether the question names what their titles begin with."""
    asked = prompt.rpartition("Question: ")[2].partition("\n")[0]
    papers = re.findall(r"^Paper (\d+): (\w+)", prompt.rpartition("Question: ")[2], re.MULTILINE)
    entries = [{"n": int(n), "grade": 2 * (first in asked), "sentence": "a" * (first in asked)} for n, first in papers]
    return json.dumps({"papers": entries})


def write(prompt: str) -> str:
    """Repeats the first sentences of the evidence."""
    time.sleep(random.random() * PAUSE)
    evidence = re.findall(r"^\[(\d+[a-z])\] (.+)$", prompt.rpartition("Question: ")[2], re.MULTILINE)
    return "\n".join(f"{sentence} [{label}]" for label, sentence in evidence[:MAX_WRITTEN]) + "\n"


def main() -> None:
    with running(int(sys.argv[1])) as server:
        Owl(server, {"reading": reading(), "grade": grade, "synthesis": write})
        Event().wait()


if __name__ == "__main__":
    main()
