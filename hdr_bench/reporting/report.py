"""One report folder: tables, figures, Markdown and a page. The same results give the same bytes."""

import json
import os
from collections.abc import Collection, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

from hdr_bench.exceptions import AllTrialsFailedError, StoreError, UnknownNameError
from hdr_bench.names import abbreviate
from hdr_bench.records.candidates import SUMMARY as AUDIT
from hdr_bench.records.result import Result
from hdr_bench.reporting import DEFAULT_FORMATS, FORMATS
from hdr_bench.reporting.drawing.figure import Figure
from hdr_bench.reporting.drawing.jobs import draw
from hdr_bench.reporting.files.report_folder import lock_report, put_report
from hdr_bench.reporting.files.written_files import RESULTS, SUMMARY
from hdr_bench.reporting.frame import describe_problem
from hdr_bench.reporting.page.header import make_header
from hdr_bench.reporting.page.methods import make_methods
from hdr_bench.reporting.page.report_data import ReportData
from hdr_bench.reporting.page.sections import make_sections, make_tables, plan_figures
from hdr_bench.reporting.page.summary import summary_json
from hdr_bench.reporting.page.writers import to_html_page, to_markdown_page
from hdr_bench.reporting.parts import make_part, note_reason
from hdr_bench.reporting.run import RunContents, open_run
from hdr_bench.reporting.tables import Table, to_csv, to_latex
from hdr_bench.reporting.tables.latex_text import latex_text


def write_report(path: str | os.PathLike[str], formats: Iterable[str] = DEFAULT_FORMATS) -> Path:
    """Write the report of a run beside its results: whole, or not at all.

    The last report stays until all files of the new one are written. Then they take its place, and what it alone had
    goes, pages that were not asked for this time as well; ``report-files.txt`` lists what a report wrote, and files of
    your own beside it stay. If the process is killed meanwhile, the next one that reads or writes the folder finishes
    what it began. Files that are written again have the mode that the umask leaves, those that hold the same
    as before keep theirs. Several processes may write the report of a run at once.

    Parameters
    ----------
    path : path-like
        The run's folder.
    formats : iterable of {"html", "md", "latex", "csv", "png", "svg", "pdf"}
        What to write; by default all but the figures in their own files: ``report.html`` holds them, and of those that
        ``report.md`` shows ``figures/`` has the PNG. ``results.json`` (without predictions) and ``summary.json`` (for
        `write_index`) come with each.

    Returns
    -------
    report : Path
        ``report.html``, or ``report.md`` or the folder where that is not written.

    Raises
    ------
    UnknownNameError
        If there is no such format, or none is asked for.
    StoreError
        If there is no run at `path`, it is a label audit's, its report cannot be written there, or would replace a
        file that no report has written; the last report is as it was then.
    AllTrialsFailedError
        If no trial of the run has a result that can be read.

    Warns
    -----
    ReportWarning
        For each part that could not be made; the report says so in its place.
    """
    chosen = list(formats)
    if not chosen:
        raise UnknownNameError("report format", "", FORMATS)
    for name in chosen:
        if name not in FORMATS:
            raise UnknownNameError("report format", name, FORMATS)
    folder = Path(path)
    _check_is_no_audit(folder)
    # A folder that holds no run is left as it is, without a lock's file in it.
    open_run(folder).read_run()
    with lock_report(folder):
        contents = RunContents(folder)
        _check_any_trial(contents)
        files = _make_files(contents, chosen)
        put_report(folder, files)
    written = [name for name in ("report.html", "report.md") if name in files]
    return folder / written[0] if written else folder


def _check_is_no_audit(folder: Path) -> None:
    """Raise StoreError for a label audit, which is a run too, but has a report of its own."""
    if (folder / AUDIT).exists():
        raise StoreError(
            f"{folder}: contains a label audit, whose report is not that of a run; regenerate it with: hdr-bench "
            "report, or hdr_bench.auditing.report.write_audit_report"
        )


def _make_files(contents: RunContents, formats: Collection[str]) -> dict[str, bytes]:
    """Return every file of the report: its name below the folder, and its bytes."""
    data, reasons = ReportData.from_run(contents), list[str]()
    no_figures: list[Figure] = []
    tables = make_tables(data)
    figures = make_part("The figures", lambda: draw(plan_figures(data, formats)), note_reason(reasons, no_figures))
    summary = make_part(
        "The summary", lambda: summary_json(contents, data.comparisons, data.reproductions), note_reason(reasons, b"")
    )
    files = {RESULTS: _to_json(contents.records.values()), SUMMARY: summary}
    for figure in figures:
        files |= {f"figures/{figure.name}.png": figure.png, f"figures/{figure.name}.pdf": figure.pdf}
        files[f"figures/{figure.name}.svg"] = figure.svg if "svg" in formats else b""
    if "csv" in formats:
        files |= {f"tables/{table.name}.csv": _csv_of(table) for table in tables}
    if "latex" in formats:
        files |= {f"tables/{table.name}.tex": _latex_of(table) for table in tables}
    files |= _make_pages(replace(data, methods=make_methods(contents, figures)), tables, figures, reasons, formats)
    # What could not be made is empty, and no file.
    return {name: content for name, content in (files | contents.images.shown_files()).items() if content}


def _make_pages(
    data: ReportData,
    tables: tuple[Table, ...],
    figures: list[Figure],
    reasons: list[str],
    formats: Collection[str],
) -> dict[str, bytes]:
    sections = make_sections(data, tables, figures)
    # After the sections, which may find what cannot be read.
    header = make_header(data, reasons)
    writers = {
        "report.md": partial(to_markdown_page, header, sections),
        "report.html": partial(to_html_page, data, header, sections),
    }
    return {name: write() for name, write in writers.items() if name.removeprefix("report.") in formats}


def _check_any_trial(contents: RunContents) -> None:
    results, folder = contents.results, contents.store.folder
    if not len(results):
        raise StoreError(f"{folder}: its run.json names no trial; run the suite again")
    # Of trials that failed there are reasons to report.
    if not contents.records:
        first = results.iloc[0]
        problem = describe_problem(first["status"], first["error"])
        raise AllTrialsFailedError(
            f"{folder}: every trial of this run is missing or damaged, so there is nothing to report; "
            f"the first, {first['case']!r}: {abbreviate(problem)}{_remedy(first['status'])}"
        )


def _remedy(status: str) -> str:
    """Return what to do about a trial that has no file; a damaged one's words say it."""
    return "; run the suite again: hdr-bench run SUITE, with the same --out" if status == "missing" else ""


def _csv_of(table: Table) -> bytes:
    if table.problem:
        return b""
    return make_part(f"tables/{table.name}.csv", lambda: to_csv(table).encode(), lambda _: b"")


def _latex_of(table: Table) -> bytes:
    """Return a table as LaTeX; if there is none, the reason, so that a document which takes it in shows that."""

    def fallback(reason: str) -> bytes:
        return f"% {latex_text(table.title)}.\n{latex_text(reason)}\n".encode()

    if table.problem:
        return fallback(table.problem)
    return make_part(f"tables/{table.name}.tex", lambda: to_latex(table).encode(), fallback)


def _to_json(records: Iterable[Result]) -> bytes:
    # One trial per line: indented, a trial with many test sets is mostly spaces.
    lines = [json.dumps(record.model_dump(mode="json"), separators=(",", ":")) for record in records]
    return ("[\n" + ",\n".join(lines) + "\n]\n").encode()
