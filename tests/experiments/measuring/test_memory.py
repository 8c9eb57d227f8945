import ctypes
import subprocess
import sys
import threading

import numpy as np
import pytest

from hdr_bench.experiments.measuring import memory
from hdr_bench.experiments.measuring.memory import CHILDREN, KERNEL, SAMPLED, peak_memory

MEGABYTES = 200
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's mark is Linux's")


def _allocate():
    return np.ones(MEGABYTES * 10**6, np.uint8)


def _in_numpy():
    return np.ones(MEGABYTES * 10**6, np.uint8)


def _in_torch():
    import torch

    return torch.ones(MEGABYTES * 10**6, dtype=torch.uint8)


def _in_a_native_library():
    # libc's own allocator, through no binding of Python's that would count it.
    libc = ctypes.CDLL(None)
    libc.calloc.restype, libc.memset.argtypes = ctypes.c_void_p, [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]
    block = libc.calloc(MEGABYTES, 10**6)
    libc.memset(block, 1, MEGABYTES * 10**6)
    libc.free.argtypes = [ctypes.c_void_p]
    libc.free(block)


@linux
@pytest.mark.parametrize("allocate", [_in_numpy, _in_torch, _in_a_native_library])
def test_a_known_allocation_within_five_percent(allocate):
    if allocate is _in_torch:
        pytest.importorskip("torch")
    with peak_memory() as peak:
        kept = allocate()
    assert peak.method == KERNEL
    assert peak.bytes == pytest.approx(MEGABYTES * 10**6, rel=0.05)
    del kept


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


FREED_BEFORE = """
import numpy as np
from hdr_bench.experiments.measuring.memory import peak_memory

def allocate(megabytes):
    # Small pieces: the allocator keeps them when they are freed.
    return [np.ones(20_000, np.uint8) for _ in range(megabytes * 50)]

for megabytes in 5, 20, 30:
    for _ in range(3):
        allocate(megabytes)
        with peak_memory() as peak:
            allocate(megabytes)
        print(megabytes, peak.bytes)
"""


@linux
def test_what_an_earlier_call_freed_hides_nothing():
    # In a process of its own: what other tests' threads do in this one would add to it.
    ran = subprocess.run([sys.executable, "-c", FREED_BEFORE], capture_output=True, text=True, check=True)
    peaks = [tuple(map(int, line.split())) for line in ran.stdout.splitlines()]
    assert len(peaks) == 9
    for megabytes, peak in peaks:
        assert peak == pytest.approx(megabytes * 10**6, rel=0.1)


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
    assert peak.method == SAMPLED
    assert peak.bytes == pytest.approx(kept.nbytes, rel=0.05)


TRANSIENT_PEAK = """
import numpy as np
from hdr_bench.experiments.measuring.memory import peak_memory

np.ones(10)
with peak_memory() as peak:
    block = np.empty(20_000_000, np.uint8)
    block[::4096] = 1
    del block
print(peak.bytes, peak.method)
"""


@linux
def test_a_transient_peak_that_sampling_would_miss():
    # In a process of its own: what this one has been through would add to the few pages.
    ran = subprocess.run([sys.executable, "-c", TRANSIENT_PEAK], capture_output=True, text=True, check=True)
    count, _, method = ran.stdout.strip().partition(" ")
    assert int(count) == pytest.approx(20e6, rel=0.05)
    assert method == KERNEL


@linux
def test_processes_that_it_starts_are_sampled_and_the_result_says_so(monkeypatch):
    seen, look = threading.Event(), memory.resident_by_child

    def noting(process):
        resident = look(process)
        if sum(resident.values()) > 300e6:
            seen.set()
        return resident

    monkeypatch.setattr(memory, "resident_by_child", noting)
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
    assert peak.bytes > 295e6
    assert peak.method == KERNEL + CHILDREN
    with peak_memory() as without:
        _allocate()
    assert without.method == KERNEL
