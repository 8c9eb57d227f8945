"""Results on disk: a folder with the run's record, and one file per trial.

What a report is made of, and what is committed with it:

- ``run.json``: the suite, the settings, the trials in their order.
- ``trials/KEY.zip``: a result with its predictions in compact form and a checksum; see `trial_file`.
- ``labels/DIGEST.npz``: the true labels of a set of images, once for all trials that are evaluated on it.
- ``added/KEY.zip``: predictions of another program, as the file of a trial; no run makes or removes them.
- ``gallery/FINGERPRINT.npz``: the test images that the report shows.

What stays on the machine that ran it, and is used where it is there: ``images/FINGERPRINT.npz``, all test images of a
data set, beside them the distorted images of test sets, see `made_images`, ``scores/KEY.npz``, the scores of each class
for each image, ``search/KEY/FIT.zip``, the fits inside a grid search that is not done, see `fit_store`,
``models/KEY.hdrm``, fitted models that were to be kept, see `kept_models`, and ``.suite-file``, see `run_source`. Every
file is written to a temporary one and put in place whole. `store_format` has the history of the format.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hdr_bench.exceptions import MissingTrialError, NewerFormatError, StoreError
from hdr_bench.files import clear_leftovers, lock_file, read_regular
from hdr_bench.records.compact import pack, pack_labels
from hdr_bench.records.damage import AWAY, DAMAGED, REMEDY, describe_damage
from hdr_bench.records.kept_arrays import KeptArrays, put
from hdr_bench.records.kept_models import KeptModels
from hdr_bench.records.lookup import Lookup
from hdr_bench.records.made_images import MadeImageFiles
from hdr_bench.records.predictions import Predictions
from hdr_bench.records.result import Result
from hdr_bench.records.run_folder import check_readable
from hdr_bench.records.run_record import PlannedTrial, RunRecord
from hdr_bench.records.store_format import parse
from hdr_bench.records.trial_files import TrialFiles

_LOCK_SECONDS = 30


class Store(TrialFiles):
    """A run's folder.

    Parameters
    ----------
    folder : path-like
        It is made with the first file that is written.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.arrays = KeptArrays(Path(folder))
        self.models = KeptModels(Path(folder))
        self.made_images = MadeImageFiles(Path(folder))
        super().__init__(Path(folder), "trials", self.arrays.read_labels)
        self.added = TrialFiles(Path(folder), "added", self.arrays.read_labels)
        self.run_file = self.folder / "run.json"

    def write_run(self, run: RunRecord, order: tuple[PlannedTrial, ...]) -> None:
        """Write the run's record, with what another call for the same suite and settings has planned.

        Parameters
        ----------
        run : RunRecord
        order : tuple of PlannedTrial
            All trials that there can be.

        Raises
        ------
        StoreError
            If it cannot be written.
        """
        self._make_folder()
        with self._lock():
            earlier = self._same_run(run)
            kept = {planned.key for planned in (*run.trials, *(earlier.trials if earlier else ()))}
            whole = run.model_copy(update={"trials": tuple(planned for planned in order if planned.key in kept)})
            put(self.run_file, (whole.model_dump_json(indent=2, by_alias=True) + "\n").encode())

    def read_run(self) -> RunRecord:
        """Return the run's record.

        Returns
        -------
        run : RunRecord

        Raises
        ------
        StoreError
            If there is none, or it cannot be read, or the folder of the trials cannot.
        """
        check_readable(self.trials_folder)
        try:
            content = json.loads(read_regular(self.run_file))
            # JSON can name halves of characters, which no report can be written with.
            json.dumps(content, ensure_ascii=False).encode()
            return parse(RunRecord, content, self.run_file)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise StoreError(
                f"{self.folder}: no run here, there is no run.json; make one with: hdr-bench run"
            ) from error
        except StoreError:
            raise
        except OSError as error:
            raise StoreError(f"{self.run_file}: not readable: {error.strerror}; {AWAY}") from error
        except DAMAGED as error:
            raise StoreError(f"{self.run_file}: damaged: {describe_damage(error)}; {REMEDY}") from error

    def write(self, result: Result, predictions: Predictions | None) -> None:
        """Write a result, and the predictions of a trial that did not fail.

        Parameters
        ----------
        result : Result
        predictions : Predictions or None
            None for a trial that failed.

        Raises
        ------
        StoreError
            If they cannot be written.
        """
        # First: a result without its model can be completed, a model without its result cannot be told from others.
        for key in set(result.trial.keys()):
            self.models.remove(key)
        if predictions is None:
            self.put_trial(result)
            return
        if predictions.model is not None:
            self.models.write(result.key, predictions.model)
        n_classes = _n_classes(result, predictions)
        distorted = {each.test_set for each in result.evaluations if each.is_distorted}
        of_test_sets = {
            name: self._pack_labels(each) if name in distorted else self._pack(each, n_classes)
            for name, each in predictions.test_sets.items()
        }
        for evaluation in result.evaluations:
            of_one = predictions.test_sets.get(evaluation.test_set)
            if of_one is not None and of_one.images is not None:
                self.made_images.write_shown(evaluation.images, of_one.images)
        self.put_trial(result, self._pack(predictions, n_classes), of_test_sets)

    def write_added(self, result: Result, predictions: Predictions) -> None:
        """Write predictions of another program.

        Parameters
        ----------
        result : Result
            What stands for their trial, with their scores.
        predictions : Predictions

        Raises
        ------
        StoreError
            If they cannot be written.
        """
        self.added.put_trial(result, self._pack(predictions, _n_classes(result, predictions)))

    def look_up_added(self) -> tuple[Lookup, ...]:
        """Return what there is of another program's predictions, in the order in which they were added.

        Returns
        -------
        found : tuple of Lookup
            What stands for the trial of each file; those that cannot be read come last.
        """
        keys = self.added.keys()
        found = [self.added.look_up(PlannedTrial(key=key, case=key, seed=0)) for key in keys]
        return tuple(sorted(found, key=_place_of_added))

    def _pack(self, predictions: Predictions, n_classes: int) -> bytes:
        """Return predictions in compact form, and write what it leaves out: true labels, and scores of classes."""
        self.arrays.write_labels(predictions.y_true)
        self.arrays.write_scores(predictions)
        return pack(predictions, n_classes)

    def _pack_labels(self, predictions: Predictions) -> bytes:
        """Return predicted classes alone in compact form, and write the true labels that it leaves out."""
        self.arrays.write_labels(predictions.y_true)
        return pack_labels(predictions)

    def read_predictions(self, key: str) -> Predictions | None:
        """Return what a trial's method said of each test image, in compact form; None for a trial that failed.

        None also for results of format 3 that were stored without.

        Parameters
        ----------
        key : str
            The trial's.

        Returns
        -------
        predictions : Predictions or None

        Raises
        ------
        MissingTrialError
            If there is no such trial.
        StoreError
            If its file is damaged, or of a newer format.
        """
        try:
            return self._file(key).predictions
        except MissingTrialError:
            if key in self.added.keys():  # noqa: SIM118  # it is no mapping
                return self.added.read_predictions(key)
            raise

    def clear_leftovers(self) -> None:
        """Remove what a killed process left half-written here; not what another one writes now."""
        own = (self.folder, self.trials_folder, self.added.trials_folder, self.models.folder)
        for folder in (*own, *self.arrays.folders):
            clear_leftovers(folder)

    def _make_folder(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"cannot write {self.folder}: {error.strerror}; choose another with --out") from error

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """Hold the folder while its record is read and written: two runs may share it."""
        try:
            with lock_file(self.folder / ".lock", _LOCK_SECONDS):
                yield
        except OSError as error:
            raise StoreError(
                f"cannot lock {self.folder}: {error.strerror or error}; choose another with --out"
            ) from error

    def _same_run(self, run: RunRecord) -> RunRecord | None:
        if not self.run_file.exists():
            return None
        try:
            earlier = self.read_run()
        except NewerFormatError:
            raise
        except StoreError:
            return None
        # As it is read again: a suite made in code is not, in every word, what it was.
        suite = json.loads(run.suite.model_dump_json(by_alias=True))
        alike = json.loads(earlier.suite.model_dump_json(by_alias=True)) == suite
        return earlier if alike and earlier.settings == run.settings else None


def _place_of_added(found: Lookup) -> tuple[bool, str, str, int]:
    result = found.result
    if result is None:
        return True, "", found.key, 0
    return False, result.finished, result.trial.case, result.trial.seed


def _n_classes(result: Result, predictions: Predictions) -> int:
    return len(result.class_names) or 1 + int(max(predictions.y_true.max(), predictions.y_pred.max()))
