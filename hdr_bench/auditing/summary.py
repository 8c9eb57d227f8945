"""Summary of an audit, stored in its folder for the index."""

from pathlib import Path

from pydantic import ValidationError

from hdr_bench.auditing.audit import LabelAudit
from hdr_bench.exceptions import StoreError
from hdr_bench.files import read_regular
from hdr_bench.records.base import Record
from hdr_bench.records.decisions import Decisions

FILE = "audit.json"
"""Name of the summary file in an audit's folder."""


class AuditSummary(Record):
    """Summary of an audit.

    Attributes
    ----------
    dataset, fingerprint : str
    part : str
        Images that were audited.
    folds : int
    methods : tuple of str
        Methods that were used.
    n_images, n_flagged, n_listed : int
        Numbers of audited images, of labels flagged by confident learning, and of candidates.
    n_wrong, n_wrong_low, n_wrong_high : float
        Estimated number of wrong labels, with a 95 % interval.
    n_known, n_known_first, n_known_twice : int
        Number of known errors, and how many are among as many first images of their part, and among twice as many; 0 if
        none are known.
    n_decided, n_changed : int
        Number of candidates that people decided on, and of those whose label changes.
    remarks : tuple of str
        Remarks for the reader.
    """

    dataset: str
    fingerprint: str
    part: str
    folds: int
    methods: tuple[str, ...]
    n_images: int
    n_flagged: int
    n_listed: int
    n_wrong: float
    n_wrong_low: float
    n_wrong_high: float
    n_known: int = 0
    n_known_first: int = 0
    n_known_twice: int = 0
    n_decided: int = 0
    n_changed: int = 0
    remarks: tuple[str, ...] = ()


def summarize_audit(audit: LabelAudit, folds: int, decisions: Decisions) -> AuditSummary:
    """Summarize an audit.

    Parameters
    ----------
    audit : LabelAudit
    folds : int
        Number of folds of its cross-validation.
    decisions : Decisions
        Decisions on its candidates.

    Returns
    -------
    summary : AuditSummary
    """
    known = audit.recall
    return AuditSummary(
        dataset=audit.data.dataset.name,
        fingerprint=audit.data.dataset.fingerprint,
        part=audit.data.part,
        folds=folds,
        methods=tuple(each.method for each in audit.judgements),
        n_images=len(audit.rows),
        n_flagged=audit.n_flagged,
        n_listed=len(audit.listed),
        n_wrong=round(audit.estimate.count, 1),
        n_wrong_low=round(audit.estimate.low, 1),
        n_wrong_high=round(audit.estimate.high, 1),
        n_known=0 if known is None else len(known.ranks),
        n_known_first=0 if known is None else known.found_among(len(known.ranks)),
        n_known_twice=0 if known is None else known.found_among(2 * len(known.ranks)),
        n_decided=decisions.n_decided,
        n_changed=sum(row.changes_label for row in decisions.rows),
        remarks=audit.remarks,
    )


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
    path = folder / FILE
    try:
        return AuditSummary.model_validate_json(read_regular(path))
    except (ValidationError, OSError) as error:
        raise StoreError(f"{path}: not a valid summary of an audit; regenerate it with: hdr-bench audit") from error
