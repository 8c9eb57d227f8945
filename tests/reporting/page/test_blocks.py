"""What cannot be made of a report is left out and says why in its place; everything else is there."""

import io
import warnings
from dataclasses import replace

import pytest
from rich.console import Console

from hdr_bench import write_report
from hdr_bench.exceptions import ReportWarning
from hdr_bench.reporting.console import print_run
from hdr_bench.reporting.displays import CostDisplay
from hdr_bench.reporting.drawing.figure import Figure
from hdr_bench.reporting.drawing.rendering import render
from hdr_bench.reporting.page.report_data import ReportData
from hdr_bench.reporting.page.sections import plan_figures
from hdr_bench.reporting.run import RunContents
from tests.helpers.written_runs import Method, make_up

SAID = "ValueError: no such thing"
REPORTING = "hdr_bench.reporting"


@pytest.fixture(scope="module")
def made_up(tmp_path_factory):
    return make_up(tmp_path_factory.mktemp("made-up") / "run", [Method("One"), Method("Two", n_wrong=9)])


def _fails(*_, **__):
    raise ValueError("no such thing")


def _report(folder, reason):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ReportWarning)
        write_report(folder)
    assert any(reason in str(warning.message) for warning in caught)
    return {name: (folder / name).read_text() for name in ("report.html", "report.md")}


@pytest.mark.parametrize(
    "broken",
    [
        {
            "page.blocks.accuracy_table": "Table “Accuracy”",
            "page.blocks.time_table": "Table “Time”",
            "page.blocks.classes_table": "Table “Each class (F1)”",
            "page.blocks.pairs_table": "Table “Pairs of methods”",
            "page.header.finding": "The finding",
            "page.header.make_highlights": "The highlights",
            "page.blocks.make_references": "Section “Cite”",
            "page.blocks.provenance_of": "Section “Where these numbers come from”",
            "report.summary_json": "The summary",
            "page.header._make_remarks": "The remarks",
            "page.methods.make_matrix": "The confusion matrix of One",
            "page.methods.make_sprite": "The images of Two",
            "page.methods._pipeline": "The steps of One",
            "page.rows._describe_measurement": "How Two was measured",
            "page.figures.TrainingDisplay.from_run": "Figure “Training: One”",
            "page.figures.RocDisplay.from_run": "Figure “ROC, precision and recall, reliability: Two”",
            "page.figures.AccuracyDisplay.from_results": "Figure “Accuracy”",
        },
        {
            "page.sections.to_cells": "Table “Memory”",
            "page.report_data.compare_methods": "The comparison of the methods",
            "page.report_data.reproductions": "The published figures",
            "page.methods._warnings": "What there is of One",
        },
    ],
    ids=["its own parts", "what others are made of"],
)
@pytest.mark.usefixtures("undrawn")
def test_a_part_that_cannot_be_made_is_left_out_and_its_place_says_why(made_up, monkeypatch, broken):
    for name in broken:
        monkeypatch.setattr(f"{REPORTING}.{name}", _fails)
    monkeypatch.setattr(f"{REPORTING}.report.draw", lambda planned: list(map(render, planned)))
    monkeypatch.setattr(
        f"{REPORTING}.drawing.rendering._render",
        lambda planned: Figure(planned.name, planned.title, "", planned.case),
    )
    for text in _report(made_up, SAID).values():
        for what in broken.values():
            assert f"{what} could not be made: {SAID}." in text
        assert "Figure “Accuracy against the size” could" not in text
        assert "Where these numbers come from" in text


def test_a_figure_that_cannot_be_drawn_is_left_out_and_no_other(made_up, monkeypatch):
    planned = plan_figures(ReportData.from_run(made_up), ["html", "md"])
    chosen = [replace(figure, has_png=True) for figure in planned if figure.name.startswith("accuracy")]
    monkeypatch.setattr(f"{REPORTING}.report.plan_figures", lambda *_: chosen)
    write_report(made_up)
    before = {path.name for path in (made_up / "figures").iterdir()}
    monkeypatch.setattr(CostDisplay, "plot", _fails)
    reason = f"Figure “Accuracy against the size” could not be made: {SAID}."
    for text in _report(made_up, reason).values():
        assert text.count(reason) == 1
    gone = {f"accuracy-{name}.png" for name in ("fit-time", "predict-time", "memory", "size")}
    assert {path.name for path in (made_up / "figures").iterdir()} == before - gone


@pytest.mark.usefixtures("undrawn")
def test_a_file_of_a_table_that_cannot_be_written_is_left_out(made_up, monkeypatch):
    monkeypatch.setattr(f"{REPORTING}.report.to_latex", _fails)
    monkeypatch.setattr(f"{REPORTING}.report.to_csv", _fails)
    _report(made_up, "tables/time.csv could not be made")
    assert not list((made_up / "tables").glob("*.csv"))
    # A document that takes the file in shows the reason.
    assert "tables/time.tex could not be made: ValueError" in (made_up / "tables" / "time.tex").read_text()
    monkeypatch.setattr(f"{REPORTING}.page.blocks.time_table", _fails)
    _report(made_up, "Table “Time” could not be made")
    assert "could not be made: ValueError" in (made_up / "tables" / "time.tex").read_text()


def test_the_console_has_the_beginning_of_a_long_error_and_the_report_the_whole(tmp_path, monkeypatch):
    long = Method("Long", {"status": "failed", "error": "a word " * 280 + "at last"})
    folder = make_up(tmp_path / "run", [Method("One"), long])
    monkeypatch.setattr(f"{REPORTING}.report.draw", lambda _planned: [])
    assert "at last" in write_report(folder, ["md"]).read_text()
    written = io.StringIO()
    print_run(RunContents(folder), Console(file=written, width=120))
    (line,) = (line for line in written.getvalue().splitlines() if line.startswith("Long: failed"))
    assert line.endswith("...")
    assert len(line) < 320


@pytest.mark.parametrize("broken", ["_table", "compare_methods", "finding", "describe_verdicts", "_print_problems"])
def test_the_console_prints_what_it_can(made_up, monkeypatch, broken):
    monkeypatch.setattr(f"{REPORTING}.console.{broken}", _fails)
    written = io.StringIO()
    with pytest.warns(ReportWarning, match=SAID):
        print_run(RunContents(made_up), Console(file=written, width=120))
    assert "One" in written.getvalue()
