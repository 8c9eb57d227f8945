"""Published figures: what a source reports, and how it is compared with measurements."""

from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import (
    AliasChoices,
    BeforeValidator,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

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


_MOST_EPOCHS = 1_000_000

MetricName = Annotated[str, BeforeValidator(_checked_metric)]
"""Name of a metric that a source may publish."""


def _checked_figure(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError(f"must be a number, got {shown(value)}")
    return value


Figure = Annotated[Decimal, BeforeValidator(_checked_figure), Field(max_digits=60)]
"""A number with the digits printed by a source."""


class Published(SuitePart):
    """A published figure, and how it is compared with measurements.

    Attributes
    ----------
    metric : str
        A name from `hdr_bench.records.metrics.METRICS` that can be published. Shares are fractions between 0 and 1,
        times in seconds, sizes in bytes.
    value : Decimal or None
        With the digits printed by the source, since its rounding matters: a text such as ``"0.9900"``. A plain number
        is accepted too, with the digits as written except for trailing zeros, which numbers lose.
    values : tuple of Decimal or None
        Instead of `value`: one per epoch.
    mean_epochs : int or None
        For a training or validation figure with one value: number of epochs, from the first, that the source printed
        the mean of; None for a figure of the last epoch.
    class_name : str
        For a figure of one class, e.g. its recall: the class's name in the data set. Written as ``class`` in TOML.
    where : str
        Location in the source.
    n_images : int or None
        Number of images on which the published share was measured; None for the same number as here.
    repeats : int
        Number of runs that the published figure is the mean of.
    other_images : bool
        Whether the published share was measured on other images, e.g. another random split of the same data. Figures
        for another number of images are compared in this way without being marked.
    counted : bool
        For counts: whether the number was counted on the described method rather than printed by the source. It is
        shown, but is not one of the published figures.
    tolerance : float or None
        For counts: rounding error of the source; None for no rounding. For training and validation figures: allowed
        difference per epoch from the published figure, e.g. if it was read from a plot; None compares by ratio.
    not_comparable : str
        Why it cannot be compared with measurements, e.g. another protocol or other data.
    at_least : bool
        For a share: whether the source gives only a bound, e.g. "over 97 %", which better values reproduce.
    remark : str
        Findings from attempts to reproduce it, e.g. why they fail; printed next to the verdict.
    """

    metric: MetricName
    value: Figure | None = None
    values: Annotated[tuple[Figure, ...], Field(min_length=1)] | None = None
    mean_epochs: Annotated[Whole, Field(ge=2, le=_MOST_EPOCHS)] | None = None
    class_name: Annotated[
        str, Field(validation_alias=AliasChoices("class", "class_name"), serialization_alias="class")
    ] = ""
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

    @model_serializer(mode="wrap")
    def _without_what_was_not_asked_for(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Omit unset later fields, so that records of existing suites stay unchanged."""
        content: dict[str, Any] = serialize(self)
        if self.mean_epochs is None:
            content.pop("mean_epochs", None)
        if not self.class_name:
            content.pop("class", None)
            content.pop("class_name", None)
        return content

    @model_validator(mode="after")
    def _names_a_class_if_it_is_of_one(self) -> Self:
        is_of_class = self.definition.source == "classes"
        if is_of_class and not self.class_name:
            raise ValueError(f'{self.metric} is of one class; give its name, e.g. class = "5"')
        if self.class_name and not is_of_class:
            raise ValueError(f"class is for figures of one class, not for {self.metric}")
        return self

    @model_validator(mode="after")
    def _has_one_kind_of_value(self) -> Self:
        if (self.value is None) == (self.values is None):
            raise ValueError("give either value or values")
        is_curve, is_count = self.definition.source == "history", self.definition.kind == "count"
        if self.values is not None and not is_curve:
            raise ValueError(f"values are for training or validation figures, one per epoch; {self.metric} has one")
        if self.tolerance is not None and not is_curve and not is_count:
            raise ValueError(f"tolerance is for training or validation figures and counts, not for {self.metric}")
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

    @model_validator(mode="after")
    def _is_a_mean_of_a_curve(self) -> Self:
        if self.mean_epochs is not None and (self.definition.source != "history" or self.value is None):
            raise ValueError("mean_epochs is for one value of a training or validation figure; remove it")
        return self


def _published_counts() -> list[str]:
    return [name for name in published_metrics() if METRICS[name].kind == "count"]


def half_unit(value: Decimal) -> float:
    """Return half a unit of the last digit of a published figure, which is its largest rounding error.

    Parameters
    ----------
    value : Decimal
        With the digits printed by the source.

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
    """A figure of a source shown next to a suite's own, though measured in a different set-up.

    It is not a figure to reproduce, and differences from it lead to no conclusion.

    Attributes
    ----------
    name : str
        Name in tables: the source's method.
    source : str
        Location of the figure in the source.
    difference : str
        How the source's set-up differs from the suite's.
    accuracy : Decimal
        A fraction between 0 and 1, with the digits printed by the source.
    case : str
        Name of the suite's case next to which it is shown; empty for none.
    test_set : str
        Name of the suite's test set next to which it is shown; empty for the test part of the case's own data.
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
        Name in tables.
    reason : str
        Why it is missing.
    published : tuple of Published
        Its published figures.
    """

    name: Name
    reason: Text
    published: Annotated[tuple[Published, ...], Field(min_length=1)]
