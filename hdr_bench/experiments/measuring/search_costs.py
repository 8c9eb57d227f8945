"""Costs of a grid search: those of its fits, added to those of the final fit on all images."""

from hdr_bench.records.measurements import Measurements
from hdr_bench.records.result import Result
from hdr_bench.records.search_outcome import SearchOutcome


def add_search(result: Result, outcome: SearchOutcome) -> Result:
    """Return the result of a whole search.

    Parameters
    ----------
    result : Result
        Result of the selected candidate, fitted on all images.
    outcome : SearchOutcome
        Outcome of all earlier fits.

    Returns
    -------
    result : Result
        The cost of its fit covers all fits; all other measurements are those of the selected candidate.
    """
    refit = result.measurements
    if refit is None:
        return result
    searched = outcome.searched.model_copy(update={"refit_seconds": refit.fit_seconds})
    seconds = searched.search_seconds + refit.fit_seconds
    peaks = [peak for peak in (outcome.gpu_peak_bytes, refit.fit_gpu_peak_bytes) if peak is not None]
    of_all_fits = {
        "fit_seconds": seconds,
        "fit_cpu_seconds": outcome.cpu_seconds + refit.fit_cpu_seconds,
        "fit_wait_share": _wait_share(refit, outcome, seconds),
        "fit_peak_bytes": max(outcome.peak_bytes, refit.fit_peak_bytes),
        "fit_gpu_peak_bytes": max(peaks, default=None),
    }
    return result.model_copy(
        update={
            "measurements": refit.model_copy(update=of_all_fits),
            "searched": searched,
            "warnings": tuple(dict.fromkeys((*outcome.warnings, *result.warnings))),
        }
    )


def _wait_share(refit: Measurements, outcome: SearchOutcome, seconds: float) -> float | None:
    """Return the ratio of the time all fits waited for a processor to the rest; None if one was not measured."""
    if refit.fit_wait_share is None or outcome.alone_seconds is None:
        return None
    alone = outcome.alone_seconds + refit.fit_seconds / (1 + refit.fit_wait_share)
    return max(seconds - alone, 0.0) / alone if alone else 0.0
