"""Time that a call lost to other programs, computed from its threads' waits and its processor time.

Numbers only; they are measured by `processor_wait`.
"""

from dataclasses import dataclass

from hdr_bench.kernel import ExternalLoad

DISTURBED_FROM = 0.15
"""Ratio of the time spent waiting for a processor to the rest, above which a time counts as disturbed."""

_TINY = 1e-9
_MOST = 0.99


@dataclass(frozen=True)
class Call:
    """Times of the threads of a call, in seconds.

    Attributes
    ----------
    wall, cpu : float
        Wall time of the call, and processor time of all its threads.
    threads : int
        Number of threads allowed per pool.
    waits : tuple of float
        Time that each thread waited for a processor.
    """

    wall: float
    cpu: float
    threads: int
    waits: tuple[float, ...]

    @property
    def lost(self) -> float:
        """Upper bound of the wall time lost to waits."""
        longest = max(self.waits, default=0.0)
        most = min(sum(self.waits), self.wall)
        if self.cpu <= self.threads * self.wall:
            most = min(most, self.wall - self.cpu / self.threads)
        return max(most, longest)


def is_disturbed(wait_share: float | None, n_concurrent: int) -> bool:
    """Return whether a time is disturbed: by the measured wait, or else if trials ran concurrently.

    Parameters
    ----------
    wait_share : float or None
        As measured by `processor_wait`; None if not measured, and for older results.
    n_concurrent : int
        Number of trials that ran on the machine at the same time.

    Returns
    -------
    is_disturbed : bool

    Examples
    --------
    >>> is_disturbed(0.02, 2), is_disturbed(0.4, 1), is_disturbed(None, 2)
    (False, True, True)
    """
    return n_concurrent > 1 if wait_share is None else wait_share > DISTURBED_FROM


def share_waited(call: Call, others: ExternalLoad | None) -> float:
    """Return the ratio of the time lost to other programs to the time that a call would have taken without them.

    Parameters
    ----------
    call : Call
    others : ExternalLoad or None
        None without ``/proc/stat``.

    Returns
    -------
    share : float
        0 without any wait; 1 for a call that took twice as long as alone.

    Examples
    --------
    >>> share_waited(Call(1.5, 1.0, 1, (0.5,)), ExternalLoad(0.5, 0.0))
    0.5
    >>> share_waited(Call(1.0, 1.0, 2, (0.5, 0.5)), ExternalLoad(0.0, 0.0))
    0.0
    """
    waited = call.lost
    if others is not None:
        waited = min(waited, others.ran)
        busy = call.cpu + others.ran
        at_once = max(call.cpu / max(call.wall, _TINY), 1.0)
        waited += others.stolen * call.cpu / max(busy, _TINY) / at_once
    waited = min(waited, _MOST * call.wall)
    return waited / max(call.wall - waited, _TINY)


def seconds_alone(wall: float, cpu: float | None, threads: int, wait_share: float | None) -> float:
    """Return the wall time that a call would have taken without other programs, as far as known.

    For a disturbed call, it is between its processor time divided equally among its threads and all of that time.

    Parameters
    ----------
    wall : float
        In seconds.
    cpu : float or None
        Processor time in seconds; None if it was not measured.
    threads : int
        Number of threads per pool.
    wait_share : float or None
        As measured by `processor_wait`; if None, the wall time is returned.

    Returns
    -------
    seconds : float

    Examples
    --------
    >>> seconds_alone(10.0, 4.0, 2, 3.0), seconds_alone(10.0, 4.0, 2, 0.1), seconds_alone(10.0, 4.0, 2, 0.5)
    (2.5, 10.0, 4.0)
    """
    if wait_share is None or wait_share <= DISTURBED_FROM:
        return wall
    guess = wall / (1 + wait_share)
    if cpu is None:
        return guess
    # A call with its own processes may have computed more at a time than its threads could.
    least = cpu / threads if cpu <= threads * wall else 0.0
    return min(max(guess, least), cpu, wall)
