"""Downloads announced on standard error before they begin, as they can take minutes on a slow connection."""

import logging

from hdr_bench.cli.streams import say


class _Lines(logging.Handler):
    """Print what the library logs while it fetches data."""

    def emit(self, record: logging.LogRecord) -> None:
        say(record.getMessage(), is_error=True)


_FETCHES = logging.getLogger("hdr_bench.datasets.fetch_log")
_LINES = _Lines()


def show_fetches() -> None:
    """Start printing which data are fetched, from where, and how large they are."""
    _FETCHES.setLevel(logging.INFO)
    # Added once, however often this is called.
    _FETCHES.addHandler(_LINES)


def hide_fetches() -> None:
    """Stop printing fetches."""
    _FETCHES.removeHandler(_LINES)
