"""Figures of other set-ups, beside those that were measured: nothing is concluded from how far apart they are."""

from dataclasses import dataclass

from hdr_bench.records.published import Anchor
from hdr_bench.reporting.comparisons.robustness.outcomes import Outcome
from hdr_bench.reporting.run import RunContents


@dataclass(frozen=True)
class AnchorFigure:
    """A figure of another set-up with the one that was measured.

    Attributes
    ----------
    anchor : Anchor
        The source's figure.
    accuracy : float
        Measured; NaN if it was not.
    low, high : float
        Ends of its 95 % interval.
    n_test : int
        Images that it was measured on.
    """

    anchor: Anchor
    accuracy: float
    low: float
    high: float
    n_test: int


def anchor_figures(contents: RunContents, outcomes: tuple[Outcome, ...]) -> tuple[AnchorFigure, ...]:
    """Put each anchor of a run's suite beside what was measured.

    Parameters
    ----------
    contents : RunContents
        The run.
    outcomes : tuple of Outcome
        On its corrupted and attacked test sets.

    Returns
    -------
    figures : tuple of AnchorFigure
        In the suite's order; none where the run is of other data than the suite's.
    """
    settings = contents.run.settings
    # What a suite reads its figures beside, it says of its own data.
    if settings.dataset is not None:
        return ()
    return tuple(_beside(contents, outcomes, anchor) for anchor in contents.run.suite.anchors)


def _beside(contents: RunContents, outcomes: tuple[Outcome, ...], anchor: Anchor) -> AnchorFigure:
    missing = AnchorFigure(anchor, float("nan"), float("nan"), float("nan"), 0)
    if not anchor.case:
        return missing
    if anchor.test_set:
        sides = (anchor.test_set, anchor.case)
        outcome = next((each for each in outcomes if (each.test_set, each.label) == sides), None)
        if outcome is None:
            return missing
        return AnchorFigure(anchor, outcome.accuracy, *outcome.interval, outcome.n_test)
    rows = contents.summary[contents.summary["case"] == anchor.case]
    if not len(rows):
        return missing
    row = rows.iloc[0]
    return AnchorFigure(anchor, row["accuracy"], row["accuracy_low"], row["accuracy_high"], int(row["n_test"]))
