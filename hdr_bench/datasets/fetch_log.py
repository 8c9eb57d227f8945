"""What is said before data are fetched, to whoever listens to this module's logger; and how to have none fetched."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from hdr_bench.exceptions import HdrBenchError

_LOGGER = logging.getLogger(__name__)
_IS_REFUSED = ContextVar("is_refused", default=False)


class FetchRefusedError(HdrBenchError):
    """Data that would have to be fetched first, where nothing may be.

    Parameters
    ----------
    name : str
        Of the data set.
    source : str
        Where it would come from, in words.
    """

    def __init__(self, name: str, source: str) -> None:
        super().__init__(f"{name} is not here, and would be fetched from {source}; get it: hdr-bench data fetch {name}")
        self.name = name
        self.source = source


def announce_fetch(name: str, source: str) -> None:
    """Log which data set is fetched next, from where, and how large it is.

    Parameters
    ----------
    name : str
    source : str
        Where it comes from and how large it is, in words.

    Raises
    ------
    FetchRefusedError
        Inside of `refuse_fetches`.
    """
    if _IS_REFUSED.get():
        raise FetchRefusedError(name, source)
    _LOGGER.info("fetching %s from %s", name, source)


@contextmanager
def refuse_fetches() -> Iterator[None]:
    """Fetch nothing while the block lasts: what would be fetched is a `FetchRefusedError`.

    Yields
    ------
    None
    """
    token = _IS_REFUSED.set(True)
    try:
        yield
    finally:
        _IS_REFUSED.reset(token)
