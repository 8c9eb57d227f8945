"""Figures drawn in several processes: none is lost for another's sake, and no process stays."""

import importlib
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from hdr_bench.exceptions import ReportWarning
from hdr_bench.reporting.drawing import jobs, pool
from hdr_bench.reporting.drawing.figure import PlannedFigure
from hdr_bench.reporting.drawing.jobs import draw
from hdr_bench.reporting.drawing.rendering import render
from tests.helpers.processes import runs, still_running, wait_for
from tests.helpers.written_runs import Method, make_up

HERE = str(Path(__file__).parents[2] / "helpers")
# The command, with two figures that are never drawn.
DRAWS_FOR_EVER = """
import signal, sys
from pathlib import Path
# Whatever started the tests may have it ignored.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
from hdr_bench.cli import main
from hdr_bench.reporting import report
from hdr_bench.reporting.drawing import jobs
from hdr_bench.reporting.drawing.figure import PlannedFigure
folder, here, waiting = sys.argv[1:]
sys.path.append(here)
import deadly_displays
jobs.FIGURES_PER_PROCESS, jobs.available_cores = 1, lambda: 2
planned = PlannedFigure("waits", "Waits", "", (deadly_displays.Waits(Path(waiting)),), (2, 2))
report.plan_figures = lambda *_: [planned, planned]
sys.argv = ["hdr-bench", "report", folder]
main()
"""


@pytest.fixture
def displays(monkeypatch):
    """The module of that name, as the processes that draw import it; two of them, however few the figures."""
    monkeypatch.syspath_prepend(HERE)
    monkeypatch.setattr(jobs, "FIGURES_PER_PROCESS", 1)
    monkeypatch.setattr(jobs, "available_cores", lambda: 2)
    yield importlib.import_module("deadly_displays")
    sys.modules.pop("deadly_displays")


def _planned(**displays):
    return [PlannedFigure(name, name, "", (display,), (2, 2)) for name, display in displays.items()]


def test_a_figure_that_ends_its_process_is_lost_and_no_other(displays, tmp_path):
    planned = _planned(
        first=displays.Plain(),
        deadly=displays.Kills(),
        second=displays.Plain(),
        unlucky=displays.Kills(tmp_path / "once"),
        third=displays.Plain(),
    )
    reason = "Figure “deadly” could not be made: the process that drew it ended (signal SIGKILL)."
    with pytest.warns(ReportWarning) as warned:
        drawn_figures = draw(planned)
    assert [str(warning.message) for warning in warned] == [reason]
    assert [figure.name for figure in drawn_figures] == [each.name for each in planned]
    assert [figure.problem for figure in drawn_figures] == ["", reason, "", "", ""]
    assert [bool(figure.svg and figure.png) for figure in drawn_figures] == [True, False, True, True, True]
    # As they are in this process.
    assert drawn_figures[0] == render(planned[0])
    assert [each for each in psutil.Process().children() if runs(each, "hdr_bench.reporting.drawing.process")] == []


def test_if_no_process_starts_figures_are_drawn_in_this_one(displays, monkeypatch):
    monkeypatch.setattr(pool.sys, "executable", "/nowhere/python")
    assert all(figure.svg for figure in draw(_planned(first=displays.Plain(), second=displays.Plain())))


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGHUP])
def test_a_report_that_is_ended_while_it_draws_leaves_no_process(tmp_path, end):
    folder, waiting = make_up(tmp_path / "run", [Method("One")]), tmp_path / "waiting"
    waiting.mkdir()
    before = {path.name for path in folder.iterdir()}
    command = subprocess.Popen(
        [sys.executable, "-c", DRAWS_FOR_EVER, folder, HERE, waiting],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    pids = wait_for(lambda: len(found := [int(path.name) for path in waiting.iterdir()]) == 2 and found)
    drawing_now = [psutil.Process(pid) for pid in pids]
    assert {process.ppid() for process in drawing_now} == {command.pid}
    command.send_signal(end)
    out, error = command.communicate()
    assert still_running(drawing_now) == []
    assert out == ""
    assert {path.name for path in folder.iterdir()} - before <= {".report-lock"}
    if end == signal.SIGHUP:
        assert command.returncode == 130
        assert error == "interrupted; the previous report is unchanged; run the same command to write it again\n"


def test_a_pdf_is_drawn_only_if_it_is_asked_for_and_is_the_same_each_time(displays):
    (planned,) = _planned(plain=displays.Plain())
    assert render(planned).pdf == b""
    first, second = (render(replace(planned, has_pdf=True)).pdf for _ in range(2))
    assert first.startswith(b"%PDF")
    assert first == second


def test_a_title_that_is_wider_than_its_figure_goes_on_in_a_second_line(displays):
    title = "A title of some words that no small figure has room for in one line"
    (wide, small) = (
        render(PlannedFigure("titled", "Titled", "", (displays.Titled(title),), (width, 3))).svg.decode()
        for width in (12, 3)
    )
    assert title in wide
    assert title not in small
    assert "A title" in small
    assert "one line" in small
