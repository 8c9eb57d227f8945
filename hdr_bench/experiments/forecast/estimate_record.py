"""Estimated costs of a run, and the file that stores them with the run."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from hdr_bench.exceptions import StoreError
from hdr_bench.experiments.forecast.growth import Expected
from hdr_bench.files import read_regular, write_whole
from hdr_bench.names import visible
from hdr_bench.records.damage import DAMAGED

_FILE = "estimate.json"


@dataclass(frozen=True)
class CaseEstimate:
    """Expected costs of a case's trials.

    Attributes
    ----------
    case : str
        Name of the case.
    n_trials : int
        Number of trials to run.
    fit : Expected
        Seconds of the longest trial's fit on an otherwise idle machine; for a grid search, of all its fits.
    memory : Expected
        Peak memory of the same fit in bytes.
    total : Expected
        Seconds of all trials, including predictions and measurements.
    exponent : float
        Local exponent of the growth of one pass's time with the number of images.
    is_over : str
        The limit that a trial is expected to exceed; empty if none.
    problem : str
        Why there is no estimate; empty if there is one.
    largest_fit : int
        Number of images in the largest fit that the estimate is based on.
    """

    case: str
    n_trials: int
    fit: Expected
    memory: Expected
    total: Expected
    exponent: float
    is_over: str = ""
    problem: str = ""
    largest_fit: int = 0


@dataclass(frozen=True)
class Estimate:
    """Expected costs of a run's missing trials.

    Attributes
    ----------
    cases : tuple of CaseEstimate
        One per case with trials to run.
    seconds : dict of str to float
        Expected seconds of each trial, by key.
    """

    cases: tuple[CaseEstimate, ...]
    seconds: dict[str, float]

    @property
    def total(self) -> Expected:
        """Seconds of all trials."""
        return sum((case.total for case in self.cases if not case.problem), Expected(0.0, 0.0, 0.0))

    @property
    def largest_fit(self) -> int:
        """Number of images in the largest fit that the estimate is based on."""
        return max((case.largest_fit for case in self.cases if not case.problem), default=0)

    @property
    def n_trials(self) -> int:
        """Number of trials to run."""
        return sum(case.n_trials for case in self.cases)

    @property
    def n_unknown(self) -> int:
        """Number of those trials without an estimate."""
        return sum(case.n_trials for case in self.cases if case.problem)


def check_estimate_file(folder: Path) -> None:
    """Check that the file of a run's estimate can be written, before anything is fitted.

    Parameters
    ----------
    folder : Path
        Folder of the run.

    Raises
    ------
    StoreError
        If a folder has the name of the file.
    """
    path = folder / _FILE
    if path.is_dir() and not path.is_symlink():
        raise StoreError(
            f"{visible(str(path))} is a folder, but must be a file; move it away and request the estimate again"
        )


def write_estimate(folder: Path, estimate: Estimate) -> None:
    """Write an estimate to the folder of a run, where progress displays read it.

    Parameters
    ----------
    folder : Path
        Folder of the run.
    estimate : Estimate

    Raises
    ------
    OSError
        If it cannot be written.
    """
    write_whole(folder / _FILE, (json.dumps(asdict(estimate), indent=1) + "\n").encode())


def read_expected(folder: Path) -> dict[str, float]:
    """Return the estimated seconds of each trial.

    Parameters
    ----------
    folder : Path
        Folder of the run.

    Returns
    -------
    seconds : dict of str to float
        By key; empty if there is no readable estimate.
    """
    try:
        seconds = json.loads(read_regular(folder / _FILE))["seconds"]
        return {str(key): float(value) for key, value in seconds.items()}
    except DAMAGED:
        return {}
