"""Cases of a suite as trials, each protocol enumerated before anything runs."""

from collections.abc import Sequence
from fnmatch import fnmatch
from functools import cache, partial
from typing import Any

from hdr_bench.datasets import Dataset
from hdr_bench.estimators.engines import remember_lookups
from hdr_bench.estimators.foreign.calls import cause_of, foreign_blocks, foreign_code
from hdr_bench.estimators.foreign.importing import remember_failed_imports
from hdr_bench.estimators.foreign.libraries import is_stochastic
from hdr_bench.estimators.foreign.parameters import all_params
from hdr_bench.exceptions import EstimatorError, SuiteError, shown
from hdr_bench.experiments.planning.case_test_sets import with_test_sets
from hdr_bench.experiments.planning.distortions import training_version, why_no_gradient
from hdr_bench.experiments.planning.evaluation_plan import TestSetPlans
from hdr_bench.experiments.planning.models import (
    can_be_validated,
    deciding_packages,
    pickled_model,
    unseeded_model,
    versions_of,
)
from hdr_bench.experiments.planning.outline import EXPAND, Outline, conditional_trials
from hdr_bench.experiments.planning.own_code import code_of, module_names
from hdr_bench.experiments.planning.planned_case import PlannedCase
from hdr_bench.experiments.planning.protocol_check import (
    CaseError,
    check_folds,
    check_outline,
    check_protocol,
)
from hdr_bench.experiments.planning.study_plan import sampled_levels, with_roles
from hdr_bench.experiments.planning.trial_data import hold_out, load_choice, without_given
from hdr_bench.experiments.planning.value_faults import value_faults
from hdr_bench.garbage_collection import pause_collection
from hdr_bench.import_context import own_modules
from hdr_bench.records.base import MOST_TRIALS
from hdr_bench.records.case import Case
from hdr_bench.records.fingerprints import describe_estimator
from hdr_bench.records.options import Settings
from hdr_bench.records.protocol import KINDS, DatasetChoice
from hdr_bench.records.suite import Suite
from hdr_bench.records.text import first_faults
from hdr_bench.records.trial import Trial


def plan_cases(suite: Suite, settings: Settings, only: str | None = None) -> tuple[PlannedCase, ...]:
    """Enumerate the trials of all cases of a suite.

    Parameters
    ----------
    suite : Suite
    settings : Settings
    only : str, optional
        Pattern of the names of the cases to run; the parameter values of the others are not checked.

    Returns
    -------
    cases : tuple of PlannedCase

    Raises
    ------
    SuiteError
        If a protocol does not suit its case or the data, a parameter value is out of range, or there are more trials
        than a run can have; if several cases are affected, all are named.
    DatasetError, DatasetNotFoundError
        If the data cannot be used.
    """
    with remember_lookups(), remember_failed_imports(), foreign_blocks(), pause_collection():
        known = _Known()
        of_studies = sampled_levels(suite, settings.samples)
        cases = [*suite.cases, *(each.case for each in of_studies)]
        planned = [_plan_case(outline, known) for outline in _outlines(suite, cases, settings, only, known)]
        return with_roles(zip(planned, [*(None for _ in suite.cases), *of_studies], strict=True))


def expand(suite: Suite, settings: Settings) -> tuple[Trial, ...]:
    """Return every trial of a suite, ordered by case, seed and fold.

    Parameters
    ----------
    suite : Suite
    settings : Settings

    Returns
    -------
    trials : tuple of Trial

    Raises
    ------
    SuiteError
        If a case cannot be run with its protocol.
    """
    with own_modules(suite.folder):
        return tuple(trial for case in plan_cases(suite, settings) for trial in case.trials)


def _outlines(
    suite: Suite, cases: Sequence[Case], settings: Settings, only: str | None, known: "_Known"
) -> list[Outline]:
    planned: list[Outline] = []
    reasons: dict[str, str] = {}
    faults: list[SuiteError] = []
    n_trials = 0
    has_attacks = any(each.attack for each in suite.test_sets)
    for case in cases:
        try:
            with foreign_code(partial(_translate, suite, case)):
                outline, model = _outline(suite, case, settings, known)
                if is_asked(case.name, only):
                    _check_values(suite, outline, model)
                reasons[case.name] = why_no_gradient(model) if has_attacks else ""
        except SuiteError as error:
            faults.append(error)
            continue
        n_trials += outline.n_trials
        if n_trials > MOST_TRIALS:
            raise SuiteError(
                f"suite {suite.name!r}: a run must have at most {MOST_TRIALS:,} trials, got {n_trials:,} up to "
                f"case {shown(case.name)}; ask for fewer repeats, folds or sizes"
            )
        planned.append(outline)
    if faults:
        raise faults[0] if len(faults) == 1 else SuiteError(_join_faults(suite, faults))
    return with_test_sets(suite, planned, reasons, known.choices, known.test_sets)


def _translate(suite: Suite, case: Case, error: BaseException) -> BaseException:
    """Return an error unchanged, unless a user's estimator would have exited the program with it."""
    if isinstance(error, Exception) and not isinstance(error, EstimatorError):
        return error
    cause = str(error) if isinstance(error, EstimatorError) else cause_of(error)
    return CaseError(suite.name, case.name, cause)


