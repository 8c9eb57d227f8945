"""Whether a stochastic method needs more seeds: decided by the spread of its first ones."""

import math
import statistics
from collections.abc import Sequence

from hdr_bench.experiments.record import Record
from hdr_bench.experiments.result import Result


class SeedDecision(Record):
    """Whether a case is fitted with more seeds, and what decided it.

    Attributes
    ----------
    case : str
    n_seeds : int
        That it was decided by.
    accuracy : float
        Their mean.
    n_test : int
        Test images.
    standard_deviation : float
        Of the accuracy between the seeds.
    limit : float
        The standard deviation of a share of the test images, sqrt(p (1 - p) / n).
    more : bool
        More seeds run: the first exceeds the second.
    """

    case: str
    n_seeds: int
    accuracy: float
    n_test: int
    standard_deviation: float
    limit: float
    more: bool


def decide_more_seeds(results: Sequence[Result]) -> SeedDecision | None:
    """Decide by the results of a case's first seeds whether it needs more of them.

    Parameters
    ----------
    results : sequence of Result
        Of a hold-out, one per seed.

    Returns
    -------
    decision : SeedDecision or None
        None if there are fewer than two, or one of them failed or was limited: there is then nothing to decide by.
    """
    accuracies = [result.scores.accuracy for result in results if result.status == "ok" and result.scores is not None]
    if len(accuracies) < max(len(results), 2):
        return None
    accuracy, n_test = statistics.fmean(accuracies), results[0].n_test
    spread, limit = statistics.stdev(accuracies), math.sqrt(max(accuracy * (1 - accuracy), 0.0) / n_test)
    return SeedDecision(
        case=results[0].trial.case,
        n_seeds=len(results),
        accuracy=accuracy,
        n_test=n_test,
        standard_deviation=spread,
        limit=limit,
        more=spread > limit,
    )
