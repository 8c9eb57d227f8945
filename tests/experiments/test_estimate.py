import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdr_bench import load_results
from hdr_bench.estimators import CNNClassifier, MLPClassifier, SVMClassifier
from hdr_bench.exceptions import HdrBenchError
from hdr_bench.experiments.estimate import estimate_plan, passes, read_expected, write_estimate
from hdr_bench.experiments.growth import fit_growth
from hdr_bench.experiments.progress import NoProgress
from hdr_bench.experiments.runner import execute, make_plan
from hdr_bench.experiments.settings import make_settings
from hdr_bench.experiments.store import Store
from hdr_bench.experiments.suite_file import parse_suite

pytestmark = pytest.mark.alone

SIZES = (1000, 1000, 2000, 2000, 4000, 4000)


@given(st.floats(0.01, 10), st.floats(0.001, 10), st.floats(0, 0.1))
@settings(max_examples=20)
def test_a_curve_of_its_own_kind_is_found_again(constant, linear, faster):
    def cost(n):
        return constant + linear * n / 1000 + faster * (n / 1000) ** 1.5

    growth = fit_growth(SIZES, [cost(n) for n in SIZES])
    expected = growth.at(60_000)
    assert expected.value == pytest.approx(cost(60_000), rel=1e-3)
    assert expected.low <= cost(60_000) <= expected.high


def test_noise_widens_the_interval_the_more_the_farther_it_is_carried():
    rng = np.random.default_rng(0)
    costs = np.array(SIZES) / 1000 * rng.lognormal(0, 0.2, len(SIZES))
    growth = fit_growth(SIZES, costs)
    near, far = growth.at(4000), growth.at(60_000)
    assert near.low < 4 < near.high
    assert far.low < 60 < far.high
    assert far.high / far.low > near.high / near.low > 1.4
    exact = fit_growth(SIZES, np.array(SIZES) / 1000)
    assert exact.at(4000).high / exact.at(4000).low < near.high / near.low
    assert exact.exponent_at(4000) == pytest.approx(1)


def test_the_interval_holds_what_it_says():
    rng = np.random.default_rng(1)
    held = 0
    for _ in range(100):
        growth = fit_growth(SIZES, (0.5 + np.array(SIZES) / 1000) * rng.lognormal(0, 0.1, len(SIZES)))
        expected = growth.at(8000)
        held += expected.low <= 8.5 * rng.lognormal(0, 0.1) <= expected.high
    assert held >= 85


def test_one_size_is_no_curve():
    with pytest.raises(ValueError, match="two sizes or more"):
        fit_growth([1000, 1000], [1, 2])


def test_networks_pass_through_the_images_once_an_epoch():
    assert passes(SVMClassifier(), 500) == 1
    assert passes(MLPClassifier(max_epochs=7), 500) == 7
    assert passes(MLPClassifier(), 1000) > passes(MLPClassifier(), 60_000) >= 5
    digits = np.random.default_rng(0).integers(0, 16, (1000, 64))
    for model in (MLPClassifier("4N"), CNNClassifier("2C3"), MLPClassifier("4N", validation_fraction=0.5)):
        fitted = model.fit(digits, np.arange(1000) % 10)
        assert fitted.n_iter_ == passes(model, 1000)


def _plan(folder, *cases, dataset="mnist-5k", **settings):
    suite = parse_suite({"title": "T", "dataset": dataset, "case": list(cases)}, "own", "own.toml")
    store = Store(folder)
    return make_plan(suite, make_settings(threads=1, **settings), store, None, "missing"), store


def test_the_estimate_is_near_what_the_run_then_costs(tmp_path):
    plan, store = _plan(
        tmp_path,
        {"name": "SVM", "estimator": "svm"},
        {"name": "Tree", "estimator": "tree", "protocol": {"kind": "cross-validation", "folds": 3}},
        {"name": "MLP", "estimator": "mlp", "params": {"layers": "128N", "max_epochs": 12}},
    )
    estimate = estimate_plan(plan, NoProgress())
    write_estimate(store.folder, estimate)
    assert set(read_expected(store.folder)) == {trial.key for trial in plan.to_run}
    execute(plan, store, NoProgress())
    results = load_results(store.folder)
    for case in estimate.cases:
        real = results[results["case"] == case.case]
        assert len(real) == case.n_trials
        # Times here are shared and noisy: within a factor of three; memory within a quarter.
        assert 1 / 3 < real["fit_seconds"].mean() / case.fit.value < 3, case
        assert case.memory.value == pytest.approx(real["fit_peak_bytes"].mean(), rel=0.25, abs=3e6)
        assert 1 / 3 < real["seconds"].sum() / case.total.value < 3, case
    assert 1 / 2 < results["seconds"].sum() / estimate.total.value < 2


def test_a_grid_and_what_its_limits_would_end(tmp_path):
    many = {"n_neighbors": list(range(1, 301)), "weights": ["uniform", "distance"]}
    grid = {"name": "grid", "estimator": "knn", "grid": many,
            "protocol": {"kind": "grid-search", "folds": 3}}  # fmt: skip
    bad = {
        "name": "bad",
        "estimator": "sklearn.discriminant_analysis.LinearDiscriminantAnalysis",
        "params": {"n_components": 50},
    }
    greedy = {"name": "memory", "estimator": "svm", "memory_limit": "1kB"}
    plan, _ = _plan(tmp_path, grid, bad, greedy, dataset="digits-8x8", time_limit=2)
    found = {case.case: case for case in estimate_plan(plan, NoProgress()).cases}
    assert found["grid"].n_trials == 1
    assert found["grid"].fit.value > 2
    assert found["grid"].is_over == "time limit of 2 s"
    assert "out of memory" in found["memory"].problem
    assert "n_components cannot be larger than" in found["bad"].problem
    assert math.isnan(found["bad"].fit.value)
    assert not (tmp_path / "trials").exists()


def test_an_estimate_that_cannot_be_read_is_none(tmp_path):
    assert read_expected(tmp_path) == {}
    for content in (b"{", b"[]", b'{"seconds": {"a": "long"}}', b"{}"):
        (tmp_path / "estimate.json").write_bytes(content)
        assert read_expected(tmp_path) == {}


def test_its_errors_are_the_librarys():
    from hdr_bench.exceptions import EstimateError

    assert issubclass(EstimateError, HdrBenchError)
