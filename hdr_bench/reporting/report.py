"""One report folder: tables, figures, Markdown and a page. The same results give the same bytes."""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd

from hdr_bench.exceptions import AllTrialsFailedError, StoreError, UnknownNameError
from hdr_bench.names import in_brief, visible_prose
from hdr_bench.records.options import run_command
from hdr_bench.records.result import Result
from hdr_bench.records.run_record import RunRecord
from hdr_bench.reporting.citing import Citation, citations, to_bibtex
from hdr_bench.reporting.comparisons.pairs import Comparisons, compare_methods
from hdr_bench.reporting.comparisons.reproductions import counted_verdicts, reproductions
from hdr_bench.reporting.drawing.drawing import Figure, draw
from hdr_bench.reporting.files.report_folder import put_report, writing_report
from hdr_bench.reporting.files.written_files import RESULTS, SUMMARY
from hdr_bench.reporting.frame import described_problem
from hdr_bench.reporting.page.blocks import make_block, noting
from hdr_bench.reporting.page.figures import plan_figures
from hdr_bench.reporting.page.finding import finding
from hdr_bench.reporting.page.highlights import glances
from hdr_bench.reporting.page.methods import make_methods, shared_sprite
from hdr_bench.reporting.page.provenance import Provenance, provenance_of
from hdr_bench.reporting.page.summary import written_summary
from hdr_bench.reporting.run import RunContents, open_run
from hdr_bench.reporting.tables import Table, make_tables, to_cells, to_csv, to_latex, to_markdown
from hdr_bench.reporting.tables.formats import escaped_markdown, markdown_code
from hdr_bench.reporting.tables.latex_text import latex_text

FORMATS = ("html", "md", "latex", "csv")
"""What a report can be written as; figures come with each."""


def write_report(path: str | os.PathLike[str], formats: Iterable[str] = FORMATS) -> Path:
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
    formats : iterable of {"html", "md", "latex", "csv"}
        What to write; all by default. ``figures/``, ``results.json`` (without predictions) and ``summary.json``
        (for `write_index`) come with each.

    Returns
    -------
    report : Path
        ``report.html``, or ``report.md`` or the folder where that is not written.

    Raises
    ------
    UnknownNameError
        If there is no such format, or none is asked for.
    StoreError
        If there is no run at `path`, its report cannot be written there, or would replace a file that no report has
        written; the last report is as it was then.
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
    # A folder that holds no run is left as it is, without a lock's file in it.
    open_run(folder).read_run()
    with writing_report(folder):
        contents = RunContents(folder)
        _check_any_trial(contents)
        files = _make_files(contents, chosen)
        put_report(folder, files)
    written = [name for name in ("report.html", "report.md") if name in files]
    return folder / written[0] if written else folder


def _make_files(contents: RunContents, formats: list[str]) -> dict[str, bytes]:
    """Return every file of the report: its name below the folder, and its bytes."""
    left_out: list[str] = []
    compared = make_block(
        "The comparison of the methods", lambda: compare_methods(contents), noting(left_out, Comparisons((), {}, {}))
    )
    found = make_block("The published figures", lambda: reproductions(contents), noting(left_out, ()))
    tables = make_tables(contents, compared, found)
    no_figures: list[Figure] = []
    figures = make_block("The figures", lambda: draw(plan_figures(contents)), noting(left_out, no_figures))
    summary = make_block("The summary", lambda: written_summary(contents, found), noting(left_out, b""))
    files = {RESULTS: _json(contents.records.values()), SUMMARY: summary}
    for figure in figures:
        files |= {f"figures/{figure.name}.png": figure.png, f"figures/{figure.name}.svg": figure.svg}
    if "csv" in formats:
        files |= {f"tables/{table.name}.csv": _csv(table) for table in tables}
    if "latex" in formats:
        files |= {f"tables/{table.name}.tex": _latex(table) for table in tables}
    page = _page(contents, tables, figures, left_out) | {
        "finding": make_block("The finding", lambda: finding(contents, compared), lambda reason: reason),
        "glances": make_block("The facts at a glance", lambda: glances(contents, compared), noting(left_out, [])),
        "verdicts": counted_verdicts(found),
    }
    if "md" in formats:
        files["report.md"] = _render("report.md", page)
    if "html" in formats:
        files["report.html"] = _render("report.html", page)
    # What could not be made is empty, and no file.
    return {name: content for name, content in (files | contents.shown_files()).items() if content}


def _check_any_trial(contents: RunContents) -> None:
    results, folder = contents.results, contents.store.folder
    if not len(results):
        raise StoreError(f"{folder}: its run.json names no trial; run the suite again")
    # Of trials that failed there are reasons to report.
    if not contents.records:
        first = results.iloc[0]
        problem = described_problem(first["status"], first["error"])
        raise AllTrialsFailedError(
            f"{folder}: every trial of this run is missing or damaged, so there is nothing to report; "
            f"the first, {first['case']!r}: {in_brief(problem)}{_remedy(first['status'])}"
        )


def _remedy(status: str) -> str:
    """Return what to do about a trial that has no file; a damaged one's words say it."""
    return "; run the suite again: hdr-bench run SUITE, with the same --out" if status == "missing" else ""


def _csv(table: Table) -> bytes:
    if table.problem:
        return b""
    return make_block(f"tables/{table.name}.csv", lambda: to_csv(table).encode(), lambda _: b"")


