"""Fitted models beside a run's results: ``models/KEY.hdrm``, or ``models/KEY.txt`` with why there is none.

They stay on the machine that ran the suite, and may be removed: no report asks for them.
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
        The run's.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "models"

    def path(self, key: str) -> Path:
        """Return where the model of a trial is, if it was saved.

        Parameters
        ----------
        key : str
            The trial's.

        Returns
        -------
        path : Path
        """
        return self.folder / f"{key}{_MODEL}"

    def write(self, key: str, model: KeptModel) -> None:
        """Write the model of a trial, or why there is none.

        Parameters
        ----------
        key : str
            The trial's.
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
        """Remove the model of a trial, if there is one: its result is another now.

        Parameters
        ----------
        key : str
            The trial's.
        """
        for path in (self.path(key), self._reason_path(key)):
            # A folder of this name is the user's to move.
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def reason(self, key: str) -> str:
        """Return why no file can hold the model of a trial; empty if that is not known.

        Parameters
        ----------
        key : str
            The trial's.

        Returns
        -------
        reason : str
        """
        with suppress(OSError, ValueError):
            return visible(read_regular(self._reason_path(key)).decode()[:_LONGEST_REASON].strip())
        return ""

    def is_settled(self, key: str) -> bool:
        """Whether there is a model of a trial, or a reason why none can be saved.

        Parameters
        ----------
        key : str
            The trial's.

        Returns
        -------
        is_settled : bool
        """
        return self.path(key).is_file() or self._reason_path(key).is_file()

    def _reason_path(self, key: str) -> Path:
        return self.folder / f"{key}{_REASON}"
