"""The processes of a soak: the chat and the model's server, which are killed and started again on their ports."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.ports import free_port

READY = 120  # seconds that a server may take to start


def environment() -> dict[str, str]:
    """This process's, without a developer's settings, and offline."""
    root = str(Path(__file__).parents[2])
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RAG_")}
    return kept | {"HF_HUB_OFFLINE": "1", "PYTHONPATH": root, "PYTHONUNBUFFERED": "1"}


@dataclass(frozen=True)
class Sample:
    """What a process holds: resident memory in bytes, open files, threads."""

    memory: int
    files: int
    threads: int


class Service:
    """A server on a `port` of this machine, which `command` starts in `folder`; its output goes to the file `log`.

    `down_since` is when it was last killed and `deaths` how often, so that whoever talked to it then is excused.
    """

    def __init__(self, command: list[str], port: int, folder: Path, log: Path, ready: str) -> None:
        self.port, self.log = port, log
        self.deaths, self.is_up = 0, False
        self._command, self._folder, self._ready = command, folder, ready

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Starts it, and waits until it answers. Raises TimeoutError if it does not."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, stdout=log, stderr=subprocess.STDOUT, cwd=self._folder, env=environment()
            )
        end = time.monotonic() + READY
        async with httpx.AsyncClient(trust_env=False) as client:
            while not await _answers(client, self.url + self._ready):
                if time.monotonic() > end or self._process.poll() is not None:
                    raise TimeoutError(f"{' '.join(self._command)} did not start: see {self.log}")
                await asyncio.sleep(0.2)
        self.is_up = True

    def kill(self) -> None:
        """Ends it at once, whatever it is doing."""
        self.is_up = False
        self.deaths += 1
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        """Ends it, if it still runs."""
        self.is_up = False
        self._process.kill()
        self._process.wait()

    def sample(self) -> Sample | None:
        """What it holds now; None where the system does not say."""
        process = Path(f"/proc/{self._process.pid}")
        if not process.exists():
            return None
        status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines() if ":" in line)
        memory = int(status["VmRSS"].split()[0]) * 1024
        return Sample(memory, len(list((process / "fd").iterdir())), int(status["Threads"]))


async def _answers(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url, timeout=10)).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def chat(index_dir: Path, model: str, folder: Path, logs: Path, passwords: Path | None) -> Service:
    """A chat with the index in `index_dir` and the model at the address `model`, shared if there are `passwords`."""
    port = free_port()
    command = [sys.executable, "-m", "rag", "chat", "--index", str(index_dir), "--port", str(port)]
    command += ["--llm", f"openai-like:{model}/v1#owl"]
    command += ["--password-file", str(passwords)] if passwords else []
    return Service(command, port, folder, logs / "chat.log", "/sign-in" if passwords else "/")


def model(folder: Path, logs: Path) -> Service:
    """A server with a model."""
    port = free_port()
    command = [sys.executable, "-m", "tests.soak.model", str(port)]
    return Service(command, port, folder, logs / "model.log", "/v1/models")


async def rag(folder: Path, *arguments: str | Path) -> tuple[int, str]:
    """Runs another rag beside the chat; its exit status and what it printed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "rag", *map(str, arguments)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=folder,
        env=environment(),
    )
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode()
