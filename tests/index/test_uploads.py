"""An uploaded file is always complete, staged or accepted, under a safe name, and never replaces another."""

from __future__ import annotations

import errno
import io
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest.mock import Mock

import pytest

from rag import sources
from rag.errors import SourceError
from rag.index import archives, generations, uploads
from rag.index.archives import MAX_MEMBERS
from rag.index.contents import Contents
from rag.settings import shipped

PAPERS = b'{"title": "Sourdough", "abstract": "We bake bread."}\n'
OTHERS = b'{"title": "Rye", "abstract": "We bake rye bread."}\n'


def stage(index_dir: Path, name: str = "bread.jsonl", data: bytes = PAPERS) -> Path:
    return uploads.stage(index_dir, name, io.BytesIO(data))


def add(index_dir: Path, name: str = "bread.jsonl", data: bytes = PAPERS) -> Path:
    return uploads.accept(index_dir, stage(index_dir, name, data))


def contents(index_dir: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in uploads.files(index_dir)}


def staged(index_dir: Path) -> list[Path]:
    return [file for file in left(index_dir) if file.is_file()]


def left(index_dir: Path) -> list[Path]:
    """Everything in the staging folder, including folders."""
    return list((index_dir / uploads.STAGING).rglob("*"))


def test_a_file_is_staged_then_accepted(tmp_path: Path) -> None:
    file = stage(tmp_path)
    assert (file.name, file.read_bytes(), uploads.files(tmp_path)) == ("bread.jsonl", PAPERS, [])
    assert staged(tmp_path) == [file]
    assert uploads.accept(tmp_path, file) == tmp_path / "added" / "bread.jsonl"
    assert contents(tmp_path) == {"bread.jsonl": PAPERS}
    assert left(tmp_path) == []


def test_discarding_removes_a_staged_file_and_nothing_else(tmp_path: Path) -> None:
    file, other = stage(tmp_path), stage(tmp_path)
    kept = add(tmp_path)
    for one in (file, file, kept, tmp_path / uploads.STAGING / ".." / "x", tmp_path):
        uploads.discard(tmp_path, one)
    assert staged(tmp_path) == [other]
    assert uploads.files(tmp_path) == [kept]


def test_a_taken_name_gets_a_number_unless_the_files_are_identical(tmp_path: Path) -> None:
    assert [add(tmp_path, data=data).name for data in (PAPERS, OTHERS, PAPERS, OTHERS, b"{}")] == [
        *("bread.jsonl", "bread-2.jsonl", "bread.jsonl", "bread-2.jsonl", "bread-3.jsonl")
    ]
    assert contents(tmp_path) == {"bread.jsonl": PAPERS, "bread-2.jsonl": OTHERS, "bread-3.jsonl": b"{}"}
    assert left(tmp_path) == []


def test_no_file_is_lost_when_many_of_one_name_are_accepted_at_once(tmp_path: Path) -> None:
    data = {f"paper {n}".encode() for n in range(12)}
    files = [stage(tmp_path, data=one) for one in data]
    with ThreadPoolExecutor(12) as threads:
        list(threads.map(lambda file: uploads.accept(tmp_path, file), files))
    assert set(contents(tmp_path).values()) == data


