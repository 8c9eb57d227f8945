"""Python's garbage collector, paused while many objects are created of which none is garbage."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def pause_collection() -> Iterator[None]:
    """Pause the collector while the block lasts.

    Otherwise it would scan thousands of records, or everything that importing torch creates, again and again. A
    collector that the caller has disabled stays disabled.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
