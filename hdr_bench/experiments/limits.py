"""A limit on the memory of this process, by which most overruns become ordinary errors."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from hdr_bench.experiments.memory import status_bytes
from hdr_bench.experiments.raised import chain, text_of

# A library may reserve more than it touches; only what is touched counts against the limit.
_SLACK_SHARE, _SLACK_BYTES = 0.1, 64 * 2**20
_SAYS_SO = re.compile(
    r"can'?t allocate|cannot allocate|could not allocate|unable to allocate|failed to allocate|out of memory|bad_?alloc"
    r"|not enough memory|insufficient memory|CUBLAS_STATUS_ALLOC_FAILED",
    re.IGNORECASE,
)


@contextmanager
def limited_memory(limit: int | None) -> Iterator[None]:
    """Let this process allocate `limit` bytes more than it has, and a little slack, while the block runs.

    On Linux by RLIMIT_DATA, which counts what may be written and is not shared; elsewhere nothing is limited from
    inside. What the slack lets through, whoever watches the process from outside ends.
    """
    if limit is None or not sys.platform.startswith("linux"):
        yield
        return
    import resource

    before = resource.getrlimit(resource.RLIMIT_DATA)
    allowed = status_bytes("VmData") + int(limit * (1 + _SLACK_SHARE)) + _SLACK_BYTES
    resource.setrlimit(resource.RLIMIT_DATA, (allowed, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that there was no memory left: Python's own, or a native library's in its words."""
    return any(isinstance(link, MemoryError) or _SAYS_SO.search(text_of(link)) for link in chain(error))
