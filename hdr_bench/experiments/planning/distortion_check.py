"""Checks of a suite's corrupted and attacked images, which must exist and suit its cases."""

from collections.abc import Iterator
from typing import Any

from hdr_bench.exceptions import UnknownNameError, shown
from hdr_bench.experiments.planning.distortions import attack_of, check_corruption, why_no_gradient
from hdr_bench.experiments.planning.models import unseeded_model
from hdr_bench.records.case import Case
from hdr_bench.records.evaluations import TestSet
from hdr_bench.records.protocol import KINDS
from hdr_bench.records.suite import Suite


def distortion_faults(suite: Suite) -> Iterator[str]:
    """Yield the faults in the distorted images of a suite.

    Parameters
    ----------
    suite : Suite

    Yields
    ------
    fault : str
        Includes its place in the suite.
    """
    for number, test_set in enumerate(suite.test_sets, start=1):
        place = f"test_set {number} ({shown(test_set.name)})"
        yield from (f"{place}, {fault}" for fault in _test_set_faults(suite, test_set))
    for number, case in enumerate(suite.cases, start=1):
        yield from (f"case {number} ({shown(case.name)}), {fault}" for fault in _copy_faults(suite, case))
    for each in suite.study_cases:
        if not each.is_chosen:
            yield from (f"study level {shown(each.case.name)}, {fault}" for fault in _copy_faults(suite, each.case))


def _test_set_faults(suite: Suite, test_set: TestSet) -> Iterator[str]:
    try:
        if test_set.corruption is not None:
            check_corruption(test_set.corruption, test_set.severity)
        if test_set.attack is not None:
            attack_of(test_set)
    except ValueError as error:
        yield f"{'attack' if test_set.attack else 'corruption'}: {error}"
        return
    if test_set.attack is None:
        return
    if test_set.transfer_from:
        yield from (f"transfer_from: {fault}" for fault in _transfer_faults(suite, test_set))
        return
    for case in _evaluated_cases(suite, test_set):
        if reason := _missing_gradient(case):
            yield (
                f"attack: not possible for case {shown(case.name)}: {reason}; give transfer_from, the name of a "
                "case whose images are used for such methods"
            )
            return


def _transfer_faults(suite: Suite, test_set: TestSet) -> Iterator[str]:
    cases = {case.name: case for case in suite.cases}
    name = test_set.transfer_from
    if name not in cases:
        yield str(UnknownNameError("case", name, cases))
        return
    source = cases[name]
    kind = (source.protocol or suite.protocol).kind
    if kind != "holdout":
        yield f"case {shown(name)} has the protocol {kind}; images are made only for a method with the protocol holdout"
    if reason := _missing_gradient(source):
        yield f"no attack is possible for case {shown(name)}: {reason}; name another case"
    choice = source.dataset or suite.dataset
    for case in _evaluated_cases(suite, test_set):
        if (case.dataset or suite.dataset) != choice:
            yield (
                f"case {shown(name)} learns from {choice.name}, and case {shown(case.name)}, which would be evaluated "
                "on images made for it, from other data; give both the same dataset"
            )
            return


def _evaluated_cases(suite: Suite, test_set: TestSet) -> list[Case]:
    """Return the cases that are evaluated on a test set: those that are not fitted on folds."""
    cases = [case for case in suite.cases if test_set.is_for(case.name)]
    return [case for case in cases if KINDS[(case.protocol or suite.protocol).kind].evaluated_on != "folds"]


def _missing_gradient(case: Case) -> str:
    """Return why no attack can be made for a case; empty if one can, or if the case has another fault."""
    try:
        model: Any = unseeded_model(case)
        return why_no_gradient(model)
    except Exception:  # noqa: BLE001  # faults of the method are reported by its own check
        return ""


def _copy_faults(suite: Suite, case: Case) -> Iterator[str]:
    for each in case.train_with:
        try:
            check_corruption(each.corruption, each.severity)
        except ValueError as error:
            yield f"train_with: {error}"
    if case.train_with and (case.protocol or suite.protocol).kind == "grid-search":
        yield (
            "train_with: a grid search could train on an image and evaluate on its corrupted copy; give "
            "the case another protocol and the parameters selected by a search"
        )
