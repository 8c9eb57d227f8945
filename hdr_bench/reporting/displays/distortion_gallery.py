"""Images before, what was added to them, and after, with what a method took them for."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hdr_bench.exceptions import StoreError, UnknownNameError
from hdr_bench.records.text import pluralize
from hdr_bench.reporting.displays.axes import escape_mathtext, shorten_label
from hdr_bench.reporting.displays.base import BaseDisplay, with_style
from hdr_bench.reporting.displays.distorted_examples import DistortedExample, What, distorted_examples
from hdr_bench.reporting.run import RunSource, read_contents

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KINDS: tuple[What, ...] = ("corruptions", "attacks")
COLUMNS = 3
"""Examples side by side, of three images each."""

# Of a group of three images of width 1: its width and height, with title and captions.
_ACROSS, _DOWN, _STEP = 3.7, 1.75, 1.08
_TITLES = {"corruptions": "corrupted", "attacks": "attacked"}


@dataclass(eq=False, repr=False)
class DistortionGalleryDisplay(BaseDisplay):
    """Images before, what was added to them, and after, with what a method took them for.

    Parameters
    ----------
    examples : tuple of DistortedExample
        The images.
    label : str
        The method.
    what : {"corruptions", "attacks"}
        What was done to them.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        The frame around all.
    figure_ : matplotlib.figure.Figure
        Figure that contains `ax_`.

    Examples
    --------
    >>> from hdr_bench import DistortionGalleryDisplay
    >>> DistortionGalleryDisplay.from_run("reports/robustness", "CNN", "attacks").plot()  # doctest: +SKIP
    """

    examples: tuple[DistortedExample, ...]
    label: str
    what: What

    @classmethod
    def from_run(cls, run: RunSource, label: str, what: str = "attacks") -> Self:
        """Create the gallery of a method from its first trial.

        Parameters
        ----------
        run : path-like or RunContents
            The run's folder.
        label : str
            What tables call the method.
        what : {"corruptions", "attacks"}, default="attacks"
            One image of each corruption, at its middle severity; or three of each attack.

        Returns
        -------
        display : DistortionGalleryDisplay

        Raises
        ------
        UnknownNameError
            If the run has no such method, or there is no such kind.
        StoreError
            If there is no run, all trials failed, or it does not hold the images.
        """
        if what not in KINDS:
            raise UnknownNameError("kind of distortion", what, KINDS)
        contents = read_contents(run)
        chosen: What = "corruptions" if what == "corruptions" else "attacks"
        examples = distorted_examples(contents, label, chosen)
        if not examples:
            raise StoreError(f"{contents.store.folder}: it holds no {_TITLES[what]} images of {label!r}")
        return cls(examples, label, chosen)

    @property
    def figsize(self) -> tuple[float, float]:
        """Suitable width and height in inches."""
        return 9.0, 0.7 + 9.0 / COLUMNS * _DOWN / _ACROSS * math.ceil(len(self.examples) / COLUMNS)

    @property
    def note(self) -> str:
        """What the three images of a group are."""
        return (
            "Of each group: the clean image, the difference, and the changed image. The difference is enlarged by "
            "the factor below it; grey is none, darker is more ink, lighter is less. Below the others: the true class, "
            "an arrow, and what the method took it for. Images that became wrong are preferred: the gallery does not "
            "show how frequent that is."
        )

    def frame(self) -> pd.DataFrame:
        """Return what is shown of each image.

        Returns
        -------
        frame : DataFrame
            Columns ``title``, ``truth``, ``taken_before``, ``taken_after`` and ``factor`` (of the difference).
        """
        names = ("title", "truth", "taken_before", "taken_after")
        return pd.DataFrame(
            [{**{name: getattr(each, name) for name in names}, "factor": _shades(each)[1]} for each in self.examples]
        )

    def describe(self) -> str:
        """Return in words how many of the images became wrong.

        Returns
        -------
        text : str
        """
        n_wrong = sum(each.taken_after != each.truth for each in self.examples)
        return f"{self.label}: {pluralize(len(self.examples), 'image')}, {n_wrong} of them wrong after."

    def plot(
        self,
        ax: "Axes | None" = None,
        *,
        im_kw: dict[str, Any] | None = None,
        text_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw groups of three images: before, difference, after.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default=None
            Axes to draw on; by default those of a new figure.
        im_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.imshow`, for each image.
        text_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.text`, for what is above and below the images.

        Returns
        -------
        display : DistortionGalleryDisplay
            Itself.
        """
        ax, _ = self._set_axes(ax)
        ax.set_axis_off()
        for number, example in enumerate(self.examples):
            row, column = divmod(number, COLUMNS)
            _draw(ax, example, (column * _ACROSS, row * _DOWN), im_kw, text_kw)
        ax.set_xlim(-0.1, COLUMNS * _ACROSS)
        ax.set_ylim(math.ceil(len(self.examples) / COLUMNS) * _DOWN, -0.05)
        ax.set_aspect("equal")
        ax.set_title(f"{shorten_label(self.label, 40)}: images before, difference, and {_TITLES[self.what]}", pad=8)
        return self


def _draw(
    ax: "Axes",
    example: DistortedExample,
    corner: tuple[float, float],
    im_kw: dict[str, Any] | None,
    text_kw: dict[str, Any] | None,
) -> None:
    from matplotlib.image import AxesImage
    from matplotlib.text import Text

    (left, top), (tiles, factor) = corner, _shades(example)
    height, width = example.before.shape
    # Images that are not square are made to fit into one.
    tall, wide = height / max(height, width), width / max(height, width)
    captions = (
        f"{example.truth} → {example.taken_before}",
        f"× {factor:.2g}",
        f"{example.truth} → {example.taken_after}",
    )
    style = with_style({"fontsize": 7.5, "ha": "left", "va": "bottom"}, text_kw, Text)
    ax.text(left, top + 0.3, shorten_label(example.title, 36), **style)
    for place, (tile, caption) in enumerate(zip(tiles, captions, strict=True)):
        start = left + place * _STEP
        look = {
            "cmap": "gray",
            "vmin": 0,
            "vmax": 1,
            "interpolation": "none",
            "extent": (start, start + wide, top + 0.34 + tall, top + 0.34),
        }
        ax.imshow(tile, **with_style(look, im_kw, AxesImage))
        below = with_style({"fontsize": 7, "ha": "center", "va": "top"}, text_kw, Text)
        ax.text(start + wide / 2, top + 0.38 + tall, escape_mathtext(caption), **below)


def _shades(example: DistortedExample) -> tuple[tuple[NDArray[np.float64], ...], float]:
    """Return before, difference and after as they are read on paper, and the factor of the difference.

    The ground is what the edges are of the image before: some corruptions exchange ink and paper.
    """
    both = np.stack([example.before, example.after]).astype(np.float64)
    low, high = float(both.min()), float(both.max())
    shares = (both - low) / max(high - low, 1e-12)
    first = shares[0]
    edges = np.concatenate([first[0], first[-1], first[:, 0], first[:, -1]])
    before, after = 1 - shares if float(edges.mean()) < 0.5 else shares
    difference = after - before
    factor = 1 / max(float(np.abs(difference).max()), 1e-3)
    return (before, 0.5 + 0.5 * factor * difference, after), factor
