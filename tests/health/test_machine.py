"""Memory and disk, as the system reports them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from rag.health import machine
from rag.health.check import Check
from rag.health.machine import MIN_DISK, disk, memory


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The files in which the system would report its memory."""
    monkeypatch.setattr(machine, "_MEMORY", tmp_path / "meminfo")
    monkeypatch.setattr(machine, "_LIMIT", tmp_path / "memory.max")
    (tmp_path / "meminfo").write_text("MemTotal: 9000000 kB\nMemAvailable:    8000000 kB\n")
    return tmp_path


def test_memory_that_suffices_is_told(system: Path) -> None:
    assert memory() == Check("memory", "8.2 GB available")


@pytest.mark.parametrize(("limit", "available"), [("max\n", "8.2 GB"), ("2000000000\n", "2.0 GB")])
def test_a_container_has_at_most_its_limit(system: Path, limit: str, available: str) -> None:
    (system / "memory.max").write_text(limit)
    assert memory().found.startswith(available)


def test_too_little_memory_suffices_without_a_model(system: Path) -> None:
    (system / "memory.max").write_text("300000000")
    assert memory() == Check("memory", "300 MB available, 1.0 GB needed", "rag chat --llm none")


def test_a_system_that_does_not_say_is_no_problem(system: Path) -> None:
    (system / "meminfo").unlink()
    assert not memory().fix


def test_the_disk_is_that_of_the_nearest_folder_that_exists(tmp_path: Path) -> None:
    assert disk(tmp_path / "a" / "b", 0).found.endswith(f" free in {tmp_path}")


@pytest.mark.parametrize(("used", "enough"), [(0, True), (2 * MIN_DISK, True), (3 * MIN_DISK, False)])
def test_a_rebuild_must_fit_next_to_the_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, used: int, enough: bool
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=2 * MIN_DISK))
    assert (disk(tmp_path, used).fix == "") == enough


def test_a_full_disk_is_a_problem_without_an_index_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=MIN_DISK - 1))
    assert disk(tmp_path, 0).fix.startswith("rag rebuild --index ")


def test_a_folder_that_cannot_be_written_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert "cannot be written" in disk(tmp_path, 0).found
