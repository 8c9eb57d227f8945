import sys
import time

import numpy as np
import pytest

from hdr_bench.experiments import memory
from hdr_bench.experiments.memory import KERNEL, SAMPLED, peak_memory

MEGABYTES = 200
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's mark is Linux's")


def _allocate():
    return np.ones(MEGABYTES * 10**6, np.uint8)


@linux
def test_a_known_allocation_within_five_percent():
    with peak_memory() as peak:
        kept = _allocate()
    assert peak.method == KERNEL
    assert peak.bytes == pytest.approx(kept.nbytes, rel=0.05)


@linux
@pytest.mark.parametrize("megabytes", [5, 20, 30])
def test_what_an_earlier_call_freed_hides_nothing(megabytes):
    def allocate():
        # Small pieces: the allocator keeps them when they are freed.
        return [np.ones(20_000, np.uint8) for _ in range(megabytes * 50)]

    allocate()
    with peak_memory() as peak:
        allocate()
    assert peak.bytes == pytest.approx(megabytes * 10**6, rel=0.1)


@linux
def test_a_peak_of_milliseconds_is_seen_and_an_earlier_one_is_not():
    _allocate()
    with peak_memory() as quiet:
        pass
    with peak_memory() as peak:
        _allocate()
    assert quiet.bytes < 5e6
    assert peak.bytes == pytest.approx(MEGABYTES * 10**6, rel=0.05)


def test_where_the_mark_may_not_be_reset_memory_is_sampled(monkeypatch):
    monkeypatch.setattr(memory, "_CLEAR_REFS", memory.Path("/proc/self/no-such-file/x"))
    with peak_memory() as peak:
        kept = _allocate()
        time.sleep(0.05)
    assert peak.method == SAMPLED
    assert peak.bytes == pytest.approx(kept.nbytes, rel=0.05)
