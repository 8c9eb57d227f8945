"""What refusing the unsure images gains: error on the rest by the share refused."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd

from hdr_bench.exceptions import StoreError
from hdr_bench.experiments.confidence import REJECTION_ERROR, class_scores, margins, rejection_curve
from hdr_bench.reporting.contents import RunContents, read_contents
from hdr_bench.reporting.displays.base import axes_of, legend_beside, plain_log, shortened
from hdr_bench.reporting.style import INK, colour_of, line_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_POINTS = 120
_LEAST_PERCENT = 0.05


@dataclass(eq=False)
class RejectionDisplay:
    """Error on the images that are kept, by the share refused: those of the smallest difference of the highest scores.

    Attributes
    ----------
    curves : DataFrame
        Columns ``case``, ``number`` (the method's place in the suite), ``rejected`` and ``error`` (shares).
    ax_, figure_
        Where it was drawn.
    """

    curves: pd.DataFrame
    ax_: Any = field(default=None, init=False)
    figure_: Any = field(default=None, init=False)

    @classmethod
    def from_results(cls, source: RunContents | str | os.PathLike[str], cases: Sequence[str] | None = None) -> Self:
        """Make the display of `cases` of the run in the folder `source`, or of all; trials of a method together.

        Methods without scores of classes are left out.

        Raises
        ------
        UnknownNameError
            If the run has no such case.
        StoreError
            If none of them gives scores of classes.
        """
        contents = read_contents(source)
        numbers = dict(zip(contents.summary["method"], contents.summary["number"], strict=True))
        frames = []
        for case in contents.readable_cases() if cases is None else cases:
            found = contents.predictions_of(contents.label_of_case(case))
            scores = [class_scores(each, len(record.class_names)) for record, each in found]
            if not scores or any(each is None for each in scores):
                continue
            is_right = np.concatenate([each.y_true == each.y_pred for _, each in found])
            margin = np.concatenate([margins(each) for each in scores if each is not None])
            rejected, errors = rejection_curve(is_right, margin)
            curve = pd.DataFrame({"case": case, "number": numbers[case], "rejected": rejected, "error": errors})
            frames.append(curve.iloc[::-1])
        if not frames:
            raise StoreError(f"{contents.store.folder}: no method gives scores of classes")
        return cls(pd.concat(frames, ignore_index=True))

    def frame(self) -> pd.DataFrame:
        """Return a row a method and share refused: the error on the rest, as a share."""
        return self.curves[["case", "rejected", "error"]]

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw a line a method, the error on a logarithmic axis, and the 0.5 % at which LeCun et al. (1998) compare."""
        self.ax_, self.figure_ = axes_of(ax)
        for case, curve in self.curves.groupby("case", sort=False):
            number = int(curve["number"].iloc[0])
            shown = curve.iloc[np.unique(np.linspace(0, len(curve) - 1, _MOST_POINTS).astype(int))]
            self.ax_.plot(100 * shown["rejected"], 100 * shown["error"], color=colour_of(number),
                          linestyle=line_of(number), label=shortened(str(case)))  # fmt: skip
        target = 100 * REJECTION_ERROR
        self.ax_.axhline(target, color=INK, linewidth=0.8, linestyle=":")
        self.ax_.annotate(f"{target:g} %", (1, target), xycoords=("axes fraction", "data"), xytext=(-2, 2),
                          textcoords="offset points", ha="right", va="bottom", fontsize=8)  # fmt: skip
        self.ax_.set_xlim(0, 100 * self._shown_share())
        self.ax_.set_yscale("log")
        plain_log(self.ax_.yaxis)
        self.ax_.set_ylim(bottom=_LEAST_PERCENT)
        self.ax_.set_xlabel("Images refused (%)")
        self.ax_.set_ylabel("Error on the rest (%)")
        self.ax_.set_title("Error when the unsure images are refused")
        legend_beside(self.ax_)
        return self

    def _shown_share(self) -> float:
        """Return how far refusing is shown: until most methods have reached the target, at least a tenth."""
        reached = self.curves[self.curves["error"] <= REJECTION_ERROR].groupby("case")["rejected"].min()
        return float(np.clip(1.3 * reached.max() if len(reached) else 0.5, 0.1, 0.6))
