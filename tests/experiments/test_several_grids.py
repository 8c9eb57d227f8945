"""A search in several grids, from the suite's file to its report."""

import json

import pytest

from hdr_bench import Case, Suite, load_candidates, load_suite, run_suite, write_report
from hdr_bench.experiments.planning.schedule import make_schedule
from hdr_bench.experiments.runner import plan_suite
from hdr_bench.records.fit_store import FitStore
from hdr_bench.records.options import RunOptions
from hdr_bench.records.store import Store
from hdr_bench.reporting.displays import SearchDisplay
from tests.helpers.search_fits import measured_fit

SUITE = """
title = "Several grids"
dataset = "digits-8x8"
[[case]]
name = "Tree"
estimator = "tree"
protocol = { kind = "grid-search", folds = 2 }
grid = [
  { max_depth = [2, 8], criterion = ["entropy"] },
  { min_samples_leaf = [1, 200] },
  { max_depth = [8, 2], criterion = ["entropy"] },
]
[[case]]
name = "k-NN"
estimator = "knn"
protocol = { kind = "grid-search", folds = 2, strategy = "halving" }
grid = [{ n_neighbors = [1, 30] }, { weights = ["distance"], n_neighbors = [3] }]
"""
CANDIDATES = [
    {"criterion": "entropy", "max_depth": 2},
    {"criterion": "entropy", "max_depth": 8},
    {"min_samples_leaf": 1},
    {"min_samples_leaf": 200},
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("grids")
    (folder / "own.toml").write_text(SUITE)
    return run_suite(load_suite(folder / "own.toml"), out=folder / "run", threads=1, samples=600)


def _results(folder):
    store = Store(folder)
    return {each.trial.case: each for each in map(store.read, store.keys())}


def test_each_candidate_has_the_parameters_of_its_grid_and_is_tried_once(folder):
    results = _results(folder)
    assert {each.status for each in results.values()} == {"ok"}
    searched = results["Tree"].searched
    assert [each.params for each in searched.candidates] == CANDIDATES
    assert (searched.n_candidates, searched.n_failed) == (4, 0)
    assert results["Tree"].parameters | searched.chosen == results["Tree"].parameters
    assert results["k-NN"].searched.n_candidates == 3
    assert not plan_suite(folder.parent / "own.toml", RunOptions(out=folder, threads=1, samples=600)).to_run


@pytest.mark.usefixtures("undrawn")
def test_what_a_grid_lacks_is_no_missing_number_in_the_report(folder):
    report = write_report(folder, ["md"]).read_text()
    table = report.partition("## Grid search")[2].partition("\n## ")[0]
    (tree,) = (line for line in table.splitlines() if line.startswith("| Tree "))
    cells = [cell.strip().replace("\\", "") for cell in tree.split("|")]
    grids = ["max_depth: 2, 8; criterion: entropy", "min_samples_leaf: 1, 200", "max_depth: 8, 2; criterion: entropy"]
    assert cells[2] == "; or ".join(grids)
    assert cells[5:7] == ["4", "4"]
    assert "nan" not in table.lower()
    candidates = load_candidates(folder).query("case == 'Tree'")
    assert [json.loads(params) for params in candidates["params"]] == CANDIDATES
    assert candidates["is_chosen"].sum() == 1
    labels = [text.get_text() for text in SearchDisplay.from_run(folder, "Tree").plot().ax_.get_yticklabels()]
    assert "min_samples_leaf = 200" in labels
    assert not [label for label in labels if "nan" in label.lower()]


def test_a_search_in_several_grids_goes_on_from_its_stored_fits(tmp_path):
    grid = [{"n_neighbors": [1, 3]}, {"n_neighbors": [5], "weights": ["distance"]}]
    case = Case(name="k-NN", estimator="knn", grid=grid, protocol={"kind": "grid-search", "folds": 2})
    suite = Suite(name="own", title="T", dataset="digits-8x8", cases=[case])
    options = RunOptions(threads=1, samples=200)
    (search,) = make_schedule(suite, options, Store(tmp_path / "run")).searches.values()
    assert search.n_fits == 6
    stored = list(search.fits.values())[-2:]
    for fit in stored:
        assert fit.search_fit.params == {"n_neighbors": 5, "weights": "distance"}
        FitStore(tmp_path / "run", search.trial.key).write(measured_fit(fit, 1.0))
    plan = plan_suite(suite, RunOptions(threads=1, samples=200, out=tmp_path / "run"))
    (planned,) = plan.searches.values()
    assert (len(planned.outcomes), planned.n_missing) == (2, 4)
    plan.execute()
    # With the accuracy that was stored of it.
    result = _results(tmp_path / "run")["k-NN"]
    assert (result.searched.chosen, result.searched.score) == ({"n_neighbors": 5, "weights": "distance"}, 1.0)
    assert result.parameters["weights"] == "distance"
