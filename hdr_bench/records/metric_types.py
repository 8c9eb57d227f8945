"""Types of the table of metrics: a metric, and how methods are compared by their costs."""

import math
from dataclasses import dataclass
from typing import Literal

Kind = Literal["share", "loss", "count", "seconds", "bytes"]
"""Kind of a value: a fraction between 0 and 1, a loss of at least 0, a whole number, seconds, or bytes."""

Source = Literal["scores", "measurements", "searched", "history", "classes"]
"""Field of a `hdr_bench.records.result.Result` that holds a metric; "classes": none, computed for each class from a
trial's predictions."""

Rule = Literal["margin", "ratio", "curve", "equality", "side by side", "class margin"]
"""Rule for the verdict on a published figure.

"margin": a fraction of the images that a method is evaluated on, by two one-sided tests. "ratio": a loss. "curve":
training progress, epoch by epoch. "equality": a count. "side by side": no verdict. "class margin": a share of the
images of one class.
"""

Call = Literal["fit", "predict", "latency"]
"""A timed call; the last one is for all calls with a single image together."""

Clock = Literal["wall", "processor"]
"""Clock of a time: wall time, or processor time of all threads."""

Part = Literal["train", "validation"]
"""Images that an epoch is evaluated on: the training images, or held-out ones."""

FACTORS = {"%": 100.0, "s": 1.0, "ms": 1e3, "MB": 1e-6, "": 1.0}
"""Factor per unit for a stored value, which is a fraction, or in seconds or bytes."""


@dataclass(frozen=True)
class CostTerms:
    """How methods are compared by a cost.

    Attributes
    ----------
    words : str
        Name in a sentence, e.g. ``"time to fit"``.
    axis : str
        Label on an axis, without the unit; empty if nothing is plotted against it.
    superlative : str
        Title of the method with the lowest cost, e.g. ``"Fastest to train"``; empty if reports do not name it.
    is_compared : bool
        Whether two runs are compared by it.
    single_fit_ratio : float
        Ratio of two medians from which they are considered different if there are fewer than three undisturbed fits. It
        exceeds the differences between repeats of any single method: for the 54 methods that the reports of version 0.2
        fit three times or more, the largest value is at most 2.8 times the smallest for fits, 3.9 times for
        predictions, 1.6 and 3.7 times for the peaks of memory, and 1.09 times for pickled sizes; nearly all of these
        times were measured on a shared machine. Infinite if unknown: then no difference is reported.
    resolution : float
        Smallest value shown on a logarithmic axis, in seconds or bytes; anything below cannot be measured.
    """

    words: str
    axis: str = ""
    superlative: str = ""
    is_compared: bool = False
    single_fit_ratio: float = math.inf
    resolution: float = 1e-5


@dataclass(frozen=True)
class Course:
    """Training progress, epoch by epoch, that a metric of the history records.

    Attributes
    ----------
    quantity : str
        Quantity, e.g. ``"accuracy"``: the same for all images, and shown together in a figure.
    part : {"train", "validation"}
        Images that it is evaluated on.
    """

    quantity: str
    part: Part


@dataclass(frozen=True)
class Metric:
    """A metric: its names, type, source, and use.

    Attributes
    ----------
    name : str
        Name in suites and claims.
    label : str
        Column header without the unit.
    unit : {"%", "s", "ms", "MB", ""}
        Unit in tables and figures; stored values are fractions, seconds, bytes, or counts.
    kind : {"share", "loss", "count", "seconds", "bytes"}
        Kind of its values.
    source : {"scores", "measurements", "searched", "history", "classes"}
        Field of a result that holds it, or "classes" if it is computed for each class from predictions.
    column : str
        Name in that field, and in the columns of `load_results`; by default the name.
    derived : {"complement", "per epoch", "with biases"} or None
        How it is computed from stored values: one minus it, per epoch of training, or over a network's layers with an
        addition per bias.
    better : {"higher", "lower"}
        Which of two values is better.
    evaluated_on : {"test part", "folds"} or None
        For published figures: images that it must have been evaluated on to be comparable. Claims ask for metrics
        without this restriction.
    verdict : {"margin", "ratio", "curve", "equality", "side by side", "class margin"} or None
        Rule for the verdict on a published figure; None if it cannot be published.
    digits : int or None
        Decimal places in its unit; None for a number appropriate to its kind and number of images.
    table_digits : int or None
        Decimal places in the table of scores, if fewer than next to a published figure.
    call : {"fit", "predict", "latency"} or None
        The call that it measures. A time is disturbed if something else used the processors meanwhile.
    clock : {"wall", "processor"}
        Clock of a time. Only wall times are marked as disturbed.
    has_column : bool
        Whether the report's tables of times, memory and searches have a column for it, unless it is derived.
    course : Course or None
        For the history: the training progress that it records.
    cost : CostTerms or None
        How methods are compared by it, if it is a cost.
    """

    name: str
    label: str
    unit: str
    kind: Kind
    source: Source
    column: str = ""
    derived: Literal["complement", "per epoch", "with biases"] | None = None
    better: Literal["higher", "lower"] = "lower"
    evaluated_on: Literal["test part", "folds"] | None = None
    verdict: Rule | None = None
    digits: int | None = None
    table_digits: int | None = None
    call: Call | None = None
    clock: Clock = "wall"
    has_column: bool = True
    course: Course | None = None
    cost: CostTerms | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "column", self.column or self.name)

    @property
    def head(self) -> str:
        """Column header: the label with the unit in brackets."""
        return f"{self.label} ({self.unit})" if self.unit else self.label

    @property
    def factor(self) -> float:
        """Factor that converts a stored value to its unit."""
        return FACTORS[self.unit]

    @property
    def axis(self) -> str:
        """Label of an axis that shows it."""
        return f"{(self.cost and self.cost.axis) or self.label} ({self.unit})"

    @property
    def is_lower_better(self) -> bool:
        """Whether the smaller of two values is better."""
        return self.better == "lower"

    @property
    def disturbing_call(self) -> Call | None:
        """The call whose wait for a processor disturbs it; None unless it is a time."""
        return self.call if self.kind == "seconds" else None
