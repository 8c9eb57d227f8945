"""Decisions on an audit's candidates as its folder has them now."""

from pathlib import Path

from hdr_bench.auditing.summary import AuditSummary
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError
from hdr_bench.records.candidates import DECISIONS
from hdr_bench.records.decisions import Decisions
from hdr_bench.records.decisions_file import read_decisions


def read_decided(folder: Path, dataset: str, fingerprint: str, remedy: str) -> Decisions:
    """Read the decisions in an audit's folder.

    Parameters
    ----------
    folder : Path
    dataset, fingerprint : str
        Name and fingerprint of the audited data.
    remedy : str
        What to do if the decisions are for other data.

    Returns
    -------
    decisions : Decisions
        Empty if there is no file.

    Raises
    ------
    DatasetError
        If the file cannot be read, or its decisions are for other data.
    """
    try:
        decisions = read_decisions(folder / DECISIONS)
    except DatasetNotFoundError:
        return Decisions()
    if decisions.rows and decisions.fingerprint != fingerprint:
        raise DatasetError(
            f"{folder / DECISIONS}: the decisions are for other data (fingerprint {decisions.fingerprint[:12]}...) "
            f"than {dataset} ({fingerprint[:12]}...); {remedy}"
        )
    return decisions


def decisions_on(folder: Path, summary: AuditSummary) -> Decisions:
    """Return the decisions on an audit's candidates that have been made so far.

    Parameters
    ----------
    folder : Path
        The audit's folder.
    summary : AuditSummary
        Its summary.

    Returns
    -------
    decisions : Decisions

    Raises
    ------
    DatasetError
        If they cannot be read, or are for other data.
    """
    return read_decided(folder, summary.dataset, summary.fingerprint, "move them to the folder of their own audit")
