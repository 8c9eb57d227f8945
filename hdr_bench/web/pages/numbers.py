"""Number formats of the pages."""

from datetime import datetime


def write_share(share: float | None) -> str:
    """Return a share in percent, without the percent sign.

    Parameters
    ----------
    share : float or None
        None gives a dash.

    Returns
    -------
    text : str
    """
    return "–" if share is None else f"{100 * share:.1f}"


def write_interval(low: float | None, high: float | None) -> str:
    """Return an interval in percent.

    Parameters
    ----------
    low, high : float or None
        None gives a dash.

    Returns
    -------
    text : str
    """
    return "–" if low is None or high is None else f"{100 * low:.1f} to {100 * high:.1f}"


def write_points(difference: float) -> str:
    """Return a difference of shares in percentage points, with its sign.

    Parameters
    ----------
    difference : float

    Returns
    -------
    text : str
    """
    text = f"{100 * difference:+.2f}".replace("-", "−")
    return text[1:] if text[1:] == "0.00" else text


def write_count(count: int | None, one: str = "", several: str = "") -> str:
    """Return a count with a thousands separator, and what was counted.

    Parameters
    ----------
    count : int or None
        None gives a dash.
    one, several : str
        Words for what was counted; empty for the number alone.

    Returns
    -------
    text : str
    """
    if count is None:
        return "–"
    return f"{count:,} {one if count == 1 else several}".strip()


def write_time(moment: datetime | str) -> str:
    """Return a time to the minute.

    Parameters
    ----------
    moment : datetime or str
        In UTC; text is in ISO 8601.

    Returns
    -------
    text : str
    """
    read = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return f"{read:%Y-%m-%d %H:%M}"
