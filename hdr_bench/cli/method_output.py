"""Where a method's own output goes while it is fitted in the command's process."""

import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import TextIOBase
from typing import TextIO

# Colours, and what moves the cursor.
_CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
# The images of data sets cannot be written to; torch warns of that once, whoever hands it an array, and only reads it.
_HARMLESS = "The given NumPy array is not writable"


class _PlainStream(TextIOBase):
    """Stream that leaves out the codes of a terminal."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        self._stream.write(_CODES.sub("", text))
        return len(text)

    def flush(self) -> None:
        self._stream.flush()


@contextmanager
def method_output() -> Iterator[None]:
    """Send what a method prints to standard error; a terminal alone gets its colours."""
    stream = sys.stderr if sys.stderr.isatty() else _PlainStream(sys.stderr)
    with redirect_stdout(stream), warnings.catch_warnings():
        warnings.filterwarnings("ignore", _HARMLESS, UserWarning)
        yield
