"""The index of a folder of reports."""

import os
from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError
from tabulate import tabulate

from hdr_bench.exceptions import StoreError
from hdr_bench.files import write_whole
from hdr_bench.reporting.run_summary import SUMMARY, RunSummary
from hdr_bench.reporting.tables.formats import escaped_markdown

INDEX = "README.md"
VERDICTS = ("reproduced", "better", "worse", "equal", "not equal", "not comparable", "not built", "no verdict")
_HEADS = (
    "Report",
    "After",
    "Most accurate",
    *(verdict.capitalize() for verdict in VERDICTS),
    "Trials",
    "Time",
    "Machine",
)
_TEXT = """# Reports

Written by `hdr-bench index`; nothing here is edited by hand. Each folder is what `hdr-bench run SUITE` makes of the
suite of that name in `benchmarks/`: `report.html` (download it, it is one file) and `report.md` say the same; `tables/`
has the exact values as CSV and the tables for LaTeX, `figures/` the figures as PNG and, but for matrices and galleries,
as SVG; `results.json` has every trial with its settings, its measurements, its machine and its versions. The run's own
record, the predictions and the test images stay on the machine that made them.

{totals}

{table}

“Time” is the wall time of the trials, with the suite's own budget in brackets where it states one; a star means that
some methods ran at a reduced size, which the report names. “No verdict” is for times and rejection, which stand side by
side.
{others}"""


def write_index(folder: str | os.PathLike[str]) -> Path:
    """Write ``README.md`` into a folder of reports: a row a report, with how many published figures it reproduces.

    Parameters
    ----------
    folder : path-like
        Its subfolders are reports, as `write_report` writes them; others with a ``report.md`` are named below.

    Returns
    -------
    index : Path

    Raises
    ------
    StoreError
        If no report is there, or one's summary cannot be read.
    """
    place = Path(folder)
    found = {path.parent.name: _read(path) for path in sorted(place.glob(f"*/{SUMMARY}"))}
    if not found:
        raise StoreError(f"{place}: there is no report here, that is no folder with a {SUMMARY}; see hdr-bench run")
    others = [path.parent.name for path in sorted(place.glob("*/report.md")) if path.parent.name not in found]
    rows = [_row(name, summary) for name, summary in _ordered(found)]
    aligned = ["left", "left", "left", *("right" for _ in VERDICTS), "right", "right", "left"]
    table = tabulate(rows, _HEADS, "pipe", colalign=aligned, disable_numparse=True)
    named = "".join(f"\n- [{name}]({name}/report.md)" for name in others)
    text = _TEXT.format(
        totals=_totals(found.values()), table=table, others=f"\nBeside them:\n{named}\n" if named else ""
    )
    write_whole(place / INDEX, text.encode())
    return place / INDEX


def _read(path: Path) -> RunSummary:
    try:
        return RunSummary.model_validate_json(path.read_bytes())
    except (ValidationError, UnicodeDecodeError) as error:
        raise StoreError(
            f"{path}: not a report's summary; write the report anew: hdr-bench report {path.parent}"
        ) from error


def _ordered(found: dict[str, RunSummary]) -> list[tuple[str, RunSummary]]:
    """Put those after a source first."""
    return sorted(found.items(), key=lambda item: (not item[1].source, item[0]))


def _row(name: str, summary: RunSummary) -> list[str]:
    after = f"{summary.authors.rstrip('.')}. {summary.source}" if summary.authors else summary.source or summary.title
    trials = f"{summary.n_trials - summary.n_bad} of {summary.n_trials}" if summary.n_bad else str(summary.n_trials)
    budget = f" ({_minutes(summary.budget)})" if summary.budget else ""
    return [
        f"[{name}]({name}/report.md){' *' if summary.is_reduced else ''}",
        escaped_markdown(after).replace("|", "\\|"),
        f"{escaped_markdown(summary.best)}, {summary.accuracy} %".replace("|", "\\|") if summary.best else "–",
        *(str(summary.verdicts.get(verdict, "")) for verdict in VERDICTS),
        trials,
        f"{_minutes(summary.seconds)}{budget}",
        escaped_markdown("; ".join(summary.machines)).replace("|", "\\|"),
    ]


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 60 else f"{seconds:.0f} s"


def _totals(found: Iterable[RunSummary]) -> str:
    summaries = list(found)
    counts = {verdict: sum(each.verdicts.get(verdict, 0) for each in summaries) for verdict in VERDICTS}
    parts = ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)
    total = sum(counts.values())
    return f"Of {total} published figures in all: {parts}." if total else "None of them has published figures."
