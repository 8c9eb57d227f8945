"""One fit and its evaluation, before it is run: all that decides the outcome."""

import hashlib
import json
import re
from typing import Any, Literal

from pydantic import SerializerFunctionWrapHandler, model_serializer

from hdr_bench.records.base import Record
from hdr_bench.records.case import Step, TrainingCorruption
from hdr_bench.records.evaluations import TrialTestSet
from hdr_bench.records.protocol import KINDS, DatasetChoice, Kind, Strategy
from hdr_bench.records.published import Published

_LIMITS = ("time_limit", "memory_limit")
# Where it comes from, and what is said of it, decides nothing; nor does where the data lie: their fingerprint does.
_DECIDES_NOTHING = {"suite", "published", "is_reduced", "dataset"}
# What was not asked for leaves the key as it was before it could be.
_LATER = ("shuffle_seed", "validation", "code", "search_fit", "test_sets", "train_with", "train_with_version")

FROM_FILE = "predictions from "
"""Beginning of what stands for the estimator of predictions that came from a file, which no estimator's path has."""


class Search(Record):
    """A grid search inside the train part.

    Attributes
    ----------
    grid : dict of str to list
        Parameter and values.
    folds : int
        Of the train part.
    strategy : {"grid", "halving"}
        All candidates on all images, or by successive halving.
    candidates : int or None
        So many of the grid's, drawn at random with the trial's seed; None takes all.
    """

    grid: dict[str, list[Any]]
    folds: int
    strategy: Strategy
    candidates: int | None = None


class SearchFit(Record):
    """A fit inside a grid search: a candidate on all folds but one, evaluated on that one, which its trial names.

    Attributes
    ----------
    search : str
        Key of the trial whose search it belongs to; it stands for all that decides that trial.
    params : dict
        The candidate: its place in the grid.
    samples : int or None
        Of successive halving: images of its round, those that it is evaluated on included; None takes all.
    """

    search: str
    params: dict[str, Any]
    samples: int | None = None


class Trial(Record):
    """One fit and its evaluation, before it is run: all that decides the outcome.

    Attributes
    ----------
    suite, case : str
        Where it comes from.
    estimator : str
        A name of `ESTIMATORS`, or a dotted path; of an estimator made in code, its class.
    params : dict
        Its parameters; of an estimator made in code, what stands for them.
    identity : str
        The key that an estimator made in code was given.
    steps : tuple of Step
        Transformers before it.
    dataset : DatasetChoice
        The data set, with how it is cut and resized.
    fingerprint : str
        Of the data set, whole.
    protocol : {"holdout", "cross-validation", "grid-search", "learning-curve"}
        How it is evaluated.
    seed : int
        Of every parameter called ``random_state`` (or as its library calls it) that the case leaves open, of the
        global generators, and of the cut into folds.
    is_deterministic : bool
        There is no such parameter, and no estimator that is known to draw from the global generators.
    fold, folds : int or None
        Of cross-validation, and inside a grid search: the fold that is evaluated on, from 0, and how many there are.
    search : Search or None
        Of a grid search.
    search_fit : SearchFit or None
        Of a fit inside a grid search, which is a trial by itself.
    samples : int or None
        Training images, where not all.
    sample_seed : int
        Of their choice.
    shuffle_seed : int or None
        Of the order of the training images; None leaves them in the data set's.
    validation : {"test"} or None
        The part that a network is evaluated on after each epoch, for its history alone.
    train_with : tuple of TrainingCorruption
        Corrupted copies of the training images that it learns from, beside these.
    train_with_version : int or None
        Of the corruptions' code: other code makes other copies. None without copies.
    test_sets : tuple of TrialTestSet
        Other images that the fitted method is evaluated on. Those that are there decide the trial's key, by name and
        fingerprint in any order: the method is not stored, so that one more of them needs another fit.
    is_reduced : bool
        The case runs below its full size.
    threads : int
        Of every thread pool.
    versions : dict of str to str
        Of the libraries that decide the outcome.
    code : str
        Hash of the user's own modules that the estimator comes from; empty for installed code.
    time_limit : float or None
        Seconds that the trial may take, from the start of its process; of a grid search those that all of its fits may
        take together with their evaluation, not counting the starts of their processes.
    memory_limit : int or None
        Bytes that it may take above what its process has at the start.
    published : tuple of Published
        Carried along for the report; it decides nothing.
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
        """Name of the trial's file: readable, and different where anything differs that decides the outcome.

        Limits are left out: where they did not end the trial, they decided nothing.
        """
        return self.keys()[0]

    @property
    def limited_key(self) -> str:
        """Name of the file of an outcome that the limits decided."""
        return self.keys()[1]

    @property
    def is_from_file(self) -> bool:
        """It was no trial of this library: another program's predictions came from a file."""
        return self.estimator.startswith(FROM_FILE)

    @property
    def is_on_test_part(self) -> bool:
        """It is evaluated on the data set's test part, not on images of its training part."""
        return self.search_fit is None and KINDS[self.protocol].evaluated_on == "test part"

    def keys(self) -> tuple[str, str]:
        """Return both names, for which the trial is looked through once.

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
        """Return all that decides the outcome but for the limits."""
        decides = self.model_dump(exclude=_DECIDES_NOTHING.union(_LIMITS, {"test_sets"}))
        decides["test_sets"] = sorted(each.decides for each in self.test_sets if each.fingerprint)
        if self.identity:
            # What stands for the parameters then need not be the same in every process.
            del decides["params"]
        for name in _LATER:
            if decides.get(name) in (None, "", []):
                decides.pop(name, None)
        return decides

    @model_serializer(mode="wrap")
    def _without_what_is_not_there(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out what trials of before did not have: records of other trials stay as they were."""
        content: dict[str, Any] = serialize(self)
        for name in ("search_fit", "test_sets", "train_with", "train_with_version"):
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
