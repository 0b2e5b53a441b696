"""Which uploaded files wait for a rebuild, and whose they are: nobody sees, uses or discards another's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rag.errors import SourceError
from rag.text import count

MAX_STAGED = 50  # files of one person
MAX_STAGED_BYTES = 2_000_000_000  # of one person
MAX_ARRIVING = 3  # uploads of one person at a time
_MANY_STAGED = 10_000  # that are remembered before those that are gone are forgotten
MAX_ALL_ARRIVING = 8  # uploads of all together, each of which takes room on disk while it arrives


class Staged:
    """The staged files by their tokens. For the event loop of the server, and `files` for any thread."""

    def __init__(self) -> None:
        self._files: dict[str, tuple[str, Path]] = {}
        self._archives: dict[str, str] = {}  # the names of those that files came in, by token
        self._arriving: Counter[str] = Counter()

    @contextmanager
    def arriving(self, owner: str) -> Iterator[None]:
        """While a file of `owner` arrives. Raises SourceError if they have too much waiting, or too much arrives."""
        self._check(owner)
        self._arriving[owner] += 1
        try:
            yield
        finally:
            self._arriving[owner] -= 1
            self._arriving += Counter()  # forgets those that are at 0

    def add(self, owner: str, file: Path) -> str:
        """Notes that `file` is staged by `owner`; the token by which they know it."""
        if len(self._files) >= _MANY_STAGED:
            self._files = {token: (whose, file) for token, (whose, file) in self._files.items() if file.is_file()}
            self._archives = {token: name for token, name in self._archives.items() if token in self._files}
        self._files[file.parent.name] = (owner, file)
        return file.parent.name

    def add_all(self, owner: str, files: Sequence[Path], archive: str = "") -> list[str]:
        """Notes that `files` are staged by `owner`, in an `archive` if it has a name, and returns their tokens.

        Raises SourceError if they are too many, and then deletes them.
        """
        if len(self._of(owner)) + len(files) > MAX_STAGED:
            for file in files:
                file.unlink(missing_ok=True)
            raise SourceError(_too_many())
        tokens = [self.add(owner, file) for file in files]
        if archive:
            self._archives |= dict.fromkeys(tokens, archive)
        return tokens

    def archives(self, tokens: Sequence[str]) -> dict[str, str]:
        """The names of the archives that the files of these `tokens` came in, of those that did."""
        return {token: self._archives[token] for token in tokens if token in self._archives}

    def tokens(self, owner: str) -> tuple[str, ...]:
        """Those of the files that `owner` staged and that are still there, oldest first."""
        return tuple(file.parent.name for file in self._of(owner))

    def room(self, owner: str) -> int:
        """The bytes that `owner` may still stage."""
        return MAX_STAGED_BYTES - sum(file.stat().st_size for file in self._of(owner))

    def files(self, owner: str, tokens: Sequence[str]) -> list[Path]:
        """The files that `owner` staged under these `tokens`. Raises SourceError if one is gone, or is another's."""
        found = [self._file(owner, token) for token in tokens]
        if missing := sum(file is None for file in found):
            raise SourceError(f"{count(missing, 'uploaded file')} can no longer be found. Add the files again.")
        return [file for file in found if file]

    def take(self, owner: str, token: str) -> Path | None:
        """Forgets the file that `owner` staged under `token`, and returns it; None if there is none."""
        file = self._file(owner, token)
        if file:
            del self._files[token]
        return file

    def _file(self, owner: str, token: str) -> Path | None:
        whose, file = self._files.get(token, ("", Path()))
        return file if whose == owner else None

    def _of(self, owner: str) -> list[Path]:
        """Those of `owner` that are there now: what is a day old is removed, and others are being built in."""
        return [file for whose, file in self._files.values() if whose == owner and file.is_file()]

    def _check(self, owner: str) -> None:
        mine = self._arriving[owner]
        if mine >= MAX_ARRIVING or self._arriving.total() >= MAX_ALL_ARRIVING:
            raise SourceError("Too many files are being uploaded. Add this one again when they are done.")
        if len(self._of(owner)) + mine >= MAX_STAGED:
            raise SourceError(_too_many())
        if self.room(owner) <= 0:
            raise SourceError("Your files that wait for a rebuild are too large. Rebuild, or cancel, then add more.")


def _too_many() -> str:
    return f"At most {MAX_STAGED} of your files can wait for a rebuild. Rebuild, or cancel, then add more."
