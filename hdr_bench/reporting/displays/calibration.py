"""Whether a method is right as often as it is sure."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd

from hdr_bench.exceptions import StoreError
from hdr_bench.records.predictions import Reliability
from hdr_bench.reporting.displays.axes import shorten_label
from hdr_bench.reporting.displays.base import BaseDisplay, method_number, with_style
from hdr_bench.reporting.run import RunSource, read_contents
from hdr_bench.reporting.style import INK, color_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(eq=False, repr=False)
class ReliabilityDisplay(BaseDisplay):
    """Calibration: how often a method is right, by the probability of the class that it chose.

    Parameters
    ----------
    reliability : Reliability
        Bins over the images of all trials.
    calibration_error : float
        Expected calibration error, a share: the mean over the trials.
    title : str, default=""
        The method.
    number : int, default=0
        The method's place in the suite, which its colour follows.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Axes that the display was drawn on.
    figure_ : matplotlib.figure.Figure
        Figure that contains `ax_`.

    Examples
    --------
    >>> from hdr_bench.reporting.displays import ReliabilityDisplay
    >>> ReliabilityDisplay.from_run("reports/quick", "MLP").plot()  # doctest: +SKIP
    """

    reliability: Reliability
    calibration_error: float
    title: str = ""
    number: int = 0

    @classmethod
    def from_run(cls, run: RunSource, case: str) -> Self:
        """Create the display of a method, from all its trials.

        Parameters
        ----------
        run : path-like or RunContents
            The run's folder.
        case : str
            The method.

        Returns
        -------
        display : ReliabilityDisplay

        Raises
        ------
        UnknownNameError
            If the run has no such case.
        StoreError
            If all of its trials failed, or the method gives no probabilities.
        """
        contents = read_contents(run)
        trials = contents.predictions_of(contents.label_of_case(case))
        bins = [each.summary.reliability for _, each in trials if each.summary is not None]
        known = [each for each in bins if each is not None]
        if not trials or len(known) < len(trials):
            raise StoreError(f"{contents.store.folder}: {case!r} gives no probabilities")
        error = float(np.mean([each.calibration_error for each in known]))
        return cls(_pool(known), error, case, method_number(contents, case))

    @property
    def figsize(self) -> tuple[float, float]:
        """Suitable width and height in inches."""
        return 4.7, 3.7

    def frame(self) -> pd.DataFrame:
        """Return the numbers that are drawn.

        Returns
        -------
        frame : DataFrame
            A row per bin: ``images``, ``confidence`` (mean) and ``accuracy``, as shares.
        """
        bins = self.reliability
        return pd.DataFrame({"images": bins.counts, "confidence": bins.confidence, "accuracy": bins.accuracy})

    def describe(self) -> str:
        """Return the calibration error in words.

        Returns
        -------
        text : str
        """
        return f"Expected calibration error {100 * self.calibration_error:.1f} %."

    def plot(
        self,
        ax: "Axes | None" = None,
        *,
        line_kw: dict[str, Any] | None = None,
        scatter_kw: dict[str, Any] | None = None,
        ref_line_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw accuracy against confidence; the area of a mark grows with the images in its bin.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default=None
            Axes to draw on; by default those of a new figure.
        line_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.plot`, for the line through the bins.
        scatter_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.scatter`, for the bins.
        ref_line_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.plot`, for the diagonal of perfect calibration.

        Returns
        -------
        display : ReliabilityDisplay
            Itself.
        """
        from matplotlib.collections import PathCollection
        from matplotlib.lines import Line2D

        ax, _ = self._set_axes(ax)
        bins = self.frame().dropna()
        color = color_of(self.number)
        diagonal = {"color": INK, "linewidth": 0.8, "linestyle": ":", "label": "as right as it is sure"}
        ax.plot([0, 1], [0, 1], **with_style(diagonal, ref_line_kw, Line2D))
        line = {"color": color, "linewidth": 1, "zorder": 2}
        ax.plot(bins["confidence"], bins["accuracy"], **with_style(line, line_kw, Line2D))
        area = 12 + 150 * np.sqrt(bins["images"] / bins["images"].sum())
        marks = {"s": area, "color": color, "edgecolor": "white", "zorder": 3, "label": "images of a bin"}
        ax.scatter(bins["confidence"], bins["accuracy"], **with_style(marks, scatter_kw, PathCollection))
        ax.set_xlim(0, 1.03)
        ax.set_ylim(0, 1.03)
        ax.set_xlabel("Mean confidence of a bin")
        ax.set_ylabel("Accuracy in the bin")
        error = 100 * self.calibration_error
        ax.set_title(f"Reliability: {shorten_label(self.title)}\n(expected calibration error {error:.1f} %)")
        return self


def _pool(bins: list[Reliability]) -> Reliability:
    """Return the bins of several trials as one: a probability means the same in each of them."""
    counts = np.sum([each.counts for each in bins], axis=0)
    with np.errstate(invalid="ignore"):
        means = (
            np.nansum([each.counts * values for each, values in zip(bins, columns, strict=True)], axis=0) / counts
            for columns in ([each.confidence for each in bins], [each.accuracy for each in bins])
        )
        return Reliability(counts, *means)
