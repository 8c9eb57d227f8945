"""Which figures a report has."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import numpy as np

from hdr_bench.exceptions import StoreError
from hdr_bench.reporting.contents import RunContents, slug
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
from hdr_bench.reporting.drawing import PlannedFigure
from hdr_bench.reporting.wording import time_range

_MOST_CURVES = 10
_SHOWN_OTHERWISE = ("confusion", "gallery")
_COST_NAMES = {"fit_seconds": "fit-time", "predict_seconds": "predict-time", "fit_peak_bytes": "memory",
               "size_bytes": "size"}  # fmt: skip


def plan_figures(contents: RunContents) -> list[PlannedFigure]:
    """Return all figures that a run has something for, those of all methods first."""
    return [*_of_all(contents), *(figure for case in _shown_cases(contents) for figure in _of_one(contents, *case))]


def _shown_cases(contents: RunContents) -> list[tuple[int, str]]:
    readable = set(contents.readable_cases())
    numbered = enumerate(dict.fromkeys(contents.results["case"]), start=1)
    return [(number, case) for number, case in numbered if case in readable]


def _of_all(contents: RunContents) -> Iterator[PlannedFigure]:
    results = contents.results
    accuracy = AccuracyDisplay.from_results(results)
    n = len(accuracy.summary)
    yield _planned("accuracy", "Accuracy", _percents(accuracy.frame()), accuracy, (7.5, 1.2 + 0.3 * n))
    for cost, name in _COST_NAMES.items():
        display = CostDisplay.from_results(results, cost)
        if len(display.summary) > 1:
            front = display.frame()
            said = "Pareto front: " + _percents(front[front["is_on_front"]])
            title = f"Accuracy against {COST_AXES[cost][0]}"
            yield _planned(f"accuracy-{name}", title, said, display, (8.5, max(4.2, 0.9 + 0.205 * (n + 1))))
    with suppress(StoreError):
        yield _rejection(contents)
    with suppress(StoreError):
        curve = LearningCurveDisplay.from_results(results)
        points = curve.frame()
        said = _percents(points.assign(case=points["method"] + ", " + points["images"].map("{:,} images".format)))
        yield _planned("learning-curve", "Accuracy by the number of training images", said, curve, (8.0, 4.2))
    with suppress(StoreError):
        timing = TimingDisplay.from_results(results)
        times = timing.frame().groupby("case", sort=False)["seconds"]
        said = "Medians and ranges: " + "; ".join(f"{case}: {time_range(values)}" for case, values in times) + "."
        yield _planned("times", "Each time of a fit that was measured", said, timing, (7.5, 1.2 + 0.3 * len(times)))
    if n > 1:
        yield from _of_several(contents)


def _of_several(contents: RunContents) -> Iterator[PlannedFigure]:
    with suppress(StoreError):
        training = TrainingDisplay.from_results(contents)
        if len(set(training.histories["case"])) > 1:
            height = max(4.2, 0.8 + 0.19 * len(training.frame().groupby(["case", "part"])))
            title = "Accuracy of each network by epoch"
            yield _planned("training", title, _last_accuracies(training), training, (8.5, height))
    with suppress(StoreError):
        disagreement = DisagreementDisplay.from_results(contents)
        side = min(3.2 + 0.38 * len(disagreement.labels), 11)
        title = "Images of which two methods say different things"
        said = f"At most {100 * np.nanmax(disagreement.shares):.1f} % of the images."
        yield _planned("disagreement", title, said, disagreement, (side + 0.6, side))
    grid = ConfusionGridDisplay.from_results(contents)
    if len(grid.displays) > 1:
        yield _planned(
            "confusion", "Confusion matrices of all methods", "", grid, (8.5, 1.6 + 0.31 * len(grid.displays))
        )
    with suppress(StoreError):
        gallery = GalleryDisplay.of_all_wrong(contents)
        if gallery.shown:
            said = f"{gallery.n_found:,} images."
            yield _planned("gallery-all-wrong", gallery.title, said, gallery, _gallery_inches(gallery))


def _of_one(contents: RunContents, number: int, case: str) -> Iterator[PlannedFigure]:
    name = f"{number}-{slug(case)}"
    confusion = ConfusionDisplay.from_results(contents, case)
    wrong, whole = int(confusion.matrix.sum() - confusion.matrix.trace()), int(confusion.matrix.sum())
    side = min(max(4.2, 0.42 * len(confusion.class_names)), 9.0)
    yield _planned(f"confusion-{name}", f"Confusion matrix: {case}", f"{wrong:,} of {whole:,} predictions are wrong.",
                   confusion, (side, side), case)  # fmt: skip
    if (curves := _curves(contents, name, case)) is not None:
        yield curves
    if (training := _training(contents, name, case)) is not None:
        yield training
    with suppress(StoreError):
        search = SearchDisplay.from_results(contents, case)
        height = 1.2 + 0.25 * min(len(search.candidates), 30)
        said = f"Chosen: {search.candidates['params'][0]}, of {len(search.candidates)} candidates."
        yield _planned(f"search-{name}", f"Grid search: {case}", said, search, (8.0, height), case)
    with suppress(StoreError):
        gallery = GalleryDisplay.from_results(contents, case)
        if gallery.shown:
            said = f"The first {len(gallery.shown)} of {gallery.n_found:,}."
            yield _planned(f"gallery-{name}", gallery.title, said, gallery, _gallery_inches(gallery), case)


def _training(contents: RunContents, name: str, case: str) -> PlannedFigure | None:
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
    return PlannedFigure(f"training-{name}", f"Training: {case}", said, tuple(courses), inches, case)


def _curves(contents: RunContents, name: str, case: str) -> PlannedFigure | None:
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
    return PlannedFigure(f"curves-{name}", title, said, tuple(panels), (4.7 * len(panels), 3.7), case)


def _rejection(contents: RunContents) -> PlannedFigure:
    """Plan the curves of the most accurate methods: with more lines, none of them could be read."""
    display = RejectionDisplay.from_results(contents, most=_MOST_CURVES)
    shares = contents.summary.set_index("case")["rejection"].dropna()
    said = "; ".join(f"{case}: {100 * share:.1f} %" for case, share in shares.items())
    title = "Error when the unsure images are refused"
    return _planned(
        "rejection", title, f"Refused for an error of 0.5 %: {said or 'none gets there'}.", display, (8.5, 4.0)
    )


def _last_accuracies(training: TrainingDisplay) -> str:
    last = training.frame().query("part == 'train'").groupby("case", sort=False).last()
    return "; ".join(f"{case}: {100 * row['mean']:.1f} % of the training images after epoch {row['epoch']:.0f}"
                     for case, row in last.iterrows()) + "."  # fmt: skip


def _gallery_inches(gallery: GalleryDisplay) -> tuple[float, float]:
    return (8.0, 0.6 + 1.15 * max(-(-len(gallery.shown) // 8), 1))


def _planned(
    name: str, title: str, said: str, display: Any, inches: tuple[float, float], case: str = ""
) -> PlannedFigure:
    has_svg = not name.startswith(_SHOWN_OTHERWISE)
    return PlannedFigure(name, title, f"{title}. {said}".strip(), (display,), inches, case, has_svg)


def _percents(frame: Any) -> str:
    """Return accuracies as text."""
    pairs = zip(frame["case"], frame["accuracy"], strict=True)
    return "; ".join(f"{case}: {100 * accuracy:.1f} %" for case, accuracy in pairs) + "."
