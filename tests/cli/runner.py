"""Runs `rag` in the process of the tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from rag.cli.main import main


def rag(*arguments: str | Path, **env: str) -> Result:
    """The result of `rag` with these arguments and environment variables."""
    return CliRunner().invoke(main, [*map(str, arguments)], env=env, prog_name="rag")


def json_lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def write_json_lines(file: Path, *objects: object) -> Path:
    file.write_text("\n".join(map(json.dumps, objects)), encoding="utf-8")
    return file
