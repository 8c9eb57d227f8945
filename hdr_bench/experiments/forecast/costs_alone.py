"""Costs of a trial without the influence of other programs, derived from its processor time."""

from dataclasses import dataclass

from hdr_bench.records.lost_time import seconds_alone
from hdr_bench.records.result import Result


@dataclass(frozen=True)
class CostsAlone:
    """Costs of a trial on an otherwise idle machine.

    Attributes
    ----------
    fit, predict, other : float
        Seconds of its fit, of its predictions, and of everything else.
    """

    fit: float
    predict: float
    other: float

    @property
    def total(self) -> float:
        """Seconds of the whole trial."""
        return self.fit + self.predict + self.other


def costs_alone(result: Result) -> CostsAlone:
    """Return the costs that a trial would have had on an otherwise idle machine, based on its processor time.

    Parameters
    ----------
    result : Result
        Without measurements, as for a failed trial, all of its time counts.

    Returns
    -------
    costs : CostsAlone
    """
    cost, threads = result.measurements, result.trial.threads
    if cost is None:
        return CostsAlone(0.0, 0.0, result.seconds)
    fit = seconds_alone(cost.fit_seconds, cost.fit_cpu_seconds, threads, cost.fit_wait_share)
    predict = seconds_alone(cost.predict_seconds, cost.predict_cpu_seconds, threads, cost.predict_wait_share)
    measured = cost.fit_seconds + cost.predict_seconds
    # Assume that unmeasured parts were delayed as much as measured ones.
    other = max(result.seconds - measured, 0.0) * min((fit + predict) / max(measured, 1e-9), 1.0)
    return CostsAlone(fit, predict, other)
