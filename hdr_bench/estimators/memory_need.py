"""Memory that a method would take, by its parameters alone: refused when a run is planned if no machine has as much."""

MOST_BYTES = 10**12
"""Bytes that one thing may take, e.g. a network: beyond any machine that digits are compared on."""

_TERABYTE = 10**12
# Larger numbers tell no more.
_MOST_SHOWN = 10**9


def check_need(what: str, n_bytes: int, remedy: str) -> None:
    """Check that something would not take more memory than any machine has.

    Parameters
    ----------
    what : str
        E.g. ``"the network"``.
    n_bytes : int
    remedy : str
        What to do, e.g. ``"use smaller layers"``.

    Raises
    ------
    ValueError
        Saying how much it would take.
    """
    if n_bytes <= MOST_BYTES:
        return
    terabytes = n_bytes // _TERABYTE
    figure = f"{terabytes:,}" if terabytes < _MOST_SHOWN else f"more than {_MOST_SHOWN:,}"
    raise ValueError(
        f"{what} would take {figure} TB of memory; at most {MOST_BYTES // _TERABYTE:,} TB is allowed; {remedy}"
    )
