"""Python's collector of cyclic garbage, paused while much is made of which none is garbage."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def pause_collection() -> Iterator[None]:
    """Pause the collector while the block lasts.

    It would look again and again at thousands of records, or at all that torch's import makes. One that the caller has
    disabled stays so.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
