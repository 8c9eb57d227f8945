"""A suite's cases as trials: each protocol enumerated before anything runs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from hdr_bench.datasets import Dataset
from hdr_bench.estimators.libraries import draws_globally, open_seeds
from hdr_bench.exceptions import DatasetError, SuiteError
from hdr_bench.experiments.data import load_choice
from hdr_bench.experiments.dataset_choice import DatasetChoice
from hdr_bench.experiments.described import describe_estimator
from hdr_bench.experiments.identity import deciding_versions
from hdr_bench.experiments.model import pickled_model, unseeded_model
from hdr_bench.experiments.own_code import own_code
from hdr_bench.experiments.run_record import Settings
from hdr_bench.experiments.suite import Case, Kind, Protocol, Suite
from hdr_bench.experiments.trial import Search, Trial

_FOLDS = {"cross-validation": 10, "grid-search": 5}


@dataclass(frozen=True, eq=False)
class PlannedCase:
    """A case with its data, and its trials.

    Attributes
    ----------
    case : Case
    dataset : Dataset
    pickled : bytes or None
        The estimator, where it was made in code.
    trials : tuple of Trial
    conditional : tuple of Trial
        With further seeds, which run only if those of `trials` differ much; see `more_seeds`.
    """

    case: Case
    dataset: Dataset
    pickled: bytes | None
    trials: tuple[Trial, ...]
    conditional: tuple[Trial, ...] = ()


def plan_case(suite: Suite, case: Case, settings: Settings) -> PlannedCase:
    """Enumerate a case's trials.

    Raises
    ------
    SuiteError
        If its protocol does not fit it, or its data.
    DatasetError, DatasetNotFoundError
        If its data cannot be used.
    """
    choice = _choice(suite, case, settings)
    dataset = load_choice(choice)
    sized = case if settings.full else _reduced(case)
    outline = _outline(suite, sized, settings, choice, dataset)
    trials = tuple(_EXPAND[outline.first.protocol](outline))
    conditional = tuple(_conditional(outline, settings))
    return PlannedCase(sized, dataset, pickled_model(sized), trials, conditional)


def _reduced(case: Case) -> Case:
    """Return the case with the parameters that it has unless the full size is asked for."""
    if case.reduced is None or not case.reduced.params:
        return case
    return case.model_copy(update={"params": {**case.params, **case.reduced.params}})


def _choice(suite: Suite, case: Case, settings: Settings) -> DatasetChoice:
    choice = case.dataset or suite.dataset
    return DatasetChoice(name=settings.dataset, polarity=choice.polarity) if settings.dataset else choice


def _outline(suite: Suite, case: Case, settings: Settings, choice: DatasetChoice, dataset: Dataset) -> "_Outline":
    protocol = case.protocol or suite.protocol
    reduced = None if settings.full else case.reduced
    _check_grid(suite, case, protocol)
    if case.validation is not None and protocol.kind != "holdout":
        raise SuiteError(f"case {case.name!r}: validation is for the protocol holdout, not {protocol.kind}")
    samples = settings.samples or (reduced.samples if reduced else None)
    if samples is not None:
        dataset.check_subsample(samples)
    model = unseeded_model(case)
    first = Trial(
        suite=suite.name,
        case=case.name,
        **_described(case),
        steps=case.steps,
        dataset=choice.model_copy(update={"given": None}),
        fingerprint=dataset.fingerprint,
        protocol=protocol.kind,
        seed=settings.seed,
        is_deterministic=not (open_seeds(model) or draws_globally(model) or protocol.shuffle),
        samples=samples,
        validation=case.validation,
        is_reduced=settings.samples is not None or reduced is not None,
        threads=settings.threads,
        versions=deciding_versions(model),
        code=own_code(model),
        time_limit=settings.time_limit or case.time_limit or suite.time_limit,
        memory_limit=settings.memory_limit or case.memory_limit or suite.memory_limit,
        published=case.published,
    )
    repeats = settings.repeats or protocol.repeats
    folds = (reduced.folds if reduced else None) or protocol.folds or _FOLDS.get(protocol.kind, 0)
    if folds:
        _check_folds(suite, case, dataset, folds)
    candidates = reduced.candidates if reduced else None
    return _Outline(first, case, protocol, dataset, repeats, folds, candidates)


def _described(case: Case) -> dict[str, Any]:
    if not case.is_object:
        return {"estimator": case.estimator, "params": case.params}
    told = describe_estimator(case.estimator, case.key)
    return {"estimator": told["class"], "params": told["params"], "identity": case.key or ""}


@dataclass(frozen=True, eq=False)
class _Outline:
    """What a protocol makes trials of: the first of them, and how many more."""

    first: Trial
    case: Case
    protocol: Protocol
    dataset: Dataset
    repeats: int
    folds: int
    candidates: int | None

    def trial(self, repeat: int, **changes: Any) -> Trial:
        return self.first.model_copy(update={"seed": self.first.seed + repeat, **changes})


def _holdout(outline: _Outline) -> Iterator[Trial]:
    if outline.first.is_deterministic:
        yield outline.first.model_copy(update={"seed": 0})
        return
    yield from _seeds(outline, range(outline.repeats))


def _conditional(outline: _Outline, settings: Settings) -> Iterator[Trial]:
    """Give the trials with further seeds; none if the caller has said how many seeds there are to be."""
    most = outline.protocol.max_repeats
    if most is not None and settings.repeats is None and not outline.first.is_deterministic:
        yield from _seeds(outline, range(outline.repeats, most))


def _seeds(outline: _Outline, repeats: range) -> Iterator[Trial]:
    for repeat in repeats:
        shuffle_seed = outline.first.seed + repeat if outline.protocol.shuffle else None
        yield outline.trial(repeat, shuffle_seed=shuffle_seed)


def _cross_validation(outline: _Outline) -> Iterator[Trial]:
    # The seed cuts the folds too: a deterministic method differs from repeat to repeat as well.
    for repeat in range(outline.repeats):
        for fold in range(outline.folds):
            yield outline.trial(repeat, fold=fold, folds=outline.folds)


def _grid_search(outline: _Outline) -> Iterator[Trial]:
    strategy = outline.protocol.strategy or "grid"
    search = Search(grid=outline.case.grid, folds=outline.folds, strategy=strategy, candidates=outline.candidates)
    for repeat in range(outline.repeats):
        yield outline.trial(repeat, search=search)


def _learning_curve(outline: _Outline) -> Iterator[Trial]:
    most, asked = outline.first.samples, outline.protocol.sizes or ()
    sizes = [size for size in asked if most is None or size <= most]
    if not sizes:
        raise SuiteError(
            f"case {outline.case.name!r}: no size of its learning curve, {list(asked)}, is within the {most} training "
            "images asked for"
        )
    for size in sizes:
        outline.dataset.check_subsample(size)
        for repeat in range(outline.repeats):
            # The seed draws the images too.
            yield outline.trial(repeat, samples=size, sample_seed=outline.first.seed + repeat)


_EXPAND: dict[Kind, Callable[[_Outline], Iterator[Trial]]] = {
    "holdout": _holdout,
    "cross-validation": _cross_validation,
    "grid-search": _grid_search,
    "learning-curve": _learning_curve,
}


def _check_grid(suite: Suite, case: Case, protocol: Protocol) -> None:
    place = f"suite {suite.name!r}, case {case.name!r}"
    if protocol.kind == "grid-search" and not case.grid:
        raise SuiteError(f"{place}: a grid search needs a grid, e.g. grid = {{ C = [1, 10] }}")
    if protocol.kind != "grid-search" and case.grid:
        raise SuiteError(f"{place}: grid is for the protocol grid-search, not {protocol.kind}")


def _check_folds(suite: Suite, case: Case, dataset: Dataset, folds: int) -> None:
    fewest = int(np.bincount(dataset.train.labels).min())
    if folds > fewest:
        raise DatasetError(
            f"suite {suite.name!r}, case {case.name!r}: {folds} stratified folds need as many images of each class, "
            f"but {dataset.name} has a class with {fewest}; ask for fewer folds"
        )
