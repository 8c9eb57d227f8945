"""Decisions of a study: how many seeds its levels have, and which level is chosen."""

import statistics
from collections.abc import Mapping, Sequence

from pydantic import Field

from hdr_bench.records.base import Record
from hdr_bench.records.result import Result
from hdr_bench.records.study import Study


class StudyDecision(Record):
    """Decisions of a study, with their basis.

    Attributes
    ----------
    study : str
        Name of the study.
    seeds : int
        Number of seeds of each level.
    accuracies : dict of str to float
        Mean accuracy on the held-out images of each level that did not fail, by label; empty before all seeds have run.
    level : str
        Label of the chosen level, the first of those with the highest accuracy; empty before.
    """

    study: str
    seeds: int
    accuracies: dict[str, float] = Field(default_factory=dict)
    level: str = ""


def choose_level(study: Study, seeds: int, results: Mapping[str, Sequence[Result]]) -> StudyDecision:
    """Return the decision on a study whose levels have all run: the level with the highest mean accuracy.

    Parameters
    ----------
    study : Study
    seeds : int
        Number of seeds of each level.
    results : mapping of str to sequence of Result
        Results on the held-out images, by label of the level.

    Returns
    -------
    decision : StudyDecision
        Without a level if all of them failed.
    """
    accuracies = {label: shares for label, each in results.items() if (shares := accuracies_of(each))}
    means = {label: statistics.fmean(shares) for label, shares in accuracies.items()}
    # Rounded, as sums of the same shares in another order differ in their last digit.
    level = max(means, key=lambda label: round(means[label], 12), default="")
    return StudyDecision(study=study.name, seeds=seeds, accuracies=means, level=level)


def accuracies_of(results: Sequence[Result]) -> list[float]:
    """Return the accuracy of each result; none if one of them failed.

    Parameters
    ----------
    results : sequence of Result

    Returns
    -------
    accuracies : list of float
    """
    scores = [result.scores for result in results if result.status == "ok" and result.scores is not None]
    return [each.accuracy for each in scores] if len(scores) == len(results) else []
