"""Saved questions are asked in the background: users' questions go first, and what fails is not tried without end."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from rag.chat.saved_asking import SavedQuestions
from rag.chat.saved_store import SavedQuestion
from rag.errors import DamageError, StoreError
from rag.web import saved_checks, trouble
from rag.web.jobs import INTERNAL_ERROR, Jobs
from rag.web.saved_checks import NOT_ASKED, SavedChecks, SavedState
from rag.web.trouble import Told

NOW = datetime(2025, 3, 3, tzinfo=UTC)


def question(id: str) -> SavedQuestion:
    return SavedQuestion(id, "owls?", (), "owls?", "", NOW, "g1", "", False, 1)


class Questions:
    """Two saved questions that are due until they were asked."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.listed = [question("a"), question("b")]
        self.asked: list[str] = []
        self.fault = fault
        self.store = SimpleNamespace(of=lambda owner: self.listed)

    def due(self, listed: list[SavedQuestion]) -> list[SavedQuestion]:
        return [one for one in listed if one.generation == "g1"]

    def ask(self, owner: str, one: SavedQuestion) -> bool:
        if self.fault:
            raise self.fault
        self.asked.append(one.id)
        self.listed = [replace(each, generation="g2") if each.id == one.id else each for each in self.listed]
        return True


class Searching:
    """Whether users wait for a search."""

    def __init__(self) -> None:
        self.is_searching = False

    async def retriever(self) -> None:
        pass


def checks(questions: Questions, jobs: Searching) -> SavedChecks:
    return SavedChecks(cast("SavedQuestions", cast("Any", questions)), cast("Jobs", cast("Any", jobs)))


async def settled(watched: SavedChecks) -> SavedState:
    """The state once nothing is being asked."""
    while watched._tasks:
        await asyncio.wait(list(watched._tasks.values()), timeout=60)
    return await watched.state("ada")


def test_questions_that_are_due_are_asked_once_however_many_pages_look() -> None:
    questions = Questions()

    async def look() -> None:
        watched = checks(questions, Searching())
        states = await asyncio.gather(*(watched.state("ada") for _ in range(5)))
        assert states[0].due == {"a", "b"}
        assert await settled(watched) == SavedState(questions.listed)

    asyncio.run(look())
    assert questions.asked == ["a", "b"]


def test_a_list_from_before_its_questions_were_asked_does_not_pass_for_the_end() -> None:
    questions = Questions()

    def of(owner: str) -> list[SavedQuestion]:
        listed = questions.listed
        for one in questions.due(listed):
            questions.ask(owner, one)
        return listed

    questions.store.of = of
    watched = checks(questions, Searching())
    assert asyncio.run(watched.state("ada")).due == {"a", "b"}


def test_users_who_wait_for_a_search_go_first_but_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    questions, jobs = Questions(), Searching()
    monkeypatch.setattr(saved_checks, "_PATIENCE", 3_600.0)

    async def look() -> None:
        watched = checks(questions, jobs)
        jobs.is_searching = True
        await watched.state("ada")
        await asyncio.sleep(5 * saved_checks._PAUSE)
        assert questions.asked == []
        jobs.is_searching = False
        await settled(watched)
        assert questions.asked == ["a", "b"]
        questions.asked, questions.listed = [], Questions().listed
        jobs.is_searching = True
        monkeypatch.setattr(saved_checks, "_PATIENCE", 0.0)
        await watched.state("ada")
        await settled(watched)

    asyncio.run(look())
    assert questions.asked == ["a", "b"]


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (StoreError("/srv is full."), trouble.told(StoreError("/srv is full."))),
        (DamageError("/srv is damaged."), NOT_ASKED),
        (ZeroDivisionError(), Told(INTERNAL_ERROR, INTERNAL_ERROR)),
    ],
)
def test_what_fails_is_told_and_tried_again_later_only(
    fault: Exception, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = Questions(fault)

    async def look() -> None:
        watched = checks(questions, Searching())
        await watched.state("ada")
        assert await settled(watched) == SavedState(questions.listed, fault=told)
        assert not watched._tasks
        monkeypatch.setattr(saved_checks, "RETRY_SECONDS", 0.0)
        questions.fault = None
        await watched.state("ada")
        assert await settled(watched) == SavedState(questions.listed)

    asyncio.run(look())
