"""`rag` in a process of its own: the ways to start it, its exit codes, and how it is interrupted."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import rag
from rag.cli.main import main
from tests.cli.runner import json_lines

TIMEOUT = 240  # seconds, on a busy machine
APP = Path(rag.__file__).parent.parent / "app.py"
MODULE = [sys.executable, "-m", "rag"]


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=TIMEOUT)


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys; from rag.cli.main import main\n"
        f"for command in {[[], *([name] for name in main.commands)]!r}:\n"
        "    main([*command, '--help'], standalone_mode=False)\n"
        "heavy = {'numpy', 'torch', 'chromadb', 'gradio', 'llama_index', 'pydantic', 'scipy'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = run(sys.executable, "-c", program)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("Usage: ") == 1 + len(main.commands)


def test_the_module_searches(index_dir: Path) -> None:
    done = run(*MODULE, "search", "counting coral", "--json", "--index", index_dir)
    assert (done.returncode, done.stderr) == (0, "")
    (line,) = json_lines(done.stdout)
    assert line["results"][0]["title"] == "Coral Counting with Drones"


def test_the_installed_script_is_the_same_command() -> None:
    script = Path(sys.executable).with_name("rag")
    if not script.exists():
        pytest.skip("rag is not installed here")
    done = run(script, "--version")
    assert (done.returncode, done.stdout) == (0, f"rag, version {rag.__version__}\n")


def test_the_app_is_the_chat_command() -> None:
    done = run(sys.executable, APP, "--help")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Usage: rag chat ")


def test_an_error_is_one_line_and_with_debug_a_stack_trace(tmp_path: Path) -> None:
    command = ["rebuild", tmp_path / "missing", "--index", tmp_path]
    done = run(*MODULE, *command)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith("Error: ")
    debugged = run(*MODULE, "--debug", *command)
    assert debugged.returncode == 1
    assert "Traceback" in debugged.stderr


def test_ctrl_c_ends_a_command_without_a_stack_trace(tmp_path: Path) -> None:
    pipe = tmp_path / "questions.jsonl"
    os.mkfifo(pipe)
    process = subprocess.Popen([*MODULE, "ask", "--batch", str(pipe)], stderr=subprocess.PIPE, text=True)
    with pipe.open("w"):  # once the command has opened the other end
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 1
    assert errors.strip() == "Aborted!"


def chat(index_dir: Path) -> subprocess.Popen[str]:
    """A chat about the index in `index_dir` at a free port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [*MODULE, "chat", "--llm", "none", "--port", str(port), "--index", str(index_dir)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_chat_whose_index_cannot_be_opened_says_so_in_one_line_and_goes_on(index_copy: Path) -> None:
    (papers,) = index_copy.glob("g*/papers.db")
    papers.unlink()
    process = chat(index_copy)
    assert process.stdout
    assert process.stderr
    assert process.stdout.readline().startswith("Chat: ")
    told = process.stderr.readline()
    assert told.startswith(f"The index in {index_copy} is damaged (papers.db")
    assert told.endswith("(The page offers to mend it.)\n")
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=TIMEOUT)
    assert (process.returncode, errors) == (0, "")


def test_ctrl_c_ends_the_chat_while_its_index_is_still_being_opened(index_copy: Path) -> None:
    process = chat(index_copy)
    assert process.stdout
    assert process.stdout.readline().startswith("Chat: ")
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=TIMEOUT)
    assert (process.returncode, errors) == (0, "")


def test_a_reader_that_leaves_early_is_not_an_error_to_report() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([*MODULE, "--help"], stdout=writing, stderr=subprocess.PIPE, text=True, timeout=TIMEOUT)
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")
