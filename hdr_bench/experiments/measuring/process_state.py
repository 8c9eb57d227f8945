"""State that all code in a process shares: the threads of native pools, the global generators, a GPU."""

import os
import random
import sys
from contextlib import suppress
from importlib.util import find_spec
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


def limit_threads(threads: int) -> None:
    """Set OpenMP's, BLAS's, torch's, faiss's and oneDAL's pools to `threads`, those of libraries loaded later too.

    Parameters
    ----------
    threads : int
        Threads per pool.
    """
    for variable in _VARIABLES:
        os.environ[variable] = str(threads)
    threadpool_limits(threads)
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(threads)
    # oneDAL runs on TBB, which reads no variable and which threadpoolctl does not see.
    with suppress(Exception):
        # If it is broken, a trial that computes with it says so.
        if find_spec("daal4py"):
            import daal4py

            daal4py.daalinit(threads)


def synchronize_gpu() -> None:
    """Wait until the GPU has done what it was given; its calls return before."""
    if cuda := _cuda():
        cuda.synchronize()


def reset_gpu_peak() -> None:
    """Reset torch's count of the highest memory on the GPU."""
    if cuda := _cuda():
        cuda.reset_peak_memory_stats()


def gpu_peak_bytes() -> int | None:
    """Return torch's highest memory on the GPU since `reset_gpu_peak`; None where no GPU is in use.

    Returns
    -------
    size : int or None
    """
    cuda = _cuda()
    return None if cuda is None else int(cuda.max_memory_allocated())


def _cuda() -> Any:
    """Return `torch.cuda` where this process has begun to use it; asking must not be what begins."""
    torch = sys.modules.get("torch")
    return torch.cuda if torch is not None and torch.cuda.is_initialized() else None


# What numpy's generator takes; Python's and torch's take more.
_SEEDS = 2**32


def seed_generators(seed: int) -> None:
    """Seed Python's, numpy's and torch's global generators, from which methods without a seed of their own draw.

    Parameters
    ----------
    seed : int
    """
    random.seed(seed)
    np.random.seed(seed % _SEEDS)  # noqa: NPY002  # a method that draws from it is what this is for
    if torch := sys.modules.get("torch"):
        torch.manual_seed(seed % _SEEDS)
