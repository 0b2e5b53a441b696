"""What is wrong is told in plain words, with what mends it; readers are told nothing of the server."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest

from rag.answer.types import Answer
from rag.errors import (
    AccessError,
    BusyError,
    ConversationError,
    ConversationFileError,
    EmbeddingError,
    KeepingError,
    ModelError,
    NoIndexError,
    QuestionError,
    RagError,
    ReplyError,
    SettingsError,
    SourceError,
    StoppedError,
    StoreError,
    UnknownConversationError,
)
from rag.index import generations, uploads
from rag.index.opening import OtherVersionError
from rag.web import templates
from rag.web.identity import Visitor
from rag.web.openai.errors import ParameterError
from rag.web.places import FullError
from rag.web.trouble import (
    BUILDING,
    Trouble,
    answer_for_reader,
    for_reader,
    for_visitor,
    of_index,
    of_model,
    stamp,
    told,
)

from .samples import CURATOR, state

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


SERVER_FAULTS = [
    (StoreError(DETAIL), "The papers cannot be searched now. Ask whoever runs this chat."),
    (NoIndexError("There is no index in index. Build it"), "The papers cannot be searched now."),
    (BusyError("Another rebuild of /srv/index is running."), "The collection is being changed. Try again in a moment."),
    (KeepingError("Cannot write to feedback.jsonl: full."), "What you keep here cannot be read or changed now."),
    (ModelError("No such model file: /models. Give a GGUF file"), "A model that this needs cannot be used now."),
    (ReplyError("Ollama at gpu-box:11434 failed (HTTP 500)."), "A model that this needs cannot be used now."),
    (ConversationFileError(r"C:\rag\x.db is damaged"), "Conversations cannot be read or kept now."),
    (SettingsError("Prompt answer.md cannot be read."), "This does not work now. Ask whoever runs this chat."),
    (SourceError("owls.bib cannot be read."), "This does not work now. Ask whoever runs this chat."),
    (RagError("rag chat --port 7861"), "This does not work now. Ask whoever runs this chat."),
]


@pytest.mark.parametrize(("fault", "public"), SERVER_FAULTS)
def test_a_reader_is_told_nothing_that_only_those_can_use_who_run_the_server(fault: RagError, public: str) -> None:
    assert for_reader(fault).startswith(public)
    assert for_visitor(fault, READER) == for_reader(fault) == told(fault).readers
    assert for_visitor(fault, CURATOR) == str(fault) == told(fault).whole


@pytest.mark.parametrize(
    "fault",
    [
        QuestionError("“year:soon” is not a filter: year:2020.. and/or author:x"),
        QuestionError("No paper has the title or identifier “https://arxiv.org/abs/9999.99999”."),
        ParameterError("There is no model “rag systems” here, only rag and rag-quotes."),
        FullError("10 questions of yours are waiting already: rag systems, /srv/owls/x"),
        AccessError("Only a curator may do this. Ask someone who looks after this collection."),
        StoppedError("Stopped: nothing has changed."),
        UnknownConversationError("There is no such conversation. Begin a new one."),
        ConversationError("This answer is too large to be kept. Export it now."),
    ],
)
def test_a_reader_is_told_all_of_what_is_wrong_with_what_they_sent_or_may_do(fault: RagError) -> None:
    assert for_reader(fault) == for_visitor(fault, READER) == for_visitor(fault, CURATOR) == str(fault)


def test_of_a_model_that_failed_a_reader_is_told_only_that_it_did() -> None:
    own = "Papers that mention “rag pipelines” or https://example.org may be among these."
    answer = Answer("owls?", (state(),), notice=own)
    assert answer_for_reader(answer) == answer
    fault = "Ollama at gpu-box:11434 failed (HTTP 500)."
    failed = replace(answer, notice=f"{own} {fault}", model_fault=fault)
    quoted = answer_for_reader(failed)
    assert quoted.notice.startswith(f"{own} The model that writes answers cannot be used now, so papers are quoted.")
    written = answer_for_reader(replace(failed, written=(state(),)))
    assert written.notice.startswith(f"{own} The model could not do all that it was asked.")
    assert "gpu-box" not in f"{quoted} {written}"


def test_the_stamp_changes_with_the_index(tmp_path: Path, index_dir: Path) -> None:
    assert stamp(tmp_path) == "none"
    assert stamp(index_dir) == (index_dir / "CURRENT").read_text().split()[0]
