"""Which files are read, in which format, and how files that cannot be read are reported."""

import bz2
import gzip
import json
import lzma
import os
import random
from pathlib import Path

import pytest
from backports import zstd

from rag.errors import SourceError
from rag.paper import Paper
from rag.sources import files, find, read, unpacking
from rag.sources.skipped import Skipped

TITLE, ABSTRACT = "Dâms at Night", "Beavers rebuild a dam in five nights, or so it seems to us."
RECORD = json.dumps({"title": TITLE, "abstract": ABSTRACT}, ensure_ascii=False)
LISTING = f"{TITLE}\n\n{ABSTRACT}\n"


def touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(LISTING, encoding="utf-8")


def test_a_folder_is_searched_recursively_and_in_order(tmp_path):
    touch(tmp_path, "b.txt", "a.TEXT", "sub/c.jsonl", "sub/sub/d.txt")
    touch(tmp_path, "e.pdf", "README.txt", "readme.jsonl", ".hidden.txt", ".git/f.txt", "notes.docx")
    (tmp_path / "folder.txt").mkdir()
    names = [str(path.relative_to(tmp_path)) for path in find([tmp_path])]
    assert names == ["a.TEXT", "b.txt", "sub/c.jsonl", "sub/sub/d.txt"]


def test_a_file_given_by_name_is_read_whatever_its_extension(tmp_path):
    touch(tmp_path, "README.md", ".saved")
    paths = [tmp_path / "README.md", tmp_path / ".saved"]
    assert find(paths) == paths


def test_the_same_file_counts_once(tmp_path, monkeypatch):
    touch(tmp_path, "a.txt", "b.txt")
    (tmp_path / "link.txt").symlink_to(tmp_path / "a.txt")
    monkeypatch.chdir(tmp_path)
    found = find([tmp_path / "b.txt", Path("b.txt"), tmp_path, Path("link.txt")])
    assert [path.name for path in found] == ["b.txt", "a.txt"]


@pytest.mark.parametrize("target", ["l.bib", "nowhere"])
def test_a_link_to_itself_or_to_nothing_is_named_and_the_rest_is_read(tmp_path, monkeypatch, target):
    touch(tmp_path, "a.txt", "m.txt")
    (tmp_path / "l.bib").symlink_to(target)
    monkeypatch.chdir(tmp_path)
    for folder in (tmp_path, Path()):
        assert [path.name for path in find([folder])] == ["a.txt", "l.bib", "m.txt"]
    (skipped,) = read(tmp_path / "l.bib")
    assert str(skipped).startswith("l.bib: cannot be read: ")


def test_a_hidden_folder_given_by_name_is_read(tmp_path):
    touch(tmp_path, ".papers/a.txt")
    assert find([tmp_path / ".papers"]) == [tmp_path / ".papers" / "a.txt"]


def test_a_missing_path_is_an_error_that_says_what_to_do(tmp_path):
    with pytest.raises(SourceError) as error:
        find([tmp_path / "nowhere"])
    assert "No such file or folder" in str(error.value)
    assert str(tmp_path / "nowhere") in str(error.value)
    assert str(error.value).endswith("Repeat the command with one that exists.")


def test_a_folder_with_nothing_to_read_is_an_error_that_says_what_to_do(tmp_path):
    touch(tmp_path, "README.txt", "a.pdf")
    with pytest.raises(SourceError) as error:
        find([tmp_path])
    assert [part for part in (".txt", ".jsonl", str(tmp_path)) if part not in str(error.value)] == []
    assert str(error.value).endswith("Repeat the command with another folder or a file.")


