"""What is said before data are fetched: to whoever listens to this module's logger."""

import logging

_LOGGER = logging.getLogger(__name__)


def announce_fetch(name: str, source: str) -> None:
    """Log which data set is fetched next, from where, and how large it is.

    Parameters
    ----------
    name : str
    source : str
        Where it comes from and how large it is, in words.
    """
    _LOGGER.info("fetching %s from %s", name, source)
