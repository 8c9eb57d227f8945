"""Fit of a single method to save as a model, planned and checked like a trial of a suite, in this process."""

import json
import re
import shlex
import tomllib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from hdr_bench.datasets import Dataset
from hdr_bench.estimators import make_estimator, make_transformer
from hdr_bench.exceptions import SuiteError, shown
from hdr_bench.experiments.measuring.answers import check_labels
from hdr_bench.experiments.measuring.model_cards import card_of_trial
from hdr_bench.experiments.measuring.process_state import limit_threads, seed_generators
from hdr_bench.experiments.planning.classifiers import check_classifier
from hdr_bench.experiments.planning.models import make_model
from hdr_bench.experiments.planning.planned_case import PlannedCase
from hdr_bench.experiments.planning.protocol_check import CaseError
from hdr_bench.experiments.planning.protocols import plan_cases
from hdr_bench.experiments.planning.trial_data import select_images
from hdr_bench.import_context import own_modules
from hdr_bench.models.calibration import fit_reading
from hdr_bench.models.card import ModelCard, ReadingNumbers
from hdr_bench.pictures.normalize import SIDE
from hdr_bench.records.case import Case, Step
from hdr_bench.records.options import Settings
from hdr_bench.records.protocol import Protocol
from hdr_bench.records.suite import Suite

# Bare keys of a TOML table; any other key needs quotes.
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True)
class FitRequest:
    """Request to fit a method on a data set.

    Attributes
    ----------
    method : str
        A name of `ESTIMATORS`, or the dotted path of a classifier.
    dataset : str
        As accepted by `load_dataset`.
    params : dict of str to object
        Parameters of the method.
    steps : tuple of str
        Names from `TRANSFORMERS` or dotted paths, with their default parameters.
    samples : int or None
        Number of training images (stratified subsample); None for all.
    seed : int
    threads : int
        Threads per pool.
    """

    method: str
    dataset: str = "mnist"
    params: dict[str, Any] = field(default_factory=dict)
    steps: tuple[str, ...] = ()
    samples: int | None = None
    seed: int = 0
    threads: int = 1


@dataclass(frozen=True, eq=False)
class FittedModel:
    """A fitted model with its card.

    Attributes
    ----------
    model : estimator
    card : ModelCard
    """

    model: Any
    card: ModelCard


@own_modules(None)
def fit_model(
    request: FitRequest,
    check: Callable[[Any], object] = lambda _: None,
    on_stage: Callable[[str], object] = lambda _: None,
) -> FittedModel:
    """Fit a method on a data set's training part, and evaluate it on the test part.

    The same request gives the same model as a suite's trial with the same seed. For a model of images of 28x28 pixels,
    a copy is also fitted to five sixths of the images. Its predictions for the rest give the temperature and the
    threshold for reading pictures.

    Parameters
    ----------
    request : FitRequest
    check : callable, optional
        Called with the unfitted model before it is fitted; raises an error if the model is not suitable.
    on_stage : callable, optional
        Called with a description of each stage when it begins.

    Returns
    -------
    fitted : FittedModel

    Raises
    ------
    UnknownNameError
        If the method, a transformer, the data set or a parameter is unknown; the message has the nearest name.
    SuiteError
        If a value is out of range or does not suit the data.
    DatasetError, DatasetNotFoundError
        If the data cannot be used.
    """
    planned = _plan(request)
    trial = planned.trials[0]
    dataset = select_images(planned.dataset, trial)
    model = make_model(trial)
    check_classifier(model)
    check(model)
    limit_threads(request.threads)
    seed_generators(request.seed)
    on_stage(f"fitting {request.method} to {len(dataset.train):,} images of {request.dataset}")
    model.fit(dataset.train.X, dataset.train.y)
    on_stage(f"evaluating the model on {len(dataset.test):,} images")
    labels = check_labels(model.predict(dataset.test.X), len(dataset.test), len(dataset.class_names))
    card = card_of_trial(model, trial, dataset, labels, fit_command(request))
    return FittedModel(model, card.model_copy(update={"reading": _fit_reading(model, dataset, on_stage)}))


