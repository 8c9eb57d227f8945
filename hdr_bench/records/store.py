"""Results on disk: a folder with the run's record, and one file per trial.

Basis of a report, committed with it:

- ``run.json``: the suite, the settings, and the trials in order.
- ``trials/KEY.zip``: a result with its predictions in compact form and a checksum; see `trial_file`.
- ``labels/DIGEST.npz``: the true labels of a set of images, shared by all trials evaluated on it.
- ``added/KEY.zip``: predictions of another program, in the form of a trial's file; no run creates or removes them.
- ``gallery/FINGERPRINT.npz``: the test images shown in the report.

Files that stay on the machine of the run, and are used if available: ``images/FINGERPRINT.npz``, all test images of a
data set, along with the distorted images of test sets, see `made_images`; ``scores/KEY.npz``, the class scores of each
image; ``search/KEY/FIT.zip``, the fits within an unfinished grid search, see `fit_store`; ``models/KEY.hdrm``, saved
fitted models, see `kept_models`; and ``.suite-file``, see `run_source`. Every file is written to a temporary file and
then renamed. `store_format` has the history of the format.
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
    """Folder of a run.

    Parameters
    ----------
    folder : path-like
        Created when the first file is written.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.arrays = KeptArrays(Path(folder))
        self.models = KeptModels(Path(folder))
        self.made_images = MadeImageFiles(Path(folder))
        super().__init__(Path(folder), "trials", self.arrays.read_labels)
        self.added = TrialFiles(Path(folder), "added", self.arrays.read_labels)
        self.run_file = self.folder / "run.json"

    def write_run(self, run: RunRecord, order: tuple[PlannedTrial, ...]) -> None:
        """Write the run's record, including what another call for the same suite and settings has planned.

        Parameters
        ----------
        run : RunRecord
        order : tuple of PlannedTrial
            All possible trials.

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
            If there is no record, or it or the folder of the trials cannot be read.
        """
        check_readable(self.trials_folder)
        try:
            content = json.loads(read_regular(self.run_file))
            # JSON can contain unpaired surrogates, which cannot be written to a report.
            json.dumps(content, ensure_ascii=False).encode()
            return parse(RunRecord, content, self.run_file)
        except (FileNotFoundError, NotADirectoryError) as error:
            fault = "not a run, as there is no run.json" if self.folder.exists() else "there is no such folder"
            raise StoreError(f"{self.folder}: {fault}; create a run with: hdr-bench run") from error
        except StoreError:
            raise
        except OSError as error:
            raise StoreError(f"{self.run_file}: not readable: {error.strerror}; {AWAY}") from error
        except DAMAGED as error:
            raise StoreError(f"{self.run_file}: damaged: {describe_damage(error)}; {REMEDY}") from error

    def write(self, result: Result, predictions: Predictions | None) -> None:
        """Write a result, and the predictions of a successful trial.

        Parameters
        ----------
        result : Result
        predictions : Predictions or None
            None for a failed trial.

        Raises
        ------
        StoreError
            If they cannot be written.
        """
        # Written first: a result without its model can be completed, but a model without its result is ambiguous.
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
            Represents their trial, with their scores.
        predictions : Predictions

        Raises
        ------
        StoreError
            If they cannot be written.
        """
        self.added.put_trial(result, self._pack(predictions, _n_classes(result, predictions)))

    def look_up_added(self) -> tuple[Lookup, ...]:
        """Return the predictions of other programs, in the order in which they were added.

        Returns
        -------
        found : tuple of Lookup
            Result that represents the trial of each file; unreadable ones come last.
        """
        keys = self.added.keys()
        found = [self.added.look_up(PlannedTrial(key=key, case=key, seed=0)) for key in keys]
        return tuple(sorted(found, key=_place_of_added))

    def _pack(self, predictions: Predictions, n_classes: int) -> bytes:
        """Return predictions in compact form, and write what it omits: true labels and class scores."""
        self.arrays.write_labels(predictions.y_true)
        self.arrays.write_scores(predictions)
        return pack(predictions, n_classes)

    def _pack_labels(self, predictions: Predictions) -> bytes:
        """Return only the predicted classes in compact form, and write the true labels that it omits."""
        self.arrays.write_labels(predictions.y_true)
        return pack_labels(predictions)

    def read_predictions(self, key: str) -> Predictions | None:
        """Return a method's predictions for a trial's test images, in compact form; None for a failed trial.

        Also None for results of format 3 that were stored without predictions.

        Parameters
        ----------
        key : str
            Key of the trial.

        Returns
        -------
        predictions : Predictions or None

        Raises
        ------
        MissingTrialError
            If there is no such trial.
        StoreError
            If its file is damaged or has a newer format.
        """
        try:
            return self._file(key).predictions
        except MissingTrialError:
            if key in self.added.keys():  # noqa: SIM118  # not a mapping
                return self.added.read_predictions(key)
            raise

    def clear_leftovers(self) -> None:
        """Remove incomplete files of killed processes, but not those that another process is writing."""
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
        """Lock the folder while its record is read and written, as two runs may share it."""
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
        # Compare it as read from a file: a suite created in code may differ from that in some words.
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
