"""A published figure beside the measured one, and the verdict on it."""

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from hdr_bench.records.published import Published
from hdr_bench.reporting.statistics.verdicts import Outcome

Verdict = Literal[Outcome, "equal", "not equal", "counted", "not comparable", "not built", "no verdict"]


@dataclass(frozen=True)
class Reproduction:
    """A published figure and the measured one.

    Attributes
    ----------
    case : str
        The name of a case, or of a row that the suite does not run.
    metric : str
        A name of `hdr_bench.records.metrics.METRICS`.
    published : tuple of Decimal
        One value, or one per epoch, with the digits of the source.
    measured : tuple of float
        Likewise; empty if it was not measured. Of times the median over the undisturbed trials, or over all if none
        is undisturbed; of other figures the mean.
    n_images : int
        Images that a measured share was found on.
    low, high : float
        Of a share its row's 95 % interval, of a loss, times and rejection the range over the trials.
    difference, difference_low, difference_high : float
        Measured minus published, of a share with its 95 % interval; of a curve in the epoch whose ratio is furthest
        from 1.
    margin : float
        Of a share: how far it may differ and still reproduce the published one.
    verdict : str
        One of `Verdict`.
    reason : str
        Why there is no other verdict, what was compared, what was found out.
    where : str
        Where the source gives it.
    class_name : str
        Of a figure of one class: its name.
    """

    case: str
    metric: str
    published: tuple[Decimal, ...]
    measured: tuple[float, ...] = ()
    n_images: int = 0
    low: float = math.nan
    high: float = math.nan
    difference: float = math.nan
    difference_low: float = math.nan
    difference_high: float = math.nan
    margin: float = math.nan
    verdict: Verdict = "no verdict"
    reason: str = ""
    where: str = ""
    class_name: str = ""


def bare_reproduction(case: str, published: Published) -> Reproduction:
    """Return a published figure before anything is measured.

    Parameters
    ----------
    case : str
        The name of its row.
    published : Published
        The figure.

    Returns
    -------
    reproduction : Reproduction
        Without a measured value or a verdict.
    """
    return Reproduction(
        case, published.metric, published.figures, where=published.where, class_name=published.class_name
    )
