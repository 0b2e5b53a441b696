"""Decompresses gzip, xz, bzip2 and Zstandard as a stream: several members in a row, and files that are cut off."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MAX_FILE_BYTES = 20_000_000_000  # unpacked; arXiv's snapshot of 2026 has about 5,000,000,000
_CHUNK = 1 << 16  # bytes read, and at most unpacked, at a time


class CutOffError(Exception):
    """A compressed file ends, or is damaged, within its data."""


def too_large() -> str:
    """Why a file that has too many bytes is not read."""
    return f"more than {MAX_FILE_BYTES:,} bytes: split the file"


def unpacked(path: Path) -> io.BufferedReader:
    """The content of `path`, decompressed if its first bytes say that it is compressed, whatever its name.

    Reading raises OSError, and CutOffError after all that could be decompressed.
    """
    file = path.open("rb")
    start = file.peek(6)
    for magic, decompressor in _DECOMPRESSORS.items():
        if start.startswith(magic):
            return io.BufferedReader(_Unpacking(file, decompressor), _CHUNK)
    return file


class _Unpacking(io.RawIOBase):
    """A stream of the data of each member of `file` in turn."""

    def __init__(self, file: BinaryIO, decompressor: Callable[[], Any]) -> None:
        self._file, self._new = file, decompressor
        self._decompressor = decompressor()
        self._packed = b""
        self._left = MAX_FILE_BYTES
        self._fault = ""

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._file.close()
        super().close()

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        while not self._fault:
            data = self._next(len(view))
            if data:
                view[: len(data)] = data
                self._left -= len(data)
                if self._left < 0:
                    self._fault = too_large()
                return len(data)
            if self._decompressor.eof and not self._packed:
                return 0
        raise CutOffError(self._fault)

    def _next(self, size: int) -> bytes:
        """The next bytes, at most `size`; none at the end of a member, and where a fault was found."""
        self._packed = self._packed or self._file.read(_CHUNK)
        if self._decompressor.eof and self._packed:
            self._decompressor = self._new()
        try:
            return self._decompress(size)
        except Exception as fault:  # noqa: BLE001 - zlib.error, LZMAError, OSError, ZstdError: one for each library
            self._fault = f"the file is damaged ({fault}): download it again"
            return b""

    def _decompress(self, size: int) -> bytes:
        if self._decompressor.eof:
            return b""
        if not self._packed and getattr(self._decompressor, "needs_input", True):
            self._fault = "the file is cut off: download it again"
            return b""
        data: bytes = self._decompressor.decompress(self._packed, size)
        rest = self._decompressor.unused_data if self._decompressor.eof else b""
        self._packed = rest or getattr(self._decompressor, "unconsumed_tail", b"")
        return data


def _gzip() -> Any:
    import zlib

    return zlib.decompressobj(wbits=31)


def _xz() -> Any:
    import lzma

    return lzma.LZMADecompressor(memlimit=256 << 20)


def _bzip2() -> Any:
    import bz2

    return bz2.BZ2Decompressor()


def _zstandard() -> Any:
    from backports import zstd

    return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: 27})


_DECOMPRESSORS: dict[bytes, Callable[[], Any]] = {
    b"\x1f\x8b": _gzip,
    b"\xfd7zXZ\0": _xz,
    b"BZh": _bzip2,
    b"\x28\xb5\x2f\xfd": _zstandard,
}
PACKED_EXTENSIONS = (".gz", ".xz", ".bz2", ".zst")
