"""Index of all audits in a folder: ``report.md``, linked from the index of reports."""

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

from tabulate import tabulate

from hdr_bench.auditing.summary import FILE, AuditSummary, read_summary
from hdr_bench.exceptions import StoreError
from hdr_bench.files import read_regular, write_whole
from hdr_bench.names import visible, visible_prose
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
    """
    path = folder / _INDEX
    _check_is_ours(path)
    summaries = {each.parent.name: read_summary(each.parent) for each in sorted(folder.glob(f"*/{FILE}"))}
    if not summaries:
        raise StoreError(f"{folder}: contains no label audit; make one with: hdr-bench audit")
    text = _TEXT.format(beginning=_BEGINNING, table=_table(summaries.items()))
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


def _table(summaries: Iterable[tuple[str, AuditSummary]]) -> str:
    rows = [_row(name, summary) for name, summary in summaries]
    aligned = ["left", "left", "left", *["right"] * (len(_HEADS) - 3)]
    return tabulate(rows, _HEADS, "pipe", colalign=aligned, disable_numparse=True)


def _row(name: str, summary: AuditSummary) -> list[str]:
    wrong = f"{summary.n_wrong:,.0f} ({summary.n_wrong_low:,.0f} to {summary.n_wrong_high:,.0f})"
    return [
        f"[{_cell(visible(name))}]({quote(name)}/report.md)",
        summary.part,
        _cell("; ".join(summary.methods)),
        f"{summary.n_images:,}",
        wrong,
        f"{summary.n_flagged:,}",
        f"{summary.n_listed:,}",
        f"{summary.n_known_first}, {summary.n_known_twice} of {summary.n_known}" if summary.n_known else "–",
        f"{summary.n_decided:,}",
        f"{summary.n_changed:,}" if summary.n_decided else "–",
    ]


def _cell(text: str) -> str:
    return escape_markdown(visible_prose(text)).replace("|", "\\|")
