"""A planned case: its data and its trials."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hdr_bench.datasets import Dataset
from hdr_bench.records.case import Case
from hdr_bench.records.trial import Trial


@dataclass(frozen=True, eq=False)
class PlannedCase:
    """A case with its data and its trials.

    Attributes
    ----------
    case : Case
    dataset : Dataset
    pickled : bytes or None
        The estimator, if it was created in code.
    trials : tuple of Trial
    conditional : tuple of Trial
        Trials that depend on the results of others: with further seeds, or of a study's chosen level.
    test_sets : mapping of str to Dataset
        Data sets of the other test sets that its trials are evaluated on, by name of the test set.
    study, level : str
        Name of the study that it belongs to, and label of its level; empty for any other case.
    candidates : mapping of str to PlannedCase
        For the chosen case of a study: the case of each level that may be chosen, by its label.
    """

    case: Case
    dataset: Dataset
    pickled: bytes | None
    trials: tuple[Trial, ...]
    conditional: tuple[Trial, ...] = ()
    test_sets: Mapping[str, Dataset] = field(default_factory=dict)
    study: str = ""
    level: str = ""
    candidates: "Mapping[str, PlannedCase]" = field(default_factory=dict)
