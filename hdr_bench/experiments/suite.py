"""Suites: what to run, read from TOML and checked before anything runs."""

import re
import tomllib
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from hdr_bench.datasets import DATASETS, SCHEMES, list_datasets
from hdr_bench.estimators import estimator_class, make_estimator, make_transformer
from hdr_bench.estimators.notation import parse_layers
from hdr_bench.exceptions import HdrBenchError, SuiteError, UnknownNameError, suggestion

Metric = Literal["test_accuracy", "test_error", "test_loss", "train_accuracy", "train_loss", "validation_accuracy",
                 "validation_loss", "parameters", "fit_seconds", "predict_seconds", "epoch_seconds"]  # fmt: skip
_ANY_CLASSES = 10


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DatasetChoice(_Model):
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

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        scheme, colon, _ = self.name.partition(":")
        if self.name not in DATASETS and not (colon and scheme in SCHEMES) and self.name not in list_datasets():
            raise UnknownNameError("dataset", self.name, [*list_datasets(), *(f"{name}:..." for name in SCHEMES)])
        return self


class Protocol(_Model):
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


class Step(_Model):
    """A transformer before the estimator: a name of `TRANSFORMERS` or a dotted path, and its parameters."""

    name: str
    params: dict[str, Any] = {}

    @model_validator(mode="after")
    def _can_be_made(self) -> Self:
        make_transformer(self.name, **self.params)
        return self


class Published(_Model):
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


class Reduced(_Model):
    """What runs of a case unless the full size is asked for."""

    samples: Annotated[int, Field(ge=2)] | None = None
    folds: Annotated[int, Field(ge=2)] | None = None


class Case(_Model):
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

    @model_validator(mode="after")
    def _can_be_made(self) -> Self:
        make_estimator(self.estimator, **self.params)
        for name in self.grid:
            known = make_estimator(self.estimator).get_params()
            if name not in known:
                raise UnknownNameError(f"parameter of {estimator_class(self.estimator).__name__}", name, known)
        if isinstance(layers := self.params.get("layers"), str):
            parse_layers(layers, _ANY_CLASSES, self.params.get("activation", "relu"))
        return self


class Suite(_Model):
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


def load_suite(suite: str | Path) -> Suite:
    """Read a suite: a name among those that the library carries, or the path of a TOML file.

    Raises
    ------
    UnknownNameError
        If there is neither.
    SuiteError
        If the file cannot be read as a suite; the message names the file, the place and the nearest right name.

    Examples
    --------
    >>> from hdr_bench import load_suite
    >>> load_suite("quick").dataset.name
    'mnist-5k'
    """
    path = _find(str(suite))
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SuiteError(f"{path}: not a TOML file: {error}") from error
    return parse_suite(content, name=path.stem, origin=str(path))


def parse_suite(content: dict[str, Any], name: str, origin: str) -> Suite:
    """Make a suite of what TOML held; `origin` is what errors call the file.

    Raises
    ------
    SuiteError
        If it is no suite.
    """
    try:
        return Suite.model_validate({**content, "name": name})
    except ValidationError as error:
        faults = [_told(fault, content) for fault in error.errors()]
        raise SuiteError(
            f"{origin}: this suite cannot be run:\n" + "\n".join(f"  - {fault}" for fault in faults)
        ) from error


def list_suites() -> dict[str, str]:
    """Return the name and the title of every suite that the library carries."""
    titles = {}
    for path in sorted(suites_folder().glob("*.toml")):
        titles[path.stem] = tomllib.loads(path.read_text(encoding="utf-8")).get("title", "")
    return titles


def suites_folder() -> Path:
    """Return the folder of the suites: in the installed package, or beside it in a checkout."""
    package = Path(str(resources.files("hdr_bench")))
    return package / "benchmarks" if (package / "benchmarks").is_dir() else package.parent / "benchmarks"


def _find(suite: str) -> Path:
    carried = suites_folder() / f"{suite}.toml"
    if carried.is_file():
        return carried
    path = Path(suite).expanduser()
    if path.is_file():
        return path
    if path.suffix == ".toml":
        raise SuiteError(f"{path}: there is no such file")
    raise UnknownNameError("suite", suite, list_suites())


def _told(fault: Any, content: dict[str, Any]) -> str:
    """Say in one line where a fault is and what is wrong with it."""
    *parents, last = fault["loc"] or ("suite",)
    place = _place(fault["loc"], content)
    if fault["type"] == "extra_forbidden":
        allowed = sorted(_keys_at(parents))
        return f"{place}: unknown key{suggestion(str(last), allowed)}; allowed are: {', '.join(allowed)}"
    cause = fault.get("ctx", {}).get("error")
    if isinstance(cause, HdrBenchError | ValueError):
        return f"{place}: {cause}"
    if fault["type"] == "literal_error":
        allowed = re.findall(r"'([^']*)'", fault["ctx"]["expected"])
        return f"{place}: {fault['input']!r} is not possible{suggestion(str(fault['input']), allowed)}; there are: " + (
            ", ".join(allowed)
        )
    came = "" if fault["type"] == "missing" else f" (it is {fault['input']!r})"
    return f"{place}: {fault['msg']}{came}"


def _place(loc: Iterable[str | int], content: Any) -> str:
    """Return the place as a user would name it: ``case 2 ('CNN'), params``."""
    parts: list[str] = []
    for key in loc:
        try:
            content = content[key]
        except (KeyError, IndexError, TypeError):
            content = None
        if isinstance(key, int):
            name = content.get("name") if isinstance(content, dict) else None
            parts[-1] += f" {key + 1}" + (f" ({name!r})" if name else "")
        else:
            parts.append(str(key))
    return ", ".join(parts) or "the file"


def _keys_at(loc: Iterable[str | int]) -> set[str]:
    """Return the keys that the table at `loc` may have."""
    children: dict[str, type[_Model]] = {
        "case": Case, "protocol": Protocol, "dataset": DatasetChoice, "steps": Step, "published": Published,
        "reduced": Reduced,
    }  # fmt: skip
    named = [key for key in loc if isinstance(key, str)]
    model: type[_Model] = children[named[-1]] if named else Suite
    return {field.alias or name for name, field in model.model_fields.items()} - ({"name"} if model is Suite else set())
