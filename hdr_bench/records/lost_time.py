"""What neighbours cost a call: from its threads' waits and its processor time to a share, and to its time alone.

Numbers only; `processor_wait` measures them.
"""

from dataclasses import dataclass

from hdr_bench.kernel import ExternalLoad

DISTURBED_FROM = 0.15
"""Time waited for a processor, over the time without it, above which a time is disturbed."""

_TINY = 1e-9
_MOST = 0.99


@dataclass(frozen=True)
class Call:
    """What the threads of a call did, in seconds.

    Attributes
    ----------
    wall, cpu : float
        Of the call, and processor time of all its threads.
    threads : int
        Threads that each pool may have.
    waits : tuple of float
        How long each thread waited for a processor.
    """

    wall: float
    cpu: float
    threads: int
    waits: tuple[float, ...]

    @property
    def lost(self) -> float:
        """The wall time that the waits cost, at most."""
        longest = max(self.waits, default=0.0)
        most = min(sum(self.waits), self.wall)
        if self.cpu <= self.threads * self.wall:
            most = min(most, self.wall - self.cpu / self.threads)
        return max(most, longest)


def is_disturbed(wait_share: float | None, n_concurrent: int) -> bool:
    """Whether a time is disturbed: by the measured wait, otherwise if other trials shared the machine.

    Parameters
    ----------
    wait_share : float or None
        As `processor_wait` measures it; None where it does not, and for results from before it was measured.
    n_concurrent : int
        Trials that shared the machine.

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
    """Return the time that others cost a call over the time that it would have taken without them.

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
    """Return the wall time that a call would have taken without neighbours, as far as it is known.

    Of a disturbed call it is between its processor time shared equally by its threads and all of that time.

    Parameters
    ----------
    wall : float
        In seconds.
    cpu : float or None
        Processor time in seconds; None if it was not measured.
    threads : int
        Threads of each pool.
    wait_share : float or None
        As `processor_wait` measures it; without it the wall time stands.

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
    # Of a call that has processes of its own, more than its threads may have computed at a time.
    least = cpu / threads if cpu <= threads * wall else 0.0
    return min(max(guess, least), cpu, wall)
