"""Fitted models of a run: ``models/KEY.hdrm``, or ``models/KEY.txt`` with the reason why there is none.

They stay on the machine that ran the suite, and may be removed: no report needs them.
"""

from contextlib import suppress
from pathlib import Path

from hdr_bench.files import read_regular
from hdr_bench.names import visible
from hdr_bench.records.kept_arrays import put
from hdr_bench.records.predictions import KeptModel

_MODEL, _REASON = ".hdrm", ".txt"
_LONGEST_REASON = 2_000


class KeptModels:
    """The models of a run's folder.

    Parameters
    ----------
    folder : Path
        Folder of the run.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "models"

    def path(self, key: str) -> Path:
        """Return the path of a trial's model, if it was saved.

        Parameters
        ----------
        key : str
            Key of the trial.

        Returns
        -------
        path : Path
        """
        return self.folder / f"{key}{_MODEL}"

    def write(self, key: str, model: KeptModel) -> None:
        """Write the model of a trial, or the reason why there is none.

        Parameters
        ----------
        key : str
            Key of the trial.
        model : KeptModel

        Raises
        ------
        StoreError
            If the file cannot be written.
        """
        if model.reason:
            put(self._reason_path(key), f"{visible(model.reason)[:_LONGEST_REASON]}\n".encode())
        else:
            put(self.path(key), model.content)

    def remove(self, key: str) -> None:
        """Remove the model of a trial, if there is one, as its result has changed.

        Parameters
        ----------
        key : str
            Key of the trial.
        """
        for path in (self.path(key), self._reason_path(key)):
            # A folder of this name must be moved by the user.
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def reason(self, key: str) -> str:
        """Return why the model of a trial cannot be saved; empty if unknown.

        Parameters
        ----------
        key : str
            Key of the trial.

        Returns
        -------
        reason : str
        """
        with suppress(OSError, ValueError):
            return visible(read_regular(self._reason_path(key)).decode()[:_LONGEST_REASON].strip())
        return ""

    def is_settled(self, key: str) -> bool:
        """Return whether a trial has a model, or a reason why none can be saved.

        Parameters
        ----------
        key : str
            Key of the trial.

        Returns
        -------
        is_settled : bool
        """
        return self.path(key).is_file() or self._reason_path(key).is_file()

    def _reason_path(self, key: str) -> Path:
        return self.folder / f"{key}{_REASON}"
