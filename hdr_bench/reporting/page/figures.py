"""Which figures a report has."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from hdr_bench.exceptions import StoreError
from hdr_bench.reporting.displays import (
    AccuracyDisplay,
    ConfusionDisplay,
    ConfusionGridDisplay,
    CostDisplay,
    DisagreementDisplay,
    GalleryDisplay,
    LearningCurveDisplay,
    PrecisionRecallDisplay,
    RejectionDisplay,
    ReliabilityDisplay,
    RocDisplay,
    SearchDisplay,
    TimingDisplay,
    TrainingDisplay,
)
from hdr_bench.reporting.displays.costs import COST_AXES
from hdr_bench.reporting.drawing.drawing import PlannedFigure
from hdr_bench.reporting.page.blocks import make_block
from hdr_bench.reporting.run import RunContents, slug
from hdr_bench.reporting.wording import time_range

_MOST_CURVES = 10


def plan_figures(contents: RunContents) -> list[PlannedFigure]:
    """Return all figures that a run has something for, those of all methods first.

    One that cannot be planned is there too, and says why.

    Warns
    -----
    ReportWarning
        For each of those.
    """
    of_all = [_planned_or_why_not(*each, contents) for each in _OF_ALL]
    cases = make_block("The list of methods with predictions", lambda: _shown_cases(contents), lambda _: [])
    of_one = [
        _planned_or_why_not(
            f"{name}-{number}-{slug(case)}", f"{title}: {case}", partial(plan, case=case), contents, case
        )
        for number, case in cases
        for name, title, plan in _OF_ONE
    ]
    return [replace(figure, name=name) for name, figure in (*of_all, *of_one) if figure is not None]


def _planned_or_why_not(
    name: str, title: str, plan: Callable[..., PlannedFigure | None], contents: RunContents, case: str = ""
) -> tuple[str, PlannedFigure | None]:
    """Return a figure under its name; None if the run has nothing for it."""

    def planned() -> PlannedFigure | None:
        with suppress(StoreError):
            return plan(contents)
        return None

    def left_out(reason: str) -> PlannedFigure | None:
        return PlannedFigure(name, title, title, (), (0, 0), case, problem=reason)

    return name, make_block(f"Figure “{title}”", planned, left_out)


def _shown_cases(contents: RunContents) -> list[tuple[int, str]]:
    readable = set(contents.readable_cases())
    numbered = enumerate(dict.fromkeys(contents.results["case"]), start=1)
    return [(number, case) for number, case in numbered if case in readable]


def _has_several(contents: RunContents) -> bool:
    return int(contents.summary["accuracy"].notna().sum()) > 1


def _accuracy(contents: RunContents) -> PlannedFigure | None:
    display = AccuracyDisplay.from_results(contents.results)
    n = len(display.summary)
    return _planned("Accuracy", _percents(display.frame()), display, (7.5, 1.2 + 0.3 * n)) if n else None


def _cost(contents: RunContents, cost: str) -> PlannedFigure | None:
    display = CostDisplay.from_results(contents.results, cost)
    title, n, front = _cost_title(cost), len(display.summary), display.frame()
    note = f"Left out, times disturbed: {'; '.join(display.left_out)}." if display.left_out else ""
    n_rows = int(contents.summary["accuracy"].notna().sum())
    if n < 2 and display.left_out and n_rows > 1:
        problem = f"Figure “{title}” needs at least two methods whose times are undisturbed. {note}"
        return PlannedFigure("", title, title, (), (0, 0), problem=problem)
    if n < 2:
        return None
    said = "Pareto front: " + _percents(front[front["is_on_front"]])
    planned = _planned(title, said, display, (8.5, max(4.2, 0.9 + 0.205 * (n_rows + 1))))
    return replace(planned, note=note)


def _cost_title(cost: str) -> str:
    return f"Accuracy against {COST_AXES[cost][0]}"


def _rejection(contents: RunContents) -> PlannedFigure:
    """Plan the curves of the most accurate methods: with more lines, none of them could be read."""
    display = RejectionDisplay.from_results(contents, most=_MOST_CURVES)
    shares = contents.summary.set_index("case")["rejection"].dropna()
    said = "; ".join(f"{case}: {100 * share:.1f} %" for case, share in shares.items())
    return _planned(_REJECTION, f"Refused for an error of 0.5 %: {said or 'none gets there'}.", display, (8.5, 4.0))


def _learning_curve(contents: RunContents) -> PlannedFigure:
    curve = LearningCurveDisplay.from_results(contents.results)
    points = curve.frame()
    said = _percents(points.assign(case=points["method"] + ", " + points["images"].map("{:,} images".format)))
    return _planned(_LEARNING_CURVE, said, curve, (8.0, 4.2))


def _times(contents: RunContents) -> PlannedFigure:
    timing = TimingDisplay.from_results(contents.results)
    times = timing.frame().groupby("case", sort=False)["seconds"]
    said = "Medians and ranges: " + "; ".join(f"{case}: {time_range(values)}" for case, values in times) + "."
    return _planned(_TIMES, said, timing, (7.5, 1.2 + 0.3 * len(times)))


def _training_of_all(contents: RunContents) -> PlannedFigure | None:
    training = TrainingDisplay.from_results(contents)
    if not _has_several(contents) or len(set(training.histories["case"])) < 2:
        return None
    height = max(4.2, 0.8 + 0.19 * len(training.frame().groupby(["case", "part"])))
    return _planned(_TRAINING, _last_accuracies(training), training, (8.5, height))


def _disagreement(contents: RunContents) -> PlannedFigure | None:
    if not _has_several(contents):
        return None
    disagreement = DisagreementDisplay.from_results(contents)
    side = min(3.2 + 0.38 * len(disagreement.labels), 11)
    said = f"At most {100 * np.nanmax(disagreement.shares):.1f} % of the images."
    return _planned(_DISAGREEMENT, said, disagreement, (side + 0.6, side))


def _confusion_of_all(contents: RunContents) -> PlannedFigure | None:
    grid = ConfusionGridDisplay.from_results(contents)
    if not _has_several(contents) or len(grid.displays) < 2:
        return None
    return _planned(_CONFUSION, "", grid, (8.5, 1.6 + 0.31 * len(grid.displays)), has_svg=False)


def _all_wrong(contents: RunContents) -> PlannedFigure | None:
    gallery = GalleryDisplay.of_all_wrong(contents)
    if not _has_several(contents) or not gallery.shown:
        return None
    said = f"{gallery.n_found:,} images."
    planned = _planned(gallery.title, said, gallery, _gallery_inches(gallery), has_svg=False)
    return replace(planned, note=f"{gallery.remark[:1].upper()}{gallery.remark[1:]}." if gallery.remark else "")


def _confusion(contents: RunContents, case: str) -> PlannedFigure:
    confusion = ConfusionDisplay.from_results(contents, case)
    wrong, total = int(confusion.matrix.sum() - confusion.matrix.trace()), int(confusion.matrix.sum())
    side = min(max(4.2, 0.42 * len(confusion.class_names)), 9.0)
    said = f"{wrong:,} of {total:,} predictions are wrong."
    return _planned(f"Confusion matrix: {case}", said, confusion, (side, side), case, has_svg=False)


def _search(contents: RunContents, case: str) -> PlannedFigure:
    search = SearchDisplay.from_results(contents, case)
    height = 1.2 + 0.25 * min(len(search.candidates), 30)
    said = f"Chosen: {search.candidates['params'][0]}, of {len(search.candidates)} candidates."
    return _planned(f"Grid search: {case}", said, search, (8.0, height), case)


def _gallery(contents: RunContents, case: str) -> PlannedFigure | None:
    gallery = GalleryDisplay.from_results(contents, case)
    if not gallery.shown:
        return None
    said = f"The first {len(gallery.shown)} of {gallery.n_found:,}."
    return _planned(gallery.title, said, gallery, _gallery_inches(gallery), case, has_svg=False)


def _training(contents: RunContents, case: str) -> PlannedFigure | None:
    """Plan accuracy and loss by epoch, as far as they are recorded."""
    courses = []
    for quantity in ("accuracy", "loss"):
        with suppress(StoreError):
            courses.append(TrainingDisplay.from_results(contents, [case], quantity))
    if not courses:
        return None
    said = f"Training of {case}, {' and '.join(course.quantity for course in courses)} by epoch."
    if courses[0].quantity == "accuracy":
        said += f" {_last_accuracies(courses[0])}"
    inches = (4.25 * len(courses), 3.4)
    return PlannedFigure("training", f"Training: {case}", said, tuple(courses), inches, case)


def _curves(contents: RunContents, case: str) -> PlannedFigure | None:
    """Plan what is drawn over the scores of classes and the probabilities, as far as a method gives them."""
    panels: list[Any] = []
    said = f"ROC, precision and recall, reliability of {case}, as far as it gives scores."
    with suppress(StoreError):
        roc = RocDisplay.from_results(contents, case)
        panels += [roc, PrecisionRecallDisplay.from_results(contents, case)]
        areas = "; ".join(f"{each} {area:.4f}" for each, (_, _, area) in roc.curves.items())
        said += f" Areas under the ROC curves: {areas}."
    with suppress(StoreError):
        reliability = ReliabilityDisplay.from_results(contents, case)
        panels.append(reliability)
        said += f" Expected calibration error {100 * reliability.calibration_error:.1f} %."
    if not panels:
        return None
    title = f"ROC, precision and recall, reliability: {case}"
    return PlannedFigure("curves", title, said, tuple(panels), (4.7 * len(panels), 3.7), case)


def _last_accuracies(training: TrainingDisplay) -> str:
    last = training.frame().query("part == 'train'").groupby("case", sort=False).last()
    return "; ".join(f"{case}: {100 * row['mean']:.1f} % of the training images after epoch {row['epoch']:.0f}"
                     for case, row in last.iterrows()) + "."  # fmt: skip


def _gallery_inches(gallery: GalleryDisplay) -> tuple[float, float]:
    return (8.0, 0.6 + 1.15 * max(-(-len(gallery.shown) // 8), 1))


def _planned(
    title: str, said: str, display: Any, inches: tuple[float, float], case: str = "", *, has_svg: bool = True
) -> PlannedFigure:
    """Plan a figure; its name comes with its place in the list."""
    return PlannedFigure("", title, f"{title}. {said}".strip(), (display,), inches, case, has_svg)


def _percents(frame: Any) -> str:
    """Return accuracies as text."""
    pairs = zip(frame["case"], frame["accuracy"], strict=True)
    return "; ".join(f"{case}: {100 * accuracy:.1f} %" for case, accuracy in pairs) + "."


_REJECTION = "Error when the unsure images are refused"
_LEARNING_CURVE = "Accuracy by the number of training images"
_TIMES = "Each time of a fit that was measured"
_TRAINING = "Accuracy of each network by epoch"
_DISAGREEMENT = "Images of which two methods say different things"
_CONFUSION = "Confusion matrices of all methods"

_OF_ALL: tuple[tuple[str, str, Callable[[RunContents], PlannedFigure | None]], ...] = (
    ("accuracy", "Accuracy", _accuracy),
    ("accuracy-fit-time", _cost_title("fit_seconds"), partial(_cost, cost="fit_seconds")),
    ("accuracy-predict-time", _cost_title("predict_seconds"), partial(_cost, cost="predict_seconds")),
    ("accuracy-memory", _cost_title("fit_peak_bytes"), partial(_cost, cost="fit_peak_bytes")),
    ("accuracy-size", _cost_title("size_bytes"), partial(_cost, cost="size_bytes")),
    ("rejection", _REJECTION, _rejection),
    ("learning-curve", _LEARNING_CURVE, _learning_curve),
    ("times", _TIMES, _times),
    ("training", _TRAINING, _training_of_all),
    ("disagreement", _DISAGREEMENT, _disagreement),
    ("confusion", _CONFUSION, _confusion_of_all),
    ("gallery-all-wrong", "Images that all methods get wrong", _all_wrong),
)
"""Name, title and planner of each figure about all methods."""

FIGURES_OF_ALL = tuple(name for name, _, _ in _OF_ALL)
"""The names of figures about all methods."""

_OF_ONE: tuple[tuple[str, str, Callable[..., PlannedFigure | None]], ...] = (
    ("confusion", "Confusion matrix", _confusion),
    ("curves", "ROC, precision and recall, reliability", _curves),
    ("training", "Training", _training),
    ("search", "Grid search", _search),
    ("gallery", "Wrong images", _gallery),
)
"""The same of each figure about one method."""
