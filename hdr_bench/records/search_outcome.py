"""Outcome of a grid search's fits: what was tried and chosen, and what that cost, before the last fit on all images."""

from hdr_bench.records.base import Record
from hdr_bench.records.result import SearchResult


class SearchOutcome(Record):
    """Outcome of all fits of a grid search but the last one, on all images.

    Attributes
    ----------
    searched : SearchResult
        With the seconds of all fits so far, and none of the last one.
    is_limited : bool
        The trial's limits ended a fit, or kept one from being begun: what follows has the trial's `limited_key`.
    seconds : float
        Wall time of the fits' processes, one after the other.
    cpu_seconds : float
        Processor time of the fits and of their evaluation; of those that failed it is not known.
    alone_seconds : float or None
        Wall time of the same without the waits for a processor; None where these were not measured.
    peak_bytes : int
        Highest resident memory during one of the fits, above what its process had before.
    gpu_peak_bytes : int or None
        Highest memory of torch's tensors on a GPU meanwhile.
    n_concurrent : int
        Most trials that shared the machine with one of the fits.
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
