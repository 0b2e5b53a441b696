"""Whose staged files are whose, and how many one person may have."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import SourceError
from rag.web import staged
from rag.web.staged import Staged

ADA, BEN = "ada", "ben"


@pytest.fixture
def files() -> Staged:
    return Staged()


def add(files: Staged, folder: Path, name: str, owner: str = ADA) -> str:
    """The token of a file of 10 bytes."""
    (folder / name).mkdir()
    file = folder / name / "owls.bib"
    file.write_bytes(b"x" * 10)
    with files.arriving(owner):
        return files.add(owner, file)


def test_only_who_staged_a_file_uses_or_discards_it(files: Staged, tmp_path: Path) -> None:
    token = add(files, tmp_path, "a")
    assert files.files(ADA, [token]) == [tmp_path / "a" / "owls.bib"]
    assert files.take(BEN, token) is None
    with pytest.raises(SourceError, match="1 uploaded file can no longer be found"):
        files.files(BEN, [token])
    assert files.take(ADA, token) == tmp_path / "a" / "owls.bib"
    assert files.take(ADA, token) is None


def test_one_person_has_a_bounded_number_waiting(
    files: Staged, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staged, "MAX_STAGED", 2)
    first, _ = add(files, tmp_path, "a"), add(files, tmp_path, "b")
    with pytest.raises(SourceError, match=r"At most 2 of your files can wait for a rebuild"):
        add(files, tmp_path, "c")
    add(files, tmp_path, "d", BEN)
    files.take(ADA, first)
    add(files, tmp_path, "e")


def test_one_person_has_bounded_bytes_waiting(files: Staged, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staged, "MAX_STAGED_BYTES", 20)
    add(files, tmp_path, "a")
    assert files.room(ADA) == 10
    add(files, tmp_path, "b")
    with pytest.raises(SourceError, match="too large"):
        add(files, tmp_path, "c")
    (tmp_path / "a" / "owls.bib").unlink()  # as files are that nobody took for a day
    assert (files.room(ADA), files.room(BEN)) == (10, 20)


def test_uploads_at_a_time_are_bounded_for_one_and_for_all(files: Staged) -> None:
    def together(owners: list[str]) -> None:
        if owners:
            with files.arriving(owners[0]):
                together(owners[1:])

    together([ADA] * staged.MAX_ARRIVING)
    with pytest.raises(SourceError, match="Too many files are being uploaded"):
        together([ADA] * (staged.MAX_ARRIVING + 1))
    together([f"user {n}" for n in range(staged.MAX_ALL_ARRIVING)])
    with pytest.raises(SourceError, match="Too many files are being uploaded"):
        together([f"user {n}" for n in range(staged.MAX_ALL_ARRIVING + 1)])
    together([ADA])
