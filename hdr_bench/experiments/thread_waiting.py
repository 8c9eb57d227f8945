"""How the threads of a trial wait for each other: actively for some microseconds, then asleep.

At the end of each parallel loop the threads of OpenMP wait for the last one. By default GNU's OpenMP, which PyTorch,
faiss and scikit-learn carry with them, looks 300,000 times before it sleeps, several milliseconds: beside a busy
neighbour a thread then spends its turn on the processor looking at another one that has none. Sleeping at once costs
time when the machine is quiet, since most of these waits are shorter than falling asleep and waking up.

Libraries read these variables when they are loaded, so they must be in the environment before. oneDAL's threads
(TBB) sleep by themselves, and have no such variable.
"""

from collections.abc import Mapping

SPIN_COUNT = 3000
"""How often a thread of GNU's OpenMP looks before it sleeps: the fewest that cost nothing on a quiet machine."""

CHOICES = ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY")
"""Variables by which a user decides otherwise."""


def thread_waiting(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that make threads wait for each other as trials' threads do.

    Trials' processes have them by themselves. For your own code, set ``GOMP_SPINCOUNT=3000`` before Python starts, or
    before the first import of a library that computes.

    Parameters
    ----------
    environ : mapping of str to str
        The environment that they are for, such as ``os.environ``.

    Returns
    -------
    variables : dict of str to str
        Empty if the environment already sets one of `CHOICES`: what a user has set is left as it is.

    Examples
    --------
    >>> thread_waiting({})
    {'GOMP_SPINCOUNT': '3000'}
    >>> thread_waiting({"OMP_WAIT_POLICY": "active"})
    {}
    """
    return {} if any(name in environ for name in CHOICES) else {"GOMP_SPINCOUNT": str(SPIN_COUNT)}
