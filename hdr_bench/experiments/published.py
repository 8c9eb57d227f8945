"""Published figures: what a source reports, and how it is held against what is measured."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from hdr_bench.experiments.record import Record

Metric = Literal["test_accuracy", "test_error", "test_loss", "test_rejection", "cross_validation_accuracy",
                 "cross_validation_error", "train_accuracy", "train_loss", "validation_accuracy", "validation_loss",
                 "parameters", "multiply_accumulates", "stored_variables", "fit_seconds", "predict_seconds",
                 "epoch_seconds"]  # fmt: skip

COUNTS = ("parameters", "multiply_accumulates", "stored_variables")
"""Those that are whole numbers."""


class Published(Record):
    """A published figure, and how it is held against what was measured.

    Attributes
    ----------
    metric : str
        Shares between 0 and 1, seconds, or counts.
    value : float or None
    values : tuple of float or None
        In place of `value`: one an epoch.
    where : str
        Where the source gives it.
    n_images : int or None
        Images that the published share was found on; None for as many as the measured one.
    repeats : int
        Runs that the published value is the mean of.
    tolerance : float or None
        Of training and validation figures: how far an epoch's value may be from the published one; None takes 0.01 for
        an accuracy and 0.05 for a loss. Of counts: how far the source has rounded; None for not at all.
    not_comparable : str
        Why it cannot be held against what is measured, e.g. another protocol or other data.
    at_least : bool
        Of a share: the source gives a bound alone, e.g. "over 97 %"; what is better reproduces it.
    remark : str
        What was found out about it, e.g. why it is not reproduced; stands beside the verdict's reason.
    """

    metric: Metric
    value: float | None = None
    values: Annotated[tuple[float, ...], Field(min_length=1)] | None = None
    where: str = ""
    n_images: Annotated[int, Field(ge=1)] | None = None
    repeats: Annotated[int, Field(ge=1)] = 1
    tolerance: Annotated[float, Field(gt=0)] | None = None
    not_comparable: str = ""
    at_least: bool = False
    remark: str = ""

    @model_validator(mode="after")
    def _has_one_kind_of_value(self) -> Self:
        if (self.value is None) == (self.values is None):
            raise ValueError("give either value or values")
        is_curve = self.metric.startswith(("train_", "validation_"))
        if self.values is not None and not is_curve:
            raise ValueError(f"values are for an epoch each, of training or validation; {self.metric} has one value")
        if self.tolerance is not None and not is_curve and self.metric not in COUNTS:
            raise ValueError(f"tolerance is for figures of training or validation and counts, not for {self.metric}")
        is_share = self.metric.endswith(("accuracy", "error", "rejection"))
        if self.at_least and not is_share:
            raise ValueError(f"at_least is for shares, not for {self.metric}")
        for value in self.values or (self.value,):
            if is_share and value is not None and not 0 <= value <= 1:
                raise ValueError(f"{self.metric} is a share between 0 and 1, not {value}")
        return self


class NotBuilt(Record):
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

    name: Annotated[str, Field(min_length=1)]
    reason: Annotated[str, Field(min_length=1)]
    published: Annotated[tuple[Published, ...], Field(min_length=1)]
