"""How long somebody stays signed in, and what is kept of that."""

from __future__ import annotations

import hashlib
import stat
import time
from dataclasses import replace
from pathlib import Path

import pytest

from rag.errors import KeepingError
from rag.web.access.people import Person
from rag.web.access.sessions import MAX_SESSIONS, SESSION_DAYS, SESSIONS, Sessions

ADA = Person("ada", "curator", hashlib.sha256(b"correct horse battery").digest())
BEN = Person("ben", "reader", hashlib.sha256(b"staple-0123456789").digest())


@pytest.fixture
def sessions(tmp_path: Path) -> Sessions:
    return Sessions(tmp_path / "index")


def test_a_session_is_that_of_its_person_also_after_a_restart(sessions: Sessions, tmp_path: Path) -> None:
    ada, ben = sessions.begin(ADA), sessions.begin(BEN)
    again = Sessions(tmp_path / "index")
    assert (again.person(ada, [ADA, BEN]), again.person(ben, [ADA, BEN])) == (ADA, BEN)


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "' OR 1 = 1 --", "x" * 100_000])
def test_nothing_else_opens_one(sessions: Sessions, token: str) -> None:
    sessions.begin(ADA)
    assert sessions.person(token, [ADA]) is None
    sessions.end(token)


def test_it_ends_when_its_person_signs_out_and_no_other_does(sessions: Sessions) -> None:
    phone, laptop = sessions.begin(ADA), sessions.begin(ADA)
    sessions.end(phone)
    assert (sessions.person(phone, [ADA]), sessions.person(laptop, [ADA])) == (None, ADA)


def test_it_ends_without_the_person_and_with_another_password(sessions: Sessions) -> None:
    token = sessions.begin(ADA)
    assert sessions.person(token, [BEN]) is None
    assert sessions.person(token, [replace(ADA, digest=BEN.digest)]) is None
    demoted = replace(ADA, role="reader")
    assert sessions.person(token, [demoted]) == demoted  # with the role that they have now


def test_it_ends_after_thirty_days(sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    token, now = sessions.begin(ADA), time.time()
    for days, person in ((SESSION_DAYS - 0.1, ADA), (SESSION_DAYS + 0.1, None)):
        monkeypatch.setattr(time, "time", lambda later=now + days * 86_400: later)
        assert sessions.person(token, [ADA]) == person


def test_the_oldest_of_too_many_ends(sessions: Sessions) -> None:
    tokens, other = [sessions.begin(ADA) for _ in range(MAX_SESSIONS + 2)], sessions.begin(BEN)
    assert [sessions.person(token, [ADA]) for token in tokens] == [None, None, *[ADA] * MAX_SESSIONS]
    assert sessions.person(other, [BEN]) == BEN


def test_the_file_holds_no_secret_and_others_cannot_read_it(sessions: Sessions, tmp_path: Path) -> None:
    token = sessions.begin(ADA)
    file = tmp_path / "index" / SESSIONS
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert token.encode() not in file.read_bytes()
    assert ADA.digest.hex().encode() not in file.read_bytes()


def test_a_damaged_file_signs_everybody_out_and_is_written_anew(sessions: Sessions, tmp_path: Path) -> None:
    token = sessions.begin(ADA)
    (tmp_path / "index" / SESSIONS).write_bytes(b"\xff" * 10_000)
    with pytest.raises(KeepingError, match=f"{SESSIONS}: file is not a database. Sign in again"):
        sessions.person(token, [ADA])
    assert sessions.person(token, [ADA]) is None
    assert sessions.person(sessions.begin(ADA), [ADA]) == ADA
