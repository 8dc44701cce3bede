"""Text files of any size and encoding, as blocks of whole lines in UTF-8."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from stages.common.base.errors import InputError

UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
SHORTEST = 4  # characters that tell UTF-16 without its mark
START = 64  # bytes in which a text has no NUL unless it is UTF-16 or damaged
BLOCK = 1 << 21  # bytes that are held of a table: some thousand rows


@dataclass(frozen=True)
class Block:
    """Whole lines: `content` is UTF-8 with newlines; `first` is the index of its first line in the file."""

    first: int
    content: bytes

    def lines(self) -> list[str]:
        """The lines without their ends; none after the last newline."""
        lines = self.content.decode("utf-8").split("\n")
        return lines if lines[-1] else lines[:-1]

    def between(self, first: int, end: int | None) -> "Block":
        """The lines with index `first` or more, and less than `end`."""
        skipped = max(first - self.first, 0)
        taken = None if end is None else max(end - self.first - skipped, 0)
        content = self.content[_start_of_line(self.content, skipped) :]
        return Block(self.first + skipped, content if taken is None else content[: _start_of_line(content, taken)])


@dataclass(frozen=True)
class Text:
    """A file that is known to be text in `encoding`: read anew each time that its blocks are asked for."""

    path: Path
    encoding: str

    def blocks(self) -> Iterator[Block]:
        first, rest = 0, b""
        for chunk in self._chunks():
            rest += chunk
            if len(rest) >= BLOCK and (end := _last_line_end(rest)):
                block = Block(first, _with_newlines(rest[:end]))
                yield block
                first, rest = first + block.content.count(b"\n"), rest[end:]
        if rest:
            yield Block(first, _with_newlines(rest))

    def head(self) -> list[str]:
        """The lines of the first block."""
        return next((block.lines() for block in self.blocks()), [""])

    def _chunks(self) -> Iterator[bytes]:
        """The file's text in UTF-8."""
        decoder = codecs.getincrementaldecoder(self.encoding)()
        if not self.path.exists():
            raise InputError(f"{self.path.name} changed while it was read; wait until the export is finished")
        with self.path.open("rb") as file:
            start = file.read(len(codecs.BOM_UTF8))
            if self.encoding != "utf-8" or start != codecs.BOM_UTF8:
                file.seek(0)
            while chunk := file.read(BLOCK):
                yield chunk if self.encoding == "utf-8" else decoder.decode(chunk).encode()


class Encoding:
    """Finds out what encoding a file has from its bytes, given one after another: UTF-8, UTF-16 with its mark or
    without it, or Latin-1 as VisualSpreadsheet writes it."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._start = b""
        self._decoder: codecs.IncrementalDecoder | None = None
        self._encoding = "utf-8"

    def add(self, chunk: bytes) -> None:
        if self._decoder is None:
            self._start = chunk[: 4 * START]
            self._encoding = "utf-16" if chunk.startswith(UTF_16) else _unmarked_utf_16(self._start) or "utf-8"
            self._decoder = codecs.getincrementaldecoder(self._encoding)()
        between = self._decoder.getstate()[0]
        if self._encoding.startswith("utf-16") or (self._encoding == "utf-8" and (between or not chunk.isascii())):
            self._decode(chunk, final=False)

    def told(self) -> str:
        """Raises InputError when the file is no text, or not what it says it is."""
        if self._decoder is not None:
            self._decode(b"", final=True)
        if "\0" in self._start.decode(self._encoding, "replace")[:START]:
            raise InputError(f"{self._name}, line 1: NUL bytes; the file is damaged, copy it again or save it as UTF-8")
        return self._encoding

    def _decode(self, chunk: bytes, final: bool) -> None:
        assert self._decoder is not None  # the first chunk brought it
        try:
            self._decoder.decode(chunk, final)
        except UnicodeDecodeError:
            if self._encoding.startswith("utf-16"):
                raise InputError(
                    f"{self._name}: starts as UTF-16 and isn't; copy it again, or save it as UTF-8"
                ) from None
            self._encoding = "latin-1"
            self._decoder = codecs.getincrementaldecoder("latin-1")()


def _unmarked_utf_16(start: bytes) -> str | None:
    """UTF-16 by its NULs: in text that is mostly ASCII every other byte is one, and none of the others."""
    even, odd = start[0::2], start[1::2]
    if len(odd) < SHORTEST:
        return None
    if odd.count(0) > len(odd) / 2 and 0 not in even:
        return "utf-16-le"
    return "utf-16-be" if even.count(0) > len(even) / 2 and 0 not in odd else None


def as_text(content: bytes, name: str) -> str:
    """The text of a whole small file; every line end becomes a newline."""
    encoding = Encoding(name)
    encoding.add(content)
    told = "utf-8-sig" if (found := encoding.told()) == "utf-8" else found
    return content.decode(told).replace("\r\n", "\n").replace("\r", "\n")


def _last_line_end(content: bytes) -> int:
    """Where the last whole line ends. A carriage return at the very end may be half of a line end."""
    return (content.rfind(b"\n") + 1) or (content.rfind(b"\r", 0, len(content) - 1) + 1)


def _start_of_line(content: bytes, index: int) -> int:
    """Where the line of this index begins; the end of `content` when it has fewer lines."""
    at = 0
    for _ in range(index):
        at = content.find(b"\n", at) + 1
        if not at:
            return len(content)
    return at


def _with_newlines(content: bytes) -> bytes:
    if b"\r" not in content:
        return content
    return content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
