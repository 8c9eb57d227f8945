"""Test sets of all cases of a suite, where one case may provide the images that others are evaluated on."""

from collections.abc import Mapping
from dataclasses import replace

from hdr_bench.experiments.planning.evaluation_plan import LearnedShare, Learner, TestSetPlans
from hdr_bench.experiments.planning.outline import EXPAND, Outline
from hdr_bench.records.protocol import DatasetChoice, Protocol
from hdr_bench.records.suite import Suite
from hdr_bench.records.trial import Trial


def with_test_sets(
    suite: Suite,
    outlines: list[Outline],
    reasons: Mapping[str, str],
    choices: Mapping[str, DatasetChoice],
    plans: TestSetPlans,
) -> list[Outline]:
    """Return the outlines of a suite's cases, including their test sets.

    Parameters
    ----------
    suite : Suite
    outlines : list of Outline
        Outlines of all cases.
    reasons : mapping of str to str
        Reason why no attack can be made for a case's method, by name of the case; empty if one can.
    choices : mapping of str to DatasetChoice
        The data that a case's method learns from, by name of the case.
    plans : TestSetPlans

    Returns
    -------
    outlines : list of Outline
    """
    by_case = {outline.case.name: outline for outline in outlines}

    def key_of(name: str) -> str:
        return source_trial(next(EXPAND[by_case[name].first.protocol](by_case[name]))).key

    changed = []
    for outline in outlines:
        case, first, protocol = outline.case, outline.first, outline.protocol
        learned = _learned_share(protocol, first.samples)
        learner = Learner(choices[case.name], learned, case.train_with, reasons[case.name])
        test_sets = plans.of(suite.test_sets_of(case.name), learner, protocol.kind, key_of)
        changed.append(replace(outline, first=first.model_copy(update={"test_sets": test_sets})))
    return changed


def source_trial(trial: Trial) -> Trial:
    """Return the trial for which attacked images are made: a case's first trial, without test sets.

    Parameters
    ----------
    trial : Trial
        First trial of the case.

    Returns
    -------
    trial : Trial
    """
    return trial.model_copy(update={"test_sets": ()})


def _learned_share(protocol: Protocol, samples: int | None) -> LearnedShare:
    if protocol.sizes is None:
        return LearnedShare(samples)
    sizes = [size for size in protocol.sizes if samples is None or size <= samples]
    return LearnedShare(max(sizes, default=samples), are_same=False)
