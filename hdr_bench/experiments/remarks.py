"""What a result says of processes that could not be ended."""

from collections.abc import Sequence
from typing import Any

from hdr_bench.experiments.result import Result


def with_remarks(result: Result, left: Sequence[str], beside: Sequence[str]) -> Result:
    """Return a result that names the processes that could not be ended.

    Parameters
    ----------
    result : Result
    left : sequence of str
        Those of this trial.
    beside : sequence of str
        Those of earlier trials, which ran beside this one: its times count as disturbed.
    """
    remarks = [f"this trial started {name}, which could not be ended" for name in left]
    remarks += [
        f"{name} of an earlier trial, which could not be ended, still ran: times are disturbed" for name in beside
    ]
    changes: dict[str, Any] = {
        "warnings": (*result.warnings, *remarks),
        "n_concurrent": result.n_concurrent + len(beside),
    }
    if beside and result.measurements:
        # Then the number of those that share the machine decides.
        unknown = {"fit_wait_share": None, "predict_wait_share": None, "latency_wait_share": None}
        changes["measurements"] = result.measurements.model_copy(update=unknown)
    return result.model_copy(update=changes)
