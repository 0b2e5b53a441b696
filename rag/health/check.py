"""What was found when one thing was looked at."""

from __future__ import annotations

import os
import re
import shlex
import sys
from dataclasses import dataclass

from rag.errors import RagError
from rag.text import one_line

_COMMAND = re.compile(r"\.? *Run: (.+?)(?:  .*)?$")


@dataclass(frozen=True, slots=True)
class Check:
    """What was `found` of a `subject`, and the command that is the `fix`, "" where nothing is wrong."""

    subject: str
    found: str
    fix: str = ""

    def __str__(self) -> str:
        line = f"{'problem' if self.fix else 'ok':<7}  {self.subject}: {one_line(self.found)}"
        return f"{line}  → {one_line(self.fix)}" if self.fix else line


def failed(subject: str, fault: RagError, otherwise: str) -> Check:
    """The problem that `fault` is; its message may name the command that is the fix, which is `otherwise` if not."""
    message = str(fault)
    named = _COMMAND.search(message)
    if not named:
        return Check(subject, message, otherwise)
    command = named[1].replace("pip", pip(), 1) if named[1].startswith("pip ") else named[1]
    return Check(subject, message[: named.start()], command)


def pip() -> str:
    """The command that installs packages for the Python that runs this, whichever `pip` is on the path."""
    return shlex.join([sys.executable, "-m", "pip"])


def removal(setting: str) -> str:
    """The command that removes `setting` from the environment, or else opens the file that it must be in."""
    names = [name for name in os.environ if name.upper() == f"RAG_{setting}".upper()]
    return f"unset {names[0]}" if names else "${EDITOR:-vi} rag.toml"


def size(of_bytes: int) -> str:
    """A number of bytes to show: 134515008 → "135 MB"."""
    return f"{of_bytes / 1e9:,.1f} GB" if of_bytes >= 1e9 else f"{of_bytes / 1e6:,.0f} MB"
