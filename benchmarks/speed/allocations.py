"""Memory that is known, and what is measured of it: in numpy, in torch, in libc, and for a few milliseconds.

Each is measured in a process of its own, as a fit's peak is. Run it with the environment's own Python:
``.venv/bin/python benchmarks/speed/allocations.py``.
"""

import ctypes
import subprocess
import sys
import time

import numpy as np
import pandas as pd

from hdr_bench.experiments.measuring.memory import peak_memory

MEGABYTES = (5, 20, 100, 500, 2000)


def in_numpy(count: int) -> object:
    """Return an array of so many bytes, all of them touched."""
    return np.ones(count, np.uint8)


def in_torch(count: int) -> object:
    """Return a tensor of so many bytes."""
    import torch

    return torch.ones(count, dtype=torch.uint8)


def in_libc(count: int) -> object:
    """Touch so many bytes of libc's own, and give them back before the end."""
    libc = ctypes.CDLL(None)
    libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    libc.memset.argtypes, libc.free.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t], [ctypes.c_void_p]
    block = libc.malloc(count)
    libc.memset(block, 1, count)
    libc.free(block)
    return None


def for_a_moment(count: int) -> object:
    """Touch a byte of each page of so many, and drop them at once."""
    block = np.empty(count, np.uint8)
    block[::4096] = 1
    del block
    return None


KINDS = {call.__name__: call for call in (in_numpy, in_torch, in_libc, for_a_moment)}


def measure(kind: str, count: int) -> None:
    """Measure one allocation in this process, and print its peak and its seconds."""
    KINDS[kind](1000)
    with peak_memory() as peak:
        start = time.perf_counter()
        kept = KINDS[kind](count)
        seconds = time.perf_counter() - start
    del kept
    print(peak.bytes, seconds)


def main() -> None:
    """Measure all of them, and print the table."""
    if sys.argv[1:]:
        measure(sys.argv[1], int(sys.argv[2]))
        return
    rows = []
    for kind in KINDS:
        for megabytes in MEGABYTES:
            command = [sys.executable, __file__, kind, str(megabytes * 10**6)]
            peak, seconds = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
            measured = int(peak) / 1e6
            row = {
                "allocated": kind.replace("_", " "),
                "MB": megabytes,
                "measured (MB)": round(measured, 2),
                "off by (%)": round(100 * (measured / megabytes - 1), 2),
                "took (ms)": round(1000 * float(seconds), 2),
            }
            rows.append(row)
    print(pd.DataFrame(rows).to_markdown(index=False))


if __name__ == "__main__":
    main()
