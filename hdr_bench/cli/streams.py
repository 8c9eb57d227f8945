"""Standard output and standard error, whatever they are: closed, full, a pipe that nobody reads, or not of UTF-8."""

import codecs
import os
import re
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Literal, TextIO

_HANDLER = "hdr_bench.stand_in"
# By what stands in for them in ASCII.
_STAND_INS = {
    **dict.fromkeys("\u2013\u2014\u2212\u2010\u2011", "-"),
    **dict.fromkeys("\u00d7", "x"),
    **dict.fromkeys("\u2192", "->"),
    **dict.fromkeys("\u2190", "<-"),
    **dict.fromkeys("\u2026", "..."),
    **dict.fromkeys("\u00b1", "+-"),
    **dict.fromkeys("\u2265", ">="),
    **dict.fromkeys("\u2264", "<="),
    **dict.fromkeys("\u221e", "inf"),
    **dict.fromkeys("\u2020", "+"),
    **dict.fromkeys("\u2018\u2019", "'"),
    **dict.fromkeys("\u201c\u201d", '"'),
    **dict.fromkeys("\u2022", "*"),
    **dict.fromkeys("\u00b7", "."),
    **dict.fromkeys("\u2248", "~"),
}
_WIDTH = re.compile("[1-9][0-9]{1,3}")
# Lines of tables and boxes; rich draws its own in ASCII where it must, text from elsewhere may hold them.
_LINES = {"LIGHT HORIZONTAL": "-", "HEAVY HORIZONTAL": "=", "LIGHT VERTICAL": "|", "HEAVY VERTICAL": "|"}


def prepare_streams() -> None:
    """Let every command write to what there is.

    A stream that is closed becomes one that leads nowhere, so that no file of ours is opened in its place. What a
    stream's encoding does not have is written as the nearest ASCII; an error or a progress that standard error has no
    room for ends nothing. A width that no terminal has, or in which no word has room, is not heeded: 0 is of one
    that does not know it.
    """
    if not _WIDTH.fullmatch(os.environ.get("COLUMNS", "80")):
        del os.environ["COLUMNS"]
    sys.stdin = sys.stdin or _open_nowhere("r")
    sys.stdout = sys.stdout or _open_nowhere("w")
    sys.stderr = sys.stderr or _open_nowhere("w")
    codecs.register_error(_HANDLER, _stand_in)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=_HANDLER)
    sys.stdout, sys.stderr = _WatchedStream(sys.stdout), _ForgivingStream(sys.stderr)


def say(text: str, *, is_error: bool = False) -> None:
    """Print a text and a line's end on standard output, or on standard error.

    Not by `typer.echo`, which writes UTF-8 to a terminal of ASCII. What would move a terminal's cursor is left out.

    Parameters
    ----------
    text : str
    is_error : bool, default=False
        Whether it goes to standard error.
    """
    stream = sys.stderr if is_error else sys.stdout
    stream.write("".join(map(_escape, text)) + "\n")
    stream.flush()


def has_output_failed() -> bool:
    """Return whether standard output refuses what it was given.

    Returns
    -------
    has_failed : bool
    """
    with suppress(OSError, ValueError):
        sys.stdout.flush()
    return bool(getattr(sys.stdout, "has_failed", False))


def release_output() -> None:
    """Let nothing that standard output has not taken be tried again when the program ends."""
    if has_output_failed():
        _lead_nowhere(sys.stdout)


def _lead_nowhere(stream: TextIO) -> None:
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


class _WatchedStream:
    """A stream that notes whether it has failed: an error of writing does not say where it was to be written."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.has_failed = False

    def write(self, text: str) -> int:
        with self._noting():
            return self._stream.write(text)

    def flush(self) -> None:
        with self._noting():
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    @contextmanager
    def _noting(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError):
            self.has_failed = True
            raise


class _ForgivingStream(_WatchedStream):
    """A stream that leads nowhere once it has failed: there is nowhere to say so."""

    def write(self, text: str) -> int:
        try:
            return super().write(text)
        except OSError:
            _lead_nowhere(self._stream)
            return len(text)

    def flush(self) -> None:
        try:
            super().flush()
        except OSError:
            _lead_nowhere(self._stream)


def _open_nowhere(mode: Literal["r", "w"]) -> TextIO:
    stream: TextIO = open(os.devnull, mode, encoding="utf-8")  # noqa: PTH123, SIM115  # it lasts as long as the program
    # It takes the number of the stream that is closed, which processes that are started here inherit.
    os.set_inheritable(stream.fileno(), True)
    return stream


def _stand_in(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_in_ascii, error.object[error.start : error.end])), error.end


def _in_ascii(character: str) -> str:
    if character in _STAND_INS:
        return _STAND_INS[character]
    if "\udc80" <= character <= "\udcff":  # a byte of a file's name that is not of its encoding
        return f"\\x{ord(character) - 0xDC00:02x}"
    for ending, line in _LINES.items():
        if unicodedata.name(character, "") == f"BOX DRAWINGS {ending}":
            return line
    plain = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    return plain or "?"


def _escape(character: str) -> str:
    is_control = unicodedata.category(character) == "Cc" and character not in "\n\t"
    return f"\\x{ord(character):02x}" if is_control else character
