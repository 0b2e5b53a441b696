"""The library as other programs use it: `from rag import Library`."""

from __future__ import annotations

import ast
import asyncio
import inspect
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from click import ClickException

import rag
from rag import (
    Answer,
    Found,
    Library,
    ModelError,
    NoIndexError,
    QuestionError,
    RagError,
    SettingsError,
    SourceError,
    Statement,
    StoreError,
    Working,
    Written,
)
from rag.api.exporting import ExportFormat
from rag.api.options import Choices, Options
from rag.cli.main import main
from rag.export.formats import EXPORTS, PAPER_EXPORTS
from rag.export.json import answer_json
from rag.settings import Settings
from tests.answer.owl import Owl, grading, reading
from tests.conftest import WHICH
from tests.llm.server import PATIENCE, Server

FASTER = "how much faster are they?"
EXPORTED = set(
    "Answer BuildReport BusyError Citation Conversation DamageError EmbeddingError Evaluation Event Found Hit Library "
    "Message ModelError NoIndexError Paper QuestionError RagError Results SettingsError SourceError Statement "
    "StoreError Summary Working Written __version__".split()
)
OF_THE_CHAT = {"host", "port", "url", "password", "password_file", "log", "log_questions"}
JUDGED = {"id": 1, "question": WHICH, "relevant": {"SwiftDepth: Single-Step Diffusion for Monocular Depth": 2}}
GOOD = "SwiftDepth is a diffusion model that predicts monocular depth in a single step."
OWL = "@article{owl, title={Owls of the Night}, abstract={Barn owls hunt voles by ear alone.}, year={2021}}"


@pytest.fixture(scope="module")
def library(index_dir: Path) -> Iterator[Library]:
    with Library(index_dir, llm="none") as opened:
        yield opened


@pytest.fixture
def owls(tmp_path: Path) -> Path:
    file = tmp_path / "owls.bib"
    file.write_text(OWL, encoding="utf-8")
    return file


def python(code: str) -> set[str]:
    """What `code` prints in a process of its own, as words."""
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


def titles(found: rag.Results) -> list[str]:
    return [paper.title for paper in found.papers]


