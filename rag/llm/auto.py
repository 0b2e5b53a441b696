"""`llm = "auto"`: the model of a running Ollama or LM Studio on this machine that suits best, else none."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from rag.llm.abilities import can_write
from rag.llm.local import LocalModel, LocalServer, local_servers
from rag.llm.server import is_loopback

AUTO = "auto"
NOTHING = "none"  # the spec of no model
_UNKNOWN_MEMORY = 8_000_000_000  # bytes, where the system does not say: what small machines have


@dataclass(frozen=True, slots=True)
class Resolved:
    """The model that a spec stands for, and in words why it was chosen, "" if the user named it."""

    spec: str
    why: str = ""


def resolve(spec: str) -> Resolved:
    """The model that `spec` stands for: "auto" for one that is found now, or for "none"; any other for itself.

    Asks Ollama and LM Studio if they are on this machine, and nobody else. May be called in a running event loop.
    """
    if spec != AUTO:
        return Resolved(spec)
    with ThreadPoolExecutor(1) as thread:  # an event loop of its own, whatever runs in this thread
        return pick(thread.submit(asyncio.run, local_servers()).result())


def pick(servers: Sequence[LocalServer]) -> Resolved:
    """The model to choose: the largest of those that are loaded, else the largest that fits into half the memory."""
    here = [server for server in servers if is_loopback(server.address)]
    capable = [(server, model) for server in here for model in server.models if _is_capable(model)]
    loaded = [(server, model) for server, model in capable if model.loaded]
    room = _memory() // 2
    fitting = [(server, model) for server, model in capable if model.size is not None and model.size <= room]
    if not (loaded or fitting):
        return Resolved(NOTHING, _nothing_found(here, room))
    server, best = min(loaded or fitting, key=lambda found: (-(found[1].size or 0), found[1].spec))
    fits = f"the largest of {server.name} that fits into half of the memory"
    return Resolved(best.spec, f"{server.name} has it loaded" if best.loaded else fits)


def _is_capable(model: LocalModel) -> bool:
    if model.unfit:
        return False
    return can_write(model.parameters) and (model.loaded or model.parameters is not None)


def _nothing_found(servers: Sequence[LocalServer], room: int) -> str:
    answering = " and ".join(server.name for server in servers if not server.fault)
    if not answering:
        return "no Ollama or LM Studio answers on this machine"
    return f"no model of {answering} is large enough and fits into half of the memory, {room / 1e9:.1f} GB"


def _memory() -> int:
    """The memory of this machine in bytes."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # such as Windows
        return _UNKNOWN_MEMORY


class AutoChoice:
    """What "auto" stands for in one process. Threads may share it.

    It is looked for until a model is found, as somebody may start Ollama at any time; that model then stays.
    """

    def __init__(self) -> None:
        self._latest: Resolved | None = None
        self._looking = threading.Lock()

    def resolve(self, spec: str) -> str:
        """The spec of the model that `spec` stands for, looked for if need be."""
        if spec != AUTO:
            return spec
        with self._looking:
            if self._latest is None or self._latest.spec == NOTHING:
                self._latest = resolve(spec)
            return self._latest.spec

    def known(self, spec: str) -> str:
        """What `spec` is known to stand for, without looking: "auto" itself if that is not known."""
        latest = self._latest
        return latest.spec if spec == AUTO and latest else spec

    def forget(self, spec: str) -> None:
        """Looks again next time if "auto" stands for `spec`, which cannot be used."""
        with self._looking:
            if self._latest and self._latest.spec == spec:
                self._latest = None
