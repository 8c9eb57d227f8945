"""Policy by which the threads of a trial, or of a command, wait for each other: some microseconds, then asleep.

At the end of each parallel loop the threads of OpenMP wait for the last one. By default GNU's OpenMP, which PyTorch,
faiss and scikit-learn carry with them, looks 300,000 times before it sleeps, several milliseconds: beside a busy
neighbour a thread then spends its turn on the processor looking at another one that has none. Sleeping at once costs
time when the machine is quiet, since most of these waits are shorter than falling asleep and waking up.

The threads of OpenBLAS, which numpy and SciPy carry with them, look for their next product through 2 to the power of 26
cycles of the processor, and give it away and take it back all the while; that costs time on a quiet machine too, since
other threads of the same trial want it. The thread that asked for a product looks until the others have done their
parts: that cannot be set, and beside a busy neighbour many small products with several threads stay slow.

Libraries read these variables when they are loaded, so they must be in the environment before. oneDAL's threads
(TBB) sleep by themselves, and have no such variable.
"""

from collections.abc import Mapping

SETTINGS = {"GOMP_SPINCOUNT": "3000", "OPENBLAS_THREAD_TIMEOUT": "16"}
"""How often a thread of GNU's OpenMP looks before it sleeps, and the cycles, as a power of two, that one of OpenBLAS's
does: chosen by `benchmarks/speed/busy.py` among those that cost nothing on a quiet machine."""

CHOICES = {
    "GOMP_SPINCOUNT": ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY"),
    "OPENBLAS_THREAD_TIMEOUT": ("OPENBLAS_THREAD_TIMEOUT",),
}
"""Variables by which a user decides otherwise, by the one that would be set."""


def thread_wait_variables(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that make threads wait for each other as trials' threads do.

    Trials' processes and the command ``hdr-bench`` have them by themselves. For your own code, set
    ``GOMP_SPINCOUNT=3000`` and ``OPENBLAS_THREAD_TIMEOUT=16`` before Python starts, or before the first import of a
    library that computes.

    Parameters
    ----------
    environ : mapping of str to str
        The environment that they are for, such as ``os.environ``.

    Returns
    -------
    variables : dict of str to str
        Without those of which the environment already sets one of their `CHOICES`: what a user has set is left.

    Examples
    --------
    >>> thread_wait_variables({})
    {'GOMP_SPINCOUNT': '3000', 'OPENBLAS_THREAD_TIMEOUT': '16'}
    >>> thread_wait_variables({"OMP_WAIT_POLICY": "active"})
    {'OPENBLAS_THREAD_TIMEOUT': '16'}
    """
    return {name: value for name, value in SETTINGS.items() if not any(choice in environ for choice in CHOICES[name])}
