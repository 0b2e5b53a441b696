"""The people who may use a shared chat, each with a role and a password of their own."""

from __future__ import annotations

import errno
import hashlib
import hmac
import os
import re
import stat
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

from rag.errors import SettingsError
from rag.web.access.addresses import is_loopback

if TYPE_CHECKING:
    from rag.settings import Settings

Role = Literal["reader", "curator"]

MIN_PASSWORD_CHARS = 12
MAX_PASSWORD_BYTES = 500
MAX_PEOPLE = 1_000
_MAX_FILE_BYTES = 1_000_000
_ROLES: dict[str, Role] = {"reader": "reader", "curator": "curator"}
_NAME = re.compile(r"[\w.@+-]{1,60}")
_FORM = "NAME ROLE PASSWORD, where ROLE is reader or curator"


@dataclass(frozen=True, slots=True)
class Person:
    """Who may sign in. Of the password only `digest`, its SHA-256, is kept."""

    name: str
    role: Role
    digest: bytes


class People:
    """Those in `file`, which is read again when it changes, or else those that are `fixed`. Threads may share it."""

    def __init__(self, file: Path | None, fixed: Sequence[Person] = ()) -> None:
        self._file = file
        self._people = tuple(fixed)
        self._seen: tuple[int, ...] = ()
        self._reading = threading.Lock()

    def current(self) -> tuple[Person, ...]:
        """Everybody who may sign in now. Raises SettingsError if the file has become unusable: then nobody may."""
        if self._file is None:
            return self._people
        with self._reading:
            try:
                with self._file.open("rb") as opened:
                    status = os.fstat(opened.fileno())
                    state = (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
                    if state != self._seen:
                        self._people, self._seen = _read(opened, self._file, status.st_mode), state
            except OSError as fault:
                if self._people and fault.errno in (
                    errno.EMFILE,
                    errno.ENFILE,
                ):  # it is not the file's fault, and passes
                    return self._people
                raise SettingsError(f"The password file {self._file} cannot be read: {fault.strerror}.") from fault
            return self._people


def people(settings: Settings, host: str) -> People | None:
    """Those whom `settings` let in; None if nobody has to sign in, since only this machine reaches `host`.

    Raises SettingsError if others reach it and no passwords are set, or if the passwords cannot be used.
    """
    if settings.password and settings.password_file:
        raise SettingsError("Both a password and a password file are set. Unset RAG_PASSWORD, or password_file.")
    if settings.password_file:
        found = People(settings.password_file)
        found.current()
        return found
    if settings.password:
        return People(None, [_person("curator", "curator", settings.password.get_secret_value(), "RAG_PASSWORD")])
    if is_loopback(host) and is_loopback(_hostname(settings.url)):
        return None
    raise SettingsError(
        f"Others could reach the chat at {settings.url or host}, and no password protects it. Set RAG_PASSWORD, or "
        f"write a file with a line for each person, {_FORM}: rag chat --password-file FILE"
    )


def matching(known: Sequence[Person], password: bytes) -> Person | None:
    """Whose `password` it is. Takes equally long for whatever is wrong with it."""
    digest, found = hashlib.sha256(password[:MAX_PASSWORD_BYTES]).digest(), None
    for person in known:
        if hmac.compare_digest(person.digest, digest):
            found = person
    return found


def _hostname(url: str) -> str:
    from urllib.parse import urlsplit

    return urlsplit(url).hostname or "localhost"


def _read(opened: BinaryIO, file: Path, mode: int) -> tuple[Person, ...]:
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SettingsError(f"Others on this machine can read the passwords in {file}. Run: chmod 600 {file}")
    data = opened.read(_MAX_FILE_BYTES + 1)
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as fault:
        raise SettingsError(f"The password file {file} is not UTF-8. Save it as UTF-8.") from fault
    numbered = [(n, line.strip()) for n, line in enumerate(lines, 1)]
    found = [_parsed(line, f"Line {n} of {file}") for n, line in numbered if line and not line.startswith("#")]
    if not found:
        raise SettingsError(f"The password file {file} names nobody. Write a line for each person: {_FORM}.")
    if len(data) > _MAX_FILE_BYTES or len(found) > MAX_PEOPLE:
        raise SettingsError(f"The password file {file} is too large: it may name {MAX_PEOPLE:,} people.")
    _check_unique(found, file)
    return tuple(found)


def _parsed(line: str, place: str) -> Person:
    fields = line.split(None, 2)
    if len(fields) < 3:
        raise SettingsError(f"{place} is incomplete. Write: {_FORM}.")
    name, role, password = fields
    return _person(name, role, password, place)


def _person(name: str, role: str, password: str, place: str) -> Person:
    """Raises SettingsError that names the `place`, and nothing of what is written there."""
    if not _NAME.fullmatch(name):
        raise SettingsError(f"{place}: a name has up to 60 letters, digits and . _ @ + -. Write: {_FORM}.")
    if role not in _ROLES:
        raise SettingsError(f"{place}: the role is neither reader nor curator. Write: {_FORM}.")
    password = password.strip()
    if len(password) < MIN_PASSWORD_CHARS or len(password.encode()) > MAX_PASSWORD_BYTES:
        raise SettingsError(
            f"{place}: a password has {MIN_PASSWORD_CHARS} characters or more, and at most {MAX_PASSWORD_BYTES} bytes. "
            "This makes one: openssl rand -base64 18"
        )
    return Person(name, _ROLES[role], hashlib.sha256(password.encode()).digest())


def _check_unique(found: Sequence[Person], file: Path) -> None:
    if len({person.name.casefold() for person in found}) < len(found):
        raise SettingsError(f"Two people in {file} have the same name. Give each their own.")
    if len({person.digest for person in found}) < len(found):
        raise SettingsError(f"Two people in {file} have the same password. Give each their own.")
