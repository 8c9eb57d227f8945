import ctypes
import subprocess
import sys
import threading
from functools import partial

import numpy as np
import pytest

from hdr_bench.experiments.measuring import memory
from hdr_bench.experiments.measuring.memory import CHILDREN, KERNEL, SAMPLED, peak_memory

MEGABYTES = 200
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's mark is Linux's")


def _allocate():
    return np.ones(MEGABYTES * 10**6, np.uint8)


def _allocate_in_a_native_library():
    # libc's own allocator, through no binding of Python's that would count it.
    libc = ctypes.CDLL(None)
    libc.calloc.restype, libc.memset.argtypes = ctypes.c_void_p, [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]
    block = libc.calloc(MEGABYTES, 10**6)
    libc.memset(block, 1, MEGABYTES * 10**6)
    libc.free.argtypes = [ctypes.c_void_p]
    libc.free(block)


def _peak_of_torch():
    import torch

    torch.ones(1)
    return _peak_of(lambda: torch.ones(MEGABYTES * 10**6, dtype=torch.uint8))


def _peak_of_numpy():
    return _peak_of(_allocate)


def _peak_of_a_native_library():
    return _peak_of(_allocate_in_a_native_library)


def _peak_of(allocate):
    with peak_memory() as peak:
        kept = allocate()
    del kept
    return peak.bytes, peak.method


def _quiet_and_peak():
    _allocate()
    with peak_memory() as quiet:
        pass
    with peak_memory() as peak:
        _allocate()
    return quiet.bytes, peak.bytes


@linux
@pytest.mark.parametrize("peak_of", [_peak_of_numpy, _peak_of_torch, _peak_of_a_native_library])
def test_a_known_allocation_within_five_percent(peak_of, called_apart):
    if peak_of is _peak_of_torch:
        pytest.importorskip("torch")
    count, method = called_apart(peak_of)
    assert method == KERNEL
    assert count == pytest.approx(MEGABYTES * 10**6, rel=0.05)


@linux
def test_a_peak_inside_a_fit_of_a_native_library():
    from hdr_bench import load_dataset
    from hdr_bench.estimators import KNNClassifier

    train = load_dataset("mnist-5k").train
    rows = np.tile(np.asarray(train.X), (8, 1))
    labels = np.tile(np.asarray(train.y), 8)
    KNNClassifier().fit(rows[:100], labels[:100])
    with peak_memory() as peak:
        model = KNNClassifier(engine="auto").fit(rows, labels)
    # It keeps the images in its index, as floats.
    assert peak.bytes > 0.95 * rows.size * 4
    del model


def _peaks_after_frees():
    def allocate(megabytes):
        # Small pieces: the allocator keeps them when they are freed.
        return [np.ones(20_000, np.uint8) for _ in range(megabytes * 50)]

    peaks = []
    for megabytes in (5, 20, 30):
        for _ in range(3):
            allocate(megabytes)
            peaks.append((megabytes, _peak_of(partial(allocate, megabytes))[0]))
    return peaks


@linux
def test_what_an_earlier_call_freed_hides_nothing(called_apart):
    peaks = called_apart(_peaks_after_frees)
    assert len(peaks) == 9
    for megabytes, peak in peaks:
        assert peak == pytest.approx(megabytes * 10**6, rel=0.1)


@linux
def test_a_peak_of_milliseconds_is_seen_and_an_earlier_one_is_not(called_apart):
    quiet, peak = called_apart(_quiet_and_peak)
    assert quiet < 5e6
    assert peak == pytest.approx(MEGABYTES * 10**6, rel=0.05)


def _peak_without_the_mark():
    memory._CLEAR_REFS = memory.Path("/proc/self/no-such-file/x")
    return _peak_of(_allocate)


def test_where_the_mark_may_not_be_reset_memory_is_sampled(called_apart):
    count, method = called_apart(_peak_without_the_mark)
    assert method == SAMPLED
    assert count == pytest.approx(MEGABYTES * 10**6, rel=0.05)


def _transient_peak():
    def touch():
        block = np.empty(20_000_000, np.uint8)
        block[::4096] = 1

    return _peak_of(touch)


@linux
def test_a_transient_peak_that_sampling_would_miss(called_apart):
    count, method = called_apart(_transient_peak)
    assert count == pytest.approx(20e6, rel=0.05)
    assert method == KERNEL


def _peaks_with_and_without_a_child():
    seen, look = threading.Event(), memory.resident_by_child

    def noting(process):
        resident = look(process)
        if sum(resident.values()) > 300e6:
            seen.set()
        return resident

    memory.resident_by_child = noting
    script = "kept = bytearray(300_000_000); print(1, flush=True); input()"
    # What runs already, and ends meanwhile, makes no difference.
    other = subprocess.Popen(
        [sys.executable, "-c", "kept = bytearray(50_000_000); print(1, flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    other.stdout.readline()
    with peak_memory() as peak:
        other.communicate(b"\n")
        child = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        child.stdout.readline()
        # Before it is another program, a new process seems to have what this one has.
        seen.clear()
        seen.wait()
        child.communicate(b"\n")
    with peak_memory() as without:
        _allocate()
    return peak.bytes, peak.method, without.method


@linux
def test_processes_that_it_starts_are_sampled_and_the_result_says_so(called_apart):
    count, method, method_without = called_apart(_peaks_with_and_without_a_child)
    assert count > 295e6
    assert method == KERNEL + CHILDREN
    assert method_without == KERNEL
