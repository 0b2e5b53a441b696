"""The assistants of one process: each language model is opened on first use, and then works on every answer."""

from __future__ import annotations

import asyncio
import threading
from contextlib import aclosing, suppress
from functools import partial
from typing import TYPE_CHECKING

from rag import llm
from rag.answer.assistant import Assistant
from rag.answer.types import Style
from rag.answer.writers.sentences import SentenceWriter
from rag.answer.writers.synthesis import SynthesisWriter
from rag.answer.writers.task import Check, Checks
from rag.errors import ModelError
from rag.llm import prompts
from rag.llm.abilities import can_synthesize, can_write, is_capable
from rag.llm.auto import AUTO, NOTHING, AutoChoice
from rag.llm.price import price
from rag.llm.server import without_password
from rag.llm.usage import Usage
from rag.query.reading import Reader
from rag.query.terms import TermReader
from rag.retrieval.grading.grader import Grader
from rag.settings import Settings
from rag.verify.judges.choice import Judges

if TYPE_CHECKING:
    from rag.llm.choices import Choice
    from rag.llm.model import Model

# Tokens of prompt per second from which the best papers are graded in a few seconds. A model counts as quick until it
# is known how fast it reads.
QUICK_RATE = 500.0


class AssistantPool:
    """Opens the language model of each spec, as `settings` say. Threads may share it.

    `check` decides by rule whether a written sentence is supported by what it cites; then a judge may.
    """

    def __init__(self, settings: Settings, check: Check) -> None:
        self._settings = settings
        self._check = check
        self._judges = Judges(settings)
        self._models: dict[str, Model | None] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._auto = AutoChoice()

    def get(self, spec: str | None = None, writer: Style | None = None) -> Assistant | None:
        """The model of `spec`, or that of the settings, for one answer in the style `writer`; None for quotes only.

        Raises ModelError if it cannot be opened, SettingsError for a prompt that cannot be used.
        """
        spec = self._auto.resolve(self._full_spec(spec))
        style = writer or self._settings.writer
        if self._settings.prompts_dir:
            prompts.check(self._settings.prompts_dir)
        if style == "quotes" or (style == "auto" and not can_write(llm.bundled_parameters(spec))):
            return None  # the model need not even be installed
        model = self._model(spec)
        if model is None or (style == "auto" and not can_write(model.parameters)):
            return None
        return self._assistant(model)

    def style(self, spec: str | None = None, writer: Style | None = None) -> Style | None:
        """How the model of `spec` writes, or that of the settings; None if that is not known until it is open."""
        spec, setting = self._auto.known(self._full_spec(spec)), writer or self._settings.writer
        if setting == "quotes" or spec == NOTHING:
            return "quotes"
        if spec not in self._models and (setting == "auto" and can_write(llm.bundled_parameters(spec))):
            return None
        model = self._models.get(spec)
        parameters = model.parameters if model else llm.bundled_parameters(spec)
        return "synthesis" if setting == "synthesis" or can_write(parameters) else "quotes"

    def model_name(self) -> str:
        """The name of the settings' model to show: with "auto", of the one that was found, if any."""
        spec = self._auto.known(self._settings.llm)
        if self._settings.llm == AUTO and spec in (AUTO, NOTHING):
            return "a local model, if there is one" if spec == AUTO else "no local model found"
        return llm.describe(spec)

    def choices(self) -> list[Choice]:
        """The models that a question may choose, as far as is known. Must not be called in a running event loop."""
        from rag.llm.choices import choices

        return [choice for choice in choices(self._settings.llm) if choice.usable]

    def test(self, spec: str) -> str:
        """Whether the model `spec` answers now, in one line; see `rag.llm.choices.trial`."""
        from rag.llm.choices import trial

        return trial(self._full_spec(spec), self._settings.llm_timeout)

    def _full_spec(self, spec: str | None) -> str:
        """`spec` with its password: the settings' own spec is shown without the one that its URL may contain."""
        return self._settings.llm if spec in (None, without_password(self._settings.llm)) else spec

    def _model(self, spec: str) -> Model | None:
        with self._locks.setdefault(spec, threading.Lock()):  # one per model: a slow one must not block the others
            if spec not in self._models:
                try:
                    self._models[spec] = model = llm.load(spec, self._settings.llm_timeout)
                    if model and model.server.direct:  # llama.cpp in this process
                        asyncio.run(_warm_up(model, self._assistant(model)))
                except ModelError:
                    self._models.pop(spec, None)
                    self._auto.forget(spec)
                    raise
            return self._models[spec]

    def _assistant(self, model: Model) -> Assistant:
        """`model` with all that it is able to do, and its usage at zero."""
        usage, folder, capable = Usage(), self._settings.prompts_dir, is_capable(model.parameters)
        model = model.counting(usage)
        checks = Checks(self._check, self._judges.of(model), self._settings.show_unverified)
        return Assistant(
            model.name,
            usage,
            partial(price, model.vendor if model.is_hosted else "", model.model_id),
            Reader(model, folder) if capable else TermReader(model, folder),
            Grader(model, folder) if capable else None,
            (SynthesisWriter if can_synthesize(model.parameters) else SentenceWriter)(model, checks, folder),
            reads_all=capable,
            is_quick=(model.pace.prompt_rate or QUICK_RATE) >= QUICK_RATE,
        )


async def _warm_up(model: Model, assistant: Assistant) -> None:
    """Has `model` read the part of its writer's prompt that stays the same, which shows how fast it reads."""
    assert assistant.writer
    with suppress(ModelError):  # it ends at its limit of one token; anything else shows in the first answer
        async with aclosing(model.stream(assistant.writer.opening(), 1)) as pieces:
            async for piece in pieces:
                if piece.thinking:  # which could go on for long
                    return