def _latex(table: Table) -> bytes:
    """Return a table as LaTeX; if there is none, the reason, so that a document which takes it in shows that."""

    def instead(reason: str) -> bytes:
        return f"% {latex_text(table.title)}.\n{latex_text(reason)}\n".encode()

    if table.problem:
        return instead(table.problem)
    return make_block(f"tables/{table.name}.tex", lambda: to_latex(table).encode(), instead)


def _page(
    contents: RunContents, tables: tuple[Table, ...], figures: list[Figure], left_out: list[str]
) -> dict[str, Any]:
    run, records = contents.run, list(contents.records.values())
    methods = make_methods(contents, figures)
    sprite = make_block("The images that all get wrong", lambda: shared_sprite(contents), noting(left_out, None))
    no_references: tuple[Citation, ...] = ()
    cited = make_block(
        "The references", lambda: citations(run.suite, run.settings.dataset), noting(left_out, no_references)
    )
    provenance = make_block(
        "Where the numbers come from", lambda: provenance_of(records, run), noting(left_out, Provenance((), (), ()))
    )
    remarks = make_block("The remarks", lambda: _remarks(contents, records), lambda reason: [reason])
    problems = make_block("The list of failed trials", lambda: _problems(contents), noting(left_out, []))
    return {
        "suite": run.suite,
        "remarks": [*remarks, *_without_images(contents)],
        "left_out": left_out,
        "problems": problems + [("Predictions or images", said) for said in contents.unreadable],
        "tables": _Found({table.name: table for table in tables}),
        "figures": _Found({figure.name: figure for figure in figures}),
        "methods": methods,
        "matrices": sum(method.matrix is not None for method in methods) > 1,
        "rows": {row.label: row for method in methods for row in method.rows},
        "sprite": sprite,
        "provenance": provenance,
        "machines": "; ".join(dict.fromkeys(dict(machine)["processor"] for machine in provenance.machines)),
        "command": _command(run),
        "citations": cited,
        "bibtex": make_block("The references as BibTeX", lambda: to_bibtex(cited), noting(left_out, "")),
    }


def _problems(contents: RunContents) -> list[tuple[str, str]]:
    rows = zip(contents.summary["case"], contents.summary["problem"], strict=True)
    return [(case, problem) for case, problem in rows if problem]


class _Found(dict[str, Any]):
    """What a page asks for by name, and may not be there."""

    def __missing__(self, key: str) -> None:
        return None


def _remarks(contents: RunContents, records: list[Result]) -> list[str]:
    """Return what a reader must know before the tables."""
    run, results = contents.run, contents.results
    # What a suite says, it says of its own data.
    is_its_own = run.settings.dataset is None and run.settings.samples is None
    remarks = [*run.suite.notes] if is_its_own else []
    remarks += dict.fromkeys(note for record in records for note in record.data_notes)
    reduced = dict.fromkeys(results.loc[results["is_reduced"].fillna(False).astype(bool), "case"])
    if reduced:
        remarks.append(f"Run at a reduced size: {'; '.join(_reduced(case, results) for case in reduced)}.")
    remarks += _seeds(results, contents.summary)
    return remarks


def _seeds(results: pd.DataFrame, summary: pd.DataFrame) -> list[str]:
    """Say which seeds stochastic methods were fitted with, failed ones left out."""
    rows = summary.loc[summary["is_stochastic"], "case"]
    stochastic = results[(results["status"] == "ok") & results["label"].isin(rows)]
    cases: dict[tuple[int, ...], list[str]] = {}
    for case, trials in stochastic.groupby("case", sort=False):
        cases.setdefault(tuple(sorted(set(trials["seed"].astype(int)))), []).append(str(case))
    return [
        f"Stochastic methods{_in_brackets(names) if len(cases) > 1 else ''}: "
        f"{'the mean over the seeds' if len(seeds) > 1 else 'seed'} {', '.join(map(str, seeds))}."
        for seeds, names in cases.items()
    ]


def _in_brackets(names: list[str]) -> str:
    return f" ({'; '.join(names)})"


def _without_images(contents: RunContents) -> list[str]:
    """Say that there are no galleries, where the images are neither there nor named as damaged."""
    tested = [record for record in contents.records.values() if record.status == "ok" and record.trial.fold is None]
    if contents.unreadable or not tested or contents.shown_files():
        return []
    return ["The test images are not stored with this run, so it has no galleries; run it again to have them."]


def _reduced(case: str, results: pd.DataFrame) -> str:
    """Say how much of a case was run."""
    trials = results[(results["case"] == case) & (results["status"] == "ok")]
    sizes = sorted({f"{size:,.0f}" for size in trials["n_train"]}, key=len)
    parts = [f"{', '.join(sizes)} training images"] if sizes else []
    for tried, candidates in dict.fromkeys(zip(trials["n_tried"], trials["n_candidates"], strict=True)):
        if tried < candidates:
            parts.append(f"{tried:.0f} of {candidates:.0f} candidates")
    return f"{case} ({', '.join(parts)})" if parts else case


def _command(run: RunRecord) -> str:
    """Return the command that runs the suite as it was run; nothing for a suite made in code."""
    if not run.origin:
        return ""
    return run_command(run.origin, run.settings)


def _json(records: Iterable[Result]) -> bytes:
    return (json.dumps([record.model_dump(mode="json") for record in records], indent=1) + "\n").encode()


def _render(name: str, page: dict[str, Any]) -> bytes:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("hdr_bench.reporting.page"),
        autoescape=jinja2.select_autoescape(["html"]),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "markdown_table": to_markdown,
        "md": escaped_markdown,
        "cells": to_cells,
        "code": markdown_code,
    }
    return visible_prose(environment.get_template(name).render(**page).lstrip()).encode()
