"""One report folder: tables, figures, Markdown and HTML. The same results give the same bytes."""

import base64
import io
import json
import os
import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd

from hdr_bench.exceptions import StoreError, UnknownNameError
from hdr_bench.experiments.result import Result
from hdr_bench.experiments.store import RunRecord, Store
from hdr_bench.files import clear_leftovers, write_whole
from hdr_bench.reporting.displays import AccuracyDisplay, ConfusionDisplay, CostDisplay
from hdr_bench.reporting.frame import load_results, summarise
from hdr_bench.reporting.provenance import Provenance, provenance_of
from hdr_bench.reporting.style import STYLE
from hdr_bench.reporting.tables import Table, make_tables, percent_places, significant, to_csv, to_latex, to_markdown

FORMATS = ("html", "md", "latex", "csv")
"""What a report can be written as; figures come with each."""

_CONFUSION_INCHES = (4.2, 4.2)


@dataclass(frozen=True)
class Figure:
    """A drawn figure.

    Attributes
    ----------
    name : str
        For file names.
    title : str
    text : str
        What is seen, for those who do not see it.
    svg, png : bytes
    """

    name: str
    title: str
    text: str
    svg: bytes
    png: bytes

    @property
    def data_uri(self) -> str:
        """The SVG as an address that holds it whole."""
        return "data:image/svg+xml;base64," + base64.b64encode(self.svg).decode()


def write_report(path: str | os.PathLike[str], formats: Iterable[str] = FORMATS) -> Path:
    """Write the report of a run beside its results.

    Parameters
    ----------
    path : path-like
        The run's folder.
    formats : iterable of {"html", "md", "latex", "csv"}
        What to write; all by default. ``figures/`` and ``results.json`` (without predictions) come with each.

    Returns
    -------
    report : Path
        ``report.html``, or ``report.md`` or the folder where that is not written.

    Raises
    ------
    UnknownNameError
        If there is no such format.
    StoreError
        If there is no run at `path`, or none of its trials went well.
    """
    chosen = list(formats)
    for name in chosen:
        if name not in FORMATS:
            raise UnknownNameError("report format", name, FORMATS)
    folder = Path(path)
    files = _contents(folder, chosen)
    for name, content in files.items():
        write_whole(folder / name, content)
    _remove_stale(folder, files)
    written = [name for name in ("report.html", "report.md") if name in files]
    return folder / written[0] if written else folder


def _contents(folder: Path, formats: list[str]) -> dict[str, bytes]:
    """Return every file of the report: its name below the folder, and its bytes."""
    store = Store(folder)
    run = store.read_run()
    results = load_results(folder)
    if not (results["status"] == "ok").any():
        first = results.iloc[0]
        raise StoreError(
            f"{folder}: no trial of this run went well, so there is nothing to report; "
            f"the first, {first['case']!r}: {first['status']}: {first['error']}"
        )
    summary = summarise(results)
    records = _records(store, results)
    tables = make_tables(summary)
    figures = _draw(folder, results, summary)
    page = {
        "suite": run.suite,
        "finding": finding(summary, list(results["dataset"].dropna().unique())),
        "remarks": _remarks(run, results, records),
        "problems": [(row.case, row.problem) for row in summary.itertuples() if row.problem],
        "tables": tables,
        "figures": figures,
        "provenance": provenance_of(records, run),
        "command": _command(run),
    }
    files = {"results.json": _json(records)}
    files |= {f"figures/{figure.name}.png": figure.png for figure in figures}
    files |= {f"figures/{figure.name}.svg": figure.svg for figure in figures}
    if "csv" in formats:
        files |= {f"tables/{table.name}.csv": to_csv(table).encode() for table in tables}
    if "latex" in formats:
        files |= {f"tables/{table.name}.tex": to_latex(table).encode() for table in tables}
    if "md" in formats:
        files["report.md"] = _render("report.md", page)
    if "html" in formats:
        files["report.html"] = _render("report.html", page)
    return files


def finding(summary: pd.DataFrame, datasets: list[str]) -> str:
    """Say in a sentence or two which method is most accurate, how sure that is, and what it costs."""
    if len(datasets) > 1:
        return f"The methods were tried on several data sets ({', '.join(datasets)}): their accuracies do not compare."
    good = summary[summary["accuracy"].notna()].reset_index(drop=True)
    best = good.iloc[int(good["accuracy"].to_numpy().argmax())]
    places = percent_places(int(best["n_test"]))
    said = (
        f"{best['case']} is right most often: {100 * best['accuracy']:.{places}f} % of {best['n_test']:,} test images "
        f"(95 % interval {100 * best['accuracy_low']:.{places}f} to {100 * best['accuracy_high']:.{places}f} %)"
    )
    said += "." if best["is_time_disturbed"] else f", after {significant(best['fit_seconds'])} s of training."
    near = good[(good["accuracy_high"] >= best["accuracy_low"]) & (good["case"] != best["case"])]
    if len(near):
        said += f" The intervals of these overlap with it: {'; '.join(near['case'])}."
    return said


def _records(store: Store, results: pd.DataFrame) -> list[Result]:
    readable = results[~results["status"].isin(["missing", "damaged"])]
    return [store.read(key) for key in readable["key"]]


