"""The index of a folder of reports."""

import os
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

from pydantic import ValidationError
from tabulate import tabulate

from hdr_bench.exceptions import StoreError
from hdr_bench.files import check_regular, read_regular, write_whole
from hdr_bench.names import visible, visible_prose
from hdr_bench.records.quantities import duration
from hdr_bench.reporting.comparisons.reproductions import VERDICT_RULE
from hdr_bench.reporting.files.report_folder import settle_report
from hdr_bench.reporting.files.written_files import SUMMARY
from hdr_bench.reporting.page.making import MADE, Making
from hdr_bench.reporting.page.summary import RunSummary
from hdr_bench.reporting.tables.formats import escape_markdown

INDEX = "README.md"
VERDICTS = (
    "reproduced",
    "better",
    "worse",
    "inconclusive",
    "equal",
    "not equal",
    "not comparable",
    "not built",
    "no verdict",
)
_HEADS = (
    "Report",
    "After",
    "Most accurate",
    *(verdict.capitalize() for verdict in VERDICTS),
    "Trials",
    "Time",
    "Machine",
)
# What an index begins with: a file that does not is somebody's own.
_BEGINNING = "# Reports\n\nWritten by `hdr-bench index`"
_TEXT = """{beginning}; do not edit it by hand.

{totals}

{code}

{table}
{departures}
Each folder is the output of `hdr-bench run SUITE` for the suite of that name in `benchmarks/`: `report.html` (a single
file, to download) and `report.md` have the same content; `tables/` has the exact values as CSV and the tables for
LaTeX, `figures/` what `report.md` shows; `results.json` has every trial with its settings, measurements, machine and
versions. If a folder has `run.json` and `trials/`, `hdr-bench report` regenerates the report from them; the scores of
each class for each image, and most test images, stay on the machine that computed them.

“Time” is the wall time during which at least one trial ran, with the suite's own budget in brackets if it states one;
a star means that some methods ran at a reduced size, which the report names. “No verdict” is for times and rejection,
which are listed side by side; figures that a suite counted itself are not included in the totals.
{old_rule}{others}"""

_OF_CODE = "a hash of `hdr_bench/`, `benchmarks/` and `constraints.txt`, which each result records"
_DEPARTURES = """
Figures that were not reached, are not equal, or are inconclusive, with what is known of the reason:

{table}
"""
_OLD_RULE = """
†: verdicts by the old rule, which had no margin and no verdict “inconclusive”, and included the figures that a suite
counted itself; the time is the sum of the trials' wall times, each divided by the number of concurrent trials. Both
become current when the report is generated again.
"""


def write_index(folder: str | os.PathLike[str]) -> Path:
    """Write ``README.md`` into a folder of reports: a row per report, with how many published figures it reproduces.

    A ``README.md`` that is there is replaced only if it is such an index.

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
        If no report is there, one's summary cannot be read, the file that is there is no index, or it cannot be
        written.
    """
    place = Path(folder)
    if not os.path.lexists(place):
        raise StoreError(f"{visible(str(place))}: there is no such folder; name one that holds reports, e.g. reports")
    _check_is_ours(place / INDEX)
    for path in place.glob("*/"):
        settle_report(path)
    summaries = {path.parent.name: _read(path) for path in sorted(place.glob(f"*/{SUMMARY}"))}
    if not summaries:
        raise StoreError(f"{place}: there is no report here, that is no folder with a {SUMMARY}; see hdr-bench run")
    others = [path.parent.name for path in sorted(place.glob("*/report.md")) if path.parent.name not in summaries]
    rows = [_row(name, summary) for name, summary in _order_suites(summaries)]
    aligned = ["left", "left", "left", *("right" for _ in VERDICTS), "right", "right", "left"]
    table = tabulate(rows, _HEADS, "pipe", colalign=aligned, disable_numparse=True)
    makings = {name: _making(place / name / MADE) for name in others}
    named = "".join(f"\n- {_link(name)}{_told(makings[name])}" for name in others)
    beside = f"\nBeside them, each with a budget of its own:\n{named}\n" if named else ""
    old_rule = _OLD_RULE if any(map(_is_by_old_rule, summaries.values())) else ""
    text = _TEXT.format(
        beginning=_BEGINNING,
        totals=_totals(summaries),
        code=_code(summaries, makings),
        table=table,
        departures=_departures(summaries),
        old_rule=old_rule,
        others=beside,
    )
    try:
        write_whole(place / INDEX, text.encode())
    except OSError as error:
        raise StoreError(
            f"cannot write {place / INDEX}: {error.strerror}; what was there is as it was; free some space, or see "
            "that it may be written"
        ) from error
    return place / INDEX


def _check_is_ours(path: Path) -> None:
    """Raise StoreError if there is a file that is not an index."""
    try:
        check_regular(path)
        with path.open("rb") as file:
            beginning = file.read(2 * len(_BEGINNING))
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise StoreError(f"cannot read {path}: {error.strerror}; move it away, and write the index again") from error
    # Git and editors may have changed the ends of its lines.
    if not beginning.replace(b"\r\n", b"\n").startswith(_BEGINNING.encode()):
        raise StoreError(
            f"{path}: not written by hdr-bench index, so it is not replaced; move it away, or name another folder"
        )


