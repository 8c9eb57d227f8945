"""Checks that what a suite names exists and fits together, without loading or fitting anything."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from hdr_bench.datasets import list_datasets, source_schemes
from hdr_bench.datasets.registry import names_of_path
from hdr_bench.estimators import make_transformer
from hdr_bench.estimators.foreign.calls import cause_of, foreign_blocks, foreign_code
from hdr_bench.estimators.foreign.importing import remember_failed_imports
from hdr_bench.estimators.neural.notation import parse_layers
from hdr_bench.exceptions import EstimatorError, HdrBenchError, SuiteError, UnknownNameError, shown
from hdr_bench.experiments.planning.classifiers import check_classifier
from hdr_bench.experiments.planning.distortion_check import distortion_faults
from hdr_bench.experiments.planning.grid_names import check_grid
from hdr_bench.experiments.planning.models import holds_images_out, last_step, takes_validation_data, unseeded_model
from hdr_bench.experiments.planning.trial_data import is_dotted_path
from hdr_bench.import_context import own_modules
from hdr_bench.names import class_name
from hdr_bench.records.case import Case, Step
from hdr_bench.records.fingerprints import hides_parameters
from hdr_bench.records.given_labels import AS_GIVEN
from hdr_bench.records.grid import Table, tables_of
from hdr_bench.records.protocol import KINDS, DatasetChoice
from hdr_bench.records.suite import Suite
from hdr_bench.records.text import first_faults

_ANY_CLASSES = 10


def check_suite(suite: Suite, origin: str) -> None:
    """Check that data sets, classifiers, transformers and parameters exist, without loading or fitting anything.

    Parameters
    ----------
    suite : Suite
    origin : str
        Name of the suite in errors.

    Raises
    ------
    SuiteError
        If there are faults; the message lists the first ones with their places, and the number of others.
    """
    with own_modules(suite.folder), remember_failed_imports(), foreign_blocks():
        faults = list(_faults(suite))
    if faults:
        raise suite_refusal(origin, first_faults(faults))


def suite_refusal(origin: str, faults: list[str]) -> SuiteError:
    """Return the error for a suite with faults.

    Parameters
    ----------
    origin : str
        Name of the suite in the error.
    faults : list of str

    Returns
    -------
    error : SuiteError
    """
    return SuiteError(f"{origin}: this suite cannot be run:" + "".join(f"\n  - {fault}" for fault in faults))


def _faults(suite: Suite) -> Iterator[str]:
    datasets = list_datasets()
    yield from _fault_of("dataset", partial(_check_dataset, suite.dataset, datasets))
    for number, each in enumerate(suite.test_sets, start=1):
        place = f"test_set {number} ({shown(each.name)}), dataset"
        if each.dataset is not None:
            yield from _fault_of(place, partial(_check_dataset, each.dataset, datasets))
        if each.name.endswith(AS_GIVEN):
            yield (
                f"test_set {number} ({shown(each.name)}): label decisions add test sets with such names; choose another"
            )
    protocols = (case.protocol or suite.protocol for case in suite.cases)
    if (
        suite.test_sets
        and all(KINDS[protocol.kind].evaluated_on == "folds" for protocol in protocols)
        and not suite.studies
    ):
        yield (
            "test_set: methods fitted on folds are not evaluated on other test sets, and every case is "
            "cross-validated; choose another protocol, or leave the test sets out"
        )
    for number, case in enumerate(suite.cases, start=1):
        yield from (f"case {number} ({shown(case.name)}){fault}" for fault in _case_faults(case, datasets))
    yield from _study_faults(suite, datasets)
    yield from distortion_faults(suite)


def _study_faults(suite: Suite, datasets: Mapping[str, str]) -> Iterator[str]:
    for number, study in enumerate(suite.studies, start=1):
        levels = [each for each in suite.study_cases if each.study.name == study.name and not each.is_chosen]
        for each in levels:
            place = f"study {number} ({shown(study.name)}), level {shown(each.level.name)}"
            yield from (f"{place}{fault}" for fault in _case_faults(each.case, datasets))


def _case_faults(case: Case, datasets: Mapping[str, str]) -> Iterator[str]:
    if case.dataset is not None:
        yield from _fault_of(", dataset", partial(_check_dataset, case.dataset, datasets))
    faults = list(_fault_of("", partial(_check_method, case))) or list(_grid_faults(case))
    # If a pipeline has faulty steps, report the faults of each step rather than those of the pipeline.
    in_steps = [
        fault for step in (case.steps if faults else ()) for fault in _fault_of(", steps", partial(_make_step, step))
    ]
    yield from in_steps or faults


def _grid_faults(case: Case) -> Iterator[str]:
    for place, table in tables_of(case.grid).items():
        # The only grid of a case needs no number, and its parameters name themselves.
        named = f", {place}" if isinstance(case.grid, list) else ""
        yield from _fault_of(named, partial(_check_table, case, table))


def _check_table(case: Case, table: Table) -> None:
    check_grid(unseeded_model(case), table)


def _fault_of(place: str, check: Callable[[], object]) -> Iterator[str]:
    try:
        # An estimator from elsewhere may do anything when it is created and inspected.
        with foreign_code(_translate):
            check()
    except HdrBenchError as error:
        yield f"{place}: {error}"


def _translate(error: BaseException) -> BaseException:
    return error if isinstance(error, HdrBenchError | MemoryError) else SuiteError(cause_of(error))


def _make_step(step: Step) -> None:
    """Create a step, and check that a pipeline accepts it.

    Raises
    ------
    EstimatorError
        If it is not a transformer, for example a classifier.
    """
    _check_transformer(step, make_transformer(step.name, **step.params))


def _check_transformer(step: Step, made: Any) -> None:
    if hasattr(made, "transform") and (hasattr(made, "fit") or hasattr(made, "fit_transform")):
        return
    raise EstimatorError(
        f"{step.name} is not a transformer, as it has no {'transform' if hasattr(made, 'fit') else 'fit'}; a step "
        "must be a transformer, and the estimator comes after the steps"
    )


def _check_dataset(choice: DatasetChoice, known: Mapping[str, str]) -> None:
    scheme, colon, _ = choice.name.partition(":")
    if choice.given is not None or choice.name in known or (colon and scheme in source_schemes()):
        return
    if not is_dotted_path(choice.name, known) or names_of_path(choice.name):
        schemes = [f"{name}:..." for name in source_schemes()]
        raise UnknownNameError("dataset", choice.name, [*names_of_path(choice.name), *known, *schemes])


def _check_method(case: Case) -> None:
    if case.key is not None and not case.is_object:
        raise SuiteError("key is only for an estimator created in code; remove it for a name or a path")
    model = unseeded_model(case)
    for step, (_, made) in zip(case.steps, model.steps[:-1] if case.steps else (), strict=True):
        _check_transformer(step, made)
    check_classifier(model)
    last = last_step(model)
    if case.grid and hides_parameters(model):
        raise SuiteError(
            f"{class_name(type(last))} takes **kwargs that its get_params does not return, and a search would lose "
            "them; name them in its constructor, or return them from get_params"
        )
    if case.validation is not None and not takes_validation_data(model):
        raise SuiteError("validation is only for a network without steps before it; remove it")
    if case.validation is not None and holds_images_out(model):
        raise SuiteError(
            "validation on the test part must not affect the fit, but early_stopping would make it, and "
            "validation_fraction would replace it; remove either them or validation"
        )
    if isinstance(layers := case.params.get("layers"), str):
        parse_layers(layers, _ANY_CLASSES, case.params.get("activation", "relu"))
