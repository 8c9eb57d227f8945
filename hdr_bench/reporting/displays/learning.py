"""How networks learn: loss and accuracy by epoch; and how methods do by the number of training images."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd

from hdr_bench.exceptions import StoreError, UnknownNameError
from hdr_bench.reporting.details import history_rows
from hdr_bench.reporting.displays.base import axes_of, ends_of, legend_beside, log_error, plain_log, shortened
from hdr_bench.reporting.frame import summarise
from hdr_bench.reporting.run import RunContents, read_contents
from hdr_bench.reporting.style import colour_of, marker_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_PARTS = {"train": ("-", "o"), "validation": ("--", "s")}
_LABELS = {"accuracy": ("Accuracy (%)", 100.0), "loss": ("Loss", 1.0)}


@dataclass(eq=False)
class TrainingDisplay:
    """Loss or accuracy of networks by epoch: on training images while they learn, and on images held out.

    Attributes
    ----------
    histories : DataFrame
        Columns ``case``, ``number`` (the method's place in the suite), ``seed``, ``fold``, ``epoch``, and what was
        recorded.
    quantity : {"accuracy", "loss"}
    watched : {"held-out", "test"}
        What images were evaluated after each epoch; "held-out" where networks differ in it.
    ax_, figure_
        Where it was drawn.
    """

    histories: pd.DataFrame
    quantity: str = "accuracy"
    watched: str = "held-out"
    ax_: Any = field(default=None, init=False)
    figure_: Any = field(default=None, init=False)

    @classmethod
    def from_results(
        cls,
        source: RunContents | str | os.PathLike[str],
        cases: Sequence[str] | None = None,
        quantity: str = "accuracy",
    ) -> Self:
        """Make the display of networks of the run in the folder `source`: of `cases`, or of all.

        Raises
        ------
        UnknownNameError
            If there is no such quantity, or the run has no such case.
        StoreError
            If the quantity is recorded of none of them, or is nowhere a number.
        """
        if quantity not in _LABELS:
            raise UnknownNameError("quantity", quantity, _LABELS)
        contents = read_contents(source)
        numbers = dict(zip(contents.summary["method"], contents.summary["number"], strict=True))
        for case in cases or ():
            if case not in numbers:
                raise UnknownNameError("case", case, numbers)
        # Of a learning curve it is the trials with most images.
        good = set(contents.results.loc[contents.results["status"] == "ok", "case"])
        chosen = [case for case in (numbers if cases is None else cases) if case in good]
        records = [record for case in chosen for record in contents.good_records(contents.label_of_case(case))]
        histories = pd.DataFrame(history_rows(records))
        # A network that diverged has no loss, and other libraries record other quantities.
        recorded = histories.reindex(columns=[f"{part}_{quantity}" for part in _PARTS]).notna().any(axis=1)
        histories = histories[recorded]
        if not len(histories):
            raise StoreError(f"{contents.store.folder}: no course of training is kept of {', '.join(cases or numbers)}")
        evaluated = {
            record.trial.validation for record in records if any("validation_loss" in row for row in record.history)
        }
        watched = "test" if evaluated == {"test"} else "held-out"
        return cls(histories.assign(number=histories["case"].map(numbers)), quantity, watched)

    def frame(self) -> pd.DataFrame:
        """Return mean, least and most over the trials by method, part (``"train"``, ``"validation"``) and epoch."""
        columns = [f"{part}_{self.quantity}" for part in _PARTS if f"{part}_{self.quantity}" in self.histories]
        long = self.histories.melt(["case", "number", "epoch"], columns, "part").dropna(subset="value")
        long["part"] = long["part"].str.partition("_")[0]
        long["value"] = long["value"].astype(float)
        groups = long.groupby(["number", "case", "part", "epoch"], sort=True)["value"]
        return groups.agg(mean="mean", low="min", high="max").reset_index()

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw a line a method and part; a band reaches from the lowest to the highest of its trials."""
        self.ax_, self.figure_ = axes_of(ax)
        label, factor = _LABELS[self.quantity]
        several, frame = len(set(self.histories["case"])) > 1, self.frame()
        names = {"train": "training", "validation": self.watched}
        parts = [names[part] for part in _PARTS if part in set(frame["part"])]
        for (case, part), line in frame.groupby(["case", "part"], sort=False):
            said, (dashes, alone) = names[str(part)], _PARTS[str(part)]
            number = int(line["number"].iloc[0])
            name = (
                f"{shortened(str(case))}{f', {said}' if len(parts) > 1 else ''}"
                if several
                else f"{said.capitalize()} images"
            )
            colour, marker = colour_of(number), marker_of(number) if several else alone
            self.ax_.plot(line["epoch"], factor * line["mean"], dashes, marker=marker, markersize=4, color=colour,
                          label=name)  # fmt: skip
            self.ax_.fill_between(line["epoch"], factor * line["low"], factor * line["high"], color=colour, alpha=0.15,
                                  linewidth=0)  # fmt: skip
        self.ax_.xaxis.get_major_locator().set_params(integer=True)
        self.ax_.set_xlabel("Epoch")
        self.ax_.set_ylabel(label)
        if self.quantity == "accuracy":
            # One network that learns slowly would squeeze all others together.
            log_error(self.ax_, "y", 100 * float(frame["low"].min()), 100 * float(frame["high"].max()))
            self.ax_.set_ylabel("Accuracy (%; error on a log scale)")
        quantity = label.partition(" ")[0]
        if several:
            self.ax_.set_title(f"{quantity} of each network by epoch ({' and '.join(parts)} images)")
        else:
            self.ax_.set_title(f"{quantity} by epoch: {shortened(str(self.histories['case'].iloc[0]), 24)}")
        if several:
            legend_beside(self.ax_, fontsize=8)
        else:
            self.ax_.legend(frameon=False)
        return self


@dataclass(eq=False)
class LearningCurveDisplay:
    """Accuracy by the number of training images.

    Attributes
    ----------
    summary : DataFrame
        As `summarise` returns it, of learning curves alone.
    ax_, figure_
        Where it was drawn.
    """

    summary: pd.DataFrame
    ax_: Any = field(default=None, init=False)
    figure_: Any = field(default=None, init=False)

    @classmethod
    def from_results(cls, results: pd.DataFrame) -> Self:
        """Make the display from what `load_results` returns.

        Raises
        ------
        StoreError
            If there is no learning curve among them, or all of its trials failed.
        """
        numbered = summarise(results)[["method", "number"]].drop_duplicates()
        curves = results[(results["protocol"] == "learning-curve") & (results["status"] == "ok")]
        if not len(curves):
            raise StoreError("these results hold no learning curve without failed trials")
        summary = summarise(curves).drop(columns="number").merge(numbered, on="method")
        sizes = curves.groupby("case", sort=False)["n_train"].unique().map(list)
        return cls(
            summary.assign(images=[int(size) for method in dict.fromkeys(summary["method"]) for size in sizes[method]])
        )

    def frame(self) -> pd.DataFrame:
        """Return a row for each method and number of images: mean accuracy, its interval and range, as shares."""
        columns = [
            "method",
            "images",
            "accuracy",
            "accuracy_low",
            "accuracy_high",
            "accuracy_min",
            "accuracy_max",
            "accuracy_std",
            "n_trials",
        ]
        return self.summary[columns].reset_index(drop=True)

    def plot(self, ax: "Axes | None" = None) -> Self:
        """Draw a line a method with its 95 % intervals, the images on a logarithmic axis."""
        self.ax_, self.figure_ = axes_of(ax)
        for method, line in self.summary.groupby("method", sort=False):
            number = int(line["number"].iloc[0])
            accuracy = 100 * line["accuracy"].to_numpy(float)
            low, high = (100 * np.abs(line[name].to_numpy(float) - line["accuracy"].to_numpy(float))
                         for name in ("accuracy_low", "accuracy_high"))  # fmt: skip
            self.ax_.errorbar(line["images"], accuracy, yerr=[low, high], marker=marker_of(number),
                              color=colour_of(number), capsize=3, label=shortened(str(method)))  # fmt: skip
        self.ax_.set_xscale("log")
        plain_log(self.ax_.xaxis)
        self.ax_.set_xlabel("Training images")
        log_error(self.ax_, "y", *ends_of(self.summary))
        self.ax_.set_ylabel("Accuracy (%; error on a log scale)")
        self.ax_.set_title("Accuracy with its 95 % interval, by the number of training images")
        legend_beside(self.ax_)
        return self