def _read(path: Path) -> RunSummary:
    try:
        return RunSummary.model_validate_json(read_regular(path))
    except (ValidationError, OSError) as error:
        raise StoreError(
            f"{path}: not a report's summary; write the report again: hdr-bench report {path.parent}"
        ) from error


def _making(path: Path) -> Making | None:
    """Return how a report that no suite has was made; None if nothing says so."""
    try:
        return Making.model_validate_json(read_regular(path))
    except FileNotFoundError:
        return None
    except (ValidationError, OSError) as error:
        raise StoreError(f"{path}: does not say how the report was made; remove it, and make the report again") from (
            error
        )


def _told(making: Making | None) -> str:
    """Say what made a report and how long it took, after its name."""
    if making is None:
        return ""
    return f": `{making.command}`, {duration(sum(making.parts.values()))} ({duration(making.budget)})"


def _code(summaries: dict[str, RunSummary], makings: dict[str, Making | None]) -> str:
    """Say by which code the reports were computed: in a sentence if by the same, else with the names of each."""
    versions: dict[str, tuple[str, ...]] = {name: summary.code for name, summary in _order_suites(summaries)}
    versions |= {name: () if making is None else (making.code,) for name, making in makings.items()}
    names: dict[str, list[str]] = {}
    for name, codes in versions.items():
        for code in codes or ("",):
            names.setdefault(code, []).append(_cell(visible(name)))
    if len(names) == 1 and (code := next(iter(names))):
        return f"All were computed by the same code, `{code}`: {_OF_CODE}."
    parts = [f"{f'`{code}`' if code else 'unknown'} in {', '.join(those)}" for code, those in names.items()]
    return f"They were computed by the following code ({_OF_CODE}): {'; '.join(parts)}."


def _order_suites(summaries: dict[str, RunSummary]) -> list[tuple[str, RunSummary]]:
    """Put those after a source first."""
    return sorted(summaries.items(), key=lambda item: (not item[1].source, item[0]))


def _row(name: str, summary: RunSummary) -> list[str]:
    after = f"{summary.authors.rstrip('.')}. {summary.source}" if summary.authors else summary.source or summary.title
    trials = f"{summary.n_trials - summary.n_bad} of {summary.n_trials}" if summary.n_bad else str(summary.n_trials)
    budget = f" ({duration(summary.budget)})" if summary.budget else ""
    marks = (" *" if summary.is_reduced else "") + (" †" if _is_by_old_rule(summary) else "")
    return [
        f"{_link(name)}{marks}",
        _cell(after),
        f"{_cell(summary.best)}, {_cell(summary.accuracy)} %" if summary.best else "–",
        *(str(summary.verdicts.get(verdict, "")) for verdict in VERDICTS),
        trials,
        f"{_time(summary)}{budget}",
        _cell("; ".join(summary.machines)),
    ]


def _link(name: str) -> str:
    """Return a link to the report in a folder, whatever the folder is called."""
    return f"[{_cell(visible(name))}]({quote(os.fsencode(name))}/report.md)"


def _cell(text: str) -> str:
    return escape_markdown(visible_prose(text)).replace("|", "\\|")


def _time(summary: RunSummary) -> str:
    seconds = summary.seconds if summary.clock_seconds is None else summary.clock_seconds
    return "" if seconds is None else duration(seconds)


def _is_by_old_rule(summary: RunSummary) -> bool:
    return summary.verdict_rule < VERDICT_RULE


def _departures(summaries: dict[str, RunSummary]) -> str:
    """Return the table of the figures that were not reached; empty without any."""
    rows = [
        [_link(name), *map(_cell, (each.method, each.figure, each.published, each.measured, each.verdict, each.reason))]
        for name, summary in _order_suites(summaries)
        for each in summary.departures
    ]
    heads = ("Report", "Method", "Figure (unit)", "Published", "Measured", "Verdict", "Reason")
    aligned = ["left", "left", "left", "right", "right", "left", "left"]
    return (
        _DEPARTURES.format(table=tabulate(rows, heads, "pipe", colalign=aligned, disable_numparse=True)) if rows else ""
    )


def _totals(summaries: dict[str, RunSummary]) -> str:
    """Say in words how many figures of all reports got which verdict; those by the old rule are counted apart."""
    current = [summary for summary in summaries.values() if not _is_by_old_rule(summary)]
    old = {name: summary for name, summary in summaries.items() if _is_by_old_rule(summary) and summary.verdicts}
    sentences = [f"Of {total} published figures in all: {parts}." for total, parts in [_sum(current)] if total]
    if old:
        total, parts = _sum(old.values())
        names = ", ".join(_cell(visible(name)) for name in old)
        sentences.append(f"By the old rule, in {names}: of {total} published figures {parts}.")
    return " ".join(sentences) or "None of them has published figures."


def _sum(summaries: Iterable[RunSummary]) -> tuple[int, str]:
    every = list(summaries)
    counts = {verdict: sum(each.verdicts.get(verdict, 0) for each in every) for verdict in VERDICTS}
    return sum(counts.values()), ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)
