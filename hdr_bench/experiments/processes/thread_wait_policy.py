"""Policy for how threads of a trial or a command wait for each other: a few microseconds, then asleep.

At the end of each parallel loop, the threads of OpenMP wait for the last one. By default, GNU's OpenMP, bundled with
PyTorch, faiss and scikit-learn, polls 300,000 times before it sleeps, which takes several milliseconds: next to a busy
program, a thread then spends its time slice polling for another thread that has no processor. Sleeping at once costs
time on a quiet machine, since most of these waits are shorter than falling asleep and waking up.

The threads of OpenBLAS, bundled with numpy and SciPy, poll for their next product for 2 to the power of 26 processor
cycles, yielding the processor and taking it back all the while. This costs time on a quiet machine too, as other
threads of the same trial need it. The thread that requested a product polls until the others have finished: this cannot
be configured, so next to a busy program, many small products with several threads remain slow.

Libraries read these variables when they are loaded, so they must be in the environment before that. oneDAL's threads
(TBB) sleep by themselves, and have no such variable.
"""

from collections.abc import Mapping

SETTINGS = {"GOMP_SPINCOUNT": "3000", "OPENBLAS_THREAD_TIMEOUT": "16"}
"""Number of polls of GNU's OpenMP before a thread sleeps, and number of cycles, as a power of two, for OpenBLAS: chosen
by `benchmarks/speed/busy.py` among those that cost nothing on a quiet machine."""

CHOICES = {
    "GOMP_SPINCOUNT": ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY"),
    "OPENBLAS_THREAD_TIMEOUT": ("OPENBLAS_THREAD_TIMEOUT",),
}
"""Variables by which a user overrides the policy, by the variable that would be set."""


def thread_wait_variables(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that make threads wait for each other as in trials.

    Processes of trials and the command ``hdr-bench`` set them automatically. For your own code, set
    ``GOMP_SPINCOUNT=3000`` and ``OPENBLAS_THREAD_TIMEOUT=16`` before Python starts, or before the first import of a
    numerical library.

    Parameters
    ----------
    environ : mapping of str to str
        The environment to complete, such as ``os.environ``.

    Returns
    -------
    variables : dict of str to str
        Without those for which the environment already sets one of their `CHOICES`: the user's settings take
        precedence.

    Examples
    --------
    >>> thread_wait_variables({})
    {'GOMP_SPINCOUNT': '3000', 'OPENBLAS_THREAD_TIMEOUT': '16'}
    >>> thread_wait_variables({"OMP_WAIT_POLICY": "active"})
    {'OPENBLAS_THREAD_TIMEOUT': '16'}
    """
    return {name: value for name, value in SETTINGS.items() if not any(choice in environ for choice in CHOICES[name])}
