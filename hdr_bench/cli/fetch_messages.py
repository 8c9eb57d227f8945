"""Downloads as lines on standard error, before they begin: they take minutes on a slow line."""

import logging

from hdr_bench.cli.streams import say


class _Lines(logging.Handler):
    """Prints what the library logs while it fetches data."""

    def emit(self, record: logging.LogRecord) -> None:
        say(record.getMessage(), is_error=True)


_FETCHES = logging.getLogger("hdr_bench.datasets.fetch_log")
_LINES = _Lines()


def show_fetches() -> None:
    """From now on print which data are fetched, from where, and how large they are."""
    _FETCHES.setLevel(logging.INFO)
    # Once, however often it is called.
    _FETCHES.addHandler(_LINES)


def hide_fetches() -> None:
    """Print nothing of it from now on."""
    _FETCHES.removeHandler(_LINES)
