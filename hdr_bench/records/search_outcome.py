"""Outcome of a grid search before its final fit on all images: candidates, choice and costs."""

from hdr_bench.records.base import Record
from hdr_bench.records.result import SearchResult


class SearchOutcome(Record):
    """Outcome of all fits of a grid search except the final one on all images.

    Attributes
    ----------
    searched : SearchResult
        With the seconds of all fits so far, and none for the final one.
    is_limited : bool
        Whether the trial's limits stopped a fit or prevented one: the result then has the trial's `limited_key`.
    seconds : float
        Wall time of the fits' processes, one after the other.
    cpu_seconds : float
        Processor time of the fits and their evaluation; unknown for failed fits.
    alone_seconds : float or None
        The same wall time without waits for a processor; None if these were not measured.
    peak_bytes : int
        Peak resident memory during one of the fits, above what its process had before.
    gpu_peak_bytes : int or None
        Peak memory of torch's tensors on a GPU meanwhile.
    n_concurrent : int
        Largest number of trials that ran on the machine at the same time as one of the fits.
    warnings : tuple of str
        Raised in the fits, each once.
    """

    searched: SearchResult
    is_limited: bool
    seconds: float
    cpu_seconds: float
    alone_seconds: float | None
    peak_bytes: int
    gpu_peak_bytes: int | None
    n_concurrent: int
    warnings: tuple[str, ...] = ()
