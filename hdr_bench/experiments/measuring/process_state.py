"""State shared by all code in a process: threads of native pools, global random generators, and the GPU."""

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
    """Set the pools of OpenMP, BLAS, torch, faiss and oneDAL to `threads`, including libraries loaded later.

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
    # oneDAL runs on TBB, which reads no environment variable and is unknown to threadpoolctl.
    with suppress(Exception):
        # If it is broken, a trial that uses it reports that.
        if find_spec("daal4py"):
            import daal4py

            daal4py.daalinit(threads)


def synchronize_gpu() -> None:
    """Wait for the GPU to finish its work, as its calls return earlier."""
    if cuda := _cuda():
        cuda.synchronize()


def reset_gpu_peak() -> None:
    """Reset torch's peak of GPU memory."""
    if cuda := _cuda():
        cuda.reset_peak_memory_stats()


def gpu_peak_bytes() -> int | None:
    """Return torch's peak of GPU memory since `reset_gpu_peak`; None if no GPU is in use.

    Returns
    -------
    size : int or None
    """
    cuda = _cuda()
    return None if cuda is None else int(cuda.max_memory_allocated())


def _cuda() -> Any:
    """Return `torch.cuda` if this process already uses it; asking must not initialize it."""
    torch = sys.modules.get("torch")
    return torch.cuda if torch is not None and torch.cuda.is_initialized() else None


# Range of seeds for numpy's generator; Python's and torch's are larger.
_SEEDS = 2**32


def seed_generators(seed: int) -> None:
    """Seed the global generators of Python, numpy and torch, which methods without their own seed draw from.

    Parameters
    ----------
    seed : int
    """
    random.seed(seed)
    np.random.seed(seed % _SEEDS)  # noqa: NPY002  # for methods that draw from it
    if torch := sys.modules.get("torch"):
        torch.manual_seed(seed % _SEEDS)
