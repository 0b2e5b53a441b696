"""The library follows the index through rebuilds, and opens each generation once."""

from __future__ import annotations

import gc
import io
import os
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from rag import settings
from rag.chat.conversation import Conversation
from rag.chat.edits import Edits
from rag.chat.library import Library
from rag.chat.rebuild import carry_out
from rag.errors import StoreError
from rag.index import changes, generations, manifest, uploads
from rag.progress import silent
from rag.query.understanding import Query, understand
from rag.retrieval.retriever import HybridRetriever
from tests.chat.asking import ask, numbers
from tests.conftest import WHICH, typical_curve
from tests.llm.server import Server


def switch(index_dir: Path) -> Path:
    """Makes a copy of the current generation the current one, as a rebuild would, but at once."""
    current = generations.current(index_dir)
    assert current
    with generations.building(index_dir) as folder:
        shutil.copytree(current, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.lock"))
    return folder


def test_the_name_is_printable_whatever_the_files_are_called(index_copy: Path) -> None:
    folder = generations.current(index_copy)
    assert folder is not None
    manifest.write(folder, manifest.read(folder) | {"paths": ["/a/caf\udce9.jsonl", "/b"]})
    info = Library(settings.load(index_dir=index_copy, llm="none")).info()
    assert (info.name, info.papers, info.model, info.writer) == ("caf?.jsonl, b", 14, "none", "quotes")


@pytest.fixture
def quick_rebuild(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rebuilds skip the calibration, which is most of their work."""
    monkeypatch.setattr("rag.chat.rebuild.calibrate", typical_curve)


@pytest.mark.usefixtures("quick_rebuild")
def test_a_rebuild_is_followed_without_a_restart(index_copy: Path) -> None:
    library = Library(settings.load(index_dir=index_copy, llm="none"))
    conversation = Conversation(library)
    assert ask(conversation, "sourdough baking").refused
    bread = b'{"title": "Sourdough Baking", "abstract": "We bake bread. Sourdough baking takes 20 hours."}'
    uploads.accept(index_copy, uploads.stage(index_copy, "bread.jsonl", io.BytesIO(bread)))
    report = library.rebuild(silent)
    assert report.papers == library.info().papers == 15
    assert not ask(conversation, "how long does sourdough baking take?").refused


def test_a_question_is_answered_from_one_generation_during_rebuilds(
    index_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = Library(settings.load(index_dir=index_copy, llm="none"))
    first = library.retriever().store.folder

    def rebuild_twice(*arguments: Any) -> Query:
        newest = [switch(index_copy) for _ in range(2)][-1]
        assert library.retriever().store.folder == newest
        assert first.exists()
        return understand(*arguments)

    monkeypatch.setattr("rag.chat.conversation.understand", rebuild_twice)
    assert len(numbers(ask(Conversation(library), WHICH))) > 1
    monkeypatch.undo()
    gc.collect()
    switch(index_copy)
    assert not first.exists()


def test_many_searches_at_once_work_on_a_generation_that_was_replaced_twice(index_copy: Path) -> None:
    library = Library(settings.load(index_dir=index_copy, llm="none"))
    retriever = library.retriever()
    folders = [switch(index_copy) for _ in range(3)]
    assert [folder.exists() for folder in folders] == [False, True, True]
    assert library.retriever() is not retriever
    with ThreadPoolExecutor(8) as threads:  # in each thread, Chroma opens its files again
        found = list(threads.map(lambda _: len(retriever.search([WHICH], 5).papers), range(16)))
    assert found == [5] * 16


def test_while_a_generation_is_being_opened_the_previous_one_answers(
    index_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = Library(settings.load(index_dir=index_copy, llm="none"))
    previous, open_now = library.retriever(), library._open
    started, proceed = threading.Event(), threading.Event()

    def open_slowly() -> HybridRetriever:
        started.set()
        assert proceed.wait(60)
        return open_now()

    monkeypatch.setattr(library, "_open", open_slowly)
    newest = switch(index_copy)
    with ThreadPoolExecutor(1) as threads:
        opening = threads.submit(library.retriever)
        assert started.wait(60)
        assert library.retriever() is previous
        assert not opening.done()
        proceed.set()
        assert opening.result().store.folder == newest
    assert library.retriever() is opening.result()


def test_what_is_known_before_the_model_is_open_does_not_wait_for_it(index_dir: Path, server: Server) -> None:
    library = Library(settings.load(index_dir=index_dir, llm=f"openai-like:{server.url}/v1#owl"))
    assert not library.is_open
    assert (library.info().papers, library.info().model, library.info().writer) == (14, "owl", None)
    assert library.is_open
    assert server.paths == []
    library.assistant()
    assert library.info().writer == "synthesis"


def test_first_users_at_the_same_time_share_one_retriever(index_dir: Path) -> None:
    library = Library(settings.load(index_dir=index_dir, llm="none"))
    with ThreadPoolExecutor(8) as threads:
        assert len({id(opened) for opened in threads.map(lambda _: library.retriever(), range(8))}) == 1


def test_a_new_generation_that_cannot_be_opened_is_reported(index_copy: Path) -> None:
    library = Library(settings.load(index_dir=index_copy, llm="none"))
    library.load()
    (switch(index_copy) / "vectors.f32").unlink()
    for _ in range(2):
        with pytest.raises(StoreError, match=r"damaged .*vectors\.f32.* Run: rag verify"):
            ask(Conversation(library), WHICH)
    newest = switch(index_copy)
    shutil.copy(next(index_copy.glob("g*/vectors.f32")), newest)
    assert library.retriever().store.folder == newest


def counts(library: Library, edits: Edits = Edits()) -> tuple[int, int, int]:  # noqa: B008
    """How many papers `edits` would add, change and remove."""
    planned = library.preview(edits).planned
    assert planned
    return len(planned.changes.added), len(planned.changes.changed), len(planned.changes.removed)


@pytest.mark.usefixtures("quick_rebuild")
def test_uploads_are_previewed_then_added_with_or_without_an_index(
    tmp_path: Path, papers_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "shipped", lambda _: papers_file)
    index_dir = tmp_path / "index"
    library = Library(settings.load(index_dir=index_dir, llm="none"))
    assert counts(library) == (14, 0, 0)
    bread = b'{"title": "Bread", "abstract": "It takes 20 hours."}'
    file = uploads.stage(index_dir, "bread.jsonl", io.BytesIO(bread))
    assert counts(library, Edits((file,))) == (1, 0, 0), "one's own papers are not mixed with those that come with rag"
    assert library.rebuild(silent, Edits((file,))).papers == library.info().papers == 1
    uploads.accept(index_dir, uploads.stage(index_dir, "papers.jsonl", io.BytesIO(papers_file.read_bytes())))
    assert counts(library, Edits(reread=True)) == (14, 0, 0)
    assert library.rebuild(silent).papers == library.info().papers == 15
    assert counts(library) == (0, 0, 0)

    carry_out(changes.reduced(index_dir, ["Bread"]), index_dir, "bundled", silent)
    assert counts(library) == (0, 0, 0), "what was removed stays so"
    file = uploads.stage(index_dir, "bread.jsonl", io.BytesIO(bread))
    assert counts(library, Edits((file,))) == (1, 0, 0)
    assert library.rebuild(silent, Edits((file,))).papers == 15, "until its file is added again"

    assert counts(library, Edits(removed=("bread.jsonl",))) == (0, 0, 1)
    assert library.rebuild(silent, Edits(removed=("bread.jsonl",))).papers == library.info().papers == 14


def test_while_it_is_not_known_which_generation_is_current_no_other_papers_are_built(index_copy: Path) -> None:
    library = Library(settings.load(index_dir=index_copy, llm="none"))
    (index_copy / "CURRENT").write_text("nonsense")
    for change in (library.preview, lambda: library.rebuild(silent)):
        with pytest.raises(StoreError, match=r"CURRENT is unreadable.*Run: rag verify"):
            change()
    assert len(list(index_copy.glob("g*"))) == 1


def test_an_index_of_another_embedding_is_refused_with_the_command_that_rebuilds_it(index_dir: Path) -> None:
    library = Library(settings.load(index_dir=index_dir, embedding="other/model"))
    with pytest.raises(StoreError, match=r"'bundled'.*'other/model'.* Run: rag rebuild"):
        library.retriever()


def test_generation_after_generation_leaves_no_file_thread_or_folder_behind(
    index_copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    library = Library(settings.load(index_dir=index_copy, llm="none"))
    conversation, found, threads_before = Conversation(library), [], threading.active_count()
    for _ in range(12):
        assert not ask(conversation, WHICH).refused
        switch(index_copy)
        library.retriever()
        gc.collect()
        folders = [len(list(folder.iterdir())) for folder in (index_copy, tmp_path / "temporary")]
        threads = threading.active_count() - threads_before
        found.append((len(os.listdir("/proc/self/fd")), threads, *folders))
    handles, *others = zip(*found[4:], strict=True)
    assert max(handles[4:]) - max(handles[:4]) <= 2, handles  # what earlier tests left may be closed meanwhile
    assert [set(counts) for counts in others] == [{0}, {4}, {1}]


def test_damage_of_a_large_file_is_found_in_the_background(index_copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.index.integrity._QUICK_BYTES", 0)
    folder = generations.current(index_copy)
    assert folder
    file = folder / "vectors.f32"
    changed, content = file.stat().st_mtime_ns, file.read_bytes()
    file.write_bytes(content[:-1] + b"x")
    os.utime(file, ns=(changed, changed))
    library = Library(settings.load(index_dir=index_copy, llm="none"))
    library.retriever()
    library.examine()
    for thread in threading.enumerate():
        if thread.name == "examine":
            thread.join()
    with pytest.raises(StoreError, match=r"vectors\.f32 is damaged.* Run: rag verify"):
        ask(Conversation(library), WHICH)
    file.write_bytes(content)
    switch(index_copy)
    assert library.retriever().store.paper_count == 14
