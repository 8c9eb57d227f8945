"""Numbers and lists as sentences write them."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from hdr_bench.reporting.numbers import percent_places, write_cost

_MANY = 4
_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")

_BEFORE_UNIT = re.compile(r"(?<=\d) (?=(?:%|m?s|min|[kMG]i?B|points?|images|seconds?|minutes?|hours?)(?!\w))")


def bind_units(text: str) -> str:
    r"""Return a text whose numbers are not parted from their units at the end of a line.

    Parameters
    ----------
    text : str
        A sentence.

    Returns
    -------
    text : str
        With no-break spaces between them.

    Examples
    --------
    >>> bind_units("after 9.4 s, 99.1 % right").split(" ")
    ['after', '9.4\xa0s,', '99.1\xa0%', 'right']
    """
    return _BEFORE_UNIT.sub("\N{NO-BREAK SPACE}", text)


def spell(count: int) -> str:
    """Return a small count as a word.

    Parameters
    ----------
    count : int
        At least 0.

    Returns
    -------
    text : str
        A word up to ten, digits beyond.

    Examples
    --------
    >>> spell(3), spell(12)
    ('three', '12')
    """
    return _WORDS[count] if count < len(_WORDS) else str(count)


def list_few(labels: Sequence[str]) -> str:
    """Return names in a row, of many the first four.

    Parameters
    ----------
    labels : sequence of str
        Names.

    Returns
    -------
    text : str
        Between semicolons.

    Examples
    --------
    >>> list_few(["a", "b"]), list_few(list("abcdef"))
    ('a; b', 'a; b; c; d; and 2 more')
    """
    shown = "; ".join(labels[:_MANY])
    return f"{shown}; and {len(labels) - _MANY} more" if len(labels) > _MANY else shown


def describe_params(params: Mapping[str, Any]) -> str:
    """Return a candidate's parameters in words.

    Parameters
    ----------
    params : mapping of str to Any

    Returns
    -------
    text : str

    Examples
    --------
    >>> describe_params({"C": 1, "gamma": 0.1})
    'C = 1, gamma = 0.1'
    """
    return ", ".join(f"{name} = {value}" for name, value in params.items())


def percent(row: pd.Series) -> str:
    """Return a row's accuracy in percent, without the sign, with the digits that its images deserve.

    Parameters
    ----------
    row : Series
        Of what `summarise` returns.

    Returns
    -------
    text : str
        Without the sign.
    """
    return f"{100 * row['accuracy']:.{percent_places(int(row['n_test']))}f}"


def points(share: float, n_images: int) -> str:
    """Return a difference of accuracies in percentage points, with three digits at most.

    Parameters
    ----------
    share : float
        A difference of two shares, at least 0.
    n_images : int
        Images that they were found on.

    Returns
    -------
    text : str
        With the unit.

    Examples
    --------
    >>> points(0.17154, 10_000), points(0.0058, 10_000), points(0.033, 1000)
    ('17.2 points', '0.58 points', '3.3 points')
    """
    return f"{100 * share:.{_places(100 * share, n_images)}f} points"


def time_range(seconds: "pd.Series[float]") -> str:
    """Return the median of several times with their range.

    Parameters
    ----------
    seconds : Series of float
        At least one.

    Returns
    -------
    text : str
        With the unit.

    Examples
    --------
    >>> time_range(pd.Series([1.0, 1.2, 3.0]))
    '1.2 s (1.0 to 3.0 s)'
    """
    return f"{write_cost(seconds.median())} s ({write_cost(seconds.min())} to {write_cost(seconds.max())} s)"


def seeds_range(row: pd.Series, noun: str = "seeds") -> str:
    """Return the smallest and the largest accuracy over a row's seeds or folds, in percent; nothing for one of them.

    Parameters
    ----------
    row : Series
        Of what `summarise` returns.
    noun : str, default="seeds"
        What it has several of.

    Returns
    -------
    text : str
        Empty for a single one, or if they are equal.
    """
    low, high = float(row["accuracy_min"]), float(row["accuracy_max"])
    if row["n_trials"] < 2 or low == high:
        return ""
    places = _places(10 * 100 * (high - low), int(row["n_test"]))
    return f"{noun} {100 * low:.{places}f} to {100 * high:.{places}f}"


def _places(value: float, n_images: int) -> int:
    most = percent_places(n_images)
    return most if value < 1 else min(most, max(2 - math.floor(math.log10(value)), 0))
