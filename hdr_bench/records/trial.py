"""Trial: one fit and its evaluation, before it runs, with everything that determines its outcome."""

import hashlib
import json
import re
from typing import Any, Literal

from pydantic import SerializerFunctionWrapHandler, model_serializer

from hdr_bench.records.base import Record
from hdr_bench.records.case import Step, TrainingCorruption
from hdr_bench.records.evaluations import TrialTestSet
from hdr_bench.records.grid import PlannedGrid
from hdr_bench.records.protocol import KINDS, DatasetChoice, Kind, Strategy
from hdr_bench.records.published import Published

_LIMITS = ("time_limit", "memory_limit")
# Fields that do not affect the outcome: origin, notes, and the location of the data, which have a fingerprint.
_DECIDES_NOTHING = {"suite", "published", "is_reduced", "dataset"}
# If not used, these later fields leave the key as it was before they existed.
_LATER = (
    "shuffle_seed",
    "validation",
    "code",
    "search_fit",
    "test_sets",
    "train_with",
    "train_with_version",
    "held_out",
)

FROM_FILE = "predictions from "
"""Prefix of the estimator for predictions from a file, which no estimator's path has."""


class Search(Record):
    """A grid search within the training part.

    Attributes
    ----------
    grid : dict of str to list, or list of dict
        Parameters and their values, in one table or several.
    folds : int
        Number of folds of the training part.
    strategy : {"grid", "halving"}
        All candidates on all images, or successive halving.
    candidates : int or None
        Number of candidates drawn at random with the trial's seed; None for all.
    """

    grid: PlannedGrid
    folds: int
    strategy: Strategy
    candidates: int | None = None


class SearchFit(Record):
    """A fit within a grid search: a candidate fitted on all folds but the one that its trial names for evaluation.

    Attributes
    ----------
    search : str
        Key of the trial whose search it belongs to, which represents everything that determines that trial.
    params : dict
        The candidate: its parameters in the grid.
    samples : int or None
        For successive halving: number of images of its round, including those for evaluation; None for all.
    """

    search: str
    params: dict[str, Any]
    samples: int | None = None


