"""Published figures: what a source reports, and how it is compared with what is measured."""

from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from hdr_bench.exceptions import offer, shown, suggestion
from hdr_bench.records.base import MOST_REPEATS, MOST_SAMPLES, Flag, Name, Number, Prose, SuitePart, Text, Whole
from hdr_bench.records.metric_types import Metric
from hdr_bench.records.metrics import METRICS, published_metrics


def _checked_metric(name: Any) -> str:
    allowed = published_metrics()
    if not isinstance(name, str):
        raise ValueError(f"must be one of these texts, got {shown(name)}. {offer(allowed)}")
    if name not in allowed:
        raise ValueError(f"unknown value {shown(name)}.{suggestion(name, allowed)} {offer(allowed)}")
    return name


MetricName = Annotated[str, BeforeValidator(_checked_metric)]
"""The name of a metric that a source may publish."""


def _checked_figure(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError(f"must be a number, got {shown(value)}")
    return value


Figure = Annotated[Decimal, BeforeValidator(_checked_figure), Field(max_digits=60)]
"""A number with the digits that a source prints."""


class Published(SuitePart):
    """A published figure, and how it is compared with what was measured.

    Attributes
    ----------
    metric : str
        A name of `hdr_bench.records.metrics.METRICS` that can be published. Shares are between 0 and 1, times in
        seconds, sizes in bytes.
    value : Decimal or None
        With the digits that the source prints, since its rounding is part of it: a text such as ``"0.9900"``. A plain
        number is accepted too and has the digits it is written with, apart from trailing zeros, which numbers lose.
    values : tuple of Decimal or None
        Instead of `value`: one per epoch.
    where : str
        Where the source gives it.
    n_images : int or None
        Images that the published share was found on; None for as many as the measured one.
    repeats : int
        Runs that the published value is the mean of.
    other_images : bool
        The published share was found on other images than the measured one, e.g. another random cut of the same data.
        Figures of another number of images than the measured one are compared so without being marked.
    counted : bool
        Of counts: the source does not print it; it was counted on the method that the source describes. It is shown,
        and is not one of the published figures.
    tolerance : float or None
        Of counts: how far the source has rounded; None for not at all. Of training and validation figures: how far an
        epoch's value may be from the published one, e.g. where that was read from a plot; None compares by ratio.
    not_comparable : str
        Why it cannot be compared with what is measured, e.g. another protocol or other data.
    at_least : bool
        Of a share: the source gives only a bound, e.g. "over 97 %"; what is better reproduces it.
    remark : str
        What was found out about it by trying, e.g. why it is not reproduced; printed beside the verdict.
    """

    metric: MetricName
    value: Figure | None = None
    values: Annotated[tuple[Figure, ...], Field(min_length=1)] | None = None
    where: Prose = ""
    n_images: Annotated[Whole, Field(ge=1, le=MOST_SAMPLES)] | None = None
    repeats: Annotated[Whole, Field(ge=1, le=MOST_REPEATS)] = 1
    other_images: Flag = False
    counted: Flag = False
    tolerance: Annotated[Number, Field(gt=0)] | None = None
    not_comparable: Prose = ""
    at_least: Flag = False
    remark: Prose = ""

    @property
    def figures(self) -> tuple[Decimal, ...]:
        """Its values: one, or one per epoch."""
        return self.values or tuple(value for value in (self.value,) if value is not None)

    @property
    def definition(self) -> Metric:
        """The row of its metric."""
        return METRICS[self.metric]

    @model_validator(mode="after")
    def _has_one_kind_of_value(self) -> Self:
        if (self.value is None) == (self.values is None):
            raise ValueError("give either value or values")
        is_curve, is_count = self.definition.source == "history", self.definition.kind == "count"
        if self.values is not None and not is_curve:
            raise ValueError(f"values are for training or validation figures, one per epoch; {self.metric} has one")
        if self.tolerance is not None and not is_curve and not is_count:
            raise ValueError(f"tolerance is for figures of training or validation and counts, not for {self.metric}")
        if self.counted and not is_count:
            raise ValueError(f"counted is for {', '.join(_published_counts())}, not for {self.metric}")
        is_share = self.definition.kind == "share"
        for name in ("at_least", "other_images"):
            if getattr(self, name) and not is_share:
                raise ValueError(f"{name} is for shares, not for {self.metric}")
        for value in self.figures:
            if is_share and not 0 <= value <= 1:
                raise ValueError(f"{self.metric} must be a share between 0 and 1, got {value}")
            if value < 0:
                raise ValueError(f"{self.metric} must be at least 0, got {value}")
        return self


def _published_counts() -> list[str]:
    return [name for name in published_metrics() if METRICS[name].kind == "count"]


def half_unit(value: Decimal) -> float:
    """Return half a unit of the last digit of a published figure: how far its rounding may have moved it.

    Parameters
    ----------
    value : Decimal
        With the digits that the source prints.

    Returns
    -------
    half : float
        In the unit of the value.

    Examples
    --------
    >>> from decimal import Decimal
    >>> half_unit(Decimal("0.9900")), half_unit(Decimal("0.99")), half_unit(Decimal("12"))
    (5e-05, 0.005, 0.5)
    """
    exponent = value.as_tuple().exponent
    return float(Decimal(5).scaleb(exponent - 1)) if isinstance(exponent, int) else 0.0


class Anchor(SuitePart):
    """A figure of a source that a suite's own are read beside, though its set-up is another one.

    It is no figure to reproduce: nothing is concluded from how far the measured one is from it.

    Attributes
    ----------
    name : str
        What tables call it: the source's method.
    source : str
        Where the figure stands.
    difference : str
        How the source's set-up differs from that of the suite.
    accuracy : Decimal
        A share between 0 and 1, with the digits that the source prints.
    case : str
        Name of the suite's case that it is read beside; empty for none.
    test_set : str
        Name of the suite's test set that it is read beside; empty for the test part of the case's own data.
    """

    name: Name
    source: Text
    difference: Text
    accuracy: Annotated[Figure, Field(ge=0, le=1)]
    case: str = ""
    test_set: str = ""


class NotBuilt(SuitePart):
    """A row of a source's table that the suite does not run yet.

    Attributes
    ----------
    name : str
        What tables call it.
    reason : str
        Why it is not there.
    published : tuple of Published
        Its figures.
    """

    name: Name
    reason: Text
    published: Annotated[tuple[Published, ...], Field(min_length=1)]
