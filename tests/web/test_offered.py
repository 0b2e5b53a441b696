"""Which models a question may name, and how often that is looked up, however many ask."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from rag import settings
from rag.chat.library import Library
from rag.errors import QuestionError
from rag.llm.choices import Choice
from rag.web import offered
from rag.web.offered import OfferedModels

OWL = Choice("ollama:owl", True, "Ollama has it")


class Looking(Library):
    """Counts how often the models are looked up. Those that it `has` are there besides."""

    def __init__(self, folder: Path) -> None:
        super().__init__(settings.load(index_dir=folder, llm="none"))
        self.looks, self.has = 0, list[Choice]()
        self.may_end = Event()
        self.may_end.set()

    def choices(self) -> list[Choice]:
        self.looks += 1
        assert self.may_end.wait(60)
        return [*super().choices(), *self.has]


@pytest.fixture
def library(tmp_path: Path) -> Looking:
    return Looking(tmp_path)


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 60))


def test_models_that_do_not_exist_are_looked_up_once_for_all_who_name_them(library: Looking) -> None:
    async def refused(models: OfferedModels, spec: str) -> None:
        with pytest.raises(QuestionError, match=f"The model {spec} is not available now"):
            await models.check(spec)

    async def test() -> None:
        models = OfferedModels(library)
        library.may_end.clear()
        waiting = [asyncio.create_task(refused(models, f"ollama:x{n}")) for n in range(50)]
        while not library.looks:
            await asyncio.sleep(0.01)
        assert await asyncio.to_thread(lambda: "a thread is left for others")
        library.may_end.set()
        await asyncio.gather(*waiting)
        await refused(models, "ollama:y")

    run(test())
    assert library.looks == 1


def test_a_model_that_is_there_now_is_found_after_a_moment(library: Looking, monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        models = OfferedModels(library)
        with pytest.raises(QuestionError):
            await models.check(OWL.spec)
        library.has = [OWL]
        monkeypatch.setattr(offered, "KNOWN_SECONDS", 0.0)
        await models.check(OWL.spec)
        assert OWL in await models.choices()

    run(test())


def test_the_model_of_the_settings_needs_no_look(library: Looking) -> None:
    run(OfferedModels(library).check(""))
    assert library.looks == 0
