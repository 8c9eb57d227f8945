"""Cases of a study: one for each level, and one for each level that may be chosen."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hdr_bench.exceptions import SuiteError, UnknownNameError, shown
from hdr_bench.records.case import Case
from hdr_bench.records.protocol import Protocol
from hdr_bench.records.study import OF_PARAMETERS, Study, StudyLevel, changes_of

_KEPT = ("estimator", "steps", "dataset", "train_with", "samples", "bibtex", "time_limit", "memory_limit")


@dataclass(frozen=True)
class StudyCase:
    """Case of a study.

    Attributes
    ----------
    study : Study
    level : StudyLevel
    case : Case
    is_chosen : bool
        Whether it is fitted and evaluated on the test part if its level is chosen, without holding out training images;
        otherwise some of them are held out.
    """

    study: Study
    level: StudyLevel
    case: Case
    is_chosen: bool


def study_cases(study: Study, bases: Mapping[str, Case]) -> tuple[StudyCase, ...]:
    """Return the cases of a study: first those of its levels, then those that may be chosen.

    Parameters
    ----------
    study : Study
    bases : mapping of str to Case
        Cases of the suite by name.

    Returns
    -------
    cases : tuple of StudyCase

    Raises
    ------
    ValueError
        If there is no such base, or a level's value is not valid.
    """
    return tuple(_cases(study, base_of(study, bases)))


def base_of(study: Study, bases: Mapping[str, Case]) -> Case:
    """Return the case that a study varies.

    Parameters
    ----------
    study : Study
    bases : mapping of str to Case
        Cases of the suite by name.

    Returns
    -------
    base : Case

    Raises
    ------
    ValueError
        If there is no such case, or it cannot be the base of a study.
    """
    if isinstance(study.base, str) and study.base not in bases:
        raise ValueError(f"base: {UnknownNameError('case', study.base, bases)}")
    base = bases[study.base] if isinstance(study.base, str) else study.base
    if base.is_object:
        raise ValueError("base: its estimator is an object; give a name from ESTIMATORS, or a dotted path")
    if base.grid:
        raise ValueError(
            f"base: {shown(base.name)} has a grid, and its parameters would be searched; give another case"
        )
    return base


def _cases(study: Study, base: Case) -> Iterator[StudyCase]:
    held_out = Protocol(kind="validation", repeats=study.seeds, max_repeats=study.most_seeds, held_out=study.validation)
    for level in study.levels:
        yield StudyCase(study, level, _case(study, level, base, study.level_name(level.name), held_out), False)
    chosen = Protocol(repeats=study.seeds, max_repeats=study.most_seeds)
    for level in study.levels:
        case = _case(study, level, base, study.chosen_name, chosen)
        yield StudyCase(study, level, case, True)


def _case(study: Study, level: StudyLevel, base: Case, name: str, protocol: Protocol) -> Case:
    params = dict(base.params)
    content: dict[str, Any] = {key: getattr(base, key) for key in _KEPT}
    for factor, value in changes_of(study, level).items():
        if factor.startswith(OF_PARAMETERS):
            params[factor.removeprefix(OF_PARAMETERS)] = value
        else:
            content[factor] = value
    try:
        return Case(name=name, params=params, protocol=protocol, reduced=base.reduced, **content)
    except SuiteError as error:
        raise ValueError(f"level {shown(level.name)}: {error}") from error
