"""The protocol of all displays, the classes that they are made from, and their style keywords."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, Self, runtime_checkable

import pandas as pd

from hdr_bench.reporting.run import RunContents, RunSource, read_contents

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@runtime_checkable
class Display(Protocol):
    """A figure as scikit-learn's displays are: it holds computed data, and `plot` only draws.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Axes that the display was drawn on.
    figure_ : matplotlib.figure.Figure
        Figure that contains `ax_`.
    """

    ax_: Any
    figure_: Any

    @property
    def figsize(self) -> tuple[float, float]:
        """Suitable width and height in inches."""

    @property
    def note(self) -> str:
        """What a report says below it, e.g. which methods are left out; empty for nothing."""

    def frame(self) -> pd.DataFrame:
        """Return the numbers that are drawn.

        Returns
        -------
        frame : DataFrame
        """

    def describe(self) -> str:
        """Return in a sentence what is seen, for those who do not see it.

        Returns
        -------
        text : str
        """

    def plot(self, ax: Any = None) -> Self:
        """Draw on axes.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default=None
            Axes to draw on; by default those of a new figure of suitable size.

        Returns
        -------
        display : Display
            Itself.
        """


@dataclass(eq=False, repr=False)
class BaseDisplay(ABC):
    """Base of all displays.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Axes that the display was drawn on; None before.
    figure_ : matplotlib.figure.Figure
        Figure that contains `ax_`; None before.
    """

    ax_: Any = field(default=None, init=False)
    figure_: Any = field(default=None, init=False)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.describe()}>"

    @property
    @abstractmethod
    def figsize(self) -> tuple[float, float]:
        """Suitable width and height in inches."""

    @property
    def note(self) -> str:
        """What a report says below it, e.g. which methods are left out; empty for nothing."""
        return ""

    @abstractmethod
    def frame(self) -> pd.DataFrame:
        """Return the numbers that are drawn.

        Returns
        -------
        frame : DataFrame
        """

    @abstractmethod
    def describe(self) -> str:
        """Return in a sentence what is seen, for those who do not see it.

        Returns
        -------
        text : str
        """

    @abstractmethod
    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw on axes.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default=None
            Axes to draw on; by default those of a new figure of suitable size.

        Returns
        -------
        display : Display
            Itself.
        """

    def _set_axes(self, ax: "Axes | None") -> "tuple[Axes, Figure]":
        """Set the axes to draw on: `ax`, or those of a new figure of suitable size."""
        if ax is None:
            from matplotlib import pyplot

            _, ax = pyplot.subplots(figsize=self.figsize, layout="constrained")
        self.ax_, self.figure_ = ax, ax.figure
        return self.ax_, self.figure_


@dataclass(eq=False, repr=False)
class ResultsDisplay(BaseDisplay):
    """Base of the displays that are a function of the frame of results alone."""

    @classmethod
    @abstractmethod
    def from_results(cls, results: pd.DataFrame) -> Self:
        """Create the display from a run's results.

        Parameters
        ----------
        results : DataFrame
            Results, in the form that `load_results` returns.

        Returns
        -------
        display : ResultsDisplay
        """

    @classmethod
    def from_run(cls, run: RunSource, **options: Any) -> Self:
        """Create the display from a run.

        Parameters
        ----------
        run : path-like or RunContents
            The run's folder.
        **options : dict
            As `from_results` takes them.

        Returns
        -------
        display : object
            Of this class.

        Raises
        ------
        StoreError
            If there is no run.
        """
        return cls.from_results(read_contents(run).results, **options)


def with_style(defaults: Mapping[str, Any], given: Mapping[str, Any] | None, artist: "type[Artist]") -> dict[str, Any]:
    """Return style keywords, those given before the defaults; ``lw`` replaces ``linewidth``, as in matplotlib.

    Parameters
    ----------
    defaults : mapping of str to object
        What this library draws with.
    given : mapping of str to object, optional
        What a user wants.
    artist : type
        Class of matplotlib whose abbreviations are known.

    Returns
    -------
    keywords : dict of str to object

    Examples
    --------
    >>> from matplotlib.lines import Line2D
    >>> with_style({"color": "k", "linewidth": 1}, {"lw": 3}, Line2D)
    {'color': 'k', 'linewidth': 3}
    """
    from matplotlib.cbook import normalize_kwargs

    return {**normalize_kwargs(dict(defaults), artist), **normalize_kwargs(dict(given or {}), artist)}


def method_number(contents: RunContents, case: str) -> int:
    """Return a method's place in the suite, from 0, which its colour follows in every figure.

    Parameters
    ----------
    contents : RunContents
        The run.
    case : str
        The method.

    Returns
    -------
    number : int
    """
    return int(contents.summary.loc[contents.summary["method"] == case, "number"].iloc[0])


def list_accuracies(frame: pd.DataFrame) -> str:
    """Return the accuracies of a frame in words.

    Parameters
    ----------
    frame : DataFrame
        Columns ``case`` and ``accuracy``, a share.

    Returns
    -------
    text : str

    Examples
    --------
    >>> list_accuracies(pd.DataFrame({"case": ["k-NN", "SVM"], "accuracy": [0.9, 0.975]}))
    'k-NN: 90.0 %; SVM: 97.5 %.'
    """
    pairs = zip(frame["case"], frame["accuracy"], strict=True)
    return "; ".join(f"{case}: {100 * accuracy:.1f} %" for case, accuracy in pairs) + "."