def is_asked(case: str, only: str | None) -> bool:
    """Return whether a case's name matches the pattern of cases to run; None matches all.

    Parameters
    ----------
    case : str
        Name of the case.
    only : str or None

    Returns
    -------
    is_asked : bool
    """
    return only is None or fnmatch(case.lower(), only.lower())


def _join_faults(suite: Suite, faults: list[SuiteError]) -> str:
    named = first_faults([_describe_fault(fault) for fault in faults])
    return f"suite {suite.name!r} cannot be run:" + "".join(f"\n  - {fault}" for fault in named)


def _describe_fault(fault: SuiteError) -> str:
    return f"case {shown(fault.case)}: {fault.reason}" if isinstance(fault, CaseError) else str(fault)


def _plan_case(outline: Outline, known: "_Known") -> PlannedCase:
    return PlannedCase(
        outline.case,
        outline.dataset,
        pickled_model(outline.case),
        tuple(EXPAND[outline.first.protocol](outline)),
        tuple(conditional_trials(outline)),
        known.test_sets.datasets_of(outline.first.test_sets),
    )


class _Known:
    """Data sets, versions and hashes of user code, shared by cases and looked up once per plan."""

    def __init__(self) -> None:
        self._loaded: dict[Any, Dataset] = {}
        self.choices: dict[str, DatasetChoice] = {}
        self._versions, self._code = cache(versions_of), cache(code_of)
        self.test_sets = TestSetPlans(self.load)

    def versions(self, model: Any, params: dict[str, Any]) -> dict[str, str]:
        return self._versions(deciding_packages(model, params))

    def code(self, model: Any) -> str:
        return self._code(module_names(model))

    def load(self, choice: DatasetChoice) -> Dataset:
        key = (without_given(choice), id(choice.given))
        if key not in self._loaded:
            self._loaded[key] = load_choice(choice)
        return self._loaded[key]


def _reduce(case: Case) -> Case:
    """Return the case with the parameters that it has unless its full size is requested."""
    if case.reduced is None or not case.reduced.params:
        return case
    return case.model_copy(update={"params": {**case.params, **case.reduced.params}})


def _choice(suite: Suite, case: Case, settings: Settings) -> DatasetChoice:
    choice = case.dataset or suite.dataset
    if not settings.dataset:
        return choice
    # Methods rely on what images look like; the classes belong to the other data set.
    return DatasetChoice(name=settings.dataset, polarity=choice.polarity, fit=choice.fit)


def _outline(suite: Suite, case: Case, settings: Settings, known: _Known) -> tuple[Outline, Any]:
    """Return the outline of a case, and its unfitted estimator, needed only until its values are checked."""
    choice = _choice(suite, case, settings)
    dataset = known.load(choice)
    known.choices[case.name] = choice
    case = case if settings.full else _reduce(case)
    protocol = case.protocol or suite.protocol
    reduced = None if settings.full else case.reduced
    check_protocol(suite, case, protocol)
    samples = settings.samples or (reduced.samples if reduced else None)
    if case.samples is not None:
        samples = min(samples or case.samples, case.samples)
    if samples is not None:
        (dataset if protocol.held_out is None else hold_out(dataset, protocol.held_out)).check_subsample(samples)
    model, described = unseeded_model(case), _describe(case)
    # Computed once: a plan may have thousands of cases.
    params = all_params(model)
    first = Trial(
        suite=suite.name,
        case=case.name,
        **described,
        steps=case.steps,
        dataset=without_given(choice),
        fingerprint=dataset.fingerprint,
        protocol=protocol.kind,
        seed=settings.seed,
        is_deterministic=not (is_stochastic(model, params) or protocol.shuffle),
        samples=samples,
        held_out=protocol.held_out,
        validation="test" if protocol.held_out is not None and can_be_validated(model) else case.validation,
        train_with=case.train_with,
        train_with_version=training_version(case.train_with),
        is_reduced=settings.samples is not None or reduced is not None,
        threads=settings.threads,
        versions=known.versions(model, params),
        code=known.code(model),
        time_limit=settings.time_limit or case.time_limit or suite.time_limit,
        memory_limit=settings.memory_limit or case.memory_limit or suite.memory_limit,
        published=case.published,
    )
    most = None if settings.repeats else protocol.max_repeats
    folds = (reduced.folds if reduced else None) or protocol.folds or KINDS[protocol.kind].folds
    if folds:
        check_folds(suite, case, dataset, folds)
    candidates = reduced.candidates if reduced else None
    outline = Outline(first, case, protocol, dataset, settings.repeats or protocol.repeats, most, folds, candidates)
    check_outline(suite, outline)
    return outline, model


def _describe(case: Case) -> dict[str, Any]:
    if not case.is_object:
        return {"estimator": case.estimator, "params": case.params}
    described = describe_estimator(case.estimator, case.key)
    return {"estimator": described["class"], "params": described["params"], "identity": case.key or ""}


def _check_values(suite: Suite, outline: Outline, model: Any) -> None:
    if faults := list(value_faults(outline.case, model, outline.data)):
        raise CaseError(suite.name, outline.case.name, "; ".join(faults))
