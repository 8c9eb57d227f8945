"""Suite files: read from TOML, and checked before anything runs."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from hdr_bench.datasets import list_datasets, source_schemes
from hdr_bench.estimators import make_transformer
from hdr_bench.estimators.foreign.calls import cause_of, foreign_blocks, foreign_code, read_attribute
from hdr_bench.estimators.foreign.importing import remember_failed_imports
from hdr_bench.estimators.neural.notation import parse_layers
from hdr_bench.exceptions import (
    EstimatorError,
    HdrBenchError,
    SuiteError,
    UnknownNameError,
    offer,
    shown,
    suggestion,
)
from hdr_bench.experiments.planning.classifiers import check_classifier
from hdr_bench.experiments.planning.collector import pause_collector
from hdr_bench.experiments.planning.grid_names import check_grid
from hdr_bench.experiments.planning.models import last_step, unseeded_model
from hdr_bench.experiments.planning.toml_text import read_toml
from hdr_bench.experiments.planning.trial_data import is_dotted_path
from hdr_bench.import_context import own_modules
from hdr_bench.names import class_name, visible_prose
from hdr_bench.records.copying import hides_parameters
from hdr_bench.records.faults import describe_faults
from hdr_bench.records.protocol import DatasetChoice
from hdr_bench.records.suite import Case, Step, Suite
from hdr_bench.records.text import first_faults


def suites_folder() -> Path:
    """Return the folder of the suites: in the installed package, or beside it in a checkout."""
    package = Path(str(resources.files("hdr_bench")))
    return package / "benchmarks" if (package / "benchmarks").is_dir() else package.parent / "benchmarks"


_ANY_CLASSES = 10


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
    read = read_suite(suite)
    check_suite(read, visible_prose(str(suite)))
    return read


def read_suite(suite: str | Path) -> Suite:
    """Read a suite as it is written: whether what it names is there is not looked at, and nothing is imported.

    Raises
    ------
    UnknownNameError, SuiteError
        As `load_suite`.
    """
    path = find_suite(str(suite))
    with pause_collector():
        read = _validated(read_toml(path), name=path.stem, origin=visible_prose(str(path)))
    return read if path.parent == suites_folder() else read.placed(path.parent.absolute())


def parse_suite(content: dict[str, Any], name: str, origin: str) -> Suite:
    """Make a suite of what TOML held; `origin` is what errors call the file.

    Raises
    ------
    SuiteError
        If it is no suite.
    """
    suite = _validated(content, name, origin)
    check_suite(suite, origin)
    return suite


def check_suite(suite: Suite, origin: str) -> None:
    """Check that data sets, classifiers, transformers and parameters exist; nothing is loaded or fitted.

    Raises
    ------
    SuiteError
        Naming each of the first faults with its place, and how many more there are.
    """
    with own_modules(suite.folder), remember_failed_imports(), foreign_blocks():
        faults = list(_faults(suite))
    if faults:
        raise _refusal(origin, first_faults(faults))


def list_suites() -> dict[str, str]:
    """Return the name and the title of every suite that the library carries."""
    return {name: str(read_toml(path).get("title", "")) for name, path in _carried().items()}


def find_suite(suite: str) -> Path:
    """Return the file of a suite: of the library's by its name, otherwise where the path leads.

    Raises
    ------
    UnknownNameError, SuiteError
        If there is no such suite.
    """
    carried = _carried()
    if suite in carried:
        return carried[suite]
    if not suite:
        raise UnknownNameError("suite", suite, carried)
    try:
        path = Path(suite).expanduser()
        path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        if suite.endswith(".toml"):
            raise SuiteError(f"{visible_prose(suite)}: there is no such file") from error
        raise UnknownNameError("suite", suite, carried) from error
    except OSError as error:
        raise SuiteError(f"{shown(suite)}: cannot be read: {error.strerror}; give the path of a suite file") from error
    # A home that is nobody's, or a character that no path can hold.
    except (RuntimeError, ValueError) as error:
        raise SuiteError(f"{shown(suite)} cannot be a path: {error}") from error
    if path.is_dir() and path.suffix != ".toml":
        example = visible_prose(str(path / "suite.toml"))
        raise SuiteError(
            f"{visible_prose(suite)} is a folder; give the path of a TOML file, e.g. {example}, or a suite's name."
            f"{suggestion(suite, carried)} {offer(carried)}"
        )
    return path


def _carried() -> dict[str, Path]:
    return {path.stem: path for path in sorted(suites_folder().glob("*.toml"))}


def _validated(content: dict[str, Any], name: str, origin: str) -> Suite:
    faults = [_HINTS[key] for key in _HINTS if key in content]
    if faults:
        raise _refusal(origin, faults)
    given = {**content, "name": name}
    try:
        return Suite.model_validate(given)
    except ValidationError as error:
        raise _refusal(origin, describe_faults(error, Suite, given, frozenset({"name"}))) from error


# What the record has and its file does not: there a suite is named after it, and each case has a table.
_HINTS = {
    "name": "name: unknown key; a suite has the name of its file",
    "cases": "cases: unknown key. Did you mean 'case'? Write [[case]] for each",
}


def _refusal(origin: str, faults: list[str]) -> SuiteError:
    return SuiteError(f"{origin}: this suite cannot be run:" + "".join(f"\n  - {fault}" for fault in faults))


def _faults(suite: Suite) -> Iterator[str]:
    datasets = list_datasets()
    yield from _fault_of("dataset", partial(_check_dataset, suite.dataset, datasets))
    for number, case in enumerate(suite.cases, start=1):
        yield from (f"case {number} ({shown(case.name)}){fault}" for fault in _case_faults(case, datasets))


def _case_faults(case: Case, datasets: Mapping[str, str]) -> Iterator[str]:
    if case.dataset is not None:
        yield from _fault_of(", dataset", partial(_check_dataset, case.dataset, datasets))
    faults = list(_fault_of("", partial(_check_method, case)))
    # A pipeline of wrong steps is refused for the faults of its steps, which are named one by one.
    in_steps = [
        fault for step in (case.steps if faults else ()) for fault in _fault_of(", steps", partial(_make_step, step))
    ]
    yield from in_steps or faults


def _fault_of(place: str, check: Callable[[], object]) -> Iterator[str]:
    try:
        # An estimator from elsewhere may do anything when it is made and looked at.
        with foreign_code(_refused):
            check()
    except HdrBenchError as error:
        yield f"{place}: {error}"


def _refused(error: BaseException) -> BaseException:
    return error if isinstance(error, HdrBenchError | MemoryError) else SuiteError(cause_of(error))


def _make_step(step: Step) -> None:
    """Make a step, and see whether a pipeline can have it.

    Raises
    ------
    EstimatorError
        If it does not transform, as a classifier does not.
    """
    _check_transformer(step, make_transformer(step.name, **step.params))


def _check_transformer(step: Step, made: Any) -> None:
    if hasattr(made, "transform") and (hasattr(made, "fit") or hasattr(made, "fit_transform")):
        return
    raise EstimatorError(
        f"{step.name} is no transformer, since it has no {'transform' if hasattr(made, 'fit') else 'fit'}; a step "
        "must be one, and the estimator comes after the steps"
    )


def _check_dataset(choice: DatasetChoice, known: Mapping[str, str]) -> None:
    scheme, colon, _ = choice.name.partition(":")
    if choice.given is not None or choice.name in known or (colon and scheme in source_schemes()):
        return
    if not is_dotted_path(choice.name, known):
        raise UnknownNameError("dataset", choice.name, [*known, *(f"{name}:..." for name in source_schemes())])


def _check_method(case: Case) -> None:
    if case.key is not None and not case.is_object:
        raise SuiteError("key is for an estimator that is made in code; a name or a path needs none")
    model = unseeded_model(case)
    for step, (_, made) in zip(case.steps, model.steps[:-1] if case.steps else (), strict=True):
        _check_transformer(step, made)
    check_classifier(model)
    last = last_step(model)
    if case.grid and hides_parameters(model):
        raise SuiteError(
            f"{class_name(type(last))} takes **kwargs that its get_params does not return, so that a search would lose "
            "them; name them in its constructor, or return them from get_params"
        )
    if case.validation is not None and "validation_data" not in inspect.signature(model.fit).parameters:
        raise SuiteError("validation is for a network without steps before it; leave it out")
    holds_out = read_attribute(last, "early_stopping") or read_attribute(last, "validation_fraction") is not None
    if case.validation is not None and holds_out:
        raise SuiteError(
            "validation on the test part has no say, and early_stopping and validation_fraction would give it one or "
            "take its place; leave them out, or validation"
        )
    check_grid(model, case.grid)
    if isinstance(layers := case.params.get("layers"), str):
        parse_layers(layers, _ANY_CLASSES, case.params.get("activation", "relu"))
