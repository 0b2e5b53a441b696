"""What is wrong is told in plain words, with what mends it; readers are told nothing of the server."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from rag.errors import (
    BusyError,
    ConversationError,
    EmbeddingError,
    ModelError,
    NoIndexError,
    QuestionError,
    RagError,
    StoreError,
)
from rag.index import generations, uploads
from rag.index.opening import OtherVersionError
from rag.web import templates
from rag.web.identity import Visitor
from rag.web.trouble import BUILDING, Trouble, for_reader, for_visitor, of_index, of_model, stamp

from .samples import CURATOR

READER = Visitor("nobody-in-particular", "reader")

DETAIL = "The index in /srv/index is damaged (CURRENT is missing). Run: rag verify --index /srv/index"


@pytest.mark.parametrize(
    ("fault", "line", "actions"),
    [
        (NoIndexError("x"), "There are no papers to search yet.", ["own", "build"]),
        (generations.damage(Path("/srv/index"), "x"), "The index is damaged, so no paper can be searched.", ["repair"]),
        (EmbeddingError("x"), "The index was built with another embedding than the settings name.", ["repair"]),
        (OtherVersionError("x"), "Another version of rag built the index.", ["repair"]),
        (StoreError("x"), "The papers cannot be opened.", ["try"]),
        (BusyError("x"), f"The papers that come with rag {BUILDING}", ["own instead"]),
    ],
)
def test_each_kind_of_trouble_has_a_line_and_what_mends_it(
    tmp_path: Path, fault: RagError, line: str, actions: list[str]
) -> None:
    found = of_index(fault, tmp_path)
    assert (found.line, [remedy.action for remedy in found.remedies]) == (line, actions)


def test_while_the_first_index_is_built_by_anybody_the_page_waits(tmp_path: Path) -> None:
    with generations.locked(tmp_path):
        assert of_index(NoIndexError("x"), tmp_path).line == f"The papers that come with rag {BUILDING}"
        uploads.accept(tmp_path, uploads.stage(tmp_path, "own.bib", io.BytesIO(b"@article{a}")))
        own = of_index(NoIndexError("x"), tmp_path)
    assert (own.line, own.remedies) == (f"Your papers {BUILDING}", ())
    assert BUILDING not in of_index(NoIndexError("x"), tmp_path).line


def shown(found: Trouble, is_curator: bool) -> str:
    return templates.fragment("mending.html", "trouble", found, is_curator)


def test_only_curators_see_the_details_and_the_buttons(tmp_path: Path) -> None:
    found = of_index(generations.damage(Path("/srv/index"), "CURRENT is missing"), tmp_path)
    assert "/srv/index" in shown(found, True)
    assert "Repair it" in shown(found, True)
    assert "/srv/index" not in shown(found, False)
    assert "<button" not in shown(found, False)
    assert "Ask whoever runs this chat." in shown(found, False)
    quotes = shown(of_model(ModelError("http://10.0.0.5:11434 refused")), False)
    assert "10.0.0.5" not in quotes
    assert "Answer with quotes only" in quotes, "which is everybody's own choice"


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (StoreError(DETAIL), "The papers cannot be searched now. Ask whoever runs this chat."),
        (
            ModelError("No file /models/owl.gguf."),
            "The model that writes answers cannot be used now, so papers are quoted. Ask whoever runs this chat.",
        ),
        (ModelError("http://10.0.0.5:1/v1 refused"), "The model that writes answers cannot be used now"),
        (ConversationError(r"C:\rag\x.db is damaged"), "Conversations cannot be kept now. Ask whoever runs this chat."),
        (StoreError("Run: rag rebuild"), "The papers cannot be searched now."),
        (
            QuestionError("“year:soon” is not a filter: year:2020.. and/or author:x"),
            "“year:soon” is not a filter",
        ),
        (QuestionError("The model owl/3 is not available now."), "The model owl/3 is not available now."),
    ],
)
def test_a_reader_is_told_nothing_that_only_those_can_use_who_run_the_server(fault: RagError, told: str) -> None:
    assert for_reader(fault).startswith(told)
    assert for_visitor(fault, READER).startswith(told)
    assert for_visitor(fault, CURATOR) == str(fault)


def test_the_stamp_changes_with_the_index(tmp_path: Path, index_dir: Path) -> None:
    assert stamp(tmp_path) == "none"
    assert stamp(index_dir) == (index_dir / "CURRENT").read_text().split()[0]
