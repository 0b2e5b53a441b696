"""What is exported is read again as the same papers, and no text gets out of its place."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import sources
from rag.answer.types import Answer
from rag.export.formats import EXPORTS, PAPER_EXPORTS
from rag.export.json import answer_json
from rag.paper import Paper, title_key
from tests.fuzz.budget import examples
from tests.fuzz.strategies import answers, papers

NAMES = st.sampled_from(sorted(PAPER_EXPORTS))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("exports")


@examples(50)
@given(st.lists(papers(), min_size=1, max_size=3, unique_by=lambda paper: paper.title), NAMES)
def test_papers_are_read_again_one_by_one(folder: Path, written: list[Paper], name: str) -> None:
    (file := folder / f"papers.{EXPORTS[name].extension}").write_text(PAPER_EXPORTS[name](written), encoding="utf-8")
    found = list(sources.read(file))
    assert len(found) == len(written)
    for paper, one in zip(written, found, strict=True):
        if isinstance(one, Paper):
            assert title_key(one.title) == title_key(paper.title)


@examples(50)
@given(st.lists(answers(), min_size=1, max_size=2))
def test_every_format_takes_every_answer(several: list[Answer]) -> None:
    for name, form in EXPORTS.items():
        text = form.answers(*several)
        text.encode()
        if name == "csv":
            header, *rows = csv.reader(io.StringIO(text))
            assert {len(row) for row in rows} <= {len(header)}
            assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "@", "-") and not _number(cell)]
    json.loads(json.dumps([answer_json(answer) for answer in several]))


def _number(cell: str) -> bool:
    return cell.lstrip("-").isdigit()
