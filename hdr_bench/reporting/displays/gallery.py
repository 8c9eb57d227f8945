"""Images with truth, prediction and confidence: right ones, wrong ones, those that every method gets wrong."""

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hdr_bench.exceptions import StoreError, UnknownNameError
from hdr_bench.records.predictions import Predictions
from hdr_bench.reporting.displays.base import axes_of, plain, shortened
from hdr_bench.reporting.run import RunContents, read_contents

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Kind = Literal["wrong", "right"]
KINDS: tuple[Kind, ...] = ("wrong", "right")
MOST_IMAGES = 24
COLUMNS = 8
"""Images side by side."""

_ROW = 1.15
_MOST_LETTERS = 12


@dataclass(frozen=True)
class Shown:
    """An image of a gallery.

    Attributes
    ----------
    index : int
        Its place in the test part, from 0.
    truth : str
        Its class.
    predictions : tuple of str
        What it was taken for; of several methods each different answer once.
    confidence : float
        Probability of the predicted class, for wrong images; missing where the method gives none, or they are several.
    """

    index: int
    truth: str
    predictions: tuple[str, ...]
    confidence: float = math.nan


@dataclass(eq=False)
class GalleryDisplay:
    """Test images with what was said of them.

    Attributes
    ----------
    images : ndarray of shape (n, height, width)
    shown : tuple of Shown
        One an image.
    title : str
    n_found : int
        Images of this kind that there are; the first of them are shown.
    remark : str
        Which of the run's methods it is not about, if it is about several; empty if it is about all.
    ax_, figure_
        Where it was drawn; `ax_` is the frame around all.
    """

    images: NDArray[np.generic]
    shown: tuple[Shown, ...]
    title: str
    n_found: int
    remark: str = ""
    ax_: Any = field(default=None, init=False)
    figure_: Any = field(default=None, init=False)

    @classmethod
    def from_results(
        cls, source: RunContents | str | os.PathLike[str], case: str, kind: str = "wrong", most: int = MOST_IMAGES
    ) -> Self:
        """Make the gallery of a method of the run in the folder `source`, by its first trial.

        Wrong images are in the order of their confidence, the surest errors first; right ones as many of each class, in
        the order of the test part.

        Raises
        ------
        UnknownNameError
            If the run has no such case, or there is no such kind: ``"wrong"`` or ``"right"``.
        StoreError
            If all of its trials failed, or the run does not hold the images.
        """
        if kind not in KINDS:
            raise UnknownNameError("kind of gallery", kind, KINDS)
        contents = read_contents(source)
        found = contents.predictions_of(contents.label_of_case(case))
        if not found:
            raise StoreError(f"{contents.store.folder}: there are no predictions of {case!r}")
        (record, predictions), names = found[0], found[0][0].class_names
        chosen, confidence = _wrong(predictions) if kind == "wrong" else _right(predictions)
        shown = tuple(
            Shown(int(index), names[predictions.y_true[index]], (names[predictions.y_pred[index]],), float(sure))
            for index, sure in zip(chosen[:most], confidence[:most], strict=True)
        )
        words = {"wrong": "wrong, the surest first", "right": "right"}[kind]
        seed = "" if record.trial.is_deterministic else f", seed {record.trial.seed}"
        title = f"{case}{seed}: images it gets {words}"
        images = contents.pictures(record, [each.index for each in shown])
        return cls(images, shown, title, len(chosen))

    @classmethod
    def of_all_wrong(cls, source: RunContents | str | os.PathLike[str], most: int = MOST_IMAGES) -> Self:
        """Make the gallery of the images that every method of the run gets wrong, in each of its trials.

        Of several data sets it is the one with most methods; folds of the training part are left out.

        Raises
        ------
        StoreError
            If the run does not hold its images, or no method was evaluated on a test part.
        """
        contents = read_contents(source)
        cases = contents.cases_on_same_images()
        found = [each for case in cases for each in contents.predictions_of(contents.label_of_case(case))]
        if not found:
            raise StoreError(f"{contents.store.folder}: no method was evaluated on a test part")
        wrong = np.all([each.y_true != each.y_pred for _, each in found], axis=0)
        names, y_true = found[0][0].class_names, found[0][1].y_true
        chosen = np.flatnonzero(wrong)
        shown = tuple(
            Shown(int(index), names[y_true[index]],
                  tuple(names[code] for code in sorted({int(each.y_pred[index]) for _, each in found})))
            for index in chosen[:most]
        )  # fmt: skip
        title = f"Images that all {len(cases)} methods get wrong"
        images = contents.pictures(found[0][0], [each.index for each in shown])
        return cls(images, shown, title, len(chosen), _which_methods(cases, contents))

    def frame(self) -> pd.DataFrame:
        """Return a row an image: its place in the test part, truth, predictions, confidence."""
        rows = [{**vars(each), "predictions": ", ".join(each.predictions)} for each in self.shown]
        return pd.DataFrame(rows, columns=["index", "truth", "predictions", "confidence"])

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw the images in rows, under each its truth, an arrow, and what it was taken for."""
        self.ax_, self.figure_ = axes_of(ax)
        self.ax_.set_axis_off()
        _, height, width = self.images.shape
        side = 1.25 * max(height, width)
        columns = min(COLUMNS, max(len(self.shown), 1))
        for place, (image, shown) in enumerate(zip(as_ink_on_paper(self.images), self.shown, strict=True)):
            row, column = divmod(place, columns)
            left, top = column * side, row * side * _ROW
            self.ax_.imshow(image, cmap="gray", vmin=0, vmax=255, interpolation="nearest",
                            extent=(left, left + width, top + height, top))  # fmt: skip
            self.ax_.text(left + width / 2, top + height + 0.04 * side, plain(caption(shown)), ha="center", va="top",
                          fontsize=7)  # fmt: skip
        rows = max(math.ceil(len(self.shown) / columns), 1)
        self.ax_.set_xlim(-0.1 * side, COLUMNS * side)
        self.ax_.set_ylim(rows * side * _ROW, -0.02 * side)
        self.ax_.set_aspect("equal")
        self.ax_.set_title(f"{shortened(self.title, 60)} ({len(self.shown)} of {self.n_found:,})", pad=8)
        return self


def as_ink_on_paper(images: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Return images as they are read on paper, dark on white: shape as it was, 0 to 255.

    Which of the two the ground is, the edges of the images tell.
    """
    values = images.astype(np.float64)
    low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
    shares = (values - low) / max(high - low, 1e-12)
    edges = [shares[:, 0], shares[:, -1], shares[:, :, 0], shares[:, :, -1]]
    is_dark_ground = np.mean([edge.mean() for edge in edges]) < 0.5 if values.size else False
    return np.round(255 * (1 - shares if is_dark_ground else shares)).astype(np.uint8)


