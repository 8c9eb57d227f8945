"""Whether a method is right as often as it is sure."""

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd

from hdr_bench.exceptions import StoreError
from hdr_bench.experiments.confidence import N_BINS, Reliability, reliability, shares_of
from hdr_bench.reporting.contents import RunContents, read_contents
from hdr_bench.reporting.displays.base import axes_of, shortened
from hdr_bench.reporting.style import INK, colour_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(eq=False)
class ReliabilityDisplay:
    """How often a method is right, by the probability of the class that it chose.

    Attributes
    ----------
    reliability : Reliability
    title : str
    number : int
        The method's place in the suite, which its colour follows.
    ax_, figure_
        Where it was drawn.
    """

    reliability: Reliability
    title: str = ""
    number: int = 0
    ax_: Any = field(default=None, init=False)
    figure_: Any = field(default=None, init=False)

    @classmethod
    def from_results(cls, source: RunContents | str | os.PathLike[str], case: str, n_bins: int = N_BINS) -> Self:
        """Make the display of a method of the run in the folder `source`, of all its trials together.

        Raises
        ------
        UnknownNameError
            If the run has no such case.
        StoreError
            If none of its trials went well, or the method gives no probabilities.
        """
        contents = read_contents(source)
        found = [each for _, each in contents.predictions_of(contents.label_of_case(case))]
        shares = [shares_of(each) for each in found]
        if not found or any(each is None for each in shares):
            raise StoreError(f"{contents.store.folder}: {case!r} gives no probabilities")
        y_pred = np.concatenate([each.y_pred for each in found])
        whole = np.concatenate([each for each in shares if each is not None])
        is_right = y_pred == np.concatenate([each.y_true for each in found])
        number = int(contents.summary.loc[contents.summary["method"] == case, "number"].iloc[0])
        return cls(reliability(is_right, whole[np.arange(len(whole)), y_pred], n_bins), case, number)

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
        error = 100 * self.reliability.calibration_error
        self.ax_.set_title(f"Reliability: {shortened(self.title)}\n(expected calibration error {error:.1f} %)")
        return self
