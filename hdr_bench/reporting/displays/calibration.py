"""Whether a method is right as often as it is sure."""

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd

from hdr_bench.exceptions import StoreError
from hdr_bench.records.predictions import Reliability
from hdr_bench.reporting.displays.base import axes_of, shortened
from hdr_bench.reporting.run import RunContents, read_contents
from hdr_bench.reporting.style import INK, colour_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(eq=False)
class ReliabilityDisplay:
    """How often a method is right, by the probability of the class that it chose.

    Attributes
    ----------
    reliability : Reliability
        Of the images of all trials.
    calibration_error : float
        Expected calibration error, the mean over the trials.
    title : str
    number : int
        The method's place in the suite, which its colour follows.
    ax_, figure_
        Where it was drawn.
    """

    reliability: Reliability
    calibration_error: float
    title: str = ""
    number: int = 0
    ax_: Any = field(default=None, init=False)
    figure_: Any = field(default=None, init=False)

    @classmethod
    def from_results(cls, source: RunContents | str | os.PathLike[str], case: str) -> Self:
        """Make the display of a method of the run in the folder `source`, from all its trials.

        Raises
        ------
        UnknownNameError
            If the run has no such case.
        StoreError
            If all of its trials failed, or the method gives no probabilities.
        """
        contents = read_contents(source)
        found = contents.predictions_of(contents.label_of_case(case))
        bins = [each.summary.reliability for _, each in found if each.summary is not None]
        known = [each for each in bins if each is not None]
        if not found or len(known) < len(found):
            raise StoreError(f"{contents.store.folder}: {case!r} gives no probabilities")
        number = int(contents.summary.loc[contents.summary["method"] == case, "number"].iloc[0])
        return cls(_pooled(known), float(np.mean([each.calibration_error for each in known])), case, number)

    def frame(self) -> pd.DataFrame:
        """Return a row a bin: number of images, mean confidence and accuracy, as shares."""
        return pd.DataFrame(
            {"images": self.reliability.counts, "confidence": self.reliability.confidence,
             "accuracy": self.reliability.accuracy}
        )  # fmt: skip

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw accuracy against confidence; the area of a mark tells how many images are in its bin."""
        self.ax_, self.figure_ = axes_of(ax)
        bins = self.frame().dropna()
        colour = colour_of(self.number)
        self.ax_.plot([0, 1], [0, 1], color=INK, linewidth=0.8, linestyle=":", label="as right as it is sure")
        self.ax_.plot(bins["confidence"], bins["accuracy"], color=colour, linewidth=1, zorder=2)
        area = 12 + 150 * np.sqrt(bins["images"] / bins["images"].sum())
        self.ax_.scatter(bins["confidence"], bins["accuracy"], s=area, color=colour, edgecolor="white", zorder=3,
                         label="images of a bin")  # fmt: skip
        self.ax_.set_xlim(0, 1.03)
        self.ax_.set_ylim(0, 1.03)
        self.ax_.set_xlabel("Mean confidence of a bin")
        self.ax_.set_ylabel("Accuracy in the bin")
        error = 100 * self.calibration_error
        self.ax_.set_title(f"Reliability: {shortened(self.title)}\n(expected calibration error {error:.1f} %)")
        return self


def _pooled(found: list[Reliability]) -> Reliability:
    """Return the bins of several trials as one: a probability means the same in each of them."""
    counts = np.sum([each.counts for each in found], axis=0)
    with np.errstate(invalid="ignore"):
        means = (
            np.nansum([each.counts * values for each, values in zip(found, columns, strict=True)], axis=0) / counts
            for columns in ([each.confidence for each in found], [each.accuracy for each in found])
        )
        return Reliability(counts, *means)
