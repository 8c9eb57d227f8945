"""How networks learn: loss and accuracy by epoch."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import pandas as pd

from hdr_bench.exceptions import StoreError, UnknownNameError
from hdr_bench.records.courses import course_columns, course_quantities
from hdr_bench.records.metric_types import Metric
from hdr_bench.reporting.details import history_rows
from hdr_bench.reporting.displays.axes import legend_beside, scale_by_log_error, shorten_label
from hdr_bench.reporting.displays.base import BaseDisplay, with_style
from hdr_bench.reporting.run import RunContents, RunSource, read_contents
from hdr_bench.reporting.style import color_of, marker_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LOOKS = {"train": ("-", "o"), "validation": ("--", "s")}


@dataclass(eq=False, repr=False)
class TrainingDisplay(BaseDisplay):
    """Loss or accuracy of networks by epoch: on training images while they learn, and on images held out.

    Parameters
    ----------
    histories : DataFrame
        Columns ``case``, ``number`` (the method's place in the suite), ``seed``, ``fold``, ``epoch``, and what was
        recorded: losses, and accuracies as shares.
    quantity : {"accuracy", "loss"}, default="accuracy"
        What is drawn: one of `hdr_bench.records.courses.course_quantities`.
    validation : {"held-out", "test"}, default="held-out"
        What images were evaluated after each epoch; "held-out" if networks differ in it.

    Attributes
    ----------
    ax_ : matplotlib.axes.Axes
        Axes that the display was drawn on.
    figure_ : matplotlib.figure.Figure
        Figure that contains `ax_`.

    Examples
    --------
    >>> from hdr_bench.reporting.displays import TrainingDisplay
    >>> TrainingDisplay.from_run("reports/quick", ["MLP"], "loss").plot()  # doctest: +SKIP
    """

    histories: pd.DataFrame
    quantity: str = "accuracy"
    validation: str = "held-out"

    @classmethod
    def from_run(cls, run: RunSource, cases: Sequence[str] | None = None, quantity: str = "accuracy") -> Self:
        """Create the display of some networks of a run, or of all.

        Of a learning curve it is the trials with most images.

        Parameters
        ----------
        run : path-like or RunContents
            The run's folder.
        cases : sequence of str, default=None
            The networks; by default all.
        quantity : {"accuracy", "loss"}, default="accuracy"
            What is drawn.

        Returns
        -------
        display : TrainingDisplay

        Raises
        ------
        UnknownNameError
            If there is no such quantity, or the run has no such case.
        StoreError
            If the quantity is recorded of none of them, or is nowhere a number.
        """
        if quantity not in (quantities := course_quantities()):
            raise UnknownNameError("quantity", quantity, quantities)
        contents = read_contents(run)
        numbers = dict(zip(contents.summary["method"], contents.summary["number"], strict=True))
        for case in cases or ():
            if case not in numbers:
                raise UnknownNameError("case", case, numbers)
        histories, validation = _read_histories(contents, list(numbers if cases is None else cases))
        # A network that diverged has no loss, and other libraries record other quantities.
        columns = course_columns(quantity).values()
        histories = histories[histories.reindex(columns=list(columns)).notna().any(axis=1)]
        if not len(histories):
            raise StoreError(f"{contents.store.folder}: no course of training is kept of {', '.join(cases or numbers)}")
        return cls(histories.assign(number=histories["case"].map(numbers)), quantity, validation)

    @property
    def figsize(self) -> tuple[float, float]:
        """Suitable width and height in inches: the legend has a line for each network and part."""
        if not self._has_several:
            return 4.25, 3.4
        return 8.5, max(4.2, 0.8 + 0.19 * self.frame().groupby(["case", "part"]).ngroups)

    def frame(self) -> pd.DataFrame:
        """Return the numbers that are drawn.

        Returns
        -------
        frame : DataFrame
            A row for each ``case``, ``part`` ("train", "validation") and ``epoch``: ``mean``, ``low`` and ``high`` over
            the trials, accuracies as shares.
        """
        parts = {column: part for part, column in course_columns(self.quantity).items() if column in self.histories}
        long = self.histories.melt(["case", "number", "epoch"], list(parts), "part").dropna(subset="value")
        long["part"] = long["part"].map(parts)
        long["value"] = long["value"].astype(float)
        groups = long.groupby(["number", "case", "part", "epoch"], sort=True)["value"]
        return groups.agg(mean="mean", low="min", high="max").reset_index()

    def describe(self) -> str:
        """Return in words what each network reached on the training images.

        Returns
        -------
        text : str
        """
        last = self.frame().query("part == 'train'").groupby("case", sort=False).last()
        write = "{:.1%} of".format if self._is_share else f"{self.quantity} of {{:.4g}} on".format
        words = [
            f"{case}: {write(row['mean']).replace('%', ' %')} the training images after epoch {row['epoch']:.0f}"
            for case, row in last.iterrows()
        ]
        return "; ".join(words) + "." if words else ""

    def plot(
        self,
        ax: "Axes | None" = None,
        *,
        line_kw: dict[str, Any] | None = None,
        fill_between_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw a line per network and part; a band reaches from the lowest to the highest of its trials.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, default=None
            Axes to draw on; by default those of a new figure.
        line_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.plot`, for the means.
        fill_between_kw : dict, default=None
            Keywords of `matplotlib.axes.Axes.fill_between`, for the bands.

        Returns
        -------
        display : TrainingDisplay
            Itself.
        """
        from matplotlib.collections import PolyCollection
        from matplotlib.lines import Line2D

        ax, _ = self._set_axes(ax)
        frame, factor = self.frame(), self._metric.factor
        for (case, part), line in frame.groupby(["case", "part"], sort=False):
            dashes, marker = _LOOKS[str(part)]
            number = int(line["number"].iloc[0])
            look = {
                "linestyle": dashes,
                "marker": marker_of(number) if self._has_several else marker,
                "markersize": 4,
                "color": color_of(number),
                "label": self._label_of(str(case), str(part), frame),
            }
            ax.plot(line["epoch"], factor * line["mean"], **with_style(look, line_kw, Line2D))
            band = with_style(
                {"color": color_of(number), "alpha": 0.15, "linewidth": 0}, fill_between_kw, PolyCollection
            )
            ax.fill_between(line["epoch"], factor * line["low"], factor * line["high"], **band)
        self._label_axes(ax, frame)
        return self

    @property
    def _metric(self) -> Metric:
        return course_quantities()[self.quantity]

    @property
    def _is_share(self) -> bool:
        return self._metric.kind == "share"

    @property
    def _has_several(self) -> bool:
        return len(set(self.histories["case"])) > 1

    def _part_names(self, frame: pd.DataFrame) -> dict[str, str]:
        names = {"train": "training", "validation": self.validation}
        return {part: names[part] for part in _LOOKS if part in set(frame["part"])}

    def _label_of(self, case: str, part: str, frame: pd.DataFrame) -> str:
        names = self._part_names(frame)
        if not self._has_several:
            return f"{names[part].capitalize()} images"
        return f"{shorten_label(case)}, {names[part]}" if len(names) > 1 else shorten_label(case)

    def _label_axes(self, ax: "Axes", frame: pd.DataFrame) -> None:
        quantity, unit = self.quantity.replace("_", " ").capitalize(), self._metric.unit
        locator: Any = ax.xaxis.get_major_locator()
        locator.set_params(integer=True)
        ax.set_xlabel("Epoch")
        ax.set_ylabel(f"{quantity} ({unit})" if unit else quantity)
        if self._is_share:
            # One network that learns slowly would squeeze all others together.
            scale_by_log_error(ax, "y", 100 * float(frame["low"].min()), 100 * float(frame["high"].max()))
            ax.set_ylabel(f"{quantity} (%; error on a log scale)")
        if self._has_several:
            parts = " and ".join(self._part_names(frame).values())
            ax.set_title(f"{quantity} of each network by epoch ({parts} images)")
            legend_beside(ax, fontsize=8)
            return
        ax.set_title(f"{quantity} by epoch: {shorten_label(str(self.histories['case'].iloc[0]), 24)}")
        ax.legend(frameon=False)


def _read_histories(contents: RunContents, cases: list[str]) -> tuple[pd.DataFrame, str]:
    """Return the epochs of all trials that did not fail, and what images were evaluated after each."""
    good = set(contents.results.loc[contents.results["status"] == "ok", "case"])
    records = [
        record for case in cases if case in good for record in contents.good_records(contents.label_of_case(case))
    ]
    held_out = {course_columns(quantity).get("validation") for quantity in course_quantities()}
    evaluated = {
        record.trial.validation for record in records if any(held_out.intersection(row) for row in record.history)
    }
    return pd.DataFrame(history_rows(records)), "test" if evaluated == {"test"} else "held-out"
