"""What stored results say of the time that a run will take."""

from dataclasses import replace
from statistics import fmean

import numpy as np
import pytest

from hdr_bench import Case, Suite, run_suite
from hdr_bench.experiments.forecast.costs_alone import costs_alone
from hdr_bench.experiments.forecast.stored_times import seconds_of_stored
from hdr_bench.experiments.planning.schedule import make_schedule
from hdr_bench.experiments.planning.search_state import SearchState
from hdr_bench.records.options import RunOptions
from hdr_bench.records.store import Store
from tests.helpers.search_fits import measured_fit

SUITE = Suite(
    name="own",
    title="T",
    dataset="digits-8x8",
    cases=[Case(name="Tree", estimator="tree", protocol={"repeats": 4}), Case(name="k-NN", estimator="knn")],
)


def test_stored_trials_stand_for_those_of_the_same_case_that_run(tmp_path):
    store = Store(run_suite(SUITE, out=tmp_path / "run", only="Tree", repeats=2, threads=1))
    took = fmean(costs_alone(store.read(path.stem)).total for path in (store.folder / "trials").iterdir())
    assert took > 0
    for rerun, n_trees in {"missing": 2, "all": 4}.items():
        plan = make_schedule(SUITE, RunOptions(threads=1, rerun=rerun), store)
        trees = [trial.key for trial in plan.to_run if trial.case == "Tree"]
        assert (len(trees), len(plan.to_run)) == (n_trees, n_trees + 1)
        assert seconds_of_stored(plan, store) == pytest.approx(dict.fromkeys(trees, took))
    assert seconds_of_stored(replace(plan, to_run=()), store) == {}


SEARCH = Suite(
    name="own",
    title="T",
    dataset="digits-8x8",
    cases=[
        Case(
            name="Search",
            estimator="knn",
            protocol={"kind": "grid-search", "folds": 2, "repeats": 2},
            grid={"n_neighbors": [1, 3]},
        )
    ],
)


def test_the_fits_of_a_search_stand_for_those_that_it_lacks(tmp_path):
    store = Store(tmp_path / "run")
    plan = make_schedule(SEARCH, RunOptions(threads=1), store)
    first, _ = plan.searches.values()
    assert seconds_of_stored(plan, store) == {}
    fits = [*first.fits.values()]
    begun = SearchState(first.trial, np.zeros(0), [measured_fit(fits[0], 0.5, 2.0), measured_fit(fits[1], 0.5, 4.0)])
    searches = {**plan.searches, first.trial.key: begun}
    # A second more for the process of each.
    expected = dict.fromkeys((fit.key for fit in fits[2:]), 4.0)
    assert seconds_of_stored(replace(plan, searches=searches), store) == pytest.approx(expected)