def test_a_kill_before_or_after_the_move_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = stage(tmp_path)

    def accept_until(owner: object, name: str) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, Mock(side_effect=KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                uploads.accept(tmp_path, file)

    accept_until(Path, "replace")
    assert (file.read_bytes(), uploads.files(tmp_path)) == (PAPERS, [])
    accept_until(uploads, "discard")
    assert contents(tmp_path) == {"bread.jsonl": PAPERS}
    assert staged(tmp_path) == []


def test_a_removed_file_can_be_accepted_again(tmp_path: Path) -> None:
    add(tmp_path)
    file = uploads.remove(tmp_path, "bread.jsonl")
    assert (uploads.files(tmp_path), staged(tmp_path)) == ([], [file])
    uploads.accept(tmp_path, file)
    assert contents(tmp_path) == {"bread.jsonl": PAPERS}


@pytest.mark.parametrize("name", ["", ".", "other.jsonl", "../CURRENT", "/etc/passwd", "bread.jsonl/"])
def test_only_accepted_files_can_be_removed(tmp_path: Path, name: str) -> None:
    add(tmp_path)
    (tmp_path / "CURRENT").write_text("x")
    with pytest.raises(SourceError, match=r"^There is no added file “.*”\."):
        uploads.remove(tmp_path, name)
    assert (tmp_path / "CURRENT").exists()
    assert contents(tmp_path) == {"bread.jsonl": PAPERS}


def test_only_staged_files_can_be_accepted(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("x")
    file = stage(tmp_path)
    for one in (
        secret,
        file.parent / ".." / ".." / "secret.txt",
        file.with_name("other.jsonl"),
        file.parent,
        file / "..",
    ):
        with pytest.raises(SourceError, match=r"Add it again\.$"):
            uploads.accept(tmp_path, one)
    assert uploads.files(tmp_path) == []
    assert secret.exists()


INVALID = "valid file name. Rename it"
UNREAD = "hidden files and READMEs are not read. Rename it"
LONG = "its name is too long. Rename it"
REFUSED = {
    INVALID: ("../x.txt", "/etc/x.txt", "C:\\x.txt", "C:x.txt", "a/b.txt", "con.txt", "NUL .jsonl", "Com1.a.txt"),
    UNREAD: (".hidden.txt", ".txt", "README.txt", "..txt", "", ".."),
    LONG: ("x" * 300 + ".txt", "é" * 100 + ".txt"),
}


@pytest.mark.parametrize(("name", "reason"), [(name, reason) for reason, names in REFUSED.items() for name in names])
def test_an_unsafe_or_unread_name_is_refused_in_one_line(tmp_path: Path, name: str, reason: str) -> None:
    with pytest.raises(SourceError) as caught:
        stage(tmp_path / "index", name)
    assert str(caught.value).startswith("Cannot add “")
    assert str(caught.value).endswith(f"{reason}, then add it again.")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("x.pdf", "The text of a PDF is not read. Export its reference"),
        ("x.txt\0.PDF", "The text of a PDF is not read."),
        ("list.xlsx", "Spreadsheets are not read. Save it as CSV."),
        ("page.html", "Web pages are not read."),
        ("all.tar.gz.7z", "Only zip archives are unpacked. Unpack it"),
    ],
)
def test_what_people_have_beside_references_is_refused_with_what_to_add_instead(
    tmp_path: Path, name: str, instead: str
) -> None:
    with pytest.raises(SourceError) as caught:
        stage(tmp_path / "index", name)
    assert str(caught.value).startswith(instead)
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize(
    ("name", "kept"), [("savedrecs", "savedrecs.txt"), ("export.bib.download", "export.bib.download.txt")]
)
def test_a_file_without_a_known_extension_is_recognised_by_its_content(tmp_path: Path, name: str, kept: str) -> None:
    assert stage(tmp_path, name).name == kept
    add(tmp_path, name)
    assert [file.name for file in uploads.files(tmp_path)] == [kept]


def test_edits_that_fail_leave_every_file_where_it_was(tmp_path: Path) -> None:
    add(tmp_path, "old.jsonl", OTHERS)
    add(tmp_path, "same.jsonl", PAPERS)
    new, same = stage(tmp_path, "new.jsonl", b"{}"), stage(tmp_path, "same.jsonl")

    def build() -> None:
        with uploads.edited(tmp_path, [new, same], ["old.jsonl"]) as accepted:
            assert [path.name for path in accepted] == ["new.jsonl", "same.jsonl"]
            assert {*contents(tmp_path)} == {"new.jsonl", "same.jsonl"}
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build()
    assert contents(tmp_path) == {"old.jsonl": OTHERS, "same.jsonl": PAPERS}
    assert (new.read_bytes(), same.read_bytes()) == (b"{}", PAPERS)
    with uploads.edited(tmp_path, [new, same], ["old.jsonl"]):
        pass
    assert contents(tmp_path) == {"new.jsonl": b"{}", "same.jsonl": PAPERS}


