"""Open models are downloaded whole or not at all, from a hub that this machine serves."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import rag
from rag.errors import ModelError
from rag.llm import pull
from rag.llm.catalogue import CATALOGUE, open_model
from rag.progress import silent

from .hub import Hub, hub

MODEL = open_model("smollm3-3b")
CONTENT = b"GGUF" + os.urandom(3_500_000)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of pulled models, which does not exist yet."""
    monkeypatch.setattr(pull, "user_data_path", lambda name: tmp_path / name)
    return tmp_path / "rag" / "models"


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    from huggingface_hub import constants

    with hub(MODEL.repo, MODEL.file, CONTENT) as server:
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        template = f"{server.url}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
        monkeypatch.setattr(constants, "ENDPOINT", server.url)
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        yield server


def failure() -> str:
    with pytest.raises(ModelError) as fault:
        pull.pull(MODEL, silent)
    assert "\n" not in str(fault.value)
    return str(fault.value)


def parts(folder: Path) -> list[Path]:
    return list(folder.glob("*.part"))


def test_a_model_is_downloaded_once(folder: Path, served: Hub) -> None:
    steps: list[tuple[Any, ...]] = []
    file = pull.pull(MODEL, lambda *step: steps.append(step))
    assert file == folder / MODEL.file
    assert file.read_bytes() == CONTENT
    assert pull.pulled() == [(MODEL, file)]
    assert parts(folder) == []
    assert steps[-1] == ("downloading", 4, 4)
    assert [done for _, done, _ in steps] == sorted({done for _, done, _ in steps})
    asked = len(served.asked)
    assert pull.pull(MODEL, silent) == file
    assert len(served.asked) == asked


def test_a_download_that_broke_off_is_continued(folder: Path, served: Hub) -> None:
    served.cut = 1_200_000
    message = failure()
    assert re.match(r"The download broke off \(peer closed connection [^;]+\); 0\.0 of 0\.0 GB are kept\.", message)
    assert message.endswith("To continue, run: rag models pull smollm3-3b")
    (part,) = parts(folder)
    kept = part.stat().st_size
    assert part.read_bytes() == CONTENT[:kept]
    assert kept > 1_000_000 - 1
    served.cut = None
    assert pull.pull(MODEL, silent).read_bytes() == CONTENT
    assert served.asked[-1] == ("GET", "/storage", f"bytes={kept}-")


