"""The main table, its rules and its row graphics, on made-up runs."""

import itertools
import re

import pytest

from hdr_bench.reporting.comparisons.baselines import most_frequent_classes
from hdr_bench.reporting.comparisons.pairs import compare_methods
from hdr_bench.reporting.page.error_axis import Axis
from hdr_bench.reporting.page.main_rows import axis_head, main_rows
from hdr_bench.reporting.run import RunContents
from hdr_bench.reporting.tables.main import main_table
from tests.helpers.written_runs import Method, make_up


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    methods = [
        Method("poor", n_wrong=300, measurements={"size_bytes": 3_000}),
        Method("best", n_wrong=10, seeds=(0, 1, 2), measurements={"fit_seconds": 86.0, "size_bytes": 1_400_000}),
        Method("like the best", n_wrong=11, measurements={"fit_wait_share": 0.5}),
        Method("failed", {"status": "timeout", "error": "ended after 3 s"}),
    ]
    contents = RunContents(make_up(tmp_path_factory.mktemp("main") / "run", methods, n_test=1000))
    return main_table(contents.summary, contents.results, compare_methods(contents))


def test_rows_are_sorted_by_error_and_what_failed_is_last(table):
    assert table.labels == ("best", "like the best", "poor", "failed")
    assert [row[1] for row in table.rows] == ["1.0", "1.1", "30.0", "–"]


def test_what_one_answer_reaches_is_the_last_row_unless_the_suite_has_a_dummy(tmp_path):
    dummy = Method("dummy", {}, {}, 900, trial={"estimator": "sklearn.dummy.DummyClassifier"})

    def made(*methods):
        contents = RunContents(make_up(tmp_path / f"{len(methods)}", methods, n_test=1003))
        compared = compare_methods(contents)
        return main_table(contents.summary, contents.results, compared, most_frequent_classes(contents))

    table = made(Method("best"))
    assert table.labels == ("best", "Most frequent class")
    # Of 1,003 images 101 show a 0.
    assert table.rows[1] == ("Most frequent class", "89.9", "87.9–91.6", *"–––––")
    assert "Most frequent class: always answering 0;" in table.note
    assert main_rows(table)[1].dots.count("<circle") == 1
    assert made(Method("best"), dummy).labels == ("best", "dummy")


def test_a_rule_stands_only_where_all_above_differ_from_all_below(table):
    assert table.rules == {2}
    assert [row.has_rule for row in main_rows(table)] == [False, False, True, False]


def test_each_column_has_one_unit_in_its_head(table):
    assert table.heads[4:] == ("Train (s)", "Predict 1,000 (ms)", "Memory to train (MB)", "On disk (MB)")
    assert [row[7].strip() for row in table.rows] == ["1.4", "0.0010", "0.0030", "–"]


def test_a_disturbed_time_has_a_star_and_the_note_explains_it(table):
    assert table.rows[1][4].endswith("*")
    assert "* Disturbed" in table.note


def test_dots_have_interval_seeds_and_a_name(table):
    best, _, poor, failed = main_rows(table)
    assert best.dots.count("class=seed") == 3
    assert poor.dots.count("class=seed") == 0
    assert "<title>best: error 1.0 % (" in best.dots
    assert failed.dots == ""
    places = [float(re.search(r"cx=([\d.]+)", row.dots)[1]) for row in (poor, best)]
    assert places == sorted(places)


def test_bars_grow_with_the_cost(table):
    sizes = [row.bars[3].width for row in main_rows(table)]
    assert sizes[0] > sizes[2] > sizes[1] > 0
    assert sizes[3] == 0


@pytest.mark.parametrize(("low", "high"), [(0.004, 0.12), (0.3, 0.9), (0.0001, 1.0), (0.02, 0.021)])
def test_ticks_do_not_touch(low, high):
    axis = Axis(low, high)
    places = [axis.place(share) for share in axis.ticks()]
    assert all(later - sooner >= 30 for sooner, later in itertools.pairwise(places))


def test_markup_in_a_name_is_text(tmp_path):
    contents = RunContents(make_up(tmp_path / "run", [Method("<b>bold</b>"), Method("other", n_wrong=5)]))
    made = main_table(contents.summary, contents.results, compare_methods(contents))
    assert "<b>" not in "".join(row.dots for row in main_rows(made))
    assert axis_head(made).count("<text") >= 1


def test_rows_on_folds_have_a_baseline_and_a_note_of_their_own(finished_various):
    contents = RunContents(finished_various)
    compared = compare_methods(contents)
    table = main_table(contents.summary, contents.results, compared, most_frequent_classes(contents))
    assert table.labels[-2:] == ("Most frequent class", "Most frequent class: folds")
    assert table.dummies == {len(table.labels) - 2, len(table.labels) - 1}


def test_a_row_outside_the_ranking_has_its_place_on_the_axis(tmp_path):
    reduced = Method("reduced", n_wrong=300, trial={"is_reduced": True})
    methods = [Method("best", n_wrong=10), Method("good", n_wrong=20), reduced]
    contents = RunContents(make_up(tmp_path / "run", methods, n_test=1000))
    compared = compare_methods(contents)
    made = main_table(contents.summary, contents.results, compared, most_frequent_classes(contents))
    places = [float(re.search(r"cx=([\d.]+)", row.dots)[1]) for row in main_rows(made)]
    assert len({*places}) == 4
    # The baseline alone may be drawn at the axis's end.
    assert places[-1] < places[2] < places[1] < places[0]
