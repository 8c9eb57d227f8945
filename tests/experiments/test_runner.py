import pytest

from hdr_bench import load_results, run_suite
from hdr_bench.exceptions import SuiteError, UnknownNameError
from hdr_bench.experiments.runner import expand, make_plan
from hdr_bench.experiments.store import Settings, Store
from hdr_bench.experiments.suite import load_suite, parse_suite


def _suite(*cases, **changes):
    content = {"title": "Own", "dataset": "digits-8x8", "case": list(cases), **changes}
    return parse_suite(content, "own", "own.toml")


KNN = {"name": "k-NN", "estimator": "knn"}
TREE = {"name": "Tree", "estimator": "tree"}
BAD = {"name": "Bad", "estimator": "sklearn.neighbors.KNeighborsClassifier", "params": {"n_neighbors": -1}}


def test_deterministic_methods_run_once_whatever_the_repeats():
    trials = expand(_suite(KNN, TREE), Settings(repeats=3, seed=10))
    assert [(trial.case, trial.seed) for trial in trials] == [("k-NN", 0), ("Tree", 10), ("Tree", 11), ("Tree", 12)]


def test_the_suites_repeats_and_a_cases_own_data():
    suite = _suite(KNN, {**TREE, "dataset": "mnist-5k"}, protocol={"repeats": 2})
    assert [trial.dataset.name for trial in expand(suite, Settings())] == ["digits-8x8", "mnist-5k", "mnist-5k"]
    assert {trial.dataset.name for trial in expand(suite, Settings(dataset="mnist-5k"))} == {"mnist-5k"}


def test_a_reduced_case_runs_in_full_when_asked():
    suite = _suite({**KNN, "reduced": {"samples": 200}})
    (reduced,), (full,) = expand(suite, Settings()), expand(suite, Settings(full=True))
    assert (reduced.samples, reduced.is_reduced, full.samples, full.is_reduced) == (200, True, None, False)


def test_protocols_that_cannot_run_yet_are_refused_before_anything_runs(tmp_path):
    suite = _suite(KNN, {**TREE, "protocol": {"kind": "cross-validation", "folds": 3}})
    with pytest.raises(SuiteError, match="'Tree': the protocol 'cross-validation' can be read but not yet run"):
        run_suite(suite, out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_only_chooses_cases_by_pattern(tmp_path):
    plan = make_plan(load_suite("quick"), Settings(), Store(tmp_path), "svm*", "missing")
    assert [trial.case for trial in plan.to_run] == ["SVM, linear", "SVM, RBF"]
    assert len(plan.trials) == 9
    with pytest.raises(UnknownNameError, match=r"unknown case \(--only\) 'smv', did you mean|unknown case"):
        make_plan(load_suite("quick"), Settings(), Store(tmp_path), "smv", "missing")


def test_a_failure_is_a_row_and_the_rest_goes_on_and_only_what_is_asked_runs_again(tmp_path):
    suite = _suite(BAD, KNN)
    folder = run_suite(suite, out=tmp_path / "run", threads=1)
    results = load_results(folder)
    assert results["case"].tolist() == ["Bad", "k-NN"]
    assert results["status"].tolist() == ["failed", "ok"]
    assert "n_neighbors" in results["error"][0]
    times = {path.name: path.stat().st_mtime_ns for path in (folder / "trials").iterdir()}

    def changed(rerun):
        run_suite(suite, out=folder, threads=1, rerun=rerun)
        return {path.name[:3] for path in (folder / "trials").iterdir() if path.stat().st_mtime_ns != times[path.name]}

    assert changed("missing") == set()
    assert changed("failed") == {"bad"}
    assert changed("all") == {"bad", "k-n"}
