"""Reports committed in format 3: results without the run's record and without predictions."""

import json
import os
from pathlib import Path
from typing import Any

from hdr_bench.exceptions import MissingTrialError, StoreError
from hdr_bench.files import read_regular
from hdr_bench.records.case import Case
from hdr_bench.records.damage import DAMAGED, describe_damage
from hdr_bench.records.lookup import Lookup
from hdr_bench.records.options import Settings
from hdr_bench.records.predictions import Predictions
from hdr_bench.records.result import Result
from hdr_bench.records.run_record import PlannedTrial, RunRecord
from hdr_bench.records.store import Store
from hdr_bench.records.store_format import FIRST_WITH_CHECKSUM, format_of, parse
from hdr_bench.records.suite import Suite

_RESULTS = "results.json"

WITHOUT_PREDICTIONS = (
    "committed in format 3, without predictions: scores are reported as stored, and can be neither checked nor "
    "compared again"
)
"""Note on a report of format 3."""


class CommittedReport(Store):
    """A report of format 3 as a store, with its scores as stored, since there are no predictions to check them.

    Parameters
    ----------
    folder : Path
        Folder of the report.
    results : dict of str to Result
        By key.
    """

    def __init__(self, folder: Path, results: dict[str, Result]) -> None:
        super().__init__(folder)
        self._results = results

    def read_run(self) -> RunRecord:
        """Return the part of the run's record known from its results: names of suite and cases, and the trials.

        Returns
        -------
        run : RunRecord
        """
        results = tuple(self._results.values())
        cases = {each.trial.case: Case(name=each.trial.case, estimator=each.trial.estimator) for each in results}
        first = results[0].trial
        return RunRecord(
            suite=Suite(name=first.suite, title=first.suite, dataset=first.dataset, cases=tuple(cases.values())),
            origin="",
            settings=Settings(threads=first.threads),
            trials=tuple(map(_planned_trial, results)),
        )

    def look_up(self, planned: PlannedTrial) -> Lookup:
        """Return the stored result of a trial.

        Parameters
        ----------
        planned : PlannedTrial

        Returns
        -------
        found : Lookup
        """
        return Lookup(planned.key, self.read(planned.key))

    def read(self, key: str) -> Result:
        """Return the stored result of a trial.

        Parameters
        ----------
        key : str
            Key of the trial.

        Returns
        -------
        result : Result

        Raises
        ------
        MissingTrialError
            If there is no such trial.
        """
        if key not in self._results:
            raise MissingTrialError(f"{self.folder / _RESULTS}: no such trial: {key}")
        return self._results[key]

    def read_predictions(self, key: str) -> Predictions | None:
        """Return None, as there are no predictions.

        Parameters
        ----------
        key : str
            Key of the trial.

        Returns
        -------
        predictions : None
        """
        self.read(key)
        return None


def open_store(path: str | os.PathLike[str]) -> Store:
    """Return the store in a folder: of a run, or of a report committed in format 3.

    Parameters
    ----------
    path : path-like
        Folder of a run or of a report.

    Returns
    -------
    store : Store

    Raises
    ------
    StoreError
        If there is a report whose results are not readable.
    """
    store = Store(path)
    results = {} if store.run_file.exists() else _read_results(store.folder / _RESULTS)
    return CommittedReport(store.folder, results) if results else store


def _read_results(path: Path) -> dict[str, Result]:
    """Return the results of a report committed before format 4, by key; empty for any other folder."""
    try:
        contents = json.loads(read_regular(path))
        if not isinstance(contents, list) or not all(map(_is_old, contents)):
            return {}
        results = [parse(Result, content, path) for content in contents]
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except StoreError:
        raise
    except DAMAGED as error:
        raise StoreError(f"{path}: not readable: {describe_damage(error)}; run the suite again") from error
    return {result.key: result for result in results}


def _is_old(content: Any) -> bool:
    return isinstance(content, dict) and "trial" in content and format_of(content) < FIRST_WITH_CHECKSUM


def _planned_trial(result: Result) -> PlannedTrial:
    trial = result.trial
    return PlannedTrial(
        key=result.key,
        case=trial.case,
        seed=trial.seed,
        protocol=trial.protocol,
        fold=trial.fold,
        samples=trial.samples,
    )
