"""What stored results say of the time that a run will take."""

from dataclasses import replace
from statistics import fmean

import pytest

from hdr_bench import Case, Suite, run_suite
from hdr_bench.experiments.planning.options import make_settings
from hdr_bench.experiments.planning.plan import make_plan
from hdr_bench.experiments.planning.stored_times import seconds_of_stored
from hdr_bench.experiments.remaining import costs_alone
from hdr_bench.records.store import Store

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
        plan = make_plan(SUITE, make_settings(threads=1), store, None, rerun)
        trees = [trial.key for trial in plan.to_run if trial.case == "Tree"]
        assert (len(trees), len(plan.to_run)) == (n_trees, n_trees + 1)
        assert seconds_of_stored(plan, store) == pytest.approx(dict.fromkeys(trees, took))
    assert seconds_of_stored(replace(plan, to_run=()), store) == {}
