"""A file of papers as text: decompressed, decoded and bounded while it is read, with flat memory whatever its size."""

from __future__ import annotations

import codecs
import io
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TextIO

from rag.sources import unpacking
from rag.sources.decoding import TWICE_ENCODED_MARK, encoding_of
from rag.sources.errors import UnreadableError
from rag.sources.unpacking import CutOffError, unpacked
from rag.text import clean_line

MAX_LINE_CHARS = 10_000_000
HEAD_CHARS = 65_536  # that a format is recognised by
_CHUNK_BYTES = 1 << 16


@dataclass
class TextFile:
    """A file that is read as often as asked, from the start each time.

    `head` are its first HEAD_CHARS characters, without a byte order mark, with line ends as "\\n". `columns` says which
    columns of a table hold which fields, where its heading does not: see `rag.sources.tables.columns`.
    """

    path: Path
    columns: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        """Raises UnreadableError for a file that is not text, and OSError."""
        self.name = clean_line(self.path.name)
        if self.path.stat().st_size > unpacking.MAX_FILE_BYTES:
            raise UnreadableError(unpacking.too_large())
        self.encoding = encoding_of(self.path)
        self.head = self._head()

    def text(self) -> TextIO:
        """The text as a stream, with "\\n" for each line end. Reading may raise CutOffError."""
        return io.TextIOWrapper(self.bytes(), self.encoding.name, self.encoding.errors)

    def bytes(self) -> io.BufferedReader:
        """The unpacked bytes as a stream, for parsers that decode by themselves. Reading may raise CutOffError."""
        stream = unpacked(self.path)
        if stream.peek(len(TWICE_ENCODED_MARK)).startswith(TWICE_ENCODED_MARK):
            stream.read(len(TWICE_ENCODED_MARK))
        return stream

    def chunks(self) -> Generator[str]:
        """The text in pieces of some thousand characters, with "\\n" for each line end.

        Raises CutOffError after the last piece where a packed file is cut off, so that none of what there is gets lost.
        """
        decoder = codecs.getincrementaldecoder(self.encoding.name)(self.encoding.errors)
        translated = io.IncrementalNewlineDecoder(decoder, translate=True)
        with closing(self.bytes()) as stream:
            while data := stream.read1(_CHUNK_BYTES):
                yield translated.decode(data)
            yield translated.decode(b"", final=True)

    def lines(self) -> Iterator[tuple[int, str]]:
        """Each line with its number from 1, without its end, which is "\\n", "\\r\\n" or "\\r".

        Raises UnreadableError where a line is too long and, after the last whole line, where a packed file is cut off.
        """
        number = 0
        with closing(self.text()) as stream:
            try:
                while line := stream.readline(MAX_LINE_CHARS):
                    number += 1
                    if len(line) == MAX_LINE_CHARS and not line.endswith("\n"):
                        raise UnreadableError(f"a line has more than {MAX_LINE_CHARS:,} characters", number)
                    yield number, line.removesuffix("\n")
            except CutOffError as fault:
                raise UnreadableError(str(fault), number + 1) from fault

    def _head(self) -> str:
        head = ""
        with closing(self.chunks()) as chunks:
            try:
                while len(head) < HEAD_CHARS and (chunk := next(chunks, None)) is not None:
                    head += chunk
            except CutOffError as fault:
                if not head:
                    raise UnreadableError(str(fault)) from fault
        return head[:HEAD_CHARS]