class Trial(Record):
    """One fit and its evaluation, before it runs, with everything that determines its outcome.

    Attributes
    ----------
    suite, case : str
        Origin of the trial.
    estimator : str
        A name from `ESTIMATORS`, or a dotted path; for an estimator created in code, its class.
    params : dict
        Its parameters; for an estimator created in code, their representation.
    identity : str
        Key given to an estimator created in code.
    steps : tuple of Step
        Transformers applied before it.
    dataset : DatasetChoice
        The data set, with how it is split and resized.
    fingerprint : str
        Fingerprint of the whole data set.
    protocol : {"holdout", "cross-validation", "grid-search", "learning-curve", "validation"}
        Protocol of the evaluation.
    seed : int
        Seed for every unset parameter called ``random_state`` (or as its library calls it), for the global generators,
        and for the split into folds.
    is_deterministic : bool
        Whether there is no such parameter, and no estimator that is known to use the global generators.
    fold, folds : int or None
        For cross-validation, and within a grid search: the fold to evaluate on, from 0, and the number of folds.
    search : Search or None
        For a grid search.
    search_fit : SearchFit or None
        For a fit within a grid search, which is a trial by itself.
    samples : int or None
        Number of training images, if not all.
    sample_seed : int
        Seed for choosing them.
    shuffle_seed : int or None
        Seed for the order of the training images; None for that of the data set.
    held_out : float or None
        Share of the training images that is not learned from and evaluated on instead of the test part.
    validation : {"test"} or None
        The part that a network is evaluated on after each epoch, only for its history: the images that the trial is
        evaluated on.
    train_with : tuple of TrainingCorruption
        Corrupted copies of the training images that it also learns from.
    train_with_version : int or None
        Version of the code for corruptions, as other code creates other copies. None without copies.
    test_sets : tuple of TrialTestSet
        Other images that the fitted method is evaluated on. Available ones are part of the trial's key, by name and
        fingerprint in any order: the method is not stored, so another test set needs another fit.
    is_reduced : bool
        Whether the case runs below its full size.
    threads : int
        Threads of every thread pool.
    versions : dict of str to str
        Versions of the libraries that determine the outcome.
    code : str
        Hash of the user's own modules that the estimator comes from; empty for installed code.
    time_limit : float or None
        Seconds allowed for the trial, from the start of its process; for a grid search, for all its fits and
        evaluations together, excluding the starts of their processes.
    memory_limit : int or None
        Bytes allowed above what its process has at the start.
    published : tuple of Published
        Included for the report; does not affect the outcome.
    """

    suite: str
    case: str
    estimator: str
    params: dict[str, Any]
    identity: str = ""
    steps: tuple[Step, ...] = ()
    dataset: DatasetChoice
    fingerprint: str
    protocol: Kind
    seed: int
    is_deterministic: bool
    fold: int | None = None
    folds: int | None = None
    search: Search | None = None
    search_fit: SearchFit | None = None
    samples: int | None = None
    sample_seed: int = 0
    shuffle_seed: int | None = None
    held_out: float | None = None
    validation: Literal["test"] | None = None
    train_with: tuple[TrainingCorruption, ...] = ()
    train_with_version: int | None = None
    test_sets: tuple[TrialTestSet, ...] = ()
    is_reduced: bool = False
    threads: int
    versions: dict[str, str]
    code: str = ""
    time_limit: float | None = None
    memory_limit: int | None = None
    published: tuple[Published, ...] = ()

    @property
    def key(self) -> str:
        """Name of the trial's file: readable, and different if anything that determines the outcome differs.

        Limits are excluded, as they affect nothing unless they end the trial.
        """
        return self.keys()[0]

    @property
    def limited_key(self) -> str:
        """Name of the file of an outcome determined by the limits."""
        return self.keys()[1]

    @property
    def is_from_file(self) -> bool:
        """Whether it is not a trial of this library, but represents another program's predictions from a file."""
        return self.estimator.startswith(FROM_FILE)

    @property
    def is_on_test_part(self) -> bool:
        """Whether it is evaluated on the data set's test part, not on images of its training part."""
        return self.search_fit is None and KINDS[self.protocol].evaluated_on == "test part"

    def keys(self) -> tuple[str, str]:
        """Return both names, computed in one pass.

        Returns
        -------
        key, limited_key : str
            As the properties of these names.
        """
        decides = self._decides() if self.search_fit is None else {**self.search_fit.model_dump(), "fold": self.fold}
        limits = {name: getattr(self, name) for name in _LIMITS}
        readable = self._readable()
        return f"{readable}-{_digest(decides)}", f"{readable}-{_digest({**decides, **limits})}"

    def _decides(self) -> dict[str, Any]:
        """Return everything that determines the outcome except for the limits."""
        decides = self.model_dump(exclude=_DECIDES_NOTHING.union(_LIMITS, {"test_sets"}))
        decides["test_sets"] = sorted(each.decides for each in self.test_sets if each.fingerprint)
        if self.identity:
            # The representation of the parameters then need not be the same in every process.
            del decides["params"]
        for name in _LATER:
            if decides.get(name) in (None, "", []):
                decides.pop(name, None)
        return decides

    @model_serializer(mode="wrap")
    def _without_what_is_not_there(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Omit unset later fields, so that records of existing trials stay unchanged."""
        content: dict[str, Any] = serialize(self)
        for name in ("search_fit", "test_sets", "train_with", "train_with_version", "held_out"):
            if not getattr(self, name):
                content.pop(name, None)
        return content

    def _readable(self) -> str:
        case = re.sub(r"[^a-z0-9]+", "-", self.case.lower()).strip("-")[:40]
        part = f"-fold{self.fold + 1}" if self.fold is not None else ""
        part += f"-n{self.samples}" if self.protocol == "learning-curve" else ""
        return f"{case}-{self.seed}{part}"


def _digest(decides: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()[:12]
