"""Index of all audits in a folder: ``report.md``, linked from the index of reports."""

from pathlib import Path
from urllib.parse import quote

from tabulate import tabulate

from hdr_bench.auditing.decided import decisions_on
from hdr_bench.auditing.known_errors import RecallCurve
from hdr_bench.auditing.summary import AuditSummary, read_summary
from hdr_bench.exceptions import StoreError
from hdr_bench.files import read_regular, write_whole
from hdr_bench.names import visible, visible_prose
from hdr_bench.records.candidates import SUMMARY
from hdr_bench.records.decisions import Decisions
from hdr_bench.reporting.tables.formats import escape_markdown

FOLDER = "label-audit"
"""Name of the folder of audits, inside the folder of reports."""

_INDEX = "report.md"
_BEGINNING = "# Label audits\n\nWritten by `hdr-bench audit`"
_HEADS = (
    "Data set",
    "Part",
    "Methods",
    "Images",
    "Estimated wrong labels (95 % interval)",
    "Flagged",
    "Listed",
    "Known errors found among the first n, 2n images",
    "Decided",
    "Labels changed",
)
_TEXT = """{beginning} and `hdr-bench index`; do not edit by hand. Lists which labels of a data set may be
wrong, based on methods that were not fitted on the images they check. Each folder has `report.html` and `report.md`,
`candidates.csv` with the images to review, and `decisions.csv` for people's decisions.

{table}
"""


def write_audit_index(folder: Path) -> Path:
    """Write the index of all audits in a folder.

    Parameters
    ----------
    folder : Path
        Folder whose subfolders are audits.

    Returns
    -------
    index : Path

    Raises
    ------
    StoreError
        If there is no audit, a summary cannot be read, the existing file is not an index, or it cannot be written.
    DatasetError
        If an audit's decisions cannot be read, or are for other data.
    """
    path = folder / _INDEX
    _check_is_ours(path)
    audits = sorted(each.parent for each in folder.glob(f"*/{SUMMARY}"))
    if not audits:
        raise StoreError(f"{folder}: contains no label audit; make one with: hdr-bench audit")
    text = _TEXT.format(beginning=_BEGINNING, table=_table([_row_of(audit) for audit in audits]))
    try:
        write_whole(path, text.encode())
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}; check its permissions") from error
    return path


def _check_is_ours(path: Path) -> None:
    try:
        content = read_regular(path)
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreError(f"cannot read {path}: {error.strerror}; move it away and write the index again") from error
    if not content.replace(b"\r\n", b"\n").startswith(_BEGINNING.encode()):
        raise StoreError(f"{path}: not an index of label audits, so it is not replaced; move it away")


def _table(rows: list[list[str]]) -> str:
    aligned = ["left", "left", "left", *["right"] * (len(_HEADS) - 3)]
    return tabulate(rows, _HEADS, "pipe", colalign=aligned, disable_numparse=True)


def _row_of(audit: Path) -> list[str]:
    summary = read_summary(audit)
    # Decisions are made after the audit, so they are counted as they are now.
    return _row(audit.name, summary, decisions_on(audit, summary))


def _row(name: str, summary: AuditSummary, decisions: Decisions) -> list[str]:
    wrong = f"{summary.n_wrong:,.0f} ({summary.n_wrong_low:,.0f} to {summary.n_wrong_high:,.0f})"
    return [
        f"[{_cell(visible(name))}]({quote(name)}/report.md)",
        summary.part,
        _cell("; ".join(each.name for each in summary.methods)),
        f"{summary.n_images:,}",
        wrong,
        f"{summary.n_flagged:,}",
        f"{summary.n_listed:,}",
        _known(summary.known),
        f"{decisions.n_decided:,}",
        f"{decisions.n_changed:,}" if decisions.n_decided else "–",
    ]


def _known(known: RecallCurve | None) -> str:
    if known is None:
        return "–"
    n = len(known.ranks)
    return f"{known.found_among(n)}, {known.found_among(2 * n)} of {n}"


def _cell(text: str) -> str:
    return escape_markdown(visible_prose(text)).replace("|", "\\|")
