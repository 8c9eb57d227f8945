"""Suites: what to run. These records say nothing of whether it can be run here: `suite_file` checks that.

So the record of a run can be read on a machine that has neither the data set nor the estimator.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Metric = Literal["test_accuracy", "test_error", "test_loss", "train_accuracy", "train_loss", "validation_accuracy",
                 "validation_loss", "parameters", "fit_seconds", "predict_seconds", "epoch_seconds"]  # fmt: skip


class Record(BaseModel):
    """A record that cannot change and has no keys but its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DatasetChoice(Record):
    """A data set, with what it is to be read with; a bare name in TOML is short for ``{ name = ... }``.

    Attributes
    ----------
    name : str
        As `hdr_bench.load_dataset` takes it.
    resize : tuple of int or None
        Height and width, for ``folder:`` data.
    test_size : float or None
        Share of the test part, where the data come without one.
    split_seed : int
        Seed of that cut.
    """

    name: str
    resize: tuple[int, int] | None = None
    test_size: Annotated[float, Field(gt=0, lt=1)] | None = None
    split_seed: int = 0

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, value: Any) -> Any:
        return {"name": value} if isinstance(value, str) else value


class Protocol(Record):
    """How a case is tried.

    Attributes
    ----------
    kind : {"holdout", "cross-validation", "grid-search", "learning-curve"}
        The first fits on the train part and judges on the test part.
    repeats : int
        Seeds a random method is tried with.
    folds : int or None
        Of cross-validation and grid search.
    strategy : {"grid", "halving"} or None
        Of grid search.
    sizes : tuple of int or None
        Training images, of a learning curve.
    """

    kind: Literal["holdout", "cross-validation", "grid-search", "learning-curve"] = "holdout"
    repeats: Annotated[int, Field(ge=1)] = 1
    folds: Annotated[int, Field(ge=2)] | None = None
    strategy: Literal["grid", "halving"] | None = None
    sizes: tuple[Annotated[int, Field(ge=2)], ...] | None = None

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        takes = {
            "folds": ("cross-validation", "grid-search"),
            "strategy": ("grid-search",),
            "sizes": ("learning-curve",),
        }
        for name, kinds in takes.items():
            if getattr(self, name) is not None and self.kind not in kinds:
                raise ValueError(f"{name} is for {' and '.join(kinds)}, not for {self.kind}")
        if self.kind == "learning-curve" and not self.sizes:
            raise ValueError("a learning curve needs sizes, e.g. sizes = [500, 1000, 2000]")
        return self


class Step(Record):
    """A transformer before the estimator: a name of `TRANSFORMERS` or a dotted path, and its parameters."""

    name: str
    params: dict[str, Any] = {}


class Published(Record):
    """A published figure: one value, or one an epoch, and where the source gives it."""

    metric: Metric
    value: float | None = None
    values: tuple[float, ...] | None = None
    where: str = ""

    @model_validator(mode="after")
    def _has_one_kind_of_value(self) -> Self:
        if (self.value is None) == (self.values is None):
            raise ValueError("give either value or values")
        return self


class Reduced(Record):
    """What runs of a case unless the full size is asked for."""

    samples: Annotated[int, Field(ge=2)] | None = None
    folds: Annotated[int, Field(ge=2)] | None = None


class Case(Record):
    """A method to try.

    Attributes
    ----------
    name : str
        What tables call it.
    estimator : str
        A name of `ESTIMATORS`, or the dotted path of any scikit-learn estimator.
    params : dict
        Its parameters.
    steps : tuple of Step
        Transformers before it.
    published : tuple of Published
        Figures to reproduce.
    dataset, protocol
        In place of the suite's.
    grid : dict of str to list
        For a grid search: parameter and values.
    reduced : Reduced or None
        What runs unless the full size is asked for.
    """

    name: Annotated[str, Field(min_length=1)]
    estimator: str
    params: dict[str, Any] = {}
    steps: tuple[Step, ...] = ()
    published: tuple[Published, ...] = ()
    dataset: DatasetChoice | None = None
    protocol: Protocol | None = None
    grid: dict[str, list[Any]] = {}
    reduced: Reduced | None = None


class Suite(Record):
    """Cases to compare.

    Attributes
    ----------
    name : str
        The file's name without ``.toml``.
    title : str
    authors, source : str
        Of the publication that the suite reproduces, where there is one.
    dataset, protocol
        What a case has that has none of its own.
    claims : tuple of str
        What the report says of the source, in words.
    cases : tuple of Case
        Written ``[[case]]`` in TOML.
    """

    name: str
    title: str
    authors: str = ""
    source: str = ""
    dataset: DatasetChoice
    protocol: Protocol = Protocol()
    claims: tuple[str, ...] = ()
    cases: Annotated[tuple[Case, ...], Field(alias="case")]

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        if not self.cases:
            raise ValueError("a suite needs at least one [[case]]")
        names = [case.name for case in self.cases]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two cases are called {twice[0]!r}; each needs a name of its own")
        return self