@pytest.mark.parametrize("text", [LISTING, RECORD, f"\n  \n{RECORD}\n"], ids=["listing", "json", "json after blanks"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_content_decides_how_a_file_is_read(tmp_path, text, encoding, end):
    path = tmp_path / "any.name"
    path.write_bytes(text.replace("\n", end).encode(encoding))
    assert list(read(path)) == [Paper(TITLE, ABSTRACT, source="any.name")]


def test_a_line_separator_inside_a_json_string_does_not_end_the_line(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(RECORD.replace(" in ", "\u2028in\u0085"), encoding="utf-8")
    assert list(read(path)) == [Paper(TITLE, ABSTRACT, source="a.jsonl")]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty file"),
        (b"\xef\xbb\xbf \r\n\n", "empty file"),
        (b"%PDF\x00\x01\x02", "not text but a PDF: "),
        (b"PK\x03\x04".ljust(30, b"\0") + b"dams.ris", "not text but a zip archive: unpack it"),
        (b"PK\x03\x04".ljust(30, b"\0") + b"word/", "not text but a document such as DOCX"),
        (b"\x89PNG\r\n\x00\xff", "not text but binary data: "),
        ("Dâms".encode("latin-1"), "in no format that rag reads; tried: JSON, PubMed XML"),
        (b"\xff\xfeD", "in no format that rag reads; tried: "),
    ],
)
def test_a_file_that_is_no_bibliography_is_reported_as_a_whole(tmp_path, data, reason):
    path = tmp_path / "odd.txt"
    path.write_bytes(data)
    (skipped,) = read(path)
    assert (skipped.path, skipped.line) == (path, 0)
    assert skipped.reason.startswith(reason)


def test_a_file_that_cannot_be_opened_is_reported(tmp_path):
    path = tmp_path / "broken.txt"
    path.symlink_to(tmp_path / "gone.txt")
    assert find([tmp_path]) == [path]
    assert list(read(path)) == [Skipped(path, 0, "cannot be read: No such file or directory")]


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    assert [str(found) for found in read(tmp_path / "pipe.txt")] == ["pipe.txt: not a regular file"]


def test_a_file_that_is_too_large_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(unpacking, "MAX_FILE_BYTES", 10)
    touch(tmp_path, "large.txt")
    (tmp_path / "large.txt.gz").write_bytes(gzip.compress(b"x" * 100))
    for name in ("large.txt", "large.txt.gz"):
        assert [str(found) for found in read(tmp_path / name)] == [f"{name}: more than 10 bytes: split the file"]


def test_only_so_many_skipped_records_are_named(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MAX_SKIPPED", 2)
    (tmp_path / "a.jsonl").write_text("\n".join([RECORD, *('{"title": "Lost"}' for _ in range(5))]))
    paper, *skipped = read(tmp_path / "a.jsonl")
    assert paper.title == TITLE
    assert [record.line for record in skipped] == [2, 3, 0]
    assert str(skipped[-1]) == "a.jsonl: 3 more records are left out for reasons like these"


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, bz2.compress, zstd.compress])
def test_packed_files_are_read_whatever_their_name_and_however_many_members(tmp_path, pack):
    other = RECORD.replace("Night", "Noon")
    (tmp_path / "a.jsonl").write_bytes(pack(f"{RECORD}\n".encode()) + pack(other.encode()))
    assert [paper.title for paper in read(tmp_path / "a.jsonl")] == [TITLE, "Dâms at Noon"]


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, bz2.compress, zstd.compress])
def test_what_a_packed_file_that_is_cut_off_still_holds_is_read(tmp_path, pack):
    noise = random.Random(1)
    lines = [json.dumps({"title": f"T {n}", "abstract": f"We {noise.random()} it."}) for n in range(40_000)]
    data = pack("\n".join(lines).encode())
    (tmp_path / "a.jsonl.packed").write_bytes(data[: len(data) * 9 // 10])
    *papers, last = read(tmp_path / "a.jsonl.packed")
    assert "the file is cut off: download it again" in last.reason
    assert 0 < len(papers) < 40_000
    assert all(isinstance(paper, Paper) for paper in papers)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-16-le", "utf-16-be", "utf-32"])
def test_the_encoding_is_told_from_the_content(tmp_path, encoding):
    text = RECORD.replace("Dâms", "Dâms – “café”")
    (tmp_path / "a.jsonl").write_bytes(text.encode(encoding))
    assert [paper.title for paper in read(tmp_path / "a.jsonl")] == ["Dâms – “café” at Night"]


@pytest.mark.parametrize("padding", [0, 1 << 20], ids=["in one piece", "in several"])
def test_a_record_in_latin_1_does_not_change_the_letters_of_those_in_utf_8(tmp_path, padding):
    utf8 = json.dumps({"title": "Über das Maß", "abstract": "Größe."}, ensure_ascii=False)
    latin = json.dumps({"title": "Zürich «heute»", "abstract": "Größe."}, ensure_ascii=False)
    lines = [utf8.encode(), *(RECORD.encode() for _ in range(5)), b"\n" * padding, latin.encode("cp1252")]
    (tmp_path / "a.jsonl").write_bytes(b"\n".join(lines))
    titles = ["Über das Maß", *[TITLE] * 5, "Zürich «heute»"]
    assert [paper.title for paper in read(tmp_path / "a.jsonl")] == titles
    (tmp_path / "a.jsonl").write_bytes(b"\n".join(reversed(lines)))
    assert [paper.title for paper in read(tmp_path / "a.jsonl")] == titles[::-1]


def test_part_of_a_character_of_utf_8_is_no_letter(tmp_path):
    text = RECORD.replace("Night", "Night – “深層学習”").encode()
    damaged = text.replace("層".encode(), "層".encode()[:2]).replace("習".encode(), "習".encode()[1:])
    (tmp_path / "a.jsonl").write_bytes(damaged)
    (paper,) = read(tmp_path / "a.jsonl")
    assert paper.title == f"{TITLE} – “深\ufffd学\ufffd\ufffd”"


def test_a_file_of_another_script_in_an_old_encoding_is_decoded(tmp_path):
    russian = "Мы измеряем глубину рек и озёр по одному снимку, сделанному летом, и сравниваем её с промерами. " * 20
    record = json.dumps({"title": "Глубина", "abstract": russian}, ensure_ascii=False)
    (tmp_path / "a.jsonl").write_bytes(record.encode("cp1251"))
    assert [paper.title for paper in read(tmp_path / "a.jsonl")] == ["Глубина"]


def test_a_byte_order_mark_that_was_encoded_twice_is_no_text(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(b"\xc3\xaf\xc2\xbb\xc2\xbf" + RECORD.encode())
    assert [paper.title for paper in read(tmp_path / "a.jsonl")] == [TITLE]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_read_permission_is_reported(tmp_path):
    touch(tmp_path, "secret.txt")
    path = tmp_path / "secret.txt"
    path.chmod(0)
    assert list(read(path)) == [Skipped(path, 0, "cannot be read: Permission denied")]


@pytest.mark.parametrize("text", [LISTING, RECORD], ids=["listing", "json"])
def test_a_file_name_that_is_not_text_is_shown_with_its_invalid_bytes_replaced(tmp_path, text):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.jsonl"))
    path.write_text(text, encoding="utf-8")
    assert find([tmp_path]) == [path]
    assert list(read(path)) == [Paper(TITLE, ABSTRACT, source="caf?.jsonl")]
    path.write_bytes(b"")
    assert [str(found) for found in read(path)] == ["caf?.jsonl: empty file"]
