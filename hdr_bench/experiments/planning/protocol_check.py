"""Checks of a case against its protocol and its data."""

import numpy as np

from hdr_bench.datasets import Dataset
from hdr_bench.exceptions import DatasetError, SuiteError, shown
from hdr_bench.experiments.planning.outline import Outline
from hdr_bench.records.base import LARGEST_SEED, MOST_CANDIDATES
from hdr_bench.records.case import Case
from hdr_bench.records.grid import count_combinations
from hdr_bench.records.protocol import Protocol
from hdr_bench.records.suite import Suite


class CaseError(SuiteError):
    """Error for a case of a suite that cannot be run.

    Parameters
    ----------
    suite : str
        Name of the suite.
    case : str
        Name of the case.
    reason : str
        Description of the fault.
    """

    def __init__(self, suite: str, case: str, reason: str) -> None:
        super().__init__(suite, case, reason)
        self.suite, self.case, self.reason = suite, case, reason

    def __str__(self) -> str:
        return f"suite {self.suite!r}, case {shown(self.case)}: {self.reason}"


def case_place(suite: Suite, case: Case) -> str:
    """Return the place of a case, for a message.

    Parameters
    ----------
    suite : Suite
    case : Case

    Returns
    -------
    place : str
    """
    return f"suite {suite.name!r}, case {shown(case.name)}"


def check_protocol(suite: Suite, case: Case, protocol: Protocol) -> None:
    """Check that a case has everything that its protocol needs, and nothing for another protocol.

    Parameters
    ----------
    suite : Suite
    case : Case
    protocol : Protocol
        Protocol of the case, or else of the suite.

    Raises
    ------
    SuiteError
        If this is not so, or if the grid has too many candidates.
    """
    if protocol.kind == "grid-search" and not case.grid:
        raise CaseError(suite.name, case.name, "a grid search needs a grid, e.g. grid = { C = [1, 10] }")
    if protocol.kind != "grid-search" and case.grid:
        raise CaseError(suite.name, case.name, f"grid is for the protocol grid-search, not {protocol.kind}")
    if case.validation is not None and protocol.kind != "holdout":
        raise CaseError(suite.name, case.name, f"validation is for the protocol holdout, not {protocol.kind}")
    n_candidates = count_combinations(case.grid)
    if n_candidates > MOST_CANDIDATES:
        raise CaseError(
            suite.name,
            case.name,
            f"a grid must have at most {MOST_CANDIDATES:,} candidates, got {n_candidates:,}; give fewer values",
        )


def check_folds(suite: Suite, case: Case, dataset: Dataset, folds: int) -> None:
    """Check that each class has an image in every fold.

    Parameters
    ----------
    suite : Suite
    case : Case
    dataset : Dataset
    folds : int

    Raises
    ------
    DatasetError
        If there are more folds than images of a class.
    """
    fewest = int(np.bincount(dataset.train.labels).min())
    if folds > fewest:
        raise DatasetError(
            f"{case_place(suite, case)}: {folds} stratified folds need at least {folds} images of each class, but "
            f"{dataset.name} has a class with {fewest}; ask for fewer folds"
        )


def check_outline(suite: Suite, outline: Outline) -> None:
    """Check that the sizes of a learning curve can be drawn, and that the seeds are within their range.

    Parameters
    ----------
    suite : Suite
    outline : Outline

    Raises
    ------
    SuiteError, DatasetError
        If either is not so.
    """
    first, protocol = outline.first, outline.protocol
    if protocol.kind == "learning-curve" and not outline.sizes:
        raise CaseError(
            suite.name,
            outline.case.name,
            f"no size of its learning curve, {list(protocol.sizes or ())}, is within the {first.samples} training "
            "images requested",
        )
    for size in outline.sizes:
        try:
            outline.dataset.check_subsample(size)
        except DatasetError as error:
            raise DatasetError(f"{case_place(suite, outline.case)}, protocol, sizes: {error}") from error
    last_seed = first.seed + max(outline.repeats, outline.most_repeats or 0) - 1
    if last_seed > LARGEST_SEED:
        raise CaseError(
            suite.name,
            outline.case.name,
            f"its last seed must be at most {LARGEST_SEED:,}, got {last_seed:,}; start with a lower seed",
        )
