"""Who may sign in, and which password files are refused, without a word of what is in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag import settings
from rag.errors import SettingsError
from rag.web.access.people import MAX_PEOPLE, MIN_PASSWORD_CHARS, People, matching, people

ADA, BEN = "correct horse battery", "staple-0123456789"
TEXT = f"# Our group\n\nada curator {ADA}\nben  reader\t{BEN}  \n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return written(tmp_path / "people.txt", TEXT)


def written(file: Path, text: str) -> Path:
    file.write_text(text, encoding="utf-8")
    file.chmod(0o600)
    return file


def chosen(host: str = "0.0.0.0", **given: object) -> People | None:
    return people(settings.load(host=host, **given), host)


def test_each_has_a_role_and_a_password_of_their_own(file: Path) -> None:
    known = People(file).current()
    assert [(person.name, person.role) for person in known] == [("ada", "curator"), ("ben", "reader")]
    assert [matching(known, password.encode()) for password in (ADA, BEN)] == list(known)
    assert not any(matching(known, wrong) for wrong in (b"", b"ada", ADA[:-1].encode(), f"{ADA} ".encode(), b"\xff"))


def test_a_file_that_changes_is_read_again(file: Path) -> None:
    known = People(file)
    assert known.current() is known.current()
    written(file, f"ada reader {ADA}\n")
    assert [(person.name, person.role) for person in known.current()] == [("ada", "reader")]
    written(file, "ada reader short")
    with pytest.raises(SettingsError, match="Line 1 of"):
        known.current()  # nobody is let in by what was there before
    file.unlink()
    with pytest.raises(SettingsError, match="cannot be read"):
        known.current()


REFUSED = {
    "": "names nobody",
    "# ada curator correct horse battery": "names nobody",
    "ada curator": "Line 1 of .* is incomplete",
    f"ada curator {ADA}\n\neve": "Line 3 of .* is incomplete",
    f"ada admin {ADA}": "Line 1 of .*neither reader nor curator",
    f"a/b reader {ADA}": "Line 1 of .*a name has",
    f"{'a' * 61} reader {ADA}": "Line 1 of .*a name has",
    "ada reader " + "x" * (MIN_PASSWORD_CHARS - 1): "Line 1 of .*openssl rand",
    "ada reader " + "é" * 251: "Line 1 of .*at most 500 bytes",
    f"ada reader {ADA}\nAda reader {BEN}": "have the same name",
    f"ada reader {ADA}\nben reader {ADA}": "have the same password",
    "".join(f"a{n} reader {ADA}{n}\n" for n in range(MAX_PEOPLE + 1)): "at most|too large",
}


@pytest.mark.parametrize("text", REFUSED, ids=REFUSED.values())
def test_a_file_that_cannot_be_used_is_refused_and_not_quoted(file: Path, text: str) -> None:
    with pytest.raises(SettingsError, match=REFUSED[text]) as fault:
        People(written(file, text)).current()
    assert "\n" not in str(fault.value)
    assert not [word for word in (ADA, BEN, "correct", "staple", "xxx", "ééé") if word in str(fault.value)]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610])
def test_a_file_that_others_can_read_is_refused_with_the_command_that_helps(file: Path, mode: int) -> None:
    known = People(file)
    known.current()
    file.chmod(mode)
    with pytest.raises(SettingsError, match=f"Run: chmod 600 {file}"):
        known.current()


def test_those_known_last_are_let_in_while_too_many_files_are_open(file: Path) -> None:
    import resource

    known = People(file)
    last, limits = known.current(), resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, limits[1]))
    try:
        assert known.current() == last
        with pytest.raises(SettingsError, match="Too many open files"):
            People(file).current()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def test_a_file_that_is_not_text_is_refused(file: Path) -> None:
    file.write_bytes(b"ada reader \xff\xfe\xff\xfe\xff\xfe\xff\xfe\xff\xfe\xff\xfe\xff\xfe")
    with pytest.raises(SettingsError, match="not UTF-8"):
        People(file).current()


def test_on_this_machine_nobody_signs_in() -> None:
    assert chosen("127.0.0.1") is None
    assert chosen("localhost", url="http://localhost:8080") is None


@pytest.mark.parametrize("given", [{"host": "0.0.0.0"}, {"host": "127.0.0.1", "url": "https://papers.example.org"}])
def test_nobody_is_let_in_from_elsewhere_without_a_password(given: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=r"Set RAG_PASSWORD, or write .* rag chat --password-file FILE$"):
        chosen(**given)


def test_a_single_password_is_that_of_a_curator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_PASSWORD", ADA)
    known = chosen()
    assert known
    (person,) = known.current()
    assert (person.name, person.role, matching([person], ADA.encode())) == ("curator", "curator", person)


@pytest.mark.parametrize(
    ("password", "message"), [("short", r"^RAG_PASSWORD: a password has"), (ADA, "Both a password and a password file")]
)
def test_a_password_that_cannot_be_used_is_never_shown(
    file: Path, monkeypatch: pytest.MonkeyPatch, password: str, message: str
) -> None:
    monkeypatch.setenv("RAG_PASSWORD", password)
    given = {} if password == "short" else {"password_file": file}
    with pytest.raises(SettingsError, match=message) as fault:
        chosen(**given)
    assert password not in str(fault.value)
    assert password not in repr(settings.load())
