"""Announcement of fetches through this module's logger, and a way to refuse them."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from hdr_bench.exceptions import HdrBenchError

_LOGGER = logging.getLogger(__name__)
_IS_REFUSED = ContextVar("is_refused", default=False)


class FetchRefusedError(HdrBenchError):
    """Data that would have to be fetched while fetching is refused.

    Parameters
    ----------
    name : str
        Name of the data set.
    source : str
        Description of where it would come from.
    """

    def __init__(self, name: str, source: str) -> None:
        super().__init__(
            f"{name} is not on this machine and would be fetched from {source}; fetch it: hdr-bench data fetch {name}"
        )
        self.name = name
        self.source = source


def announce_fetch(name: str, source: str) -> None:
    """Log which data set is about to be fetched, from where, and how large it is.

    Parameters
    ----------
    name : str
    source : str
        Description of where it comes from and how large it is.

    Raises
    ------
    FetchRefusedError
        Inside `refuse_fetches`.
    """
    if _IS_REFUSED.get():
        raise FetchRefusedError(name, source)
    _LOGGER.info("fetching %s from %s", name, source)


@contextmanager
def refuse_fetches() -> Iterator[None]:
    """Refuse to fetch while the block lasts: any fetch raises `FetchRefusedError`.

    Yields
    ------
    None
    """
    token = _IS_REFUSED.set(True)
    try:
        yield
    finally:
        _IS_REFUSED.reset(token)