def _fit_reading(model: Any, dataset: Dataset, on_stage: Callable[[str], object]) -> ReadingNumbers | None:
    """Return the temperature and threshold for reading pictures; None if the model takes other images."""
    labels = dataset.train.y
    if (
        not hasattr(model, "classes_")
        or dataset.train.images.shape[1:] != (SIDE, SIDE)
        or min(Counter(labels.tolist()).values()) < 2
    ):
        return None
    on_stage("fitting a copy to five sixths of the images, to calibrate its confidence for reading pictures")
    return fit_reading(model, dataset.train.X, labels)


def _plan(request: FitRequest) -> PlannedCase:
    """Return the request as a planned case, with errors that do not mention its internal suite."""
    # Those errors describe unknown names better than faults of a suite, which concern many cases.
    make_estimator(request.method, **request.params)
    for step in request.steps:
        make_transformer(step)
    case = Case(
        name=request.method,
        estimator=request.method,
        params=request.params,
        steps=tuple(Step(name=name) for name in request.steps),
    )
    suite = Suite(name="fit", title="fit", dataset=request.dataset, protocol=Protocol(repeats=1), cases=(case,))
    settings = Settings(seed=request.seed, threads=request.threads, samples=request.samples)
    try:
        return plan_cases(suite, settings)[0]
    except CaseError as error:
        raise SuiteError(f"{shown(error.case)}: {error.reason}") from error


def fit_command(request: FitRequest) -> str:
    """Return the command that repeats a fit, quoted for a shell and without the output file.

    It includes the threads: another number of threads changes the order of sums, and for most methods the last digits
    of the learned parameters, and so the bytes of the file.

    Parameters
    ----------
    request : FitRequest

    Returns
    -------
    command : str

    Examples
    --------
    >>> fit_command(FitRequest("svm", params={"C": 2.5}, steps=("deskew",), seed=3))
    'hdr-bench fit svm --dataset mnist --param C=2.5 --steps deskew --seed 3 --threads 1'
    """
    words = ["hdr-bench", "fit", request.method, "--dataset", request.dataset]
    for name, value in request.params.items():
        words += ["--param", f"{name}={write_value(value)}"]
    for step in request.steps:
        words += ["--steps", step]
    if request.samples is not None:
        words += ["--samples", str(request.samples)]
    return shlex.join([*words, "--seed", str(request.seed), "--threads", str(request.threads)])


def read_params(given: Sequence[str]) -> dict[str, Any]:
    """Parse parameters written as ``NAME=VALUE``, where a value is TOML or else plain text.

    Parameters
    ----------
    given : sequence of str

    Returns
    -------
    params : dict of str to object

    Raises
    ------
    SuiteError
        If a parameter has no name or no ``=``, or a name is given twice.

    Examples
    --------
    >>> read_params(["C=2.5", "kernel=rbf", 'layers="8N"', "image_shape=[8, 8]", "early_stopping=true"])
    {'C': 2.5, 'kernel': 'rbf', 'layers': '8N', 'image_shape': [8, 8], 'early_stopping': True}
    """
    params: dict[str, Any] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise SuiteError(f"--param {shown(text)}: must be NAME=VALUE, e.g. --param C=10 --param kernel=rbf")
        if name.strip() in params:
            raise SuiteError(f"--param {shown(text)}: {name.strip()} is given twice; give each parameter once")
        params[name.strip()] = read_value(value.strip())
    return params


def read_value(text: str) -> Any:
    """Parse a value from the command line: as TOML if possible, otherwise as plain text.

    Parameters
    ----------
    text : str

    Returns
    -------
    value : object
    """
    try:
        read = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        return text
    return read["value"] if read.keys() == {"value"} else text


def write_value(value: Any) -> str:
    """Format a parameter's value for the command line.

    Parameters
    ----------
    value : object
        As returned by `read_value`.

    Returns
    -------
    text : str

    Examples
    --------
    >>> print(write_value("rbf"), write_value("7"), write_value(["it's", 7]))
    rbf '7' ["it's", 7]
    """
    # Quote only text that would be parsed as something else; surrounding spaces are not part of a value.
    if isinstance(value, str) and read_value(value.strip()) == value:
        return value
    return _write_toml(value)


def _write_toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return _quote(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_write_key(key)} = {_write_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_write_toml, value)) + "]"
    return str(value)


def _write_key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else _quote(key)


def _quote(text: str) -> str:
    """Return a text in single quotes, which suit a shell best, or in double quotes if it needs escapes."""
    if "'" not in text and text.isprintable():
        return f"'{text}'"
    # JSON's escapes are valid in TOML; the exception is the one character that JSON leaves unescaped.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
