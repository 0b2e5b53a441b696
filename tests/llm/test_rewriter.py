"""The sentences of an answer, phrased by a model behind a real server."""

from __future__ import annotations

import pytest

from rag import answer

from .conftest import load
from .server import WRITTEN, Server

SENTENCE = "In this work, we propose OwlNet, a small model that finds voles 3 times faster than a barn owl."
ASKED = ("What is OwlNet?", "OwlNet: Hearing in the Dark", SENTENCE)


def test_the_model_gets_examples_and_then_the_question_the_title_and_the_sentence(server: Server, spec: str) -> None:
    assert answer.rewriter(load(spec))(*ASKED) == WRITTEN
    ((_, _, body),) = server.requests
    roles = [message["role"] for message in body["messages"]]
    assert roles == ["system", *["user", "assistant"] * (len(roles) // 2 - 1), "user"]
    assert all(part in body["messages"][-1]["content"] for part in ASKED)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("\n  Owls hoot.  \nBats do not.\n", "Owls hoot."),
        ("Owls hoot", "Owls hoot."),
        ("Owls hoot!", "Owls hoot!"),
    ],
)
def test_the_first_line_of_a_reply_is_taken_as_a_sentence(server: Server, spec: str, content: str, line: str) -> None:
    server.content = content
    assert answer.rewriter(load(spec))(*ASKED) == line


def test_the_bundled_model_writes_a_sentence() -> None:
    written = answer.rewriter(load("bundled"))(*ASKED)
    assert "OwlNet" in written
    assert written.endswith((".", "!", "?"))
