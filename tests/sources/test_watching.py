"""Changes to files are noticed, each once, however the files are written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rag.sources import watching


@pytest.fixture
def changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Callable[[], object]]]:
    """What is done to the files, one step for each second that passes; after the last, nothing is waited for."""
    steps: list[Callable[[], object]] = []

    def sleep(seconds: float) -> None:
        if not steps:
            raise KeyboardInterrupt
        steps.pop(0)()

    monkeypatch.setattr(watching.time, "sleep", sleep)
    yield steps
    assert steps == []


def count(*paths: Path) -> int:
    """How many changes are reported, the first look included."""
    found = 0
    try:
        for _ in watching.changes_of(paths):
            found += 1
    except KeyboardInterrupt:
        return found
    raise AssertionError


def nothing() -> None:
    """A second passes."""


def test_a_file_that_is_written_replaced_or_removed_has_changed(
    tmp_path: Path, changes: list[Callable[[], object]]
) -> None:
    file, other = tmp_path / "a.bib", tmp_path / "b.part"
    file.write_text("one")
    other.write_text("another")
    changes += [
        lambda: file.write_text("one, two"),
        nothing,
        lambda: other.replace(file),
        nothing,
        file.unlink,
        nothing,
    ]
    assert count(file) == 4


def test_a_file_that_is_still_being_written_is_waited_for(tmp_path: Path, changes: list[Callable[[], object]]) -> None:
    file = tmp_path / "a.bib"
    file.write_text("")
    changes += [*(lambda n=n: file.write_text("x" * n) for n in range(1, 6)), nothing]
    assert count(file) == 2


def test_files_of_papers_in_a_folder_count_and_others_do_not(
    tmp_path: Path, changes: list[Callable[[], object]]
) -> None:
    (tmp_path / "a.bib").write_text("one")
    changes += [
        lambda: (tmp_path / "notes.docx").write_text("no"),
        nothing,
        lambda: (tmp_path / "b.ris").write_text("yes"),
        nothing,
    ]
    assert count(tmp_path) == 2


def test_a_change_made_while_the_files_are_read_is_noticed(tmp_path: Path, changes: list[Callable[[], object]]) -> None:
    file = tmp_path / "a.bib"
    file.write_text("one")
    changes += [nothing, nothing]
    watched = watching.changes_of([file])
    next(watched)
    file.write_text("one, two")
    next(watched)
    changes.clear()


@pytest.mark.parametrize("target", ["a.bib", "nowhere"])
def test_a_link_that_cannot_be_read_hides_no_change_of_other_files(
    tmp_path: Path, changes: list[Callable[[], object]], target: str
) -> None:
    (tmp_path / "a.bib").symlink_to(target)
    (tmp_path / "b.bib").write_text("one")
    changes += [lambda: (tmp_path / "b.bib").write_text("one, two"), nothing]
    assert count(tmp_path) == 2