def caption(shown: Shown) -> str:
    """Return what stands under an image; names of classes are cut.

    Examples
    --------
    >>> caption(Shown(7, "4", ("9",), 0.873))
    '4 → 9, 87 %'
    """
    said = f"{_cut(shown.truth)} → {'/'.join(map(_cut, shown.predictions))}"
    return said if math.isnan(shown.confidence) else f"{said}, {100 * shown.confidence:.0f} %"


def _which_methods(cases: Sequence[str], contents: RunContents) -> str:
    """Say which of a run's methods some of them are, or, if that is shorter, are not; nothing if they are all."""
    others = [case for case in dict.fromkeys(contents.results["case"]) if case not in cases]
    if not others:
        return ""
    if len(others) > len(cases):
        return f"the methods: {'; '.join(cases)}"
    return f"not among the methods: {'; '.join(others)}"


def _cut(name: str) -> str:
    return name if len(name) <= _MOST_LETTERS else f"{name[: _MOST_LETTERS - 1]}…"


def _wrong(predictions: Predictions) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return the images that are classified wrongly, the surest errors first, and the probability of each."""
    wrong, summary = np.flatnonzero(~predictions.is_right), predictions.summary
    if summary is None:
        return wrong, np.full(len(wrong), np.nan)
    order = np.argsort(-summary.confidence, kind="stable")
    # Only what comes of probabilities is one.
    sure = summary.confidence if summary.reliability is not None else np.full(len(wrong), np.nan)
    return wrong[order], sure[order]


def _right(predictions: Predictions) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return the images that are classified correctly, as many of each class, without a probability."""
    chosen = _spread_over_classes(np.flatnonzero(predictions.is_right), predictions.y_true)
    return chosen, np.full(len(chosen), np.nan)


def _spread_over_classes(indices: NDArray[np.intp], y_true: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return the indices in turns: the first of each class, then the second of each."""
    turns: Sequence[tuple[int, int, int]] = sorted(
        (turn, int(code), int(index))
        for code in np.unique(y_true[indices])
        for turn, index in enumerate(indices[y_true[indices] == code])
    )
    return np.array([index for _, _, index in turns], np.intp)
