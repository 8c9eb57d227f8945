"""Parts of a report, each made by itself: one that cannot be made is left out, and its place gives the reason."""

import warnings
from collections.abc import Callable
from typing import TypeVar

from hdr_bench.exceptions import ReportWarning
from hdr_bench.records.failures import describe_failure

Part = TypeVar("Part")


def make_part(what: str, make: Callable[[], Part], fallback: Callable[[str], Part]) -> Part:
    """Make a part of a report, or its fallback if it cannot be made.

    Results of any method are shown, and one of them must not take the others out of the report. An error of this
    library's own is not hidden: it is in the report and in a warning, and a test that turns warnings into errors fails.

    Parameters
    ----------
    what : str
        What the reason calls the part, e.g. ``'Table "Time"'``.
    make : callable
        Returns the part.
    fallback : callable
        Takes the reason, one sentence, and returns what is shown in the part's place.

    Returns
    -------
    part : object
        What `make` or `fallback` returned.

    Warns
    -----
    ReportWarning
        If the part cannot be made, with the reason.

    Examples
    --------
    >>> make_part("The mean", lambda: 3 / 2, lambda reason: reason)
    1.5
    """
    try:
        return make()
    except Exception as error:  # noqa: BLE001  # whatever comes of a result of a form that nobody thought of
        reason = failure_reason(what, error)
    warn_of_failure(reason)
    return fallback(reason)


def failure_reason(what: str, error: Exception) -> str:
    """Return a sentence that names a part that could not be made, and why.

    Parameters
    ----------
    what : str
        The part.
    error : Exception
        What was raised.

    Returns
    -------
    reason : str

    Examples
    --------
    >>> failure_reason("The mean", ValueError("no values"))
    'The mean could not be made: ValueError: no values.'
    """
    return f"{what} could not be made: {describe_failure(error)}."


def warn_of_failure(reason: str) -> None:
    """Warn that a part could not be made.

    Parameters
    ----------
    reason : str
        As `failure_reason` returns it.

    Warns
    -----
    ReportWarning
        Always.
    """
    warnings.warn(reason, ReportWarning, stacklevel=3)


def note_reason(reasons: list[str], part: Part) -> Callable[[str], Part]:
    """Return a fallback that adds the reason to a list and is an empty part.

    Parameters
    ----------
    reasons : list of str
        Appended to when the part cannot be made.
    part : object
        The empty part.

    Returns
    -------
    fallback : callable
        For `make_part`.

    Examples
    --------
    >>> reasons = []
    >>> note_reason(reasons, ())("The mean could not be made.")
    ()
    >>> reasons
    ['The mean could not be made.']
    """

    def fallback(reason: str) -> Part:
        reasons.append(reason)
        return part

    return fallback