def command(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a command prints on standard output."""
    main(arguments, standalone_mode=False)
    return capsys.readouterr().out


def test_exactly_these_names_are_exported() -> None:
    assert set(rag.__all__) == EXPORTED
    assert set(dir(rag)) >= EXPORTED
    assert all(getattr(rag, name) is not None for name in EXPORTED)
    with pytest.raises(AttributeError, match="no attribute 'Libary'"):
        rag.Libary  # noqa: B018
    assert {name for name in EXPORTED if name.endswith("Error")} >= {
        one.__name__ for one in (RagError, SettingsError, SourceError, StoreError, NoIndexError, QuestionError)
    }


def test_type_checkers_see_the_same_names() -> None:
    file = Path(rag.__file__)
    branch = next(node for node in ast.parse(file.read_text(encoding="utf-8")).body if isinstance(node, ast.If))
    seen = {alias.name for node in branch.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert seen | {"__version__"} == EXPORTED
    assert file.with_name("py.typed").exists()


def test_importing_it_loads_next_to_nothing() -> None:
    code = "import sys; before = set(sys.modules); import rag; print(*(sys.modules.keys() - before))"
    assert python(code) <= {"rag", "__future__"}
    heavy = {"numpy", "torch", "chromadb", "llama_index", "openai", "httpx", "gradio", "onnxruntime", "pandas"}
    loaded = python("import sys; from rag import Library, RagError; Library('x', llm='none'); print(*sys.modules)")
    assert "rag.api.library" in loaded
    assert not loaded & heavy


def test_its_methods_are_these_and_typed() -> None:
    public = {name for name in vars(Library) if not name.startswith("_")}
    waiting = {"ask", "aask", "stream", "astream", "search", "asearch"}
    changing = {"add", "remove"}
    assert public == waiting | changing | {
        "close",
        "conversation",
        "evaluate",
        "export",
        "index",
        "papers",
        "status",
    }
    assert {name for name in vars(rag.Conversation) if not name.startswith("_")} == {"ask", "aask", "stream", "astream"}
    for name in public - {"index"}:
        signature = inspect.signature(getattr(Library, name))
        assert signature.return_annotation is not inspect.Signature.empty, name
        untyped = [one.name for one in signature.parameters.values() if one.annotation is inspect.Parameter.empty]
        assert untyped in ([], ["self"]), name
    for one in ("ask", "search", "stream"):
        synchronous, other = (inspect.signature(getattr(Library, name)).parameters for name in (one, f"a{one}"))
        assert {name: str(each) for name, each in synchronous.items()} == {
            name: str(each) for name, each in other.items()
        }


def test_its_options_are_settings() -> None:
    hints, fields = get_type_hints(Options), Settings.model_fields
    assert hints.keys() <= fields.keys()
    assert fields.keys() - hints.keys() - OF_THE_CHAT == {"index_dir", "contact"}
    same = {name for name in hints if hints[name] == fields[name].annotation}
    assert hints.keys() - same == {"prompts_dir", "chroma_token", "chroma_ca"}  # which may be strings


def test_the_choices_of_a_question_are_those_of_the_chat() -> None:
    from rag.chat.conversation import Conversation

    taken = inspect.signature(Conversation.ask).parameters
    assert get_type_hints(Choices).keys() == taken.keys() - {"self", "question"}


def test_wrong_options_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="no option 'lmm'"):
        Library(tmp_path, lmm="none")  # type: ignore[call-arg]
    with pytest.raises(SettingsError, match="empty"):
        Library("")
    with pytest.raises(SettingsError, match="min_probability"):
        Library(tmp_path, min_probability=3.0)
    with pytest.raises(RagError, match="owl"):
        Library(tmp_path, llm="owl:8b").ask(WHICH)


def test_without_an_index_it_says_so(tmp_path: Path) -> None:
    with Library(tmp_path / "none", llm="none") as empty:
        for use in (
            empty.status,
            empty.papers,
            lambda: empty.search(WHICH),
            lambda: empty.ask(WHICH),
            lambda: empty.remove("Owls of the Night"),
        ):
            with pytest.raises(NoIndexError, match="There is no index"):
                use()
        with pytest.raises(SourceError, match="No such file"):
            empty.add(tmp_path / "missing.bib")
    assert not (tmp_path / "none").exists()


def test_papers_are_added_found_and_removed(index_copy: Path, owls: Path) -> None:
    stages = set()
    with Library(str(index_copy), llm="none") as library:
        assert "Owls of the Night" not in [hit.paper.title for hit in library.search("barn owls", 3)]
        report = library.add(str(owls), progress=lambda stage, done, total: stages.add(stage))
        assert [paper.title for paper in report.planned.changes.added] == ["Owls of the Night"]
        assert report.papers == library.status().papers == len(library.papers()) == 15
        assert str(report).startswith("15 papers: 1 added")
        assert "embedding" in stages
        assert library.search("how do barn owls hunt voles?").papers[0].title == "Owls of the Night"
        assert library.remove("Owls of the Night").papers == 14


def test_an_index_is_built_where_there_is_none(tmp_path: Path, owls: Path) -> None:
    with Library(tmp_path / "new", llm="none") as library:
        assert library.add(owls).built
        assert [paper.title for paper in library.papers()] == ["Owls of the Night"]
        owls.write_text(OWL.replace("Owls of the Night", "Voles").replace("owls", "voles"), encoding="utf-8")
        with pytest.raises(StoreError, match="removes most papers"):
            library.add(owls)
        with pytest.raises(SourceError):
            library.add(tmp_path / "missing.bib")
        for nothing in ((), ("",), (owls, "")):
            with pytest.raises(SourceError, match="Name the files"):
                library.add(*nothing)


def test_columns_that_name_no_field_change_nothing(tmp_path: Path) -> None:
    kelp = tmp_path / "kelp.csv"
    kelp.write_text("Title,Abstract\nKelp,Kelp grows.\n", encoding="utf-8")
    with Library(tmp_path / "index", llm="none") as library:
        library.add(kelp)
        with pytest.raises(ValueError, match=r"title, abstract, .* not for 'titel'"):
            library.add(kelp, columns={"titel": "Title"})
        assert not library.add(kelp).planned.changes


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes cannot be forked here")
@pytest.mark.parametrize("use", ["library", "Library(library.index, llm='none')"])
def test_a_process_that_is_forked_from_one_that_used_an_index_is_told(index_dir: Path, use: str) -> None:
    code = f"""
import os
from rag import Library
library = Library({str(index_dir)!r}, llm="none")
library.search("owls")
if os.fork() == 0:
    try:
        {use}.search("owls")
    except RuntimeError as fault:
        print(fault, flush=True)
    os._exit(0)
os.wait()
"""
    assert {"forked,", '"spawn",'} <= python(code)


def test_a_library_stays_where_it_is_when_the_working_directory_changes(
    index_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(index_dir.parent)
    with Library(index_dir.name, llm="none") as library:
        monkeypatch.chdir(tmp_path)
        assert library.index == index_dir
        assert library.search(WHICH).hits


def test_papers_are_removed_by_what_is_known_of_them(index_copy: Path, tmp_path: Path) -> None:
    owls = tmp_path / "owls.bib"
    owls.write_text(OWL.replace("year=", "doi={10.1000/Owl}, year="), encoding="utf-8")
    with Library(index_copy, llm="none") as library:
        for name in ("https://doi.org/10.1000/OWL", "10.1000/owl", "doi:10.1000/owl"):
            library.add(owls)
            assert library.remove(name).papers == 14
        library.add(owls)
        (owl,) = (paper for paper in library.papers() if paper.title == "Owls of the Night")
        assert library.remove(owl.identity_hash).papers == 14


def test_files_are_given_one_by_one(index_dir: Path) -> None:
    with Library(index_dir, llm="none") as library, pytest.raises(TypeError, match=r"add\(\*files\)"):
        library.add(["owls.bib"])  # type: ignore[arg-type]


def test_what_is_returned_prints_short(library: Library, tmp_path: Path, owls: Path) -> None:
    found = library.search(WHICH, 2)
    assert str(found).splitlines() == [f"{one.probability:.2f}  {one.paper.title}: {one.best}" for one in found]
    assert len(repr(found)) < 200
    with Library(tmp_path / "new", llm="none") as new:
        report = new.add(owls)
    assert "barn" not in repr(report).lower()
    assert "built=True" in repr(report)


def test_a_search_returns_what_the_command_prints(
    library: Library, index_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    question = "depth estimation since 2023"
    found = library.search(question, 3)
    assert len(found) == len(found.papers) == 3
    assert found[0].paper == found.papers[0]
    assert [hit.paper for hit in found] == found.papers
    assert found.filters == ("since 2023",)
    assert found.searched < 14
    printed = command(capsys, "search", question, "--top", "3", "--json", "--index", str(index_dir))
    assert json.loads(library.export(found, "json")) == json.loads(printed)
    assert asyncio.run(library.asearch(question, 3)) == found
    assert library.search(question, without=["since 2023"]).filters == ()


def test_an_answer_is_the_one_of_the_command(
    library: Library, index_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    printed = command(capsys, "ask", WHICH, "--json", "--index", str(index_dir), "--llm", "none")
    assert answer_json(library.ask(WHICH)) == json.loads(printed)


def test_events_are_the_same_in_every_way_of_asking(library: Library) -> None:
    async def gathered() -> list[rag.Event]:
        return [event async for event in library.astream(WHICH)]

    streamed = list(library.stream(WHICH))
    assert streamed == asyncio.run(gathered())
    assert isinstance(streamed[0], Found)
    assert [event for event in streamed if isinstance(event, Statement)] == list(streamed[-1].statements)
    assert streamed[-1] == library.ask(WHICH) == asyncio.run(library.aask(WHICH))


def test_everything_synchronous_works_in_a_running_loop(library: Library, tmp_path: Path) -> None:
    questions = tmp_path / "questions.jsonl"
    questions.write_text(json.dumps(JUDGED), encoding="utf-8")

    async def cell() -> tuple[object, ...]:
        evaluated = library.evaluate(questions, answers=True)
        return library.ask(WHICH), list(library.stream(WHICH))[-1], library.search(WHICH, 2), evaluated["cite R"]

    assert asyncio.run(cell()) == (library.ask(WHICH), library.ask(WHICH), library.search(WHICH, 2), 1.0)


def test_many_can_ask_at_once(library: Library, index_dir: Path) -> None:
    async def all_at_once(opened: Library) -> list[Answer]:
        return await asyncio.gather(*(opened.aask(WHICH) for _ in range(4)))

    with Library(index_dir, llm="none") as opened:  # by the first of them
        assert asyncio.run(all_at_once(opened)) == [library.ask(WHICH)] * 4


@pytest.fixture
def owl(server: Server) -> Owl:
    """A capable model, which grades as the search does and writes a sentence."""
    grades = grading({"SwiftDepth": "2", "Early Exit": "2"})
    return Owl(server, {"reading": reading(), "grade": grades, "synthesis": f"{GOOD} [2a][2b]\n"})


def test_a_model_reads_grades_and_writes_in_and_outside_of_a_loop(index_dir: Path, owl: Owl) -> None:
    async def cell() -> tuple[list[rag.Event], rag.Results]:
        return list(library.stream(WHICH)), library.search(WHICH, 2, llm=owl.spec)

    with Library(index_dir, llm=owl.spec) as library:
        for streamed, found in (
            asyncio.run(cell()),
            (list(library.stream(WHICH)), library.search(WHICH, llm=owl.spec)),
        ):
            kinds = [type(event) for event in streamed]
            assert {Working, Written} <= set(kinds)
            assert [event.statement for event in streamed if isinstance(event, Written)] == list(streamed[-1].written)
            assert {title[:10] for title in titles(found)[:2]} == {"SwiftDepth", "Early Exit"}
        owl.replies["grade"] = grading({"Coral": "2"})
        assert titles(library.search(WHICH, 1, llm=owl.spec)) == ["Coral Counting with Drones"]
        assert titles(library.search(WHICH, 1)) != ["Coral Counting with Drones"]


def test_who_stops_listening_stops_the_model(index_dir: Path, owl: Owl) -> None:
    owl.endless = {"synthesis"}
    with Library(index_dir, llm=owl.spec) as library:
        for event in library.stream(WHICH):
            if isinstance(event, Written):
                break
        assert owl.server.gone.wait(PATIENCE)


def test_a_model_that_fails_leaves_the_quotes(index_dir: Path, owl: Owl) -> None:
    owl.failing = {"reading", "grade", "synthesis"}
    with Library(index_dir, llm=owl.spec) as library:
        answer = library.ask(WHICH)
    assert answer.relevant_count == 2
    assert not answer.written
    assert "500" in answer.notice


def test_follow_ups_are_understood_in_a_conversation_and_by_its_history(library: Library) -> None:
    conversation = library.conversation()
    first = conversation.ask(WHICH)
    follow_up = conversation.ask(FASTER)
    assert {one.paper for one in follow_up.citations} <= {one.paper for one in first.citations}
    assert {one.paper: one.n for one in first.citations}.items() >= {
        one.paper: one.n for one in follow_up.citations
    }.items()
    answered = "; ".join(dict.fromkeys(one.paper.title for one in first.citations))
    history = [{"role": "user", "content": WHICH}, {"role": "assistant", "content": answered}]
    assert library.ask(FASTER, history).statements == follow_up.statements
    broken = [{"role": "user", "content": "year:soon owls"}, *history]  # which was refused
    assert library.ask(FASTER, broken).statements == follow_up.statements


def test_a_history_that_is_none_is_refused(library: Library) -> None:
    with pytest.raises(QuestionError, match="earlier turn"):
        library.ask(FASTER, [{"role": "user", "content": ["parts"]}])  # type: ignore[typeddict-item]
    with pytest.raises(QuestionError, match="earlier turn"):
        library.search(FASTER, history=["text"])  # type: ignore[list-item]


def test_choices_of_a_question_are_kept_to(library: Library) -> None:
    swift = library.search("SwiftDepth", 1).papers[0]
    assert len({one.n for one in library.ask(WHICH, max_papers=1).citations}) == 1
    assert {one.paper for one in library.ask(WHICH, only=[swift.identity_hash]).citations} == {swift}
    with pytest.raises(QuestionError, match="None of the selected papers"):
        library.ask(WHICH, only=["owl"])
    with pytest.raises(QuestionError, match="No papers to ask are named"):
        library.ask(WHICH, only=[])
    assert library.ask(WHICH, only=None).citations == library.ask(WHICH).citations
    with pytest.raises(QuestionError, match="at least 1"):
        library.ask(WHICH, max_papers=0)
    with pytest.raises(ValueError, match="writer must be one of quotes, synthesis, not 'synth'"):
        library.ask(WHICH, writer="synth")  # type: ignore[arg-type]
    with pytest.raises(ModelError, match="Unknown llm 'gtp'"):
        library.ask(WHICH, llm="gtp")
    with pytest.raises(TypeError, match="spec of a model, not 5"):
        library.ask(WHICH, llm=5)  # type: ignore[arg-type]
    with pytest.raises(QuestionError, match="1 to 2,000 characters"):
        list(library.stream(" "))
    with pytest.raises(ValueError, match="top"):
        library.search(WHICH, 0)


def test_exports_are_those_of_the_command(
    library: Library, index_dir: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    answer, found = library.ask(WHICH), library.search(WHICH)
    for format, entry in EXPORTS.items():
        assert library.export(answer, format) == entry.answers(answer)  # type: ignore[arg-type]
    for format, papers in PAPER_EXPORTS.items():
        assert library.export(found, format) == library.export(found.papers, format) == papers(found.papers)  # type: ignore[arg-type]
    main(["ask", WHICH, "--export", "bib", "--index", str(index_dir), "--llm", "none"], standalone_mode=False)
    assert capsysbinary.readouterr().out.decode() == library.export(answer, "bib")
    assert set(get_args(ExportFormat)) == {*EXPORTS, "json"}
    assert library.export([answer, answer], "json").count("\n") == 2
    assert json.loads(library.export(found.papers[:1], "json"))["title"] == found.papers[0].title
    assert [library.export([], format).strip() for format in ("md", "bib", "json")] == [""] * 3
    with pytest.raises(ValueError, match=r"“docx” is not a format for this\. These are: md, bib"):
        library.export(answer, "docx")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"“md” is not a format for this\. These are: bib"):
        library.export(found, "md")


def test_what_cannot_be_exported_is_refused_and_hits_are_papers(library: Library) -> None:
    answer, found = library.ask(WHICH), library.search(WHICH)
    assert library.export(found.hits, "bib") == library.export(found.papers, "bib") != ""
    one = library.export(found.papers[:1], "ris")
    assert library.export(found[0], "ris") == library.export(found.papers[0], "ris") == one
    for wrong in ("bib", 5, [answer, found.papers[0]], [None]):
        with pytest.raises(TypeError, match="give answers, or papers, or what a search found"):
            library.export(wrong, "bib")  # type: ignore[arg-type]


def test_an_evaluation_has_the_numbers_of_the_command(
    library: Library, index_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = tmp_path / "questions.jsonl"
    wrong = {"id": 2, "question": "year:soon", "relevant": {"Unheard Of": 1}}
    questions.write_text(f"{json.dumps(JUDGED)}\n{json.dumps(wrong)}", encoding="utf-8")
    found = library.evaluate(questions)
    with pytest.raises(ClickException):
        main(["eval", str(questions), "--json", "--index", str(index_dir)], standalone_mode=False)
    assert found.rows == [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert found["recall@10"] == 1.0
    assert "recall@10" in str(found)
    assert found.missing == ["unheard of"]
    assert list(found.errors) == [2]
    with pytest.raises(QuestionError, match=r"Cannot read .*missing\.jsonl"):
        library.evaluate(tmp_path / "missing.jsonl")


def test_a_closed_library_says_so_and_leaves_others_open(index_dir: Path, library: Library) -> None:
    with Library(index_dir, llm="none") as other:
        assert other.search(WHICH, 1).papers == library.search(WHICH, 1).papers
        conversation = other.conversation()
        assert conversation.ask(WHICH).relevant_count == 2
    with pytest.raises(RuntimeError, match="closed"):
        other.search(WHICH)
    with pytest.raises(RuntimeError, match="closed"):
        other.ask(WHICH)
    with pytest.raises(RuntimeError, match="closed"):
        conversation.ask(WHICH)
    assert library.ask(WHICH).relevant_count == 2


def test_an_index_of_another_version_is_built_again(index_copy: Path) -> None:
    from rag.index import generations, manifest

    folder = generations.current(index_copy)
    assert folder
    about = json.loads((folder / manifest.MANIFEST_FILE).read_text(encoding="utf-8"))
    (folder / manifest.MANIFEST_FILE).write_text(json.dumps(about | {"schema": 0}), encoding="utf-8")
    with Library(index_copy, llm="none") as library:
        assert library.search(WHICH, 1).papers
    assert generations.current(index_copy) != folder
