"""What the table of metrics is made of: a metric, and how methods are compared by what they cost."""

import math
from dataclasses import dataclass
from typing import Literal

Kind = Literal["share", "loss", "count", "seconds", "bytes"]
"""What a value is: a share between 0 and 1, a loss of at least 0, a whole number, seconds, or bytes."""

Source = Literal["scores", "measurements", "searched", "history"]
"""The field of a `hdr_bench.records.result.Result` that holds a metric."""

Rule = Literal["margin", "ratio", "curve", "equality", "side by side"]
"""How a published figure gets its verdict.

"margin": a share of the images that a method is evaluated on, by two one-sided tests. "ratio": a loss. "curve": a
course of training, epoch by epoch. "equality": a count. "side by side": it gets none.
"""

Call = Literal["fit", "predict", "latency"]
"""A call that is timed; the last one is of all calls with a single image together."""

Clock = Literal["wall", "processor"]
"""What a time is measured by: the time that passes, or that of all threads on processors."""

Part = Literal["train", "validation"]
"""The images that an epoch is evaluated on: those that are trained on, or those held out."""

FACTORS = {"%": 100.0, "s": 1.0, "ms": 1e3, "MB": 1e-6, "": 1.0}
"""By unit: what a stored value is multiplied by, which is a share, or in seconds or bytes."""


@dataclass(frozen=True)
class CostTerms:
    """How methods are compared by what they cost.

    Attributes
    ----------
    words : str
        In a sentence, e.g. ``"time to fit"``.
    axis : str
        On the axis of a figure, without the unit; empty if nothing is drawn against it.
    superlative : str
        What the method is that costs least, e.g. ``"Fastest to train"``; empty if a report does not name it.
    is_compared : bool
        Two runs are compared by it.
    single_fit_ratio : float
        Ratio of two medians from which they are told apart if there are fewer than three undisturbed fits. Above what
        the repeats of any one method differ by: of the 54 methods that the reports of version 0.2 fit three times or
        more, the largest value is at most 2.8 times the smallest for fits, 3.9 times for predictions, 1.6 and 3.7
        times for the peaks of memory, and 1.09 times for pickled sizes; nearly all of these times are of a shared
        machine. Infinite where it is not known: then nothing is told apart.
    resolution : float
        The smallest value that a logarithmic axis shows, in seconds or bytes: below it nothing is measured.
    """

    words: str
    axis: str = ""
    superlative: str = ""
    is_compared: bool = False
    single_fit_ratio: float = math.inf
    resolution: float = 1e-5


@dataclass(frozen=True)
class Course:
    """What a metric of the history is the course of, epoch by epoch.

    Attributes
    ----------
    quantity : str
        E.g. ``"accuracy"``: the same on all images, which a figure shows together.
    part : {"train", "validation"}
        The images that it is evaluated on.
    """

    quantity: str
    part: Part


@dataclass(frozen=True)
class Metric:
    """A metric: what it is called, what it is, where its value comes from, and what is done with it.

    Attributes
    ----------
    name : str
        What suites and claims call it.
    label : str
        At the head of a column, without the unit.
    unit : {"%", "s", "ms", "MB", ""}
        That tables and figures write it in; it is stored as a share, in seconds, in bytes, or as a count.
    kind : {"share", "loss", "count", "seconds", "bytes"}
        What its values are.
    source : {"scores", "measurements", "searched", "history"}
        The field of a result that holds it.
    column : str
        What it is called there, and in the columns of `load_results`; by default the name.
    derived : {"complement", "per epoch"} or None
        Computed from what is stored: one minus it, or its share of each epoch of training.
    better : {"higher", "lower"}
        Which of two values is better.
    evaluated_on : {"test part", "folds"} or None
        Of the figures of a source: what it must have been evaluated on to compare. Claims ask for metrics that leave
        it open.
    verdict : {"margin", "ratio", "curve", "equality", "side by side"} or None
        How a published figure gets its verdict; None if it cannot be published.
    digits : int or None
        Decimal places in its unit; None for as many as its kind and its images deserve.
    table_digits : int or None
        Decimal places in the table of scores, if there are fewer than beside a source's figure.
    call : {"fit", "predict", "latency"} or None
        The call that it is measured of. A time of it is disturbed if something else had the processors meanwhile.
    clock : {"wall", "processor"}
        Of a time: what it is measured by. Only wall times are marked as disturbed.
    has_column : bool
        The report's tables of times, memory and searches have a column for it, unless it is derived.
    course : Course or None
        Of the history: what it is the course of.
    cost : CostTerms or None
        How methods are compared by it, if it is a cost.
    """

    name: str
    label: str
    unit: str
    kind: Kind
    source: Source
    column: str = ""
    derived: Literal["complement", "per epoch"] | None = None
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
        """The head of its column: the label with the unit in brackets."""
        return f"{self.label} ({self.unit})" if self.unit else self.label

    @property
    def factor(self) -> float:
        """What a stored value is multiplied by to be in its unit."""
        return FACTORS[self.unit]

    @property
    def axis(self) -> str:
        """The label of an axis that it is drawn on."""
        return f"{(self.cost and self.cost.axis) or self.label} ({self.unit})"

    @property
    def is_lower_better(self) -> bool:
        """The smaller of two values is better."""
        return self.better == "lower"

    @property
    def disturbing_call(self) -> Call | None:
        """The call whose wait for a processor disturbs it; None unless it is a time."""
        return self.call if self.kind == "seconds" else None
