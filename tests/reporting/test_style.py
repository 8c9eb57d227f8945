"""Figures are the same whatever a user has set matplotlib to, also what keeps it from being imported."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Draws a figure, here and in its own process, and says what became of matplotlib's settings.
DRAWS = """
import hashlib, os, sys
sys.path[:0] = sys.argv[1:]
from deadly_displays import Plain
from hdr_bench.reporting.drawing.figure import PlannedFigure
from hdr_bench.reporting.drawing.pool import draw_in_own_process
from hdr_bench.reporting.drawing.rendering import render
before = dict(os.environ), os.getcwd()
planned = PlannedFigure("plain", "Plain", "", (Plain(),), (2, 2))
for draw in (render, draw_in_own_process):
    figure = draw(planned)
    print(figure.problem or hashlib.sha256(figure.png + figure.svg).hexdigest())
assert (dict(os.environ), os.getcwd()) == before
import matplotlib
print(matplotlib.rcParams["lines.linewidth"])
"""


def _draw(folder, **variables):
    done = subprocess.run(
        [sys.executable, "-c", DRAWS, ROOT, ROOT / "tests" / "helpers"],
        cwd=folder,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    here, apart, width = _draw(tmp_path_factory.mktemp("bare"))
    assert (here, len(here), width) == (apart, 64, "1.5")
    return here


BROKEN = b"lines.linewidth: 7\n\xff\xfe\n"


@pytest.mark.parametrize(
    ("settings", "variables", "width"),
    [
        ({}, {"MPLBACKEND": "nosuch"}, "1.5"),
        ({"matplotlibrc": BROKEN}, {}, "1.5"),
        ({"other": BROKEN}, {"MATPLOTLIBRC": "other"}, "1.5"),
        # A notebook that imports matplotlib afterwards has its own settings.
        ({"matplotlibrc": b"lines.linewidth: 7\nbackend: nosuch\nsavefig.dpi: 7\nno such key\n"}, {}, "7.0"),
    ],
    ids=["backend", "working folder", "named", "readable"],
)
def test_no_settings_reach_a_figure(expected, tmp_path, settings, variables, width):
    for name, content in settings.items():
        (tmp_path / name).write_bytes(content)
    assert _draw(tmp_path, **variables) == [expected, expected, width]
