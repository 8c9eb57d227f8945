"""Errors and warnings of a method in a form that a result can hold: a few lines, whatever its own code does."""

import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from hdr_bench.error_text import describe_error
from hdr_bench.names import class_name, shorten
from hdr_bench.records.text import str_of

_LONGEST_MESSAGE, _LONGEST_TRACEBACK, _MOST_LINKS = 2_000, 20_000, 100
_LINKS = ("__cause__", "__context__", "__suppress_context__")


def describe_failure(error: BaseException) -> str:
    r"""Describe why a method failed: its exception's class and text in one line, and whether it exited the process.

    Parameters
    ----------
    error : BaseException
        The exception, of any class.

    Returns
    -------
    line : str

    Examples
    --------
    >>> describe_failure(ValueError("not\ntoday"))
    'ValueError: not today'
    >>> describe_failure(KeyboardInterrupt())
    'KeyboardInterrupt'
    >>> describe_failure(SystemExit(3))
    'SystemExit: 3 (the method exited its process with sys.exit)'
    """
    exits = " (the method exited its process with sys.exit)" if isinstance(error, SystemExit) else ""
    return describe_error(error, _LONGEST_MESSAGE) + exits


def describe_traceback(error: BaseException) -> str:
    """Return an exception's traceback including its causes, shortened if it is long.

    Parameters
    ----------
    error : BaseException
        Of any class.

    Returns
    -------
    traceback : str
        Lines as printed by Python.
    """
    try:
        lines = "".join(traceback.format_exception(error))
    # This calls the exception's own attributes and methods, and the exception may be nested too deeply.
    except BaseException as problem:  # noqa: BLE001
        lines = f"{describe_failure(error)}\nThe traceback cannot be read ({class_name(type(problem))})."
    return shorten(lines, _LONGEST_TRACEBACK)


def exception_chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and its causes, each once.

    Parameters
    ----------
    error : BaseException
        Of any class.

    Yields
    ------
    error : BaseException
        The next cause or context; at most a hundred.
    """
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen and len(seen) < _MOST_LINKS:
        yield link
        seen.add(id(link))
        link = _cause_of(link)


def _cause_of(error: BaseException) -> BaseException | None:
    """Return what Python shows above an exception: its cause, or else its context unless hidden by `from None`."""
    # Use Python's own attributes: a class may override these names, and even the exception's truth value.
    cause, context, is_suppressed = (vars(BaseException)[name].__get__(error) for name in _LINKS)
    if cause is not None:
        return cause
    return None if is_suppressed else context


MOST_WARNINGS, MOST_CHARACTERS = 50, 1_000
"""Number of distinct warnings stored in a result, and of characters in each."""


class WarningLog:
    """Warnings raised in a block, each text once: the first ones, and the number of others."""

    def __init__(self) -> None:
        self._texts: dict[str, None] = {}
        self._n_more = 0

    def note(
        self,
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        """Record a warning, with the arguments of `warnings.showwarning`.

        Parameters
        ----------
        message : Warning or str
            The warning, or its text.
        category : type of Warning
        filename : str
        lineno : int
        file : TextIO, optional
        line : str, optional
        """
        del filename, lineno, file, line
        text = f"{class_name(category)}: {str_of(message, MOST_CHARACTERS)}"
        if text in self._texts:
            return
        if len(self._texts) < MOST_WARNINGS:
            self._texts[text] = None
        else:
            self._n_more += 1

    @property
    def texts(self) -> tuple[str, ...]:
        """Class and text of each distinct warning; if there were too many, a last line counts the others."""
        if not self._n_more:
            return tuple(self._texts)
        return (*self._texts, f"{self._n_more:,} more warnings were raised; the first {MOST_WARNINGS} are stored")


class _Message(warnings.WarningMessage):
    """Warning message as created by `warnings`; Python's own reads the name of the class, which may raise here."""

    def __init__(self, message: Any, category: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(message, Warning, *args, **kwargs)
        self.category = category
        self._category_name = class_name(category)


@contextmanager
def log_warnings() -> Iterator[WarningLog]:
    """Record every warning in the block, whatever filters are set, without printing any.

    Yields
    ------
    caught : WarningLog
        Log of the warnings, filled while the block runs.
    """
    caught = WarningLog()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = caught.note
        before, warnings.WarningMessage = warnings.WarningMessage, _Message  # type: ignore[misc]  # our own class
        try:
            yield caught
        finally:
            warnings.WarningMessage = before  # type: ignore[misc]