KILLED = """
import os, signal, sys
from pathlib import Path
from rag.index import generations, uploads
index_dir, staged, moment = Path(sys.argv[1]), map(Path, sys.argv[2:4]), sys.argv[4]
with generations.changing(index_dir), uploads.edited(index_dir, list(staged), ["old.jsonl"]):
    with generations.building(index_dir):
        assert {file.name for file in uploads.files(index_dir)} == {"new.jsonl", "same.jsonl"}
        if moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("generation", [True, False])
def test_edits_that_are_killed_are_made_with_their_generation_or_not_at_all(
    tmp_path: Path, moment: str, generation: bool
) -> None:
    if generation:
        with generations.building(tmp_path):
            pass
    add(tmp_path, "old.jsonl", OTHERS)
    add(tmp_path, "same.jsonl", PAPERS)
    new, same = stage(tmp_path, "new.jsonl", b"{}"), stage(tmp_path, "same.jsonl")
    killed = subprocess.run([sys.executable, "-c", KILLED, tmp_path, new, same, moment], timeout=60)
    assert killed.returncode == -signal.SIGKILL
    for folder in (tmp_path / uploads.STAGING).iterdir():
        os.utime(folder, (0, 0))  # the files that were taken out are not what nobody wanted
    uploads.stage(tmp_path, "other.jsonl", io.BytesIO(PAPERS))
    with generations.changing(tmp_path):
        if moment == "before":
            assert contents(tmp_path) == {"old.jsonl": OTHERS, "same.jsonl": PAPERS}
        else:
            assert contents(tmp_path) == {"new.jsonl": b"{}", "same.jsonl": PAPERS}


def zipped(**members: bytes) -> io.BytesIO:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, data in members.items():
            opened.writestr(name, data)
    return archive


def test_the_files_of_papers_in_an_archive_are_staged(tmp_path: Path) -> None:
    archive = zipped(**{"a/bread.jsonl": PAPERS, "b/rye.jsonl": OTHERS, "b/x.pdf": b"%PDF", "__MACOSX/y.bib": b"x"})
    files = uploads.stage_all(tmp_path, "my papers.ZIP", archive)
    assert {file.name: file.read_bytes() for file in files} == {"bread.jsonl": PAPERS, "rye.jsonl": OTHERS}
    assert {*files} == {*staged(tmp_path)}


def test_an_archive_that_is_damaged_too_large_or_without_papers_is_refused_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MAX_UPLOAD_BYTES", 10_000)
    many = {f"{n}.bib": b"x" for n in range(MAX_MEMBERS + 1)}
    broken = bytearray(zipped(**{"a.bib": os.urandom(500)}).getvalue())
    broken[60:90] = b"\0" * 30
    for archive, told in (
        (io.BytesIO(b"PK no archive"), "the archive is damaged"),
        (io.BytesIO(bytes(broken)), "the archive is damaged"),
        (zipped(**{"x.pdf": b"%PDF"}), "holds no file of papers"),
        (zipped(**many), f"at most {MAX_MEMBERS} are taken"),
        (zipped(**{"a.bib": PAPERS, "bomb.bib": b"0" * 1_000_000}), "bytes. Split it"),
    ):
        with pytest.raises(SourceError, match=re.escape(told)):
            uploads.stage_all(tmp_path, "x.zip", archive)
        assert left(tmp_path) == []


def test_an_archive_of_a_million_files_is_refused_before_they_are_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = zipped(**{f"{n}.bib": b"x" for n in range(9)})
    monkeypatch.setattr(archives, "_MAX_DIRECTORY", 100)
    monkeypatch.setattr(zipfile, "ZipFile", Mock(side_effect=AssertionError))
    with pytest.raises(SourceError, match="holds too many files"):
        uploads.stage_all(tmp_path, "x.zip", archive)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("x\u202ey.txt", "xy.txt"),
        ("a\0\nb.text", "a b.text"),
        *((name, name) for name in ("My papers.TXT", "מאמרים.jsonl", "conference.txt", "x" * 196 + ".txt")),
    ],
)
def test_a_safe_name_is_kept_without_its_invisible_characters(tmp_path: Path, name: str, safe: str) -> None:
    assert stage(tmp_path, name).name == safe
    assert len({add(tmp_path, name, data) for data in (PAPERS, OTHERS)}) == 2
    assert tmp_path / "added" / safe in uploads.files(tmp_path)


def test_a_file_that_is_too_large_is_refused_and_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MAX_UPLOAD_BYTES", len(PAPERS))
    monkeypatch.setattr(uploads, "CHUNK_BYTES", 10)
    stage(tmp_path)
    with pytest.raises(SourceError, match=r"“big\.txt” .* 53 bytes\. Split it"):
        stage(tmp_path, "big.txt", PAPERS + b"x")
    assert [file.name for file in staged(tmp_path)] == ["bread.jsonl"]
    assert len(left(tmp_path)) == 2


def test_a_folder_that_cannot_be_written_is_reported_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("")
    with pytest.raises(SourceError, match=r"^Cannot write to .*index: Not a directory\. .*try again\.$"):
        stage(tmp_path / "index")


def test_a_full_disk_is_told_and_nothing_is_lost_or_half_kept(tmp_path: Path) -> None:
    kept = add(tmp_path, "kept.jsonl")
    code = (
        "import io, resource, signal, sys\nfrom pathlib import Path\nfrom rag.index import uploads\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\nresource.setrlimit(resource.RLIMIT_FSIZE, (5_000, 5_000))\n"
        f"uploads.stage(Path({str(tmp_path)!r}), 'large.jsonl', io.BytesIO(b'x' * 9_000))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert f"SourceError: Cannot write to {tmp_path}: File too large. Make room there, then try again." in done.stderr
    assert left(tmp_path) == []
    assert kept.read_bytes() == PAPERS


@pytest.mark.parametrize("step", ["mkdir", "replace"])
def test_a_file_that_cannot_be_moved_stays_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    waiting, there = stage(tmp_path), add(tmp_path, "rye.jsonl", OTHERS)
    with monkeypatch.context() as full:
        full.setattr(Path, step, Mock(side_effect=OSError(errno.ENOSPC, "No space left on device")))
        for move in (lambda: uploads.accept(tmp_path, waiting), lambda: uploads.remove(tmp_path, "rye.jsonl")):
            with pytest.raises(SourceError, match=r"No space left on device\. Make room there, then try again\.$"):
                move()
    assert (waiting.read_bytes(), there.read_bytes()) == (PAPERS, OTHERS)
    assert uploads.accept(tmp_path, waiting).read_bytes() == PAPERS


def test_files_that_come_and_go_meanwhile_do_not_stop_an_upload(tmp_path: Path) -> None:
    def come_and_go(_: int) -> None:
        uploads.discard(tmp_path, stage(tmp_path))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(come_and_go, range(200)))
    assert staged(tmp_path) == []


def test_files_staged_a_day_ago_are_removed_with_the_next_upload(tmp_path: Path) -> None:
    old, young = stage(tmp_path), stage(tmp_path)
    for file, hours in ((old, 25), (young, 23)):
        os.utime(file.parent, (time.time() - hours * 3600,) * 2)
    new = stage(tmp_path)
    assert set(staged(tmp_path)) == {young, new}
    assert len(left(tmp_path)) == 4
    with pytest.raises(SourceError, match="Add it again"):
        uploads.accept(tmp_path, old)


def test_builds_keep_accepted_and_staged_files(tmp_path: Path) -> None:
    kept, waiting = add(tmp_path), stage(tmp_path)
    for _ in range(3):
        with generations.building(tmp_path):
            pass
    assert kept.exists()
    assert waiting.exists()


def test_a_folder_around_the_index_is_read_without_its_staged_files(tmp_path: Path) -> None:
    stage(tmp_path)
    kept = add(tmp_path, "rye.jsonl")
    assert sources.find([tmp_path]) == [kept]


def built(index_dir: Path, manifest: str) -> None:
    with generations.building(index_dir) as folder:
        (folder / "manifest.json").write_text(manifest)


@pytest.mark.parametrize("manifest", ["", "{", "[]", "{}", '{"paths": null}', '{"paths": []}'])
def test_without_a_readable_manifest_the_shipped_papers_are_read(tmp_path: Path, manifest: str) -> None:
    assert uploads.paths(tmp_path) == [shipped("papers")]
    built(tmp_path, manifest)
    assert uploads.paths(tmp_path) == [shipped("papers")]
    add(tmp_path)
    assert uploads.paths(tmp_path) == [tmp_path / "added"], "one's own papers do not mix with others"
    (tmp_path / "CURRENT").write_text("nonsense")
    assert uploads.paths(tmp_path) == [tmp_path / "added"]


def test_a_rebuild_reads_the_paths_of_the_index_and_each_accepted_file_once(tmp_path: Path) -> None:
    folder = tmp_path / "added"
    built(tmp_path, f'{{"paths": ["/mine", "{folder}", "{folder}/bread.jsonl"]}}')
    assert uploads.paths(tmp_path) == [Path("/mine")]
    add(tmp_path)
    assert uploads.paths(tmp_path) == [Path("/mine"), folder]
    built(tmp_path, f'{{"paths": ["{folder}"]}}')
    assert uploads.paths(tmp_path) == [folder]
    shutil.rmtree(folder)
    assert uploads.paths(tmp_path) == [shipped("papers")]


def test_others_on_the_machine_cannot_read_an_upload(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        file = stage(tmp_path)
        assert [path.stat().st_mode & 0o777 for path in (file, file.parent, file.parent.parent)] == [
            0o600,
            0o700,
            0o700,
        ]
        added = uploads.accept(tmp_path, file)
        assert [path.stat().st_mode & 0o777 for path in (added, added.parent)] == [0o600, 0o700]
        assert uploads.remove(tmp_path, added.name).parent.stat().st_mode & 0o777 == 0o700
    finally:
        os.umask(before)


def test_what_is_staged_is_bounded_until_it_expires(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MAX_STAGING_BYTES", 2 * len(PAPERS))
    first, _ = stage(tmp_path), stage(tmp_path)
    with pytest.raises(SourceError, match="Too many uploaded files wait for a rebuild"):
        stage(tmp_path)
    os.utime(first.parent, (0, 0))
    stage(tmp_path)
    assert not first.exists()


def test_a_link_to_itself_is_chosen_like_any_other_path(tmp_path: Path) -> None:
    loop = tmp_path / "l.bib"
    loop.symlink_to("l.bib")
    assert uploads.with_uploads(tmp_path / "index", [loop]) == [loop]
    assert not Contents([], [tmp_path]).is_built_from([loop])
