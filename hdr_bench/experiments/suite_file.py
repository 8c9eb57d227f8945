"""Suite files: read from TOML, and checked before anything runs."""

import inspect
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from hdr_bench.datasets import SCHEMES, list_datasets
from hdr_bench.estimators import make_transformer
from hdr_bench.estimators.notation import parse_layers
from hdr_bench.exceptions import HdrBenchError, SuiteError, UnknownNameError, suggestion
from hdr_bench.experiments.classifiers import check_classifier
from hdr_bench.experiments.copying import hides_parameters
from hdr_bench.experiments.data import is_dotted_path
from hdr_bench.experiments.dataset_choice import DatasetChoice
from hdr_bench.experiments.model import last_step, unseeded_model
from hdr_bench.experiments.place import own_modules
from hdr_bench.experiments.published import NotBuilt, Published
from hdr_bench.experiments.record import Record
from hdr_bench.experiments.suite import Case, Protocol, Reduced, Step, Suite

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
    check_suite(read, str(suite))
    return read


def read_suite(suite: str | Path) -> Suite:
    """Read a suite as it is written: whether what it names is there is not looked at, and nothing is imported.

    Raises
    ------
    UnknownNameError, SuiteError
        As `load_suite`.
    """
    path = _find(str(suite))
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SuiteError(f"{path}: not a TOML file: {error}") from error
    read = _validated(content, name=path.stem, origin=str(path))
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


def _validated(content: dict[str, Any], name: str, origin: str) -> Suite:
    try:
        return Suite.model_validate({**content, "name": name})
    except ValidationError as error:
        raise _refusal(origin, [_told(fault, content) for fault in error.errors()]) from error


def check_suite(suite: Suite, origin: str) -> None:
    """Check that data sets, classifiers, transformers and parameters exist; nothing is loaded or fitted.

    Raises
    ------
    SuiteError
        Naming each fault with its place.
    """
    with own_modules(suite.folder):
        faults = list(_faults(suite))
    if faults:
        raise _refusal(origin, faults)


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


def _refusal(origin: str, faults: list[str]) -> SuiteError:
    return SuiteError(f"{origin}: this suite cannot be run:" + "".join(f"\n  - {fault}" for fault in faults))


def _faults(suite: Suite) -> Iterator[str]:
    yield from _fault_of("dataset", lambda: _check_dataset(suite.dataset))
    for number, case in enumerate(suite.cases, start=1):
        place = f"case {number} ({case.name!r})"
        if case.dataset is not None:
            yield from _fault_of(f"{place}, dataset", partial(_check_dataset, case.dataset))
        for step in case.steps:
            yield from _fault_of(f"{place}, steps", partial(make_transformer, step.name, **step.params))
        yield from _fault_of(place, partial(_check_method, case))


def _fault_of(place: str, check: Callable[[], object]) -> Iterator[str]:
    try:
        check()
    # An estimator from elsewhere may raise anything of this kind when it is made with the wrong parameters.
    except (HdrBenchError, TypeError, ValueError) as error:
        yield f"{place}: {error}"


def _check_dataset(choice: DatasetChoice) -> None:
    scheme, colon, _ = choice.name.partition(":")
    known = list_datasets()
    if choice.given is not None or is_dotted_path(choice.name):
        return
    if choice.name not in known and not (colon and scheme in SCHEMES):
        raise UnknownNameError("dataset", choice.name, [*known, *(f"{name}:..." for name in SCHEMES)])


def _check_method(case: Case) -> None:
    if case.key is not None and not case.is_object:
        raise SuiteError("key is for an estimator that is made in code; a name or a path needs none")
    model = unseeded_model(case)
    check_classifier(model)
    last = last_step(model)
    if case.grid and hides_parameters(model):
        raise SuiteError(
            f"{type(last).__name__} takes **kwargs that its get_params does not return, so that a search would lose "
            "them; name them in its constructor, or return them from get_params"
        )
    if case.validation is not None and "validation_data" not in inspect.signature(model.fit).parameters:
        raise SuiteError("validation is for a network without steps before it; leave it out")
    if case.validation is not None and (last.early_stopping or last.validation_fraction is not None):
        raise SuiteError(
            "validation on the test part has no say, and early_stopping and validation_fraction would give it one or "
            "take its place; leave them out, or validation"
        )
    for name in case.grid:
        if name not in model.get_params() and name not in last.get_params():
            raise UnknownNameError(f"parameter of {type(last).__name__}", name, last.get_params())
    if isinstance(layers := case.params.get("layers"), str):
        parse_layers(layers, _ANY_CLASSES, case.params.get("activation", "relu"))


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
    if isinstance(cause := fault.get("ctx", {}).get("error"), ValueError):
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
    children: dict[str, type[Record]] = {
        "case": Case, "protocol": Protocol, "dataset": DatasetChoice, "steps": Step, "published": Published,
        "reduced": Reduced, "not_built": NotBuilt,
    }  # fmt: skip
    named = [key for key in loc if isinstance(key, str)]
    model: type[Record] = children[named[-1]] if named else Suite
    return {field.alias or name for name, field in model.model_fields.items()} - ({"name"} if model is Suite else set())
