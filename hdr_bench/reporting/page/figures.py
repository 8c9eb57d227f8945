"""The displays of a report's figures, and when a run has something for them."""

from contextlib import suppress

import pandas as pd

from hdr_bench.exceptions import StoreError
from hdr_bench.records.courses import course_quantities
from hdr_bench.reporting.displays import (
    AccuracyDisplay,
    ConfusionDisplay,
    ConfusionGridDisplay,
    CostDisplay,
    DisagreementDisplay,
    Display,
    GalleryDisplay,
    LearningCurveDisplay,
    PrecisionRecallDisplay,
    RejectionDisplay,
    ReliabilityDisplay,
    RocDisplay,
    SearchDisplay,
    TimingDisplay,
    TrainingDisplay,
    TransferDisplay,
)
from hdr_bench.reporting.displays.costs import PROCESSOR_TIMES
from hdr_bench.reporting.page.block_types import NotEnoughError
from hdr_bench.reporting.page.report_data import ReportData

# With more lines, none of them could be read.
_MOST_CURVES = 10


def accuracy(data: ReportData) -> Display | None:
    """Return the accuracy of each method; None if none has one.

    Parameters
    ----------
    data : ReportData
        The run.

    Returns
    -------
    display : Display or None
    """
    if not len(data.contents.ranked_results):
        return None
    display = AccuracyDisplay.from_results(data.contents.ranked_results)
    return display if len(display.summary) else None


def transfer(data: ReportData) -> Display | None:
    """Return the accuracy on each test set; None if the suite has no other one that was evaluated.

    Parameters
    ----------
    data : ReportData
        The run.

    Returns
    -------
    display : Display or None
    """
    if not data.transfer.drops:
        return None
    display = TransferDisplay.from_run(data.contents)
    # Methods on folds have no place beside the others.
    return TransferDisplay(display.summary[display.summary["case"].isin([drop.label for drop in data.transfer.drops])])


def cost(data: ReportData, cost: str) -> Display | None:
    """Return accuracy against a cost; None for fewer than two methods.

    Parameters
    ----------
    data : ReportData
        The run.
    cost : str
        The metric.

    Returns
    -------
    display : Display or None

    Raises
    ------
    NotEnoughError
        If there are more, but their times are disturbed.
    """
    if not len(data.contents.ranked_results):
        return None
    display = _cost_of_most(data.contents.ranked_results, cost)
    if len(display.summary) > 1:
        return display
    if display.omitted and _has_several(data):
        raise NotEnoughError(f"needs at least two methods whose times are undisturbed. {display.note}")
    return None


def _cost_of_most(results: pd.DataFrame, cost: str) -> CostDisplay:
    """Return the display of a cost; of the processor time if more methods have one that is undisturbed."""
    display = CostDisplay.from_results(results, cost)
    if not display.omitted or cost not in PROCESSOR_TIMES:
        return display
    of_processor = CostDisplay.from_results(results, PROCESSOR_TIMES[cost])
    return of_processor if len(of_processor.summary) > len(display.summary) else display


def rejection(data: ReportData) -> Display:
    """Return the curves of the most accurate methods.

    Parameters
    ----------
    data : ReportData
        The run.

    Returns
    -------
    display : Display
    """
    return RejectionDisplay.from_run(data.contents, max_methods=_MOST_CURVES)


def learning_curve(data: ReportData) -> Display:
    """Return all learning curves.

    Parameters
    ----------
    data : ReportData
        The run.

    Returns
    -------
    display : Display
    """
    return LearningCurveDisplay.from_results(data.contents.results)


def times(data: ReportData) -> Display:
    """Return the times of fits that were repeated.

    Parameters
    ----------
    data : ReportData
        The run.

    Returns
    -------
    display : Display
    """
    return TimingDisplay.from_results(data.contents.results)


def training_of_all(data: ReportData) -> Display | None:
    """Return the training of all networks; None for fewer than two.

    Parameters
    ----------
    data : ReportData
        The run.

    Returns
    -------
    display : Display or None
    """
    display = TrainingDisplay.from_run(data.contents)
    return display if _has_several(data) and len(set(display.histories["case"])) > 1 else None


def disagreement(data: ReportData) -> Display | None:
    """Return how often methods differ; None for a single one.

    Parameters
    ----------
    data : ReportData
        The run.

    Returns
    -------
    display : Display or None
    """
    return DisagreementDisplay.from_run(data.contents) if _has_several(data) else None


def confusion_of_all(data: ReportData) -> Display | None:
    """Return all confusion matrices; None for fewer than two.

    Parameters
    ----------
    data : ReportData
        The run.

    Returns
    -------
    display : Display or None
    """
    display = ConfusionGridDisplay.from_run(data.contents)
    return display if _has_several(data) and len(display.displays) > 1 else None


def common_errors(data: ReportData) -> Display | None:
    """Return the images that all methods get wrong; None for a single method, or if there are none.

    Parameters
    ----------
    data : ReportData
        The run.

    Returns
    -------
    display : Display or None
    """
    display = GalleryDisplay.from_common_errors(data.contents)
    return display if _has_several(data) and display.examples else None


def confusion(data: ReportData, case: str) -> Display:
    """Return a method's confusion matrix.

    Parameters
    ----------
    data : ReportData
        The run.
    case : str
        The method.

    Returns
    -------
    display : Display
    """
    return ConfusionDisplay.from_run(data.contents, case)


def curves(data: ReportData, case: str) -> tuple[Display, ...] | None:
    """Return what is drawn over a method's scores of classes and its probabilities, as far as it gives them.

    Parameters
    ----------
    data : ReportData
        The run.
    case : str
        The method.

    Returns
    -------
    displays : tuple of Display or None
    """
    panels: list[Display] = []
    with suppress(StoreError):
        roc = RocDisplay.from_run(data.contents, case)
        panels += [roc, PrecisionRecallDisplay.from_run(data.contents, case)]
    with suppress(StoreError):
        panels.append(ReliabilityDisplay.from_run(data.contents, case))
    return tuple(panels) or None


def training(data: ReportData, case: str) -> tuple[Display, ...] | None:
    """Return a network's accuracy and loss by epoch, as far as they are recorded.

    Parameters
    ----------
    data : ReportData
        The run.
    case : str
        The method.

    Returns
    -------
    displays : tuple of Display or None
    """
    panels = []
    for quantity in course_quantities():
        with suppress(StoreError):
            panels.append(TrainingDisplay.from_run(data.contents, [case], quantity))
    return tuple(panels) or None


def search(data: ReportData, case: str) -> Display:
    """Return the candidates of a grid search.

    Parameters
    ----------
    data : ReportData
        The run.
    case : str
        The method.

    Returns
    -------
    display : Display
    """
    return SearchDisplay.from_run(data.contents, case)


def gallery(data: ReportData, case: str) -> Display | None:
    """Return the images that a method gets wrong; None if there are none.

    Parameters
    ----------
    data : ReportData
        The run.
    case : str
        The method.

    Returns
    -------
    display : Display or None
    """
    display = GalleryDisplay.from_run(data.contents, case)
    return display if display.examples else None


def _has_several(data: ReportData) -> bool:
    return int(data.contents.summary["accuracy"].notna().sum()) > 1
