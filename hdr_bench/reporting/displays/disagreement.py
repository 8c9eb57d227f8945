"""How often methods say different things of the same image."""

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hdr_bench.exceptions import StoreError
from hdr_bench.reporting.displays.base import axes_of, shortened
from hdr_bench.reporting.run import RunContents, read_contents

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_NUMBERS = 14


@dataclass(eq=False)
class DisagreementDisplay:
    """Share of images of which two methods say different things.

    Attributes
    ----------
    shares : ndarray of shape (n_methods, n_methods)
        Between trials; on the diagonal between the trials of one method, missing where it has one.
    labels : tuple of str
        The methods.
    ax_, figure_
        Where it was drawn.
    """

    shares: NDArray[np.float64]
    labels: tuple[str, ...]
    ax_: Any = field(default=None, init=False)
    figure_: Any = field(default=None, init=False)

    @classmethod
    def from_results(cls, source: RunContents | str | os.PathLike[str]) -> Self:
        """Make the display of the methods of the run in the folder `source` evaluated on the same test images.

        Of several data sets it is the one with most methods; folds of the training part are left out.

        Raises
        ------
        StoreError
            If fewer than two were.
        """
        contents = read_contents(source)
        said = {
            case: [predictions.y_pred for _, predictions in contents.predictions_of(contents.label_of_case(case))]
            for case in contents.cases_on_same_images()
        }
        if len(said) < 2:
            raise StoreError(f"{contents.store.folder}: fewer than two methods were evaluated on the same test images")
        shares = np.array([[_disagreement(one, other) for other in said.values()] for one in said.values()])
        return cls(shares, tuple(said))

    def frame(self) -> pd.DataFrame:
        """Return the shares, methods as rows and columns."""
        return pd.DataFrame(self.shares, index=pd.Index(self.labels), columns=pd.Index(self.labels))

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw the shares in percent, shaded."""
        self.ax_, self.figure_ = axes_of(ax)
        percent = 100 * self.shares
        top = max(float(np.nanmax(percent)), 1e-9)
        self.ax_.imshow(percent, cmap="Blues", vmin=0, vmax=top)
        few = len(self.labels) <= _MOST_NUMBERS
        for (row, column), share in np.ndenumerate(percent):
            if not np.isnan(share):
                colour = "white" if share > 0.55 * top else "black"
                written = f"{share:.1f}" if few else f"{share:.0f}"
                self.ax_.text(column, row, written, ha="center", va="center", color=colour, fontsize=8 if few else 5.5)
        ticks, names = range(len(self.labels)), [shortened(label, 28) for label in self.labels]
        size = 8.5 if few else 7
        self.ax_.set_xticks(ticks, names, rotation=40, ha="right", rotation_mode="anchor", fontsize=size)
        self.ax_.set_yticks(ticks, names, fontsize=size)
        self.ax_.set_title("Images of which two methods say different things (%)")
        self.ax_.grid(visible=False)
        return self


def _disagreement(one: list[NDArray[np.int64]], other: list[NDArray[np.int64]]) -> float:
    """Return the mean share over pairs of trials; of a method with itself over pairs of different ones."""
    pairs = [float(np.mean(first != second)) for place, first in enumerate(one) for number, second in enumerate(other)
             if one is not other or place < number]  # fmt: skip
    return float(np.mean(pairs)) if pairs else np.nan
