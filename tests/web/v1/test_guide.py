"""What docs/http.md tells to type works."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from .curl import curl

DOCS = (Path(__file__).parents[3] / "docs" / "http.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^curl .*http://localhost:7860.*$", DOCS, re.MULTILINE)
PROGRAMS = re.findall(r"^```python\n(.*?)^```$", DOCS, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("command", COMMANDS)
def test_its_commands_are_answered(api: str, command: str) -> None:
    arguments = shlex.split(command.replace("http://localhost:7860/api/v1", api))
    is_of_shipped_paper = command.endswith("/papers/1247b11cb0c3")  # which this collection does not have
    assert curl(*arguments[1:]).status == (404 if is_of_shipped_paper else 200)


@pytest.mark.parametrize("program", PROGRAMS)
def test_its_programs_run(api: str, program: str, capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, object] = {}
    exec(program.replace("http://localhost:7860/api/v1", api).replace("http://localhost:7860", api[:-7]), names)
    assert "SwiftDepth" in capsys.readouterr().out
    if "client" in names:
        names["client"].close()  # type: ignore[attr-defined]


def test_the_guide_has_them() -> None:
    assert (len(COMMANDS), len(PROGRAMS)) == (7, 2)
