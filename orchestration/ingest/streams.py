"""A delivered file's bytes as clean UTF-8: unzipped, decoded by the contract's encoding, checked as they pass.

Belongs here: gzip, encodings, byte order marks, and the tell-tale signs of a file that is not text at all. Does not
belong here: what the text means (`text_readers`).

Everything streams: memory does not grow with the file.
"""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from pathlib import Path
from typing import BinaryIO

from orchestration.contracts import DeliveryRuleKind
from orchestration.ingest.problems import UnreadableError

_CHUNK = 1 << 20
_WRONG_KINDS: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "a spreadsheet or zip archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"PAR1", "a Parquet file"),
    (b"\x1f\x8b", "a gzip file"),
    (b"%PDF", "a PDF document"),
)
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)


def open_text(path: Path, *, encoding: str, compressed: bool) -> tuple[io.BufferedReader, CheckedBytes]:
    """A file as a buffered stream of UTF-8, and the checker underneath (which knows why a read failed)."""
    file: BinaryIO = path.open("rb")
    checked = CheckedBytes(file, encoding=encoding, compressed=compressed)
    return io.BufferedReader(checked, _CHUNK), checked


class CheckedBytes(io.RawIOBase):
    """Readable stream of UTF-8 bytes that raises `UnreadableError` at the first byte that is not what it should be.

    Attributes:
        quotes: double quotes passed so far; an odd number at the end hints at a quote left open.
        failure: the error raised, kept because libraries that read from the stream may wrap it.
    """

    def __init__(self, file: BinaryIO, *, encoding: str, compressed: bool) -> None:
        super().__init__()
        self._file = file
        self._source: BinaryIO = gzip.GzipFile(fileobj=file) if compressed else file  # type: ignore[assignment]
        self._compressed = compressed
        self._encoding = codecs.lookup(encoding).name
        self._decoder: codecs.IncrementalDecoder | None = None
        self._as_utf8: codecs.IncrementalDecoder | None = None
        self._is_ascii = True
        self._ready = b""
        self._position = 0
        self._lines = 0
        self._ended = False
        self.quotes = 0
        self.failure: UnreadableError | None = None

    def readable(self) -> bool:
        """Always."""
        return True

    def close(self) -> None:
        """Closes the file underneath."""
        if not self.closed:
            self._file.close()
        super().close()

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fills `buffer`; 0 at the end of the file."""
        while not self._ready and not self._ended:
            try:
                self._ready = self._next_chunk()
            except UnreadableError as error:
                self.failure = error
                raise
        count = min(len(buffer), len(self._ready))
        buffer[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def _next_chunk(self) -> bytes:
        raw = self._read_source()
        self._ended = not raw
        if self._decoder is None:
            raw = self._begin(raw)
        if b"\0" in raw:
            offset = raw.index(b"\0")
            advice = "the file was damaged on the way or is not text; send it again"
            raise self._error("a NUL byte", offset, raw, advice)
        text = self._decode(raw)
        self.quotes += text.count(b'"')
        self._lines += raw.count(b"\n")
        self._position += len(raw)
        return text

    def _read_source(self) -> bytes:
        try:
            return self._source.read(_CHUNK)
        except (EOFError, OSError, zlib.error) as error:
            if not self._compressed:
                raise
            cause = "ends too early" if isinstance(error, EOFError) else "is damaged"
            raise UnreadableError(
                f"the gzip file {cause} after {self._position:,} unzipped bytes: the transfer was cut short or "
                "altered; send the file again"
            ) from None

    def _begin(self, raw: bytes) -> bytes:
        """Looks at the first bytes: byte order mark, and files that are no text."""
        for magic, description in _WRONG_KINDS:
            if raw.startswith(magic):
                raise UnreadableError(
                    f"the file is {description} under a text file's name; export it as text, or name it for what it is",
                    DeliveryRuleKind.WRONG_CONTENT,
                )
        if raw.startswith(_WIDE_MARKS):
            raise UnreadableError(f"the file is UTF-16; the contract says {self._encoding}; export it as that")
        start = raw[:512].lstrip(codecs.BOM_UTF8).lstrip().lower()
        if start.startswith(b"<"):
            raise UnreadableError(
                "the file is a web page or XML (often a log-in or error page saved in place of the export); send the "
                "export",
                DeliveryRuleKind.WRONG_CONTENT,
            )
        if raw.startswith(codecs.BOM_UTF8):  # the file itself says it is UTF-8, whatever the contract says
            raw = raw[len(codecs.BOM_UTF8) :]
            self._position += len(codecs.BOM_UTF8)
            self._encoding = "utf-8"
        self._decoder = codecs.getincrementaldecoder(self._encoding)()
        if self._encoding != "utf-8":
            self._as_utf8 = codecs.getincrementaldecoder("utf-8")()
        return raw

    def _decode(self, raw: bytes) -> bytes:
        assert self._decoder is not None
        held = len(self._decoder.getstate()[0])
        try:
            text = self._decoder.decode(raw, final=self._ended)
        except UnicodeDecodeError as error:
            offset = error.start - held
            what = f"a byte that is not {self._encoding} (0x{error.object[error.start]:02X})"
            raise self._error(what, offset, raw, f"export the file as {self._encoding}") from None
        if self._encoding == "utf-8":
            return raw
        self._check_not_utf8(raw)
        return text.encode("utf-8")

    def _check_not_utf8(self, raw: bytes) -> None:
        """Raises at the end of a file that is UTF-8 throughout where the contract says otherwise.

        A single-byte encoding reads UTF-8 without complaint, as `Ã¼` for `ü`; by chance nobody writes a whole file so.
        """
        if self._as_utf8 is None:
            return
        try:
            self._as_utf8.decode(raw, final=self._ended)
        except UnicodeDecodeError:
            self._as_utf8 = None
            return
        self._is_ascii = self._is_ascii and raw.isascii()
        if self._ended and not self._is_ascii:
            raise utf8_under_another_name(self._encoding)

    def _error(self, what: str, offset: int, raw: bytes, advice: str) -> UnreadableError:
        line = self._lines + raw[: max(offset, 0)].count(b"\n") + 1
        where = f"at byte offset {self._position + offset:,} (line {line:,})"
        return UnreadableError(f"{what} {where}; {advice}", is_of_line=True)


def utf8_under_another_name(encoding: str) -> UnreadableError:
    """A file that is UTF-8 throughout where the contract says otherwise."""
    return UnreadableError(
        f"the file is UTF-8, the contract says {encoding}: its accented letters would be read as two others; export it "
        f"as {encoding}, or begin it with the UTF-8 byte order mark"
    )


def empty_file_error(advice: str) -> UnreadableError:
    """A file with nothing in it, not even a header."""
    return UnreadableError(f"the file is empty: not even a header arrived; {advice}", DeliveryRuleKind.EMPTY_FILE)
