"""Standard output and standard error in any state: closed, full, a pipe without a reader, or not UTF-8."""

import codecs
import os
import re
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Literal, TextIO

_HANDLER = "hdr_bench.stand_in"
# Characters by their ASCII substitutes.
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
# Lines of tables and boxes; rich uses ASCII by itself if needed, but other text may contain them.
_LINES = {"LIGHT HORIZONTAL": "-", "HEAVY HORIZONTAL": "=", "LIGHT VERTICAL": "|", "HEAVY VERTICAL": "|"}


def prepare_streams() -> None:
    """Make standard streams safe to write to for every command.

    A closed stream is replaced by one that discards its data, so that none of our files is opened in its place.
    Characters that a stream's encoding lacks are written as the nearest ASCII. Errors and progress that standard error
    does not accept end nothing. A width that is not valid or leaves no space for a word is ignored; 0 means that the
    terminal does not know its width.
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
    """Print a text and a line break on standard output, or on standard error.

    Unlike `typer.echo`, it does not write UTF-8 to an ASCII terminal. Cursor movements are removed.

    Parameters
    ----------
    text : str
    is_error : bool, default=False
        Whether to print on standard error.
    """
    stream = sys.stderr if is_error else sys.stdout
    stream.write("".join(map(_escape, text)) + "\n")
    stream.flush()


def has_output_failed() -> bool:
    """Return whether writing to standard output has failed.

    Returns
    -------
    has_failed : bool
    """
    with suppress(OSError, ValueError):
        sys.stdout.flush()
    return bool(getattr(sys.stdout, "has_failed", False))


def release_output() -> None:
    """Discard pending output, so that writing it is not attempted again when the program ends."""
    if has_output_failed():
        _lead_nowhere(sys.stdout)


def _lead_nowhere(stream: TextIO) -> None:
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


class _WatchedStream:
    """Stream that records whether writing failed: a write error does not tell which file it concerns."""

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
    """Stream that discards its data once writing has failed, as there is nowhere to report it."""

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
    stream: TextIO = open(os.devnull, mode, encoding="utf-8")  # noqa: PTH123, SIM115  # open for the life of the program
    # Takes the descriptor of the closed stream, which child processes inherit.
    os.set_inheritable(stream.fileno(), True)
    return stream


def _stand_in(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_in_ascii, error.object[error.start : error.end])), error.end


def _in_ascii(character: str) -> str:
    if character in _STAND_INS:
        return _STAND_INS[character]
    if "\udc80" <= character <= "\udcff":  # a byte in a file name that its encoding cannot decode
        return f"\\x{ord(character) - 0xDC00:02x}"
    for ending, line in _LINES.items():
        if unicodedata.name(character, "") == f"BOX DRAWINGS {ending}":
            return line
    plain = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    return plain or "?"


def _escape(character: str) -> str:
    is_control = unicodedata.category(character) == "Cc" and character not in "\n\t"
    return f"\\x{ord(character):02x}" if is_control else character
