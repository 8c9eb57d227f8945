"""Summary of an audit, stored in its folder for its report and for the index."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from hdr_bench.auditing.audited_data import AuditedPart
from hdr_bench.auditing.known_errors import RecallCurve
from hdr_bench.exceptions import StoreError
from hdr_bench.files import read_regular
from hdr_bench.records.base import Record
from hdr_bench.records.candidates import SUMMARY


@dataclass(frozen=True)
class AuditMethod:
    """Method of an audit.

    Attributes
    ----------
    name : str
    accuracy : float
        Held-out share of images whose given label it predicts.
    temperature, weight : float
        Temperature of its calibration, and weight of its probabilities.
    """

    name: str
    accuracy: float
    temperature: float
    weight: float


@dataclass(frozen=True)
class Confusion:
    """Pair of given and suggested label among the flagged images.

    Attributes
    ----------
    given, suggested : str
        Names of the classes.
    count : int
        Number of flagged images.
    """

    given: str
    suggested: str
    count: int


class AuditSummary(Record):
    """Summary of an audit: what its report needs besides the candidates, the decisions and the run.

    Decisions are not counted here, since people decide after the audit.

    Attributes
    ----------
    dataset, fingerprint : str
    n_train, n_test : int
        Numbers of images in the parts of the data set.
    part : {"train", "test", "all"}
        Images that were audited.
    folds : int
    methods : tuple of AuditMethod
        Methods that were used.
    n_images, n_flagged, n_listed : int
        Numbers of audited images, of labels flagged by confident learning, and of candidates.
    n_wrong, n_wrong_low, n_wrong_high : float
        Estimated number of wrong labels, with a 95 % interval.
    confusions : tuple of Confusion
        Given and suggested labels of the flagged images, the most frequent pair first.
    known : RecallCurve or None
        How soon the order reaches known errors; None if none are known.
    command : str
        Command that reproduces the audit.
    cleanlab : str
        Version of cleanlab.
    remarks : tuple of str
        Remarks for the reader.
    """

    dataset: str
    fingerprint: str
    n_train: int
    n_test: int
    part: AuditedPart
    folds: int
    methods: tuple[AuditMethod, ...]
    n_images: int
    n_flagged: int
    n_listed: int
    n_wrong: float
    n_wrong_low: float
    n_wrong_high: float
    confusions: tuple[Confusion, ...] = ()
    known: RecallCurve | None = None
    command: str
    cleanlab: str
    remarks: tuple[str, ...] = ()


def read_summary(folder: Path) -> AuditSummary:
    """Read the summary of an audit from its folder.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    summary : AuditSummary

    Raises
    ------
    StoreError
        If there is no summary, or it cannot be read.
    """
    path = folder / SUMMARY
    try:
        return AuditSummary.model_validate_json(read_regular(path))
    except (ValidationError, OSError) as error:
        raise StoreError(f"{path}: not a valid summary of an audit; regenerate it with: hdr-bench audit") from error
