"""How often each class was taken for each other."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix

from hdr_bench.exceptions import StoreError
from hdr_bench.reporting.displays.axes import shorten_label
from hdr_bench.reporting.displays.base import BaseDisplay, with_style
from hdr_bench.reporting.run import RunSource, read_contents

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage

MOST_NUMBERS = 20
"""Classes whose counts there is room for."""

_MOST_LETTERS = 24
# Of a colour from 0 to 1; of the colour map "Blues" 40 % of a class and more.
_DARK = 0.4957


@dataclass(eq=False, repr=False)
class ConfusionDisplay(BaseDisplay):
    """Confusion matrix of a method.

    Parameters
    ----------
    matrix : ndarray of shape (n_classes, n_classes), int64
        Test images by true class (rows) and predicted class (columns).
    class_names : tuple of str
        In the order of the matrix.
    title : str, default="Confusion matrix"
        The method.
    n_fits : int, default=1
        Number of fits whose images are added up.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Axes that the display was drawn on.
    figure_ : matplotlib.figure.Figure
        Figure that contains `ax_`.

    Examples
    --------
    >>> from hdr_bench.reporting.displays import ConfusionDisplay
    >>> ConfusionDisplay.from_run("reports/quick", "SVM, RBF").plot(im_kw={"cmap": "Greys"})  # doctest: +SKIP
    """

    matrix: NDArray[np.int64]
    class_names: tuple[str, ...]
    title: str = "Confusion matrix"
    n_fits: int = 1

    @classmethod
    def from_run(cls, run: RunSource, case: str) -> Self:
        """Create the display of a method; seeds and folds are added up.

        Of a learning curve it is the trials with most images.

        Parameters
        ----------
        run : path-like or RunContents
            The run's folder.
        case : str
            The method.

        Returns
        -------
        display : ConfusionDisplay

        Raises
        ------
        UnknownNameError
            If the run has no such case.
        StoreError
            If all of its trials failed, or their predictions cannot be read.
        """
        contents = read_contents(run)
        trials = contents.predictions_of(contents.label_of_case(case))
        if not trials:
            raise StoreError(f"{contents.store.folder}: no predictions of {case!r} can be read")
        names = trials[0][0].class_names
        matrix = sum(
            confusion_matrix(predictions.y_true, predictions.y_pred, labels=np.arange(len(names)))
            for _, predictions in trials
        )
        return cls(np.asarray(matrix, np.int64), names, title=case, n_fits=len(trials))

    @property
    def figsize(self) -> tuple[float, float]:
        """Suitable width and height in inches."""
        side = min(max(4.2, 0.42 * len(self.class_names)), 9.0)
        return side, side

    def frame(self) -> pd.DataFrame:
        """Return the numbers that are drawn.

        Returns
        -------
        frame : DataFrame
            Test images by true class (index) and predicted class (columns).
        """
        rows = pd.Index(self.class_names, name="true")
        return pd.DataFrame(self.matrix, index=rows, columns=pd.Index(self.class_names, name="predicted"))

    def shares(self) -> NDArray[np.float64]:
        """Return the matrix with each row divided by the images of the true class.

        Returns
        -------
        shares : ndarray of shape (n_classes, n_classes)
        """
        return self.matrix / np.maximum(self.matrix.sum(axis=1, keepdims=True), 1)

    def describe(self) -> str:
        """Return in words how many predictions are wrong.

        Returns
        -------
        text : str
        """
        total = int(self.matrix.sum())
        wrong = total - int(self.matrix.trace())
        return f"{wrong:,} of {total:,} predictions are wrong."

    def plot(
        self,
        ax: "Axes | None" = None,
        *,
        im_kw: dict[str, Any] | None = None,
        text_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the counts, shaded by their share of the true class; zeros stay empty.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default=None
            Axes to draw on; by default those of a new figure.
        im_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.imshow`, which draws the square roots of the shares.
        text_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.text`, for the counts.

        Returns
        -------
        display : ConfusionDisplay
            Itself.
        """
        ax, _ = self._set_axes(ax)
        image = shade_matrix(ax, self.shares(), im_kw)
        if len(self.class_names) <= MOST_NUMBERS:
            _write_counts(ax, self.matrix, image, text_kw)
        ticks = np.arange(len(self.class_names))
        rotation: dict[str, Any] = {"rotation": 90} if max(map(len, self.class_names)) > 2 else {}
        size = "medium" if len(ticks) <= MOST_NUMBERS else "xx-small"
        names = [shorten_label(name, _MOST_LETTERS) for name in self.class_names]
        ax.set_xticks(ticks, names, fontsize=size, **rotation)
        ax.set_yticks(ticks, names, fontsize=size)
        ax.set_xlabel("Predicted class")
        ax.set_ylabel("True class")
        ax.set_title(shorten_label(self.title))
        ax.grid(visible=False)
        return self


def shade_matrix(ax: "Axes", shares: NDArray[np.float64], im_kw: dict[str, Any] | None) -> "AxesImage":
    """Draw a matrix of shares, the darker the more.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Axes to draw on.
    shares : ndarray of shape (n_classes, n_classes)
        Of the images of each true class.
    im_kw : dict or None
        Keywords of `matplotlib.axes.Axes.imshow`.

    Returns
    -------
    image : matplotlib.image.AxesImage
    """
    from matplotlib.image import AxesImage

    # The square root lets the few errors be seen beside the many right ones.
    return ax.imshow(np.sqrt(shares), **with_style({"cmap": "Blues", "vmin": 0, "vmax": 1}, im_kw, AxesImage))


def _write_counts(ax: "Axes", matrix: NDArray[np.int64], image: "AxesImage", text_kw: dict[str, Any] | None) -> None:
    from matplotlib.text import Text

    colors = image.to_rgba(np.asarray(image.get_array()))[..., :3]
    # How bright a colour is seen (ITU-R BT.601): the counts are white on the darker half.
    brightness = colors @ np.array([0.299, 0.587, 0.114])
    size = "small" if len(matrix) <= 12 else "xx-small"
    for (row, column), count in np.ndenumerate(matrix):
        if count:
            color = "white" if brightness[row, column] < _DARK else "black"
            look = {"ha": "center", "va": "center", "color": color, "fontsize": size}
            ax.text(column, row, str(count), **with_style(look, text_kw, Text))
