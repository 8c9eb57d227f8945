"""Folder of trials' files, which are looked up by key, and used only if complete."""

import os
from collections.abc import Mapping
from pathlib import Path

from hdr_bench.exceptions import MissingTrialError, NewerFormatError, StoreError
from hdr_bench.records.damage import remedy_of
from hdr_bench.records.kept_arrays import put
from hdr_bench.records.lookup import Lookup
from hdr_bench.records.predictions import Predictions
from hdr_bench.records.result import Result
from hdr_bench.records.run_record import PlannedTrial
from hdr_bench.records.trial_file import Labels, TrialFile, encode, read_trial_file


class TrialFiles:
    """Folder of trials' files within a run's folder.

    Parameters
    ----------
    folder : Path
        Folder of the run, created when the first file is written.
    name : str
        Path of the files' folder within it.
    labels : callable
        Returns the true labels that predictions belong to, by digest.
    """

    def __init__(self, folder: Path, name: str, labels: Labels) -> None:
        self.folder = folder
        self.trials_folder = folder / name
        self._labels = labels
        self._read: dict[str, tuple[tuple[int, int, int], Result]] = {}

    def look_up(self, planned: PlannedTrial) -> Lookup:
        """Return what is stored for a trial; a result is used only if its file is complete.

        Parameters
        ----------
        planned : PlannedTrial

        Returns
        -------
        found : Lookup
        """
        refused = Lookup()
        for key in filter(None, (planned.key, planned.limited_key)):
            try:
                return Lookup(key, self.read(key))
            except NewerFormatError as error:
                return Lookup(key, problem=self.without_folder(error), is_newer=True)
            except MissingTrialError:
                continue
            except StoreError as error:
                refused = Lookup(key, problem=self.without_folder(error))
        return refused

    def keys(self) -> list[str]:
        """Return the sorted keys of the trials that have files, complete or not.

        Returns
        -------
        keys : list of str
        """
        return sorted({path.stem for ending in ("zip", "npz") for path in self.trials_folder.glob(f"*.{ending}")})

    def put_trial(
        self, result: Result, packed: bytes | None = None, of_test_sets: Mapping[str, bytes] | None = None
    ) -> None:
        """Write a trial's file, replacing any others of the same trial.

        Parameters
        ----------
        result : Result
        packed : bytes, optional
            Predictions in compact form; None for a failed trial, or if they are not needed.
        of_test_sets : mapping of str to bytes, optional
            Predictions for the suite's other test sets, by name.

        Raises
        ------
        StoreError
            If it cannot be written.
        """
        put(self._path(result.key), encode(result, packed, of_test_sets))
        # A trial has one outcome: the latest.
        for other in set(result.trial.keys()) - {result.key}:
            self._path(other).unlink(missing_ok=True)
        for key in set(result.trial.keys()):
            self._old_path(key).unlink(missing_ok=True)

    def read(self, key: str) -> Result:
        """Return the result of a trial.

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
        StoreError
            If its file is damaged or has a newer format.
        """
        path = self._present(key)
        try:
            seen = path.stat()
            signature = (seen.st_mtime_ns, seen.st_size, seen.st_ino)
            if self._read.get(key, (None,))[0] != signature:
                self._read[key] = (signature, self._file(key).result)
        except FileNotFoundError as error:
            raise MissingTrialError(f"{path}: no such trial") from error
        except OSError as error:  # e.g. a circular link
            raise StoreError(f"{path}: damaged: {error.strerror}; {remedy_of(path)}") from error
        return self._read[key][1]

    def read_predictions(self, key: str) -> Predictions | None:
        """Return a method's predictions for a trial's images, in compact form; None for a failed trial.

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
        return self._file(key).predictions

    def remove(self, key: str) -> None:
        """Remove a trial's file, if there is one.

        Parameters
        ----------
        key : str
            Key of the trial.

        Raises
        ------
        StoreError
            If it cannot be removed.
        """
        try:
            self._path(key).unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(f"cannot remove {self._path(key)}: {error.strerror}") from error

    def without_folder(self, error: StoreError) -> str:
        """Return an error's message without the folder, so that a report does not depend on its location.

        Parameters
        ----------
        error : StoreError

        Returns
        -------
        text : str
        """
        return str(error).replace(f"{self.folder}{os.sep}", "")

    def _file(self, key: str) -> TrialFile:
        path = self._present(key)
        try:
            return read_trial_file(path, key, self._labels)
        except FileNotFoundError as error:
            raise MissingTrialError(f"{path}: no such trial") from error

    def _path(self, key: str) -> Path:
        return self.trials_folder / f"{key}.zip"

    def _old_path(self, key: str) -> Path:
        """Return the path of a trial's file in formats 1 to 3."""
        return self.trials_folder / f"{key}.npz"

    def _present(self, key: str) -> Path:
        path, old = self._path(key), self._old_path(key)
        return old if old.exists() and not path.exists() else path
