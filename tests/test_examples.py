"""The examples do what they say, run as a reader would run them."""

from __future__ import annotations

import json
import re
import runpy
import sys
import tomllib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import gradio as gr
import pytest
from gradio_client import Client

import rag
from rag import Library
from tests.conftest import WHICH, index_of
from tests.llm.server import Server
from tests.ports import free_port

ROOT = Path(rag.__file__).parent.parent
EXAMPLES = ROOT / "examples"
HOSTILE = (
    "Owls ![seen](//evil.example/a.png) <img src=//evil.example onerror=alert(1)> *hunt* voles [here](//evil.example)"
)


def run(name: str, *arguments: str) -> None:
    """Runs an example as a program with these arguments."""
    before, sys.argv = sys.argv, [name, *arguments]
    try:
        runpy.run_path(str(EXAMPLES / name), run_name="__main__")
    finally:
        sys.argv = before


def test_every_example_is_run_here_and_is_documented() -> None:
    guide = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    names = {file.name for file in EXAMPLES.glob("*.py")}
    assert names == {"quickstart.py", "llama_index_pipeline.py", "gradio_chat.py"}
    assert all(f"examples/{name}" in guide for name in names)


def test_the_ten_lines_of_the_guide_are_the_quickstart_and_run(
    index_copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    guide = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    code = (EXAMPLES / "quickstart.py").read_text(encoding="utf-8").partition('"""\n\n')[2]
    assert f"```python\n{code}```" in guide
    assert len(code.splitlines()) <= 12
    index_copy.rename(tmp_path / "my-index")
    (tmp_path / "papers.bib").write_text(
        "@misc{owl, title={Owls}, abstract={Barn owls hunt by ear.}}", encoding="utf-8"
    )
    swift = {"id": 1, "question": WHICH, "relevant": {"Early Exit for Diffusion-Based Depth Estimation": 2}}
    (tmp_path / "questions.jsonl").write_text(json.dumps(swift), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    run("quickstart.py")
    printed = capsys.readouterr().out
    for expected in ("15 papers: 1 added", "Early Exit for Diffusion-Based Depth Estimation: ", "SwiftDepth runs 40"):
        assert expected in printed
    assert "'We count coral colonies in drone images" in printed
    assert "\n1.0\n" in printed
    assert "@misc{" in printed


def test_the_pipeline_answers_with_the_library_or_with_the_model(
    index_dir: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = str(index_dir), f"{server.url}/v1", "m", WHICH
    server.script[:] = ['[{"choice": 2, "reason": "Facts."}]']
    run("llama_index_pipeline.py", *arguments)
    cited = capsys.readouterr().out
    assert "“SwiftDepth runs 40 times faster than its teacher" in cited
    assert "- SwiftDepth: Single-Step Diffusion for Monocular Depth: " in cited
    server.script[:] = ['[{"choice": 1, "reason": "Ideas."}]']
    run("llama_index_pipeline.py", *arguments)
    written = capsys.readouterr().out
    assert written.startswith(server.content or "?")
    assert written.count("\n- ") == 5


@pytest.fixture(scope="module")
def chat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the chat example, over papers of which one is hostile."""
    records = [json.loads(line) for line in (ROOT / "tests/data/papers.jsonl").read_text("utf-8").splitlines()]
    hostile = {"title": HOSTILE, "abstract": f"{HOSTILE} by night. Barn owls find voles by ear."}
    made = runpy.run_path(str(EXAMPLES / "gradio_chat.py"))
    with Library(index_of(tmp_path_factory.mktemp("chat"), [*records, hostile]), llm="none") as library:
        page: gr.ChatInterface = made["chat"](library)
        _, address, _ = page.launch(prevent_thread_lock=True, quiet=True, server_port=free_port())
        yield address
        page.close(verbose=False)


@pytest.fixture(scope="module")
def client(chat: str) -> Iterator[Client]:
    with closing(Client(chat, verbose=False)) as opened:
        yield opened


def test_the_chat_streams_quotes_under_their_titles(client: Client) -> None:
    job = client.submit(WHICH, api_name="/chat")
    answer = job.result()
    assert "**SwiftDepth: Single-Step Diffusion for Monocular Depth**" in answer
    assert "## References" in answer
    assert "# which papers" not in answer
    parts = job.outputs()
    assert parts[-1] == answer
    assert len(parts) > 3
    assert len(parts[0]) < len(parts[-2])


def test_the_chat_understands_follow_ups(client: Client) -> None:
    chatbot = client.predict(WHICH, api_name="/chat")
    assert "40 times" in client.predict("how much faster are they?", api_name="/chat")
    assert chatbot


def test_what_papers_contain_is_shown_as_text(client: Client) -> None:
    answer = client.predict("how do barn owls find voles?", api_name="/chat")
    assert "Barn owls find voles by ear." in answer
    assert "<img" not in answer
    assert not re.search(r"(?<!\\)\]\((?!<https?://example\.org)", answer)


def test_what_cannot_be_asked_is_told(client: Client) -> None:
    with pytest.raises(Exception, match="not a valid filter"):
        client.predict("year:soon", api_name="/chat")


def test_the_examples_are_type_checked_with_the_package() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]
    assert settings["strict"]
    assert {"rag", "examples"} <= set(settings["files"])
