"""All that a run's folder holds, read once: every table and figure of a report is a function of it."""

import hashlib
import json
import os
import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hdr_bench.exceptions import StoreError, UnknownNameError
from hdr_bench.names import visible
from hdr_bench.records.committed import CommittedReport, open_store
from hdr_bench.records.predictions import Predictions
from hdr_bench.records.result import Result
from hdr_bench.records.store import Store
from hdr_bench.reporting.files.report_folder import settle_report
from hdr_bench.reporting.frame import WITHOUT_PREDICTIONS, label_of, read_results, summarise

_HASH_LETTERS = 8
_SLUG_LETTERS = 48


class RunContents:
    """What a run's folder holds. Predictions and images are read when they are first asked for.

    Parameters
    ----------
    path : path-like
        The run's folder.

    Attributes
    ----------
    store : Store
    run : RunRecord
    results : DataFrame
        As `load_results` returns it, with the column ``label``: what tables call the trial.
    records : dict of str to Result
        By their keys; those that can be read.

    Raises
    ------
    StoreError
        If there is no run at `path`, or it cannot be read.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.store = open_run(path)
        self.run = self.store.read_run()
        try:
            results, self.records = read_results(self.store, self.run)
        # Whoever writes a report meanwhile would take it for a failure to write.
        except OSError as error:
            place = visible(str(error.filename or self.store.folder))
            raise StoreError(f"cannot read {place}: {error.strerror or error}; see that you may read it") from error
        labels = [label_of(row) for row in results.to_dict("records")]
        self.results = results.assign(label=pd.Series(labels, index=results.index, dtype=object))
        self._predictions: dict[str, Predictions | None] = {}
        self._images: dict[str, dict[int, NDArray[np.generic]] | NDArray[np.generic] | None] = {}
        self._shown: dict[str, dict[int, NDArray[np.generic]]] = {}
        self._unreadable: dict[str, None] = {}

    @cached_property
    def summary(self) -> pd.DataFrame:
        """As `summarise` returns it."""
        return summarise(self.results)

    @property
    def labels(self) -> list[str]:
        """What tables call the rows of which a trial did not fail, in the suite's order."""
        return list(dict.fromkeys(self.results.loc[self.results["status"] == "ok", "label"]))

    @property
    def unreadable(self) -> tuple[str, ...]:
        """What could not be read of predictions and images, so far."""
        return tuple(self._unreadable)

    def label_of_case(self, case: str) -> str:
        """Return the row that stands for a case: of a learning curve the one with most images.

        Raises
        ------
        UnknownNameError
            If the run has no such case.
        StoreError
            If all of its trials failed.
        """
        trials = self.results[self.results["case"] == case]
        if not len(trials):
            raise UnknownNameError("case", case, dict.fromkeys(self.results["case"]))
        good = trials[trials["status"] == "ok"]
        if not len(good):
            raise StoreError(f"{self.store.folder}: every trial of {case!r} failed or is missing")
        most = int(good["n_train"].to_numpy(float).argmax())
        return str(good["label"].iloc[most])

    def readable_cases(self) -> list[str]:
        """Return the cases with predictions that can be read, in the suite's order."""
        good = dict.fromkeys(self.results.loc[self.results["status"] == "ok", "case"])
        return [case for case in good if self.predictions_of(self.label_of_case(case))]

    def cases_on_same_images(self) -> list[str]:
        """Return the cases that were evaluated on the same test images as most others, in the suite's order."""
        sets: dict[str, list[str]] = {}
        for case in self.readable_cases():
            trial = self.good_records(self.label_of_case(case))[0].trial
            if trial.fold is None:
                sets.setdefault(trial.fingerprint, []).append(case)
        return max(sets.values(), key=len, default=[])

    def good_records(self, label: str) -> list[Result]:
        """Return the results of a row's trials that did not fail.

        Raises
        ------
        UnknownNameError
            If the run has no such row.
        StoreError
            If all of its trials failed.
        """
        trials = self.results[self.results["label"] == label]
        if not len(trials):
            raise UnknownNameError("case", label, dict.fromkeys(self.results["label"]))
        good = [self.records[key] for key in trials.loc[trials["status"] == "ok", "key"]]
        if not good:
            raise StoreError(f"{self.store.folder}: every trial of {label!r} failed or is missing")
        return good

    def predictions_of(self, label: str) -> list[tuple[Result, Predictions]]:
        """Return the trials of a row that did not fail with their predictions; those that cannot be read are left out.

        Raises
        ------
        UnknownNameError
            If the run has no such row.
        StoreError
            If all of its trials failed.
        """
        pairs = [(record, self._read_predictions(record)) for record in self.good_records(label)]
        return [(record, found) for record, found in pairs if found is not None]

    def pictures(self, record: Result, indices: Sequence[int]) -> NDArray[np.generic]:
        """Return test images that a trial was evaluated on, by their places in the test part: shape (n, height, width).

        They come from this machine's copy of all test images, or from those that the last report showed, which a
        committed report holds.

        Raises
        ------
        StoreError
            If they are not there; for a fold of cross-validation, whose images are training images, always.
        """
        fingerprint = record.trial.fingerprint
        images = None if record.trial.fold is not None else self._images_by_place(fingerprint)
        try:
            found = {} if images is None else {int(index): images[index] for index in indices}
        except (KeyError, IndexError):
            found = {}
        height, width = record.image_shape or (0, 0)
        if images is None or len(found) < len(set(indices)):
            raise StoreError(
                f"{self.store.folder}: the images that {record.trial.case!r} was evaluated on are not there"
            )
        self._shown.setdefault(fingerprint, {}).update(found)
        return np.stack([found[int(index)] for index in indices]) if found else np.zeros((0, height, width), np.uint8)

    def shown_files(self) -> dict[str, bytes]:
        """Return the files of the test images that were shown so far: names below the folder, and bytes."""
        files = {}
        for fingerprint, shown in self._shown.items():
            if shown:
                places = sorted(shown)
                images = np.stack([shown[place] for place in places])
                name = self.store.arrays.gallery_name(fingerprint)
                files[name] = self.store.arrays.encode_gallery(np.array(places, np.int64), images)
        return files

    def _images_by_place(self, fingerprint: str) -> "dict[int, NDArray[np.generic]] | NDArray[np.generic] | None":
        if fingerprint not in self._images:
            self._images[fingerprint] = None
            for read in (self.store.arrays.read_images, self.store.arrays.read_gallery):
                try:
                    found = read(fingerprint)
                except StoreError as error:
                    self._note(error)
                    continue
                if found is not None and len(found):
                    self._images[fingerprint] = found
                    break
        return self._images[fingerprint]

    def row_id(self, label: str) -> str:
        """Return a row's name in addresses: suite, case and a hash of its results; the same for the same results."""
        trials = self.results[self.results["label"] == label]
        kept = [self.records[key].model_dump(mode="json") for key in trials["key"] if key in self.records]
        whole = [self.run.suite.name, label, kept]
        digest = hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()
        return f"{slug(self.run.suite.name)}-{slug(label)}-{digest[:_HASH_LETTERS]}"

    def _read_predictions(self, record: Result) -> Predictions | None:
        if record.key not in self._predictions:
            found = None
            try:
                found = self.store.read_predictions(record.key)
                if found is None:
                    self._unreadable[f"{record.trial.case}: {WITHOUT_PREDICTIONS}"] = None
            except StoreError as error:
                self._note(error)
            self._predictions[record.key] = found
        return self._predictions[record.key]

    def _note(self, error: StoreError) -> None:
        self._unreadable[self.store.without_folder(error)] = None


def open_run(path: str | os.PathLike[str]) -> Store:
    """Return the store of a run that a report can be made of.

    Raises
    ------
    StoreError
        If there is a report of format 3, which cannot be made again.
    """
    settle_report(Path(path))
    store = open_store(path)
    if isinstance(store, CommittedReport):
        raise StoreError(
            f"{store.folder}: {WITHOUT_PREDICTIONS}. load_results and compare read it; to make its report again, run "
            "the suite"
        )
    return store


def read_contents(source: "RunContents | str | os.PathLike[str]") -> RunContents:
    """Return what a run's folder holds, read anew unless it was read already.

    Raises
    ------
    StoreError
        If there is no run there.
    """
    return source if isinstance(source, RunContents) else RunContents(source)


def slug(text: str) -> str:
    """Return a text as it can stand in file names and addresses: of a long one the beginning.

    Examples
    --------
    >>> slug("k-NN | <b>3</b>")
    'k-nn-b-3-b'
    """
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:_SLUG_LETTERS].rstrip("-") or "method"
