"""Results on disk: a folder with the run's record, and one file per trial.

What a report is made of, and what is committed with it:

- ``run.json``: the suite, the settings, the trials in their order.
- ``trials/KEY.zip``: a result with its predictions in compact form and a checksum; see `trial_file`.
- ``labels/DIGEST.npz``: the true labels of a set of images, once for all trials that are evaluated on it.
- ``gallery/FINGERPRINT.npz``: the test images that the report shows.

What stays on the machine that ran it, and is used where it is there: ``images/FINGERPRINT.npz``, all test images of a
data set, ``scores/KEY.npz``, the scores of each class for each image, ``search/KEY/FIT.zip``, the fits inside a grid
search that is not done, see `fit_store`, ``models/KEY.hdrm``, fitted models that were to be kept, see `kept_models`,
and ``.suite-file``, see `run_source`. Every file is written to a temporary one and put in place whole. `store_format`
has the history of the format.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hdr_bench.exceptions import NewerFormatError, StoreError
from hdr_bench.files import clear_leftovers, lock_file, read_regular
from hdr_bench.records.compact import pack
from hdr_bench.records.damage import AWAY, DAMAGED, REMEDY, describe_damage
from hdr_bench.records.kept_arrays import KeptArrays, put
from hdr_bench.records.kept_models import KeptModels
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
        super().__init__(Path(folder), "trials", self.arrays.read_labels)
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
        packed = None
        if predictions is not None:
            packed = pack(predictions, _n_classes(result, predictions))
            self.arrays.write_labels(predictions.y_true)
            self.arrays.write_scores(predictions)
        # First: a result without its model can be completed, a model without its result cannot be told from others.
        for key in set(result.trial.keys()):
            self.models.remove(key)
        if predictions is not None and predictions.model is not None:
            self.models.write(result.key, predictions.model)
        self.put_trial(result, packed)

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
        return self._file(key).predictions

    def clear_leftovers(self) -> None:
        """Remove what a killed process left half-written here; not what another one writes now."""
        for folder in (self.folder, self.trials_folder, self.models.folder, *self.arrays.folders):
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


def _n_classes(result: Result, predictions: Predictions) -> int:
    return len(result.class_names) or 1 + int(max(predictions.y_true.max(), predictions.y_pred.max()))
