"""One number of threads for every native pool of this process."""

import os
import sys
from contextlib import suppress
from importlib.util import find_spec

from threadpoolctl import threadpool_limits

_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


def limit_threads(threads: int) -> None:
    """Set OpenMP's, BLAS's, torch's, faiss's and oneDAL's pools to `threads`, those of libraries loaded later too."""
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
