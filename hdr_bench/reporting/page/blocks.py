"""Blocks of a report, each made by itself: one that cannot be made is left out, and its place says why."""

import warnings
from collections.abc import Callable
from typing import TypeVar

from hdr_bench.exceptions import ReportWarning
from hdr_bench.records.raised import describe_failure

Block = TypeVar("Block")


def make_block(what: str, make: Callable[[], Block], instead: Callable[[str], Block]) -> Block:
    """Return a block of a report, or what stands in its place if it cannot be made.

    Results of any method are shown, and one of them must not take the others out of the report. An error of this
    library's own is not hidden: it is in the report and in a warning, and a test that turns warnings into errors fails.

    Parameters
    ----------
    what : str
        What the reason calls the block, e.g. ``'Table "Time"'``.
    make : callable
        Returns the block.
    instead : callable
        Takes the reason, one sentence, and returns what stands in the block's place.

    Warns
    -----
    ReportWarning
        If the block cannot be made, with the reason.
    """
    try:
        return make()
    except Exception as error:  # noqa: BLE001  # whatever comes of a result of a form that nobody thought of
        reason = reason_of(what, error)
    warn_of(reason)
    return instead(reason)


def reason_of(what: str, error: Exception) -> str:
    """Say in a sentence that a block is left out, and why."""
    return f"{what} could not be made: {describe_failure(error)}."


def warn_of(reason: str) -> None:
    """Warn that a block is left out."""
    warnings.warn(reason, ReportWarning, stacklevel=3)


def noting(remarks: list[str], block: Block) -> Callable[[str], Block]:
    """Return what takes a reason, notes it among the remarks of a report, and gives an empty block."""

    def instead(reason: str) -> Block:
        remarks.append(reason)
        return block

    return instead
