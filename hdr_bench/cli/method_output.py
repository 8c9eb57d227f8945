"""A method's own output while it is fitted in the command's process."""

import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import TextIOBase
from typing import TextIO

# Colours and cursor movements.
_CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
# Data sets' images are read-only; torch warns once about any such array, and only reads it.
_HARMLESS = "The given NumPy array is not writable"


class _PlainStream(TextIOBase):
    """Stream that omits terminal control codes."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        self._stream.write(_CODES.sub("", text))
        return len(text)

    def flush(self) -> None:
        self._stream.flush()


@contextmanager
def method_output() -> Iterator[None]:
    """Redirect what a method prints to standard error, with colours only on a terminal."""
    stream = sys.stderr if sys.stderr.isatty() else _PlainStream(sys.stderr)
    with redirect_stdout(stream), warnings.catch_warnings():
        warnings.filterwarnings("ignore", _HARMLESS, UserWarning)
        yield
