"""Pairs of methods as a triangle, and points of a figure that name their methods."""

import re

import pytest

from hdr_bench import write_report
from hdr_bench.reporting.comparisons.pairs import compare_methods
from hdr_bench.reporting.displays import CostDisplay
from hdr_bench.reporting.drawing.figure import PlannedFigure
from hdr_bench.reporting.drawing.rendering import render
from hdr_bench.reporting.page.triangle import triangle
from hdr_bench.reporting.run import RunContents
from hdr_bench.reporting.tables.pairs import pairs_table
from tests.helpers.written_runs import Method, make_up


@pytest.fixture(scope="module")
def contents(tmp_path_factory):
    methods = [
        Method("worst", n_wrong=300, measurements={"fit_seconds": 0.1}),
        Method("best", n_wrong=10, seeds=(0, 1), measurements={"fit_seconds": 86.0}),
        Method("like <it>", n_wrong=11, measurements={"fit_seconds": 8.0}),
    ]
    return RunContents(make_up(tmp_path_factory.mktemp("pairs") / "run", methods, n_test=1000))


def test_each_method_is_compared_with_every_more_accurate_one(contents):
    rows = triangle(pairs_table(compare_methods(contents), 1000))
    assert [(row.number, row.label, len(row.cells)) for row in rows] == [
        (1, "best", 0),
        (2, "like <it>", 1),
        (3, "worst", 2),
    ]
    worst = rows[-1].cells
    assert [(cell.text, cell.kind) for cell in worst] == [("29.0", "apart"), ("28.9", "apart")]
    assert rows[1].cells[0].kind != "apart"
    assert worst[0].words.startswith("best against worst: +29.0 points (")
    assert worst[0].words.endswith("p < 0.001 corrected: better")


def test_points_are_where_the_figure_has_them_and_say_what_they_are(contents):
    display = CostDisplay.from_results(contents.results)
    figure = render(PlannedFigure("cost", "Cost", "", (display,), display.figsize, has_png=False))
    points = {point.label: point for point in figure.points}
    assert set(points) == {"worst", "best", "like <it>"}
    assert all(0 < point.x < 1 and 0 < point.y < 1 for point in points.values())
    # The dearest is furthest to the right, the most accurate highest.
    assert points["worst"].x < points["like <it>"].x < points["best"].x
    assert points["best"].y < points["worst"].y
    assert re.fullmatch(r"worst: accuracy 70\.0\s% \(67\.1–72\.8\), time to fit 0\.10\ss", points["worst"].text)


def test_the_page_links_points_to_rows_and_shows_the_triangle(contents):
    page = write_report(contents.store.folder, ["html"]).read_text()
    rows = set(re.findall(r'<tr id="([^"]+)"', page))
    linked = re.findall(r'<a class="point[^"]*" href="#([^"]+)"', page)
    assert len(rows) == 3
    assert set(linked) == rows
    assert '<table class="triangle">' in page
    assert page.count('class="apart"') == 2
    assert "<it>" not in page
