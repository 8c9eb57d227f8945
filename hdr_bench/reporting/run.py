"""All that a run's folder holds, read once: every table and figure of a report is a function of it."""

import os
from functools import cached_property
from pathlib import Path

import pandas as pd

from hdr_bench.exceptions import StoreError, UnknownNameError
from hdr_bench.names import visible
from hdr_bench.records.committed import WITHOUT_PREDICTIONS, CommittedReport, open_store
from hdr_bench.records.predictions import Predictions
from hdr_bench.records.result import Result
from hdr_bench.records.store import Store
from hdr_bench.reporting.files.report_folder import settle_report
from hdr_bench.reporting.frame import read_evaluations, read_results, summarise
from hdr_bench.reporting.run_images import RunImages


class RunContents:
    """What a run's folder holds. Predictions and images are read when they are first asked for.

    Parameters
    ----------
    path : path-like
        The run's folder.

    Attributes
    ----------
    store : Store
        The run's folder.
    run : RunRecord
        The suite, how it was run, and its trials.
    results : DataFrame
        As `load_results` returns it, without the rows of other test sets and of the levels of studies.
    every_result : DataFrame
        The same, with the levels of studies.
    records : dict of str to Result
        By their keys; those that can be read.
    images : RunImages
        The test images.

    Raises
    ------
    StoreError
        If there is no run at `path`, or it cannot be read.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.store = open_run(path)
        self.run = self.store.read_run()
        try:
            self.every_result, self.records = read_results(self.store, self.run)
        # Whoever writes a report meanwhile would take it for a failure to write.
        except OSError as error:
            place = visible(str(error.filename or self.store.folder))
            raise StoreError(f"cannot read {place}: {error.strerror or error}; see that you may read it") from error
        self.results = _without_levels(self.every_result)
        self.images = RunImages(self.store)
        self._predictions: dict[str, Predictions | None] = {}
        self._unreadable: dict[str, None] = {}

    @cached_property
    def summary(self) -> pd.DataFrame:
        """As `summarise` returns it; with studies also the column ``is_of_study``: chosen levels are not ranked."""
        summary = summarise(self.results)
        if not self._chosen_cases:
            return summary
        is_of_study = summary["method"].isin(self._chosen_cases)
        return summary.assign(is_of_study=is_of_study, is_ranked=summary["is_ranked"] & ~is_of_study)

    @cached_property
    def ranked_results(self) -> pd.DataFrame:
        """The results without the chosen levels of studies, which answer questions of their own."""
        return self.results[~self.results["case"].isin(self._chosen_cases)].reset_index(drop=True)

    @property
    def _chosen_cases(self) -> list[str]:
        return [study.chosen_name for study in self.run.suite.studies]

    @cached_property
    def evaluations(self) -> pd.DataFrame:
        """The rows of other test sets, as `load_results` returns them."""
        return read_evaluations(self.store, self.run, self.results, self.records)

    @property
    def distorted_test_sets(self) -> tuple[str, ...]:
        """Names of the suite's corrupted and attacked test sets, in the suite's order."""
        return tuple(each.name for each in self.run.suite.test_sets if each.is_distorted)

    @property
    def trial_records(self) -> list[Result]:
        """The results of the run's own trials, without predictions that came from a file."""
        return [record for record in self.records.values() if not record.trial.is_from_file]

    @property
    def labels(self) -> list[str]:
        """What tables call the rows of which a trial did not fail, in the suite's order."""
        return list(dict.fromkeys(self.results.loc[self.results["status"] == "ok", "label"]))

    @property
    def unreadable(self) -> tuple[str, ...]:
        """What could not be read of predictions and images, so far."""
        return tuple(dict.fromkeys((*self._unreadable, *self.images.unreadable)))

    def label_of_case(self, case: str) -> str:
        """Return the row that stands for a case: of a learning curve the one with most images.

        Parameters
        ----------
        case : str
            The method.

        Returns
        -------
        label : str

        Raises
        ------
        UnknownNameError
            If the run has no such case.
        StoreError
            If all of its trials failed.
        """
        if case not in self._labels_of_cases:
            raise UnknownNameError("case", case, self._labels_of_cases)
        label = self._labels_of_cases[case]
        if label is None:
            raise StoreError(f"{self.store.folder}: every trial of {case!r} failed or is missing")
        return label

    @cached_property
    def _labels_of_cases(self) -> dict[str, str | None]:
        """By case the row with most training images, of those that did not fail; None if all failed."""
        labels: dict[str, str | None] = dict.fromkeys(self.results["case"])
        good = self.results[self.results["status"] == "ok"]
        for case, trials in good.groupby("case", sort=False):
            labels[str(case)] = str(trials["label"].iloc[int(trials["n_train"].to_numpy(float).argmax())])
        return labels

    @cached_property
    def _good_keys(self) -> dict[str, list[str]]:
        """By row the keys of its trials that did not fail."""
        results = self.every_result
        keys: dict[str, list[str]] = {label: [] for label in dict.fromkeys(results["label"])}
        rows = zip(results["label"], results["key"], results["status"], strict=True)
        for label, key, status in rows:
            if status == "ok":
                keys[label].append(key)
        return keys

    def readable_cases(self) -> list[str]:
        """Return the cases with predictions that can be read.

        Returns
        -------
        cases : list of str
            In the suite's order.
        """
        good = dict.fromkeys(self.results.loc[self.results["status"] == "ok", "case"])
        return [case for case in good if self.predictions_of(self.label_of_case(case))]

    def cases_on_same_images(self) -> list[str]:
        """Return the cases that were evaluated on the same test images as most others.

        Returns
        -------
        cases : list of str
            In the suite's order.
        """
        sets: dict[str, list[str]] = {}
        for case in self.readable_cases():
            trial = self.good_records(self.label_of_case(case))[0].trial
            if trial.is_on_test_part:
                sets.setdefault(trial.fingerprint, []).append(case)
        return max(sets.values(), key=len, default=[])

    def good_records(self, label: str) -> list[Result]:
        """Return the results of a row's trials that did not fail.

        Parameters
        ----------
        label : str
            What tables call the row.

        Returns
        -------
        results : list of Result
            One or more.

        Raises
        ------
        UnknownNameError
            If the run has no such row.
        StoreError
            If all of its trials failed.
        """
        if label not in self._good_keys:
            raise UnknownNameError("case", label, self._good_keys)
        keys = self._good_keys[label]
        if not keys:
            raise StoreError(f"{self.store.folder}: every trial of {label!r} failed or is missing")
        return [self.records[key] for key in keys]

    def predictions_of(self, label: str) -> list[tuple[Result, Predictions]]:
        """Return the trials of a row that did not fail with their predictions; those that cannot be read are left out.

        Parameters
        ----------
        label : str
            What tables call the row.

        Returns
        -------
        trials : list of tuple of Result and Predictions
            None, or more.

        Raises
        ------
        UnknownNameError
            If the run has no such row.
        StoreError
            If all of its trials failed.
        """
        pairs = [(record, self._read_predictions(record)) for record in self.good_records(label)]
        return [(record, predictions) for record, predictions in pairs if predictions is not None]

    def _read_predictions(self, record: Result) -> Predictions | None:
        if record.key not in self._predictions:
            predictions = None
            try:
                predictions = self.store.read_predictions(record.key)
                if predictions is None:
                    self._unreadable[f"{record.trial.case}: {WITHOUT_PREDICTIONS}"] = None
            except StoreError as error:
                self._unreadable[self.store.without_folder(error)] = None
            self._predictions[record.key] = predictions
        return self._predictions[record.key]


def _without_levels(results: pd.DataFrame) -> pd.DataFrame:
    """Leave out the levels of studies, which were evaluated on training images; all rows if there are no others."""
    is_level = (results["protocol"] == "validation").to_numpy(bool)
    return results if is_level.all() or not is_level.any() else results[~is_level].reset_index(drop=True)


def open_run(path: str | os.PathLike[str]) -> Store:
    """Return the store of a run that a report can be made of.

    Parameters
    ----------
    path : path-like
        The run's folder.

    Returns
    -------
    store : Store

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


RunSource = RunContents | str | os.PathLike[str]
"""A run's folder, or what it holds."""


def read_contents(source: RunSource) -> RunContents:
    """Return what a run's folder holds; what was read already is not read again.

    Parameters
    ----------
    source : path-like or RunContents
        The run's folder, or what it holds.

    Returns
    -------
    contents : RunContents

    Raises
    ------
    StoreError
        If there is no run there.
    """
    return source if isinstance(source, RunContents) else RunContents(source)