def test_one_that_is_interrupted_is_continued(folder: Path, served: Hub) -> None:
    def interrupt(stage: str, done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pull.pull(MODEL, interrupt)
    assert len(parts(folder)) == 1
    assert pull.pull(MODEL, silent).read_bytes() == CONTENT
    assert served.asked[-1][2] != "bytes=0-"


def test_a_server_that_cannot_continue_sends_the_whole_file(served: Hub) -> None:
    served.cut = 1_200_000
    failure()
    served.cut, served.ranges = None, False
    assert pull.pull(MODEL, silent).read_bytes() == CONTENT


def test_a_part_of_another_version_is_not_continued(folder: Path, served: Hub) -> None:
    folder.mkdir(parents=True)
    (folder / f"{MODEL.file}.0123456789abcdef.part").write_bytes(b"old")
    assert pull.pull(MODEL, silent).read_bytes() == CONTENT
    assert parts(folder) == []


def test_a_file_with_another_hash_is_removed(folder: Path, served: Hub) -> None:
    served.content = b"evil" + CONTENT[4:]
    message = failure()
    assert "SHA-256" in message
    assert message.endswith("The file was removed. To download it again, run: rag models pull smollm3-3b")
    assert [path for path in folder.iterdir() if not path.name.startswith(".")] == []


def test_more_than_the_hub_states_is_not_kept(served: Hub) -> None:
    served.content = CONTENT + b"and more"
    assert pull.pull(MODEL, silent).read_bytes() == CONTENT


@pytest.mark.parametrize(("name", "value"), [("sha256", "W/123"), ("sha256", "f" * 40), ("size", None)])
def test_without_a_hash_or_a_size_nothing_is_downloaded(served: Hub, name: str, value: object) -> None:
    setattr(served, name, value)
    assert "cannot be checked" in failure()


def test_a_file_that_the_hub_lacks_is_reported(served: Hub) -> None:
    served.path = "/elsewhere"
    assert "(HTTP 404). For another model, run: rag models pull" in failure()


def test_a_hub_that_does_not_answer_is_reported(served: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    template = "http://127.0.0.1:9/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr("huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    assert re.search(
        r"does not answer \(.*Connection refused\)\. Check the network and HF_ENDPOINT, then run: rag", failure()
    )


def test_a_token_is_for_the_hub_and_not_for_its_storage(served: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    pull.pull(MODEL, silent)
    assert served.authorizations == {served.path: "Bearer hf_secret", "/storage": None}


def test_without_room_nothing_is_downloaded(served: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=50_000_000))
    assert failure().endswith(
        "0.1 GB free, and 0.1 GB are needed. Make room, or choose a smaller model: rag models pull"
    )
    # Once a day the library also asks for a list of programs, to name the one that it runs in in its requests.
    assert [method for method, path, _ in served.asked if path in (served.path, "/storage")] == ["HEAD"]


def test_a_folder_that_cannot_be_written_is_reported(folder: Path, served: Hub) -> None:
    folder.parent.mkdir()
    folder.write_text("a file")
    assert "cannot be written" in failure()


def test_two_processes_do_not_download_the_same(folder: Path, served: Hub) -> None:
    def again(stage: str, done: int, total: int) -> None:
        assert "by another process" in failure()

    pull.pull(MODEL, again)


@pytest.mark.parametrize(("name", "close"), [("smolm3-3b", "smollm3-3b"), ("QWEN3-8", "qwen3-8b"), ("zzz", "")])
def test_an_unknown_model_is_reported_with_one_that_may_be_meant(name: str, close: str) -> None:
    with pytest.raises(ModelError, match=r"To list them, run: rag models pull$") as fault:
        open_model(name)
    assert (f"Did you mean {close}?" in str(fault.value)) == bool(close)


def test_the_list_is_short_and_names_each_file_once() -> None:
    assert 5 <= len(CATALOGUE) <= 7
    assert len({model.file for model in CATALOGUE}) == len({model.name for model in CATALOGUE}) == len(CATALOGUE)
    assert [model.size for model in CATALOGUE] == sorted(model.size for model in CATALOGUE)


def test_the_documentation_lists_the_same() -> None:
    page = (Path(rag.__file__).parent.parent / "docs" / "models.md").read_text(encoding="utf-8")
    for model in CATALOGUE:
        line = f"| `{model.name}` | `{model.file}` of `{model.repo}` | {model.size / 1e9:.1f} GB | {model.licence} | "
        (row,) = (row for row in page.splitlines() if row.startswith(line))
        assert row.replace("[", "").replace("](#how-sentences-are-checked)", "") == f"{line}{model.measured} |"


def test_the_command_reads_the_endpoint_from_the_environment(served: Hub, tmp_path: Path) -> None:
    environment = os.environ | {"HF_ENDPOINT": served.url, "XDG_DATA_HOME": str(tmp_path), "HOME": str(tmp_path)}
    environment.pop("HF_HUB_OFFLINE")
    command = [sys.executable, "-m", "rag", "models", "pull", MODEL.name]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, env=environment)
    assert done.returncode == 0, done.stderr
    (file,) = tmp_path.rglob(MODEL.file)
    assert file.read_bytes() == CONTENT
    assert f"rag chat --llm gguf:{file}" in done.stdout
    file.unlink()
    offline = subprocess.run(
        command, capture_output=True, text=True, timeout=240, env=environment | {"HF_HUB_OFFLINE": "1"}
    )
    assert offline.returncode == 1
    assert "HF_HUB_OFFLINE forbids downloads. Unset it, then run: rag models pull smollm3-3b" in offline.stderr
