"""Images with truth, prediction and confidence: right ones, wrong ones, those that every method gets wrong."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hdr_bench.exceptions import StoreError, UnknownNameError
from hdr_bench.records.predictions import Predictions
from hdr_bench.reporting.displays.axes import escape_mathtext, shorten_label
from hdr_bench.reporting.displays.base import BaseDisplay, with_style
from hdr_bench.reporting.displays.examples import Example, as_ink_on_paper, caption
from hdr_bench.reporting.run import RunContents, RunSource, read_contents

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Kind = Literal["wrong", "right"]
KINDS: tuple[Kind, ...] = ("wrong", "right")
MOST_IMAGES = 24
COLUMNS = 8
"""Images side by side."""

_ROW_HEIGHT = 1.15
_TITLES = {"wrong": "wrong, the surest first", "right": "right"}


@dataclass(eq=False, repr=False)
class GalleryDisplay(BaseDisplay):
    """Test images with what they were taken for.

    Parameters
    ----------
    images : ndarray of shape (n, height, width)
        As the data set holds them.
    examples : tuple of Example
        One per image.
    title : str
        Which images they are.
    n_total : int
        Images of this kind that there are; the first of them are shown.
    remark : str, default=""
        Which of the run's methods it is not about, if it is about several; empty if it is about all.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        The frame around all.
    figure_ : matplotlib.figure.Figure
        Figure that contains `ax_`.

    Examples
    --------
    >>> from hdr_bench.reporting.displays import GalleryDisplay
    >>> GalleryDisplay.from_run("reports/quick", "SVM, RBF", kind="wrong").frame()  # doctest: +SKIP
    """

    images: NDArray[np.generic]
    examples: tuple[Example, ...]
    title: str
    n_total: int
    remark: str = ""

    @classmethod
    def from_run(cls, run: RunSource, case: str, kind: str = "wrong", max_images: int = MOST_IMAGES) -> Self:
        """Create the gallery of a method from its first trial.

        Wrong images are in the order of their confidence, the surest errors first; right ones as many of each class, in
        the order of the test part.

        Parameters
        ----------
        run : path-like or RunContents
            The run's folder.
        case : str
            The method.
        kind : {"wrong", "right"}, default="wrong"
            Which images.
        max_images : int, default=24
            Number of images at most.

        Returns
        -------
        display : GalleryDisplay

        Raises
        ------
        UnknownNameError
            If the run has no such case, or there is no such kind.
        StoreError
            If all of its trials failed, or the run does not hold the images.
        ValueError
            If `max_images` is below 1.
        """
        if kind not in KINDS:
            raise UnknownNameError("kind of gallery", kind, KINDS)
        if max_images < 1:
            raise ValueError(f"max_images must be at least 1, got {max_images}")
        contents = read_contents(run)
        trials = contents.predictions_of(contents.label_of_case(case))
        if not trials:
            raise StoreError(f"{contents.store.folder}: there are no predictions of {case!r}")
        (record, predictions), names = trials[0], trials[0][0].class_names
        chosen, confidence = _choose_wrong(predictions) if kind == "wrong" else _choose_right(predictions)
        examples = tuple(
            Example(int(index), names[predictions.y_true[index]], (names[predictions.y_pred[index]],), float(sure))
            for index, sure in zip(chosen[:max_images], confidence[:max_images], strict=True)
        )
        seed = "" if record.trial.is_deterministic else f", seed {record.trial.seed}"
        title = f"{case}{seed}: images it gets {_TITLES[kind]}"
        images = contents.images.show(record, [each.index for each in examples])
        return cls(images, examples, title, len(chosen))

    @classmethod
    def from_common_errors(cls, run: RunSource, max_images: int = MOST_IMAGES) -> Self:
        """Make the gallery of the images that every method gets wrong, in each of its trials.

        Of several data sets it is the one with most methods; folds of the training part are left out.

        Parameters
        ----------
        run : path-like or RunContents
            The run's folder.
        max_images : int, default=24
            Number of images at most.

        Returns
        -------
        display : GalleryDisplay

        Raises
        ------
        StoreError
            If the run does not hold its images, or no method was evaluated on a test part.
        """
        contents = read_contents(run)
        cases = contents.cases_on_same_images()
        trials = [each for case in cases for each in contents.predictions_of(contents.label_of_case(case))]
        if not trials:
            raise StoreError(f"{contents.store.folder}: no method was evaluated on a test part")
        wrong = np.all([each.y_true != each.y_pred for _, each in trials], axis=0)
        names, y_true = trials[0][0].class_names, trials[0][1].y_true
        chosen = np.flatnonzero(wrong)
        examples = tuple(
            Example(int(index), names[y_true[index]], _answers([each for _, each in trials], int(index), names))
            for index in chosen[:max_images]
        )
        title = f"Images that all {len(cases)} methods get wrong"
        images = contents.images.show(trials[0][0], [each.index for each in examples])
        return cls(images, examples, title, len(chosen), _which_methods(cases, contents))

    @property
    def figsize(self) -> tuple[float, float]:
        """Suitable width and height in inches."""
        return 8.0, 0.6 + 1.15 * max(math.ceil(len(self.examples) / COLUMNS), 1)

    @property
    def note(self) -> str:
        """Which of the run's methods it is not about."""
        return f"{self.remark[:1].upper()}{self.remark[1:]}." if self.remark else ""

    def frame(self) -> pd.DataFrame:
        """Return what is shown of each image.

        Returns
        -------
        frame : DataFrame
            Columns ``index`` (place in the test part), ``truth``, ``predictions``, ``confidence`` (a share).
        """
        rows = [{**vars(each), "predictions": ", ".join(each.predictions)} for each in self.examples]
        return pd.DataFrame(rows, columns=["index", "truth", "predictions", "confidence"])

    def describe(self) -> str:
        """Return in words how many of the images are shown.

        Returns
        -------
        text : str
        """
        return f"The first {len(self.examples)} of {self.n_total:,}."

    def plot(
        self,
        ax: "Axes | None" = None,
        *,
        im_kw: dict[str, Any] | None = None,
        text_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the images in rows, under each its truth, an arrow, and what it was taken for.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default=None
            Axes to draw on; by default those of a new figure.
        im_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.imshow`, for each image.
        text_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.text`, for what is under it.

        Returns
        -------
        display : GalleryDisplay
            Itself.
        """
        from matplotlib.image import AxesImage
        from matplotlib.text import Text

        ax, _ = self._set_axes(ax)
        ax.set_axis_off()
        _, height, width = self.images.shape
        side = 1.25 * max(height, width)
        columns = min(COLUMNS, max(len(self.examples), 1))
        text_style = with_style({"ha": "center", "va": "top", "fontsize": 7}, text_kw, Text)
        for position, (image, example) in enumerate(zip(as_ink_on_paper(self.images), self.examples, strict=True)):
            row, column = divmod(position, columns)
            left, top = column * side, row * side * _ROW_HEIGHT
            look = {
                "cmap": "gray",
                "vmin": 0,
                "vmax": 255,
                "interpolation": "nearest",
                "extent": (left, left + width, top + height, top),
            }
            ax.imshow(image, **with_style(look, im_kw, AxesImage))
            ax.text(left + width / 2, top + height + 0.04 * side, escape_mathtext(caption(example)), **text_style)
        rows = max(math.ceil(len(self.examples) / columns), 1)
        ax.set_xlim(-0.1 * side, COLUMNS * side)
        ax.set_ylim(rows * side * _ROW_HEIGHT, -0.02 * side)
        ax.set_aspect("equal")
        ax.set_title(f"{shorten_label(self.title, 60)} ({len(self.examples)} of {self.n_total:,})", pad=8)
        return self


def _which_methods(cases: Sequence[str], contents: RunContents) -> str:
    """Say which of a run's methods some of them are, or, if that is shorter, are not; nothing if they are all."""
    others = [case for case in dict.fromkeys(contents.results["case"]) if case not in cases]
    if not others:
        return ""
    if len(others) > len(cases):
        return f"the methods: {'; '.join(cases)}"
    return f"not among the methods: {'; '.join(others)}"


def _answers(predictions: list[Predictions], index: int, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return each class that an image was taken for, once."""
    return tuple(names[code] for code in sorted({int(each.y_pred[index]) for each in predictions}))


def _choose_wrong(predictions: Predictions) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return the images that are classified wrongly, the surest errors first, and the probability of each."""
    wrong, summary = np.flatnonzero(~predictions.is_right), predictions.summary
    if summary is None:
        return wrong, np.full(len(wrong), np.nan)
    order = np.argsort(-summary.confidence, kind="stable")
    # Only what comes of probabilities is one.
    sure = summary.confidence if summary.reliability is not None else np.full(len(wrong), np.nan)
    return wrong[order], sure[order]


def _choose_right(predictions: Predictions) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
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
