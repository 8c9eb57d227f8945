"""Methods outside the ranking: seeds or folds that failed or are missing, dummies, reduced sizes."""

import io

import pytest
from rich.console import Console

from hdr_bench import load_results, write_report
from hdr_bench.reporting.comparisons.pairs import compare_methods
from hdr_bench.reporting.console import print_run
from hdr_bench.reporting.displays import AccuracyDisplay
from hdr_bench.reporting.frame import summarise
from hdr_bench.reporting.numbers import MISSING
from hdr_bench.reporting.page.summary import summary_of
from hdr_bench.reporting.run import RunContents
from hdr_bench.reporting.tables.accuracy import accuracy_table

RANKED = ["Tree", "k-NN", "k-NN, folds"]


@pytest.fixture(scope="module")
def contents(finished_incomplete):
    return RunContents(finished_incomplete)


def test_the_summary_says_how_many_trials_there_are_of_how_many(contents):
    summary = contents.summary.set_index("case")
    assert summary.loc["Sometimes", ["n_trials", "n_planned", "trials"]].tolist() == [2, 3, "2 of 3 seeds"]
    assert summary.loc["Tree, folds", ["n_trials", "n_planned", "trials"]].tolist() == [2, 3, "2 of 3 folds"]
    assert summary.index[~summary["is_complete"]].tolist() == ["Sometimes", "Tree, folds"]
    assert summary.index[summary["is_dummy"]].tolist() == ["Dummy"]
    assert summary.index[summary["is_ranked"]].tolist() == RANKED


def test_a_method_is_stochastic_if_its_fits_differ_whatever_it_declares(contents):
    dummies = contents.results[contents.results["case"] == "Dummy"]
    assert not dummies["is_deterministic"].any()
    stochastic = contents.summary.set_index("case")["is_stochastic"]
    assert stochastic[["Sometimes", "Tree", "Tree, folds"]].all()
    assert not stochastic[["Dummy", "k-NN"]].any()


def test_the_console_says_how_many_trials_an_incomplete_row_is_over(contents):
    written = io.StringIO()
    print_run(contents, Console(file=written, width=120))
    lines = written.getvalue().splitlines()
    for label, unit in (("Sometimes", "seeds"), ("Tree, folds", "folds")):
        place = next(number for number, line in enumerate(lines) if line.startswith(f"{label} "))
        assert " 2 of 3 " in lines[place]
        assert unit in lines[place + 1]
    (complete,) = [line for line in lines if line.startswith("Tree ")]
    assert " of 3" not in complete


def test_rows_outside_the_ranking_are_not_compared(contents):
    compared = compare_methods(contents)
    assert [{pair.first, pair.second} for pair in compared.pairs] == [{"Tree", "k-NN"}]
    assert set(compared.letters) == set(compared.best) == set(RANKED)
    table = accuracy_table(contents.summary, compared)
    cells = {row[0]: row for row in table.rows}
    assert cells["Sometimes"][5] == "2 of 3 seeds"
    assert cells["Tree, folds"][5] == "2 of 3 folds"
    assert cells["k-NN"][5] == "1"
    for label in set(cells) - {"Tree", "k-NN"}:
        assert cells[label][3] == MISSING
    assert not {row for row, _ in table.marks} & {0, 3, 4, 5}
    outside = "Sometimes (2 of 3 seeds); Dummy (a dummy); Few images (reduced size); Tree, folds (2 of 3 folds)"
    assert f"Outside the ranking: {outside}." in table.note
    assert cells["k-NN"][6] == MISSING


def test_a_method_that_is_outside_the_ranking_is_not_the_most_accurate_of_a_run(incomplete):
    contents = RunContents(incomplete)
    assert summary_of(contents, compare_methods(contents), ()).best == "k-NN"
    for key in contents.results.loc[contents.results["case"].isin(RANKED), "key"]:
        (incomplete / "trials" / f"{key}.zip").unlink()
    left = RunContents(incomplete)
    nothing = summary_of(left, compare_methods(left), ())
    assert (nothing.best, nothing.accuracy) == ("", "")


def test_a_run_at_a_reduced_size_ranks_all_that_are_reduced_alike(contents):
    results = contents.results
    reduced = summarise(results.assign(is_reduced=results["is_reduced"].where(results["is_reduced"].isna(), True)))
    assert reduced.loc[reduced["is_ranked"], "case"].tolist() == ["Tree", "k-NN", "Few images", "k-NN, folds"]


@pytest.mark.usefixtures("undrawn")
def test_notes_name_only_the_seeds_that_are_there(incomplete):
    text = write_report(incomplete, ["md"]).read_text()
    assert "Stochastic methods (Sometimes): the mean over the seeds 0, 2." in text
    assert "Stochastic methods (Tree): the mean over the seeds 0, 1, 2." in text
    assert "Not compared: Sometimes (2 of 3 seeds); Few images (reduced size); Tree, folds (2 of 3 folds)." in text


def test_seeds_are_drawn_as_ticks(finished_incomplete):
    results = load_results(finished_incomplete)
    display = AccuracyDisplay.from_results(results).plot()
    assert set(display.trials) == {"Sometimes", "Tree", "Dummy", "Tree, folds", "k-NN, folds"}
    drawn = {round(segment[0][0], 6) for lines in display.ax_.collections for segment in lines.get_segments()}
    good = results[results["status"] == "ok"]
    for accuracy in good.loc[good["case"].isin(display.trials), "accuracy"]:
        assert round(100 * accuracy, 6) in drawn
    frame = display.frame().set_index("case")
    summary = summarise(results).set_index("case")
    assert frame.equals(summary.loc[frame.index, frame.columns])
