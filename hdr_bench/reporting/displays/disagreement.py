"""How often methods predict different classes for the same image."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations, product
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hdr_bench.exceptions import StoreError
from hdr_bench.reporting.displays.axes import shorten_label
from hdr_bench.reporting.displays.base import BaseDisplay, with_style
from hdr_bench.reporting.run import RunSource, read_contents

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_NUMBERS = 14


@dataclass(eq=False, repr=False)
class DisagreementDisplay(BaseDisplay):
    """Share of images for which two methods predict different classes.

    Parameters
    ----------
    shares : ndarray of shape (n_methods, n_methods)
        Between trials; on the diagonal between the trials of one method, missing if it has one.
    labels : tuple of str
        The methods.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Axes that the display was drawn on.
    figure_ : matplotlib.figure.Figure
        Figure that contains `ax_`.

    Examples
    --------
    >>> from hdr_bench.reporting.displays import DisagreementDisplay
    >>> DisagreementDisplay.from_run("reports/quick").frame()  # doctest: +SKIP
    """

    shares: NDArray[np.float64]
    labels: tuple[str, ...]

    @classmethod
    def from_run(cls, run: RunSource) -> Self:
        """Create the display of the methods that were evaluated on the same test images.

        Of several data sets it is the one with most methods; folds of the training part are left out.

        Parameters
        ----------
        run : path-like or RunContents
            The run's folder.

        Returns
        -------
        display : DisagreementDisplay

        Raises
        ------
        StoreError
            If fewer than two were.
        """
        contents = read_contents(run)
        labels = {
            case: [predictions.y_pred for _, predictions in contents.predictions_of(contents.label_of_case(case))]
            for case in contents.cases_on_same_images()
        }
        if len(labels) < 2:
            raise StoreError(f"{contents.store.folder}: fewer than two methods were evaluated on the same test images")
        shares = np.array([[_disagreement(one, other) for other in labels.values()] for one in labels.values()])
        return cls(shares, tuple(labels))

    @property
    def figsize(self) -> tuple[float, float]:
        """Suitable width and height in inches."""
        side = min(3.2 + 0.38 * len(self.labels), 11)
        return side + 0.6, side

    def frame(self) -> pd.DataFrame:
        """Return the numbers that are drawn.

        Returns
        -------
        frame : DataFrame
            The shares, methods as rows and columns.
        """
        return pd.DataFrame(self.shares, index=pd.Index(self.labels), columns=pd.Index(self.labels))

    def describe(self) -> str:
        """Return the largest share in words.

        Returns
        -------
        text : str
        """
        return f"At most {100 * np.nanmax(self.shares):.1f} % of the images."

    def plot(
        self,
        ax: "Axes | None" = None,
        *,
        im_kw: dict[str, Any] | None = None,
        text_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the shares in percent, shaded.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default=None
            Axes to draw on; by default those of a new figure.
        im_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.imshow`, which draws the shares in percent.
        text_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.text`, for the numbers.

        Returns
        -------
        display : DisagreementDisplay
            Itself.
        """
        from matplotlib.image import AxesImage
        from matplotlib.text import Text

        ax, _ = self._set_axes(ax)
        percent = 100 * self.shares
        top = max(float(np.nanmax(percent)), 1e-9)
        ax.imshow(percent, **with_style({"cmap": "Blues", "vmin": 0, "vmax": top}, im_kw, AxesImage))
        few = len(self.labels) <= _MOST_NUMBERS
        for (row, column), share in np.ndenumerate(percent):
            if not np.isnan(share):
                color = "white" if share > 0.55 * top else "black"
                look = {"ha": "center", "va": "center", "color": color, "fontsize": 8 if few else 5.5}
                number = f"{share:.1f}" if few else f"{share:.0f}"
                ax.text(column, row, number, **with_style(look, text_kw, Text))
        ticks, names = range(len(self.labels)), [shorten_label(label, 28) for label in self.labels]
        size = 8.5 if few else 7
        ax.set_xticks(ticks, names, rotation=40, ha="right", rotation_mode="anchor", fontsize=size)
        ax.set_yticks(ticks, names, fontsize=size)
        ax.set_title("Images on which two methods disagree (%)")
        ax.grid(visible=False)
        return self


def _disagreement(one: list[NDArray[np.int64]], other: list[NDArray[np.int64]]) -> float:
    """Return the mean share over pairs of trials; of a method with itself over pairs of different ones."""
    pairs: Iterable[tuple[NDArray[np.int64], NDArray[np.int64]]]
    pairs = combinations(one, 2) if one is other else product(one, other)
    shares = [float(np.mean(first != second)) for first, second in pairs]
    return float(np.mean(shares)) if shares else np.nan
