"""The encoding of a file: what its first bytes or its declaration say, else UTF-8, else a guess from its bytes.

Files that were put together from others may be in UTF-8 but for some lines, in which other bytes are read as cp1252.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from rag.sources.errors import UnreadableError
from rag.sources.unpacking import CutOffError, unpacked

TWICE_ENCODED_MARK = "\ufeff".encode().decode("latin-1").encode()  # what some tools make of a byte order mark
_CHUNK = 1 << 20
_MARKS = {  # UTF-32 first: its little-endian mark begins as that of UTF-16
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_DECLARED = re.compile(rb"""^(?:%\s{0,5}Encoding:\s{0,5}|<\?xml[^>]{0,80}encoding=["'])([\w.:-]{1,40})""", re.MULTILINE)
_ESCAPES = b"<?xml +AGE- \\u0061"  # which encodings that no file of papers is in read as something else
_LATIN1 = ("iso8859-1", "ascii")  # browsers too read cp1252 for these, which has more characters
_ZIP = b"PK\x03\x04"
_FIRST_NAME = 30  # where that of the first file in a zip archive begins
_DOCUMENT = (b"[Content_Types].xml", b"mimetype", b"_rels/", b"docProps/", b"word/", b"xl/", b"ppt/")
_BINARY = {
    b"%PDF": "a PDF",
    _ZIP: "a document such as DOCX, XLSX or ODT",
    b"\xd0\xcf\x11\xe0": "an old Office document",
    b"SQLite format 3": "an SQLite database",
}
_RARE = 0.1  # of the characters beyond ASCII: if no more are not UTF-8, the file is, whatever it declares
_WITHIN = bytes(range(0xC0))  # bytes that begin no character beyond ASCII
_RUN = re.compile(rb"[\x80-\xff]{3,}")  # rare where single letters are beyond ASCII, as in Western languages
_WESTERN_RUNS = 0.2  # of the bytes beyond ASCII that may stand in such runs


class Encoding(NamedTuple):
    """The name of an encoding, and how Python is to treat bytes that are not of it."""

    name: str
    errors: str


def _as_cp1252(fault: UnicodeError) -> tuple[str, int]:
    """What to read in place of the bytes of a `fault`: a letter, or U+FFFD if they are part of a damaged character."""
    if not isinstance(fault, UnicodeDecodeError):
        raise fault
    start, end, data = fault.start, fault.end, fault.object
    follows = start > 0 and data[start - 1] > 0x7F and data[start] < 0xC0
    is_part = follows or end - start > 1 or (end == len(data) and data[start] >= 0xC0)
    return "\ufffd" if is_part else data[start:end].decode("cp1252", "replace"), end


_MOSTLY_UTF8 = Encoding("utf-8", "cp1252")
codecs.register_error(_MOSTLY_UTF8.errors, _as_cp1252)


def encoding_of(path: Path) -> Encoding:
    """The encoding of the text in `path`, which is read whole unless its start tells.

    Raises UnreadableError if it is not text, and OSError.
    """
    chunks = _chunks(path)
    start = next(chunks, b"")
    for mark, name in _MARKS.items():
        if start.startswith(mark):
            return Encoding(name, "replace")
    if b"\0" in start[:4096]:
        return _without_mark(start)
    decoder = codecs.getincrementaldecoder("utf-8")()
    sample, beyond = start, 0  # characters beyond ASCII
    try:
        for sample in chain([start], chunks):
            decoder.decode(sample)
            beyond += len(sample.translate(None, _WITHIN))
    except UnicodeDecodeError:
        return _not_utf8(start, sample, _beyond_ascii(chain([sample], chunks), beyond))
    return Encoding("utf-8", "replace")  # a file that is cut off may end within a character


def _chunks(path: Path) -> Iterator[bytes]:
    with closing(unpacked(path)) as stream:
        try:
            while chunk := stream.read1(_CHUNK):
                yield chunk
        except CutOffError:  # the reader meets it again, after what there is
            return


def _without_mark(start: bytes) -> Encoding:
    """UTF-16 if every second byte of much of the text is 0. Raises UnreadableError for other files with such bytes."""
    sample = start[:4096]
    for name, zeros in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[::2])):
        if zeros.count(0) > 0.7 * len(zeros) and sample.count(0) < 1.2 * zeros.count(0):
            return Encoding(name, "replace")
    raise UnreadableError(_binary(start))


def _beyond_ascii(chunks: Iterable[bytes], before: int) -> tuple[int, int]:
    """How many characters of `chunks` are beyond ASCII, with those `before`, and how many of them are not UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    beyond, faults = before, 0
    for chunk in chunks:
        text = decoder.decode(chunk)
        beyond += len(text) - len(text.encode("ascii", "ignore"))
        faults += text.count("\ufffd")
    return beyond, faults


def _not_utf8(start: bytes, sample: bytes, counts: tuple[int, int]) -> Encoding:
    """The encoding of a file with this `start`, that is not UTF-8 somewhere in this `sample`.

    `counts` are those of its characters beyond ASCII, and of those that are not UTF-8.
    """
    if any(start.startswith(magic) for magic in _BINARY) or b"\0" in sample:
        raise UnreadableError(_binary(start))
    beyond, faults = counts
    declared = _declared(start)
    if faults <= _RARE * beyond or (declared == "utf-8" and faults < beyond):
        return _MOSTLY_UTF8
    if declared and declared != "utf-8":
        return Encoding(declared, "replace")
    if 2 * faults <= beyond:
        return _MOSTLY_UTF8
    in_runs = sum(map(len, _RUN.findall(sample)))
    if in_runs <= _WESTERN_RUNS * sum(byte > 0x7F for byte in sample):
        return Encoding("cp1252", "replace")
    return _guessed(sample)


def _declared(start: bytes) -> str:
    """The encoding that a file declares; "" if there is none of that name that extends ASCII."""
    found = _DECLARED.search(start[:2000])
    try:
        if not found or _ESCAPES.decode(found[1].decode(), "replace") != _ESCAPES.decode():
            return ""
        name = codecs.lookup(found[1].decode()).name
    except (LookupError, UnicodeError):
        return ""
    return "cp1252" if name in _LATIN1 else name


def _guessed(sample: bytes) -> Encoding:
    from charset_normalizer import from_bytes

    best = from_bytes(sample[: 1 << 16]).best()
    if best is None:
        raise UnreadableError("neither UTF-8 nor any encoding that could be guessed: save it as UTF-8")
    return Encoding(best.encoding, "replace")


def _binary(start: bytes) -> str:
    if start.startswith(_ZIP) and not start.startswith(_DOCUMENT, _FIRST_NAME):
        return "not text but a zip archive: unpack it, and give the files that are in it"
    kind = next((kind for magic, kind in _BINARY.items() if start.startswith(magic)), "binary data")
    return f"not text but {kind}: export the references as BibTeX, RIS or CSV"
