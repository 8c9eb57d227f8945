"""The warnings of a block, as texts: as many and as long as a record has room for."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from hdr_bench.experiments.text import str_of
from hdr_bench.names import class_name

MOST_WARNINGS, MOST_CHARACTERS = 50, 1_000
"""Different warnings that a result keeps, and the characters of each."""


class Caught:
    """The warnings of a block, each text once: the first of them, and how many more there were."""

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
        """Take a warning, as `warnings.showwarning` is told of it."""
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
        """Class and text of each different warning; if there were too many, a last line says how many more."""
        if not self._n_more:
            return tuple(self._texts)
        return (*self._texts, f"{self._n_more:,} more warnings were raised; the first {MOST_WARNINGS} are stored")


class _Message(warnings.WarningMessage):
    """What `warnings` makes of a warning; Python's own asks the class for its name, which may raise there."""

    def __init__(self, message: Any, category: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(message, Warning, *args, **kwargs)
        self.category = category
        self._category_name = class_name(category)


@contextmanager
def caught_warnings() -> Iterator[Caught]:
    """Note every warning of the block, whatever filters are set, and print none."""
    caught = Caught()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = caught.note
        before, warnings.WarningMessage = warnings.WarningMessage, _Message  # type: ignore[misc]  # a class of ours
        try:
            yield caught
        finally:
            warnings.WarningMessage = before  # type: ignore[misc]