def _remarks(run: RunRecord, results: pd.DataFrame, records: list[Result]) -> list[str]:
    """Return what a reader must know before the tables."""
    # What a suite claims, it claims of its own data.
    is_its_own = run.settings.dataset is None and run.settings.samples is None
    remarks = [*run.suite.claims] if is_its_own else []
    remarks += dict.fromkeys(note for record in records for note in record.data_notes)
    reduced = dict.fromkeys(results.loc[results["is_reduced"].fillna(False).astype(bool), "case"])
    if reduced:
        remarks.append(f"Run at a reduced size: {'; '.join(_reduced(case, results) for case in reduced)}.")
    if not results["is_deterministic"].fillna(True).astype(bool).all():
        seeds = sorted({record.trial.seed for record in records if not record.trial.is_deterministic})
        several = "the mean over the seeds" if len(seeds) > 1 else "seed"
        remarks.append(f"Methods with chance in them: {several} {', '.join(map(str, seeds))}.")
    return remarks


def _reduced(case: str, results: pd.DataFrame) -> str:
    """Say how much of a case was run."""
    trials = results[(results["case"] == case) & (results["status"] == "ok")]
    sizes = sorted({f"{size:,.0f}" for size in trials["n_train"]}, key=len)
    parts = [f"{', '.join(sizes)} training images"] if sizes else []
    for tried, candidates in dict.fromkeys(zip(trials["n_tried"], trials["n_candidates"], strict=True)):
        if tried < candidates:
            parts.append(f"{tried:.0f} of {candidates:.0f} candidates")
    return f"{case} ({', '.join(parts)})" if parts else case


def _draw(folder: Path, results: pd.DataFrame, summary: pd.DataFrame) -> list[Figure]:
    good = summary[summary["accuracy"].notna()]
    accuracy, cost = AccuracyDisplay.from_results(results), CostDisplay.from_results(results)
    figures = [_drawn("accuracy", "Accuracy", accuracy, (7.0, 1.2 + 0.34 * len(good)), accuracy.frame())]
    if len(cost.summary):
        figures.append(_drawn("accuracy-fit-time", "Accuracy against the time to fit", cost, (8.0, 4.4), cost.frame()))
    for number, case in enumerate(dict.fromkeys(good["method"]), start=1):
        confusion = ConfusionDisplay.from_results(folder, case)
        title = f"Confusion matrix: {case}"
        figures.append(
            _drawn(f"confusion-{number}-{_slug(case)}", title, confusion, _CONFUSION_INCHES, confusion.frame())
        )
    return figures


def _drawn(name: str, title: str, display: Any, inches: tuple[float, float], frame: pd.DataFrame) -> Figure:
    import matplotlib as mpl
    from matplotlib.figure import Figure as MatplotlibFigure

    with mpl.rc_context():
        # What a user's own matplotlibrc says does not reach a report.
        mpl.rcParams.update({key: value for key, value in mpl.rcParamsDefault.items() if key != "backend"})
        mpl.rcParams.update(STYLE)  # type: ignore[arg-type]  # its hints know each name
        figure = MatplotlibFigure(figsize=inches, layout="constrained")
        display.plot(figure.subplots())
        svg, png = io.BytesIO(), io.BytesIO()
        figure.savefig(svg, format="svg", metadata={"Date": None})
        figure.savefig(png, format="png")
    return Figure(name, title, f"{title}. {_in_words(frame)}", svg.getvalue(), png.getvalue())


def _in_words(frame: pd.DataFrame) -> str:
    """Return a figure's numbers as text, as far as they are few."""
    if "accuracy" not in frame:
        errors = int(frame.to_numpy().sum() - frame.to_numpy().trace())
        return f"{errors:,} of {int(frame.to_numpy().sum()):,} predictions are wrong."
    pairs = zip(frame["case"], frame["accuracy"], strict=True)
    return "; ".join(f"{case}: {100 * accuracy:.1f} %" for case, accuracy in pairs) + "."


def _command(run: RunRecord) -> str:
    """Return the command that runs the suite as it was run; nothing for a suite made in code."""
    if not run.origin:
        return ""
    settings = run.settings
    options = {"dataset": settings.dataset, "samples": settings.samples, "repeats": settings.repeats,
               "seed": settings.seed or None, "threads": settings.threads,
               "time-limit": settings.time_limit and f"{settings.time_limit:g}s",
               "memory-limit": settings.memory_limit and f"{int(settings.memory_limit)}B"}  # fmt: skip
    words = ["hdr-bench", "run", run.origin]
    words += [word for name, value in options.items() if value is not None for word in (f"--{name}", str(value))]
    return shlex.join([*words, "--full"] if settings.full else words)


def _json(records: list[Result]) -> bytes:
    return (json.dumps([record.model_dump(mode="json") for record in records], indent=1) + "\n").encode()


def _render(name: str, page: dict[str, Any]) -> bytes:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("hdr_bench.reporting"),
        autoescape=jinja2.select_autoescape(["html"]),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["markdown_table"] = to_markdown
    return environment.get_template(name).render(**page).encode()


def _remove_stale(folder: Path, files: dict[str, bytes]) -> None:
    """Remove figures and tables of an earlier report that this one does not have; both folders are the report's own."""
    kept = {folder / name for name in files}
    for pattern in ("figures/*.svg", "figures/*.png", "tables/*.csv", "tables/*.tex"):
        for path in folder.glob(pattern):
            if path not in kept:
                path.unlink()
    for place in (folder, folder / "figures", folder / "tables"):
        clear_leftovers(place)


def _slug(case: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", case.lower()).strip("-") or "method"


__all__ = ["FORMATS", "Figure", "Provenance", "Table", "finding", "write_report"]
