"""What is said before data are fetched: to whoever listens to this module's logger."""

import logging

_LOGGER = logging.getLogger(__name__)


def announce_fetch(name: str, source: str) -> None:
    """Log which data set is fetched next, from where, and how large it is."""
    _LOGGER.info("fetching %s from %s", name, source)
