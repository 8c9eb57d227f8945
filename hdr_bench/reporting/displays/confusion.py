"""How often each class was taken for each other: of one method, and of all as small multiples."""

import math
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix

from hdr_bench.exceptions import StoreError
from hdr_bench.reporting.displays.base import axes_of, shortened
from hdr_bench.reporting.run import RunContents, read_contents

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_NUMBERS = 20
_MOST_COLUMNS = 6
_MOST_LETTERS = 24
# Of the small multiples: from one square of side 1 to the next.
_ACROSS, _DOWN = 1.25, 1.5


@dataclass(eq=False)
class ConfusionDisplay:
    """How often each class was taken for each other.

    Attributes
    ----------
    matrix : ndarray of shape (n_classes, n_classes), int64
        Test images by true class (rows) and predicted class (columns).
    class_names : tuple of str
    title : str
    ax_, figure_
        Where it was drawn.
    """

    matrix: NDArray[np.int64]
    class_names: tuple[str, ...]
    title: str = "Confusion matrix"
    ax_: Any = field(default=None, init=False)
    figure_: Any = field(default=None, init=False)

    @classmethod
    def from_results(cls, source: RunContents | str | os.PathLike[str], case: str) -> Self:
        """Make the display of a method of the run in the folder `source`; seeds and folds are added up.

        Of a learning curve it is the trials with most images.

        Raises
        ------
        UnknownNameError
            If the run has no such case.
        StoreError
            If all of its trials failed, or their predictions cannot be read.
        """
        contents = read_contents(source)
        label = contents.label_of_case(case)
        found = contents.predictions_of(label)
        if not found:
            raise StoreError(f"{contents.store.folder}: no predictions of {case!r} can be read")
        names = found[0][0].class_names
        matrix = sum(
            confusion_matrix(predictions.y_true, predictions.y_pred, labels=np.arange(len(names)))
            for _, predictions in found
        )
        return cls(np.asarray(matrix, np.int64), names, title=case)

    def frame(self) -> pd.DataFrame:
        """Return the matrix with its class names."""
        rows = pd.Index(self.class_names, name="true")
        return pd.DataFrame(self.matrix, index=rows, columns=pd.Index(self.class_names, name="predicted"))

    def shares(self) -> NDArray[np.float64]:
        """Return the matrix with each row divided by the images of the true class."""
        return self.matrix / np.maximum(self.matrix.sum(axis=1, keepdims=True), 1)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw the counts, shaded by their share of the true class; zeros stay empty."""
        self.ax_, self.figure_ = axes_of(ax)
        _shade(self.ax_, self.shares())
        if len(self.class_names) <= _MOST_NUMBERS:
            _write_counts(self.ax_, self.matrix, self.shares())
        ticks = np.arange(len(self.class_names))
        turned = {"rotation": 90} if max(map(len, self.class_names)) > 2 else {}
        size = "medium" if len(ticks) <= _MOST_NUMBERS else "xx-small"
        names = [shortened(name, _MOST_LETTERS) for name in self.class_names]
        self.ax_.set_xticks(ticks, names, fontsize=size, **turned)
        self.ax_.set_yticks(ticks, names, fontsize=size)
        self.ax_.set_xlabel("Predicted class")
        self.ax_.set_ylabel("True class")
        self.ax_.set_title(shortened(self.title))
        self.ax_.grid(visible=False)
        return self


@dataclass(eq=False)
class ConfusionGridDisplay:
    """The confusion matrices of all methods as small multiples.

    Attributes
    ----------
    displays : tuple of ConfusionDisplay
    ax_, figure_
        Where they were drawn; `ax_` is the frame around all.
    """

    displays: tuple[ConfusionDisplay, ...]
    ax_: Any = field(default=None, init=False)
    figure_: Any = field(default=None, init=False)

    @classmethod
    def from_results(cls, source: RunContents | str | os.PathLike[str]) -> Self:
        """Make the display of every method of the run in the folder `source` whose predictions can be read."""
        contents = read_contents(source)
        return cls(tuple(ConfusionDisplay.from_results(contents, case) for case in contents.readable_cases()))

    def frame(self) -> pd.DataFrame:
        """Return a row a method, true class and predicted class, with the number of images."""
        frames = [
            display.frame().reset_index().melt("true", value_name="images").assign(case=display.title)
            for display in self.displays
        ]
        return pd.concat(frames, ignore_index=True)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw every matrix, shaded by the share of the true class, in a grid."""
        self.ax_, self.figure_ = axes_of(ax)
        self.ax_.set_axis_off()
        columns = min(math.ceil(math.sqrt(2 * len(self.displays))), _MOST_COLUMNS)
        rows = math.ceil(len(self.displays) / columns)
        for place, display in enumerate(self.displays):
            self._tile(display, *divmod(place, columns))
        self.ax_.set_xlim(-0.05, columns * _ACROSS)
        self.ax_.set_ylim(rows * _DOWN, 0)
        self.ax_.set_aspect("equal")
        self.ax_.set_title("Confusion matrices: true class down, predicted class across")
        return self

    def _tile(self, display: ConfusionDisplay, row: int, column: int) -> None:
        """Draw a matrix as a square of side 1, with its name above and its classes at the edges."""
        left, top, n = column * _ACROSS + 0.12, row * _DOWN + 0.3, len(display.class_names)
        _shade(self.ax_, display.shares(), extent=(left, left + 1, top + 1, top))
        self.ax_.text(left, top - 0.06, shortened(display.title, 24), fontsize=7.5, va="bottom")
        for number in range(0, n, 1 if n <= _MOST_NUMBERS else 5):
            middle = (number + 0.5) / n
            name = shortened(display.class_names[number], 8)
            self.ax_.text(left - 0.03, top + middle, name, fontsize=5, ha="right", va="center")
            self.ax_.text(left + middle, top + 1.02, name, fontsize=5, ha="center", va="top")


def _shade(ax: "Axes", shares: NDArray[np.float64], **options: Any) -> None:
    # The square root lets the few errors be seen beside the many right ones.
    ax.imshow(np.sqrt(shares), cmap="Blues", vmin=0, vmax=1, **options)


def _write_counts(ax: "Axes", matrix: NDArray[np.int64], shares: NDArray[np.float64]) -> None:
    size = "small" if len(matrix) <= 12 else "xx-small"
    for (row, column), count in np.ndenumerate(matrix):
        if count:
            colour = "white" if shares[row, column] > 0.4 else "black"
            ax.text(column, row, str(count), ha="center", va="center", color=colour, fontsize=size)
