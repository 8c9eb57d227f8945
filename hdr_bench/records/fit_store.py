"""Store of the fits inside a grid search: trials on disk until the search is done, so that a killed one goes on."""

import os
import shutil
from contextlib import suppress

from hdr_bench.records.store import Store

_FOLDER = "search"


class FitStore(Store):
    """Folder of the fits inside a grid search: ``search/KEY/FIT.zip`` in the run's, without predictions.

    Parameters
    ----------
    folder : path-like
        The run's.
    key : str
        Of the search's trial.
    """

    def __init__(self, folder: str | os.PathLike[str], key: str) -> None:
        super().__init__(folder)
        self.trials_folder = self.folder / _FOLDER / key

    def remove(self, key: str) -> None:
        """Remove the file of a fit.

        Parameters
        ----------
        key : str
            Name of the file.
        """
        self._path(key).unlink(missing_ok=True)

    def clear(self) -> None:
        """Remove all fits, and their folder."""
        shutil.rmtree(self.trials_folder, ignore_errors=True)
        # The one above it goes with the last search.
        with suppress(OSError):
            self.trials_folder.parent.rmdir()
