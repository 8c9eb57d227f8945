"""Levels of a study compared by a figure of their networks' histories, over seeds."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from hdr_bench.records.result import Result
from hdr_bench.records.study_figures import StudyFigure
from hdr_bench.reporting.comparisons.pairs import Pair, correct_p_values
from hdr_bench.reporting.statistics.tests import Difference

MOST_RATIO = 1.25
"""Ratio of two losses up to which they count as alike, as for published ones."""

_TEST = "Welch's t-test over seeds"


@dataclass(frozen=True)
class FigureComparison:
    """Levels of a study compared by a figure of their histories.

    Attributes
    ----------
    figure : StudyFigure
    values : dict of str to tuple of float
        The figure of each seed of each complete level that records it, by label; the best level first.
    pairs : tuple of Pair
        Every two of these levels, the better one first and their difference in its favour, corrected by Benjamini and
        Hochberg's procedure within the study.
    """

    figure: StudyFigure
    values: Mapping[str, tuple[float, ...]]
    pairs: tuple[Pair, ...]

    def mean(self, label: str) -> float:
        """Return a level's mean over its seeds.

        Parameters
        ----------
        label : str
            Label of the level.

        Returns
        -------
        mean : float
            NaN if the level was not compared.
        """
        return float(np.mean(self.values[label])) if label in self.values else math.nan


def compare_by_figure(
    figure: StudyFigure, records: Mapping[str, Sequence[Result]], margins: Mapping[str, float]
) -> FigureComparison:
    """Compare the levels of a study by a figure of their histories.

    The seeds are nested in the levels, so that the values of two levels are two samples: Welch's t-test. It compares
    what the fits learned on these held-out images, and holds no uncertainty from the choice of the images, which are
    the same for all levels.

    Parameters
    ----------
    figure : StudyFigure
        With `of_epochs`.
    records : mapping of str to sequence of Result
        Results of the seeds of each complete level, by label.
    margins : mapping of str to float
        Of shares: within what a difference to the level, if it is the better one, counts as none. Losses count as alike
        up to a ratio of `MOST_RATIO`.

    Returns
    -------
    comparison : FigureComparison
        Without the levels that lack the figure for a seed.
    """
    found = {label: _values(figure, each) for label, each in records.items()}
    sign = 1 if figure.better == "higher" else -1
    known = {label: values for label, values in found.items() if values and not any(map(math.isnan, values))}
    order = sorted(known, key=lambda label: -sign * float(np.mean(known[label])))
    values = {label: known[label] for label in order}
    pairs = [
        Pair(
            first,
            second,
            seeds_difference(sign * np.array(values[first]), sign * np.array(values[second])),
            1.0,
            margins[first] if figure.kind == "share" else (MOST_RATIO - 1) * float(np.mean(values[first])),
            is_one_seed=min(len(values[first]), len(values[second])) == 1,
            is_stochastic=True,
        )
        for first, second in combinations(order, 2)
    ]
    return FigureComparison(figure, values, correct_p_values(pairs))


def seeds_difference(first: NDArray[np.float64], second: NDArray[np.float64]) -> Difference:
    """Return the difference of two means over seeds, with Welch's t-test.

    Parameters
    ----------
    first, second : ndarray of shape (n_seeds,)
        Values of two methods; their numbers may differ.

    Returns
    -------
    difference : Difference
        The first mean minus the second. Values that do not vary, or of one seed, have no spread to test with: the
        p-value is 1, and the ends of the intervals are missing unless both means are equal.

    References
    ----------
    Welch, B. L. (1947). The generalization of "Student's" problem when several different population variances are
    involved. Biometrika, 34(1-2), 28-35.

    Examples
    --------
    >>> import numpy as np
    >>> found = seeds_difference(np.array([0.3, 0.31, 0.32]), np.array([0.2, 0.22, 0.21]))
    >>> round(found.value, 3), found.p_value < 0.001
    (0.1, True)
    """
    from scipy.stats import ttest_ind

    value = float(first.mean() - second.mean())
    is_one_seed = min(len(first), len(second)) == 1
    if is_one_seed or (np.ptp(first) == 0 and np.ptp(second) == 0):
        end = 0.0 if value == 0 and not is_one_seed else math.nan
        return Difference(value, end, end, end, end, 1.0, "none: no spread between seeds")
    found = ttest_ind(first, second, equal_var=False)
    wide, narrow = found.confidence_interval(0.95), found.confidence_interval(0.9)
    low, high, low_90, high_90 = (float(each) for each in (wide.low, wide.high, narrow.low, narrow.high))
    return Difference(value, low, high, low_90, high_90, float(found.pvalue), _TEST)


def _values(figure: StudyFigure, records: Sequence[Result]) -> tuple[float, ...]:
    if figure.of_epochs is None:
        return ()
    return tuple(figure.of_epochs(record.history) if record.history else math.nan for record in records)
