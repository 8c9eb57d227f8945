"""How freed memory is kept or given back by the C library."""

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from hdr_bench.estimators.engines import ProcessWide

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # the numbers that malloc.h gives M_TRIM_THRESHOLD and M_MMAP_THRESHOLD
_KEPT = 2**30
_USUAL = 32 * 2**20  # the highest value that glibc itself settles on


@contextmanager
def keep_freed_memory() -> Iterator[None]:
    """Keep freed memory for the next allocation while the context lasts; give it back at its end.

    A training step frees its large tensors and allocates them again. glibc hands such blocks back to the system, which
    fills them with zeros, page by page: in a convolutional network's step that is a large part of the time. Without
    glibc this does nothing. The thresholds are the whole process's, and cannot be read: they end at 32 MiB, the highest
    that glibc itself would settle on.
    """
    with _FREED_MEMORY.hold():
        yield


def give_back_freed_memory() -> None:
    """Give what the C library holds free back to the system; without glibc this does nothing."""
    libc = _glibc()
    if libc is not None:
        libc.malloc_trim(0)


@contextmanager
def _high_thresholds() -> Iterator[None]:
    libc = _glibc()
    if libc is None:
        yield
        return
    _set_thresholds(libc, _KEPT)
    try:
        yield
    finally:
        _set_thresholds(libc, _USUAL)
        libc.malloc_trim(0)


_FREED_MEMORY = ProcessWide(_high_thresholds)


def _set_thresholds(libc: Any, size: int) -> None:
    libc.mallopt(_TRIM_THRESHOLD, size)
    libc.mallopt(_MMAP_THRESHOLD, size)


@cache
def _glibc() -> Any:
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    return libc if hasattr(libc, "mallopt") and hasattr(libc, "malloc_trim") else None
