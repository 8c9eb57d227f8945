"""Report of an audit, made of the records in its folder: no fits and no scores are needed."""

import os
from pathlib import Path

from hdr_bench.auditing.decided import decisions_on
from hdr_bench.auditing.page import make_pages
from hdr_bench.auditing.provenance import provenance_of_audit
from hdr_bench.auditing.summary import read_summary
from hdr_bench.exceptions import DatasetError
from hdr_bench.records.candidates import ARRAYS, read_candidates
from hdr_bench.reporting.files.report_folder import lock_report, put_report


def write_audit_report(path: str | os.PathLike[str]) -> Path:
    """Regenerate the report of an audit from its folder, with the decisions that were made since.

    Parameters
    ----------
    path : path-like
        The audit's folder.

    Returns
    -------
    report : Path
        ``report.html``.

    Raises
    ------
    StoreError
        If the folder has no audit, its run cannot be read, or the report cannot be written.
    DatasetNotFoundError, DatasetError
        If the candidates or the decisions are missing, cannot be read, or are for other data.
    """
    folder = Path(path)
    # A folder without an audit is left unchanged, without a lock file.
    read_summary(folder)
    with lock_report(folder):
        put_report(folder, make_report_files(folder))
    return folder / "report.html"


def make_report_files(folder: Path) -> dict[str, bytes]:
    """Return the files of an audit's report.

    Parameters
    ----------
    folder : Path
        The audit's folder.

    Returns
    -------
    files : dict of str to bytes
        Contents by file name relative to the folder.

    Raises
    ------
    StoreError, DatasetNotFoundError, DatasetError
        As in `write_audit_report`.
    """
    summary, candidates = read_summary(folder), read_candidates(folder)
    if candidates.fingerprint != summary.fingerprint:
        raise DatasetError(
            f"{folder / ARRAYS}: the candidates are of other data (fingerprint {candidates.fingerprint[:12]}...) than "
            f"the audit of {summary.dataset} ({summary.fingerprint[:12]}...); run it again: {summary.command}"
        )
    decisions = decisions_on(folder, summary)
    return make_pages(candidates, summary, decisions, provenance_of_audit(folder, summary))
