"""Control over whether the C library keeps freed memory or returns it to the system."""

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from hdr_bench.estimators.engines import ProcessWide

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # M_TRIM_THRESHOLD and M_MMAP_THRESHOLD in malloc.h
_KEPT = 2**30
_USUAL = 32 * 2**20  # the highest value that glibc chooses by itself


@contextmanager
def keep_freed_memory() -> Iterator[None]:
    """Keep freed memory for the next allocation within the context; return it on exit.

    A training step frees its large tensors and allocates them again. By default, glibc returns such blocks to the
    system, which fills them with zeros page by page; in a training step of a convolutional network, this takes a large
    part of the time. Without glibc, this does nothing. The thresholds apply to the whole process and cannot be read, so
    they are reset to 32 MiB, the highest value that glibc would choose by itself.
    """
    with _FREED_MEMORY.hold():
        yield


def give_back_freed_memory() -> None:
    """Return memory that the C library holds free to the system; do nothing without glibc."""
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
