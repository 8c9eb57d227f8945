"""Store of the fits within a grid search, on disk until the search is done, so that a killed search can continue."""

import os
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hdr_bench.exceptions import StoreError
from hdr_bench.files import clear_leftovers
from hdr_bench.records.result import Result
from hdr_bench.records.trial_files import TrialFiles

_FOLDER = "search"
_ATTEMPTS = 5


class FitStore(TrialFiles):
    """Folder of the fits within a grid search: ``search/KEY/FIT.zip`` in the run's folder, without predictions.

    Parameters
    ----------
    folder : path-like
        Folder of the run.
    key : str
        Key of the search's trial.

    Attributes
    ----------
    search : str
        Key of the search's trial.
    """

    def __init__(self, folder: str | os.PathLike[str], key: str) -> None:
        super().__init__(Path(folder), f"{_FOLDER}/{key}", _no_labels)
        self.search = key

    @property
    def names(self) -> list[str]:
        """Names of the fits' files, sorted."""
        return self.keys()

    def write(self, result: Result) -> None:
        """Write the outcome of a fit.

        Parameters
        ----------
        result : Result

        Raises
        ------
        StoreError
            If it cannot be written.
        """
        for _ in range(_ATTEMPTS - 1):
            try:
                self.put_trial(result)
            except StoreError as error:
                # Another run removed the folder with its last file, after this one had created it and before it wrote
                # to it.
                if not isinstance(error.__cause__, FileNotFoundError):
                    raise
            else:
                return
        self.put_trial(result)

    def remove(self, key: str) -> None:
        """Remove the file of a fit.

        Parameters
        ----------
        key : str
            Name of the file.
        """
        self._path(key).unlink(missing_ok=True)

    def clear(self) -> None:
        """Remove all fits and their folder, except what another run is writing there."""
        for name in self.names:
            self.remove(name)
        clear_leftovers(self.trials_folder)
        # The parent folder is removed with the last search.
        with suppress(OSError):
            self.trials_folder.rmdir()
            self.trials_folder.parent.rmdir()


def _no_labels(digest: str) -> NDArray[np.int64]:
    raise StoreError(
        f"a fit within a grid search is stored without predictions, but this one has some with labels {digest}"
    )


def fit_stores(folder: Path) -> list[FitStore]:
    """Return the stores of fits in a run's folder.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    stores : list of FitStore
        Sorted by the key of their search.
    """
    return [FitStore(folder, path.name) for path in sorted((folder / _FOLDER).glob("*/"))]
