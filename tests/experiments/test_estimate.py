import errno
import io
import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner

from hdr_bench.cli import app
from hdr_bench.cli.estimate_table import print_estimate
from hdr_bench.estimators import CNNClassifier, MLPClassifier, SVMClassifier
from hdr_bench.exceptions import HdrBenchError, StoreError
from hdr_bench.experiments.estimate import estimate_plan
from hdr_bench.experiments.forecast import estimate_record, probes
from hdr_bench.experiments.forecast.estimate_record import Estimate, read_expected, write_estimate
from hdr_bench.experiments.forecast.probes import passes
from hdr_bench.experiments.messages import NoProgress
from hdr_bench.experiments.planning.schedule import make_schedule
from hdr_bench.records.fit_store import FitStore
from hdr_bench.records.options import RunOptions
from hdr_bench.records.store import Store
from tests.helpers.search_fits import measured_fit
from tests.helpers.suites import parse_suite


def test_networks_pass_through_the_images_once_an_epoch():
    assert passes(SVMClassifier(), 500) == 1
    assert passes(MLPClassifier(max_epochs=7), 500) == 7
    assert passes(MLPClassifier(), 1000) > passes(MLPClassifier(), 60_000) >= 5
    digits = np.random.default_rng(0).integers(0, 16, (300, 64))
    for model in (MLPClassifier("4N"), CNNClassifier("2C3"), MLPClassifier("4N", validation_fraction=0.5)):
        fitted = model.fit(digits, np.arange(300) % 10)
        assert fitted.n_iter_ == passes(model, 300)


def _plan(folder, *cases, dataset="mnist-5k", **options):
    suite = parse_suite({"title": "T", "dataset": dataset, "case": list(cases)}, "own", "own.toml")
    store = Store(folder)
    return make_schedule(suite, RunOptions(threads=1, **options), store), store


@pytest.fixture
def machine(monkeypatch, measured):
    """A function that makes a machine on which fits take known times, with a neighbour or without."""

    def make(fit, stretches=(1.0,)):
        turn = itertools.cycle(stretches)

        def run(task, on_stage):
            n = task.trial.samples
            return measured(task.trial, fit(n), predict=n / 1e4, other=2.0, stretch=next(turn)), None

        monkeypatch.setattr(probes, "run_attempts", run)

    return make


def _linear(n):
    return 0.5 + n / 1000


@pytest.mark.parametrize("stretches", [(1.0,), (40.0,), (1.0, 3.0, 12.0)])
def test_the_estimate_is_the_machines_alone_also_beside_a_neighbour(stretches, machine, tmp_path):
    plan, store = _plan(
        tmp_path,
        {"name": "SVM", "estimator": "svm"},
        {"name": "Trees", "estimator": "tree", "protocol": {"kind": "cross-validation", "folds": 3}},
    )
    machine(_linear, stretches)
    estimate = estimate_plan(plan, NoProgress())
    write_estimate(store.folder, estimate)
    one, several = estimate.cases
    assert (one.n_trials, several.n_trials) == (1, len(plan.to_run) - 1)
    assert one.fit.value == pytest.approx(_linear(4000), rel=0.1)
    # 2 * 0.4 for labels and scores, the remainder of `other` for all else.
    assert one.total.value == pytest.approx(_linear(4000) + 0.4 + 2.0, rel=0.15)
    assert several.fit.value < one.fit.value
    expected = read_expected(store.folder)
    assert set(expected) == {trial.key for trial in plan.to_run}
    assert sum(expected.values()) == pytest.approx(estimate.total.value)


def test_a_searchs_estimate_is_of_all_its_fits_and_each_trials_within_its_limit(machine, tmp_path):
    many = {"n_neighbors": list(range(1, 301)), "weights": ["uniform", "distance"]}
    search = {"kind": "grid-search", "folds": 3}
    case = {"name": "grid", "estimator": "knn", "grid": many, "protocol": search}
    machine(_linear)
    plan, _ = _plan(tmp_path, case, dataset="digits-8x8", time_limit=600)
    estimate = estimate_plan(plan, NoProgress())
    (found,) = estimate.cases
    n = 1797 * 4 // 5
    assert found.fit.value == pytest.approx(600 * 3 * _linear(n * 2 // 3), rel=0.2)
    assert found.total.value == 600
    assert found.is_over == "time limit of 600 s"
    assert "grid: its grid search would exceed its time limit of 600 s and try fewer candidates\n" in _printed(
        estimate, plan
    )


def test_candidates_of_all_grids_are_fitted_for_an_estimate(machine, tmp_path):
    grid = [{"max_depth": [2]}, {"min_samples_leaf": [5, 9], "criterion": ["entropy"]}]
    case = {"name": "Tree", "estimator": "tree", "grid": grid, "protocol": {"kind": "grid-search", "folds": 3}}
    machine(_linear)
    plan, _ = _plan(tmp_path, case, dataset="digits-8x8")
    (planned,) = plan.cases
    fitted = [(each.model.max_depth, each.model.min_samples_leaf) for each in probes.probes_of(planned)]
    assert fitted == [(2, 1), (None, 5), (None, 9)]
    (found,) = estimate_plan(plan, NoProgress()).cases
    n = 1797 * 4 // 5
    assert found.fit.value == pytest.approx(3 * 3 * _linear(n * 2 // 3) + _linear(n), rel=0.2)


def test_of_a_search_the_fits_that_are_stored_are_not_in_the_estimate(machine, tmp_path):
    search = {"kind": "grid-search", "folds": 3, "strategy": "halving"}
    case = {"name": "halving", "estimator": "knn", "grid": {"n_neighbors": [1, 3, 9]}, "protocol": search}
    machine(_linear)
    plan, store = _plan(tmp_path, case, dataset="digits-8x8")
    (search,) = plan.searches.values()
    whole = estimate_plan(plan, NoProgress())
    n = 1797 * 4 // 5
    # Nine fits on a third of the images, three on all of them, each with its process, and the last one.
    fits = 9 * _linear(n * 2 // 9) + 3 * _linear(n * 2 // 3)
    assert whole.cases[0].fit.value == pytest.approx(fits + _linear(n), rel=0.2)
    assert set(whole.seconds) == {*search.fits, search.trial.key}
    assert sum(whole.seconds.values()) == pytest.approx(whole.total.value)
    fits_of_search = FitStore(store.folder, search.trial.key)
    for fit in [*search.fits.values()][:4]:
        fits_of_search.write(measured_fit(fit, 0.5))
    plan, _ = _plan(tmp_path, case, dataset="digits-8x8")
    left = estimate_plan(plan, NoProgress())
    assert {*[*search.fits][4:9], search.trial.key} < set(left.seconds)
    assert len(left.seconds) == len(whole.seconds) - 4
    assert left.total.value < whole.total.value


def test_what_a_few_images_cannot_be_fitted_on(tmp_path):
    bad = {
        "name": "bad",
        "estimator": "sklearn.discriminant_analysis.LinearDiscriminantAnalysis",
        "params": {"shrinkage": "auto"},
    }
    greedy = {"name": "memory", "estimator": "svm", "memory_limit": "1kB"}
    plan, _ = _plan(tmp_path, bad, greedy, dataset="digits-8x8")
    found = {case.case: case for case in estimate_plan(plan, NoProgress()).cases}
    assert "out of memory" in found["memory"].problem
    assert "shrinkage not supported" in found["bad"].problem
    assert math.isnan(found["bad"].fit.value)
    assert not (tmp_path / "trials").exists()


def test_a_case_that_passes_its_limit_on_a_few_images_takes_its_limit(machine, monkeypatch, measured, tmp_path):
    def run(task, on_stage):
        ended = measured(task.trial, 9.0).model_copy(update={"status": "timeout", "measurements": None})
        return ended, None

    monkeypatch.setattr(probes, "run_attempts", run)
    plan, _ = _plan(tmp_path, {"name": "Tree", "estimator": "tree"}, dataset="digits-8x8", time_limit=9, repeats=3)
    estimate = estimate_plan(plan, NoProgress())
    assert estimate.total.value == 27
    assert estimate.cases[0].is_over == "time limit of 9 s"
    assert set(estimate.seconds.values()) == {9}
    assert "–" in _printed(estimate, plan)


def _failing_for(names, run):
    """Return `run`, failing for some cases."""

    def fail(task, on_stage):
        result, predictions = run(task, on_stage)
        if task.trial.case in names:
            result = result.model_copy(update={"status": "failed", "error": "no", "measurements": None})
        return result, predictions

    return fail


@pytest.mark.parametrize("failing", [{"SVM"}, {"SVM", "Tree"}])
def test_how_many_trials_have_no_estimate_is_said(failing, machine, monkeypatch, tmp_path):
    machine(_linear)
    monkeypatch.setattr(probes, "run_attempts", _failing_for(failing, probes.run_attempts))
    cases = [{"name": name, "estimator": "tree"} for name in ("SVM", "Tree")]
    plan, _ = _plan(tmp_path, *cases, dataset="digits-8x8", repeats=3)
    estimate = estimate_plan(plan, NoProgress())
    printed = _printed(estimate, plan)
    n_all = len(plan.to_run)
    n_unknown = sum(trial.case in failing for trial in plan.to_run)
    assert (estimate.n_trials, estimate.n_unknown) == (n_all, n_unknown)
    assert "SVM: no estimate: on 359 images: failed: no\n" in printed
    assert ("about" in printed) is (len(failing) == 1)
    if len(failing) == 1:
        assert f"\n{n_all - n_unknown} of {n_all} trials to run: about " in printed
        assert f"\nNo estimate for {n_unknown} trials, for the reasons above.\n" in printed
    else:
        assert printed.endswith(f"\nNo estimate for {n_all} trials to run, for the reasons above.\n")


def _estimate_by_command(folder):
    (folder / "own.toml").write_text(
        'title = "T"\ndataset = "digits-8x8"\n[[case]]\nname = "Tree"\nestimator = "tree"\n', encoding="utf-8"
    )
    return CliRunner().invoke(
        app, ["run", str(folder / "own.toml"), "--estimate", "--quiet", "--out", str(folder / "run")]
    )


def test_the_command_ends_with_3_if_a_case_has_no_estimate(machine, monkeypatch, tmp_path):
    machine(_linear)
    assert _estimate_by_command(tmp_path).exit_code == 0
    monkeypatch.setattr(probes, "run_attempts", _failing_for({"Tree"}, probes.run_attempts))
    assert _estimate_by_command(tmp_path).exit_code == 3


def test_what_is_in_the_way_of_the_estimates_file_is_said_before_a_fit(monkeypatch, tmp_path):
    monkeypatch.setattr(probes, "run_attempts", lambda *_: pytest.fail("fitted"))
    (tmp_path / "run" / "estimate.json").mkdir(parents=True)
    ended = _estimate_by_command(tmp_path)
    assert isinstance(ended.exception, StoreError)
    assert "estimate.json is a folder, but must be a file; move it away" in str(ended.exception)


def test_the_estimate_is_printed_before_it_is_written(machine, monkeypatch, tmp_path):
    def refuse(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    machine(_linear)
    monkeypatch.setattr(estimate_record, "write_whole", refuse)
    ended = _estimate_by_command(tmp_path)
    assert isinstance(ended.exception, OSError)
    assert "The only trial to run: about" in ended.output


def test_it_says_how_many_images_its_largest_fit_had(machine, tmp_path):
    machine(_linear)
    case = {"name": "Tree", "estimator": "tree"}
    for settings_, largest in (({"dataset": "digits-8x8"}, "1,437"), ({"samples": 2500}, "2,500"), ({}, "4,000")):
        plan, _ = _plan(tmp_path, case, **settings_)
        assert f"Based on fits on up to {largest} images," in _printed(estimate_plan(plan, NoProgress()), plan)


def test_of_a_finished_run_nothing_is_to_run(tmp_path):
    plan, _ = _plan(tmp_path, {"name": "Tree", "estimator": "tree"}, dataset="digits-8x8", repeats=3)
    printed = _printed(Estimate((), {}), replace(plan, to_run=()))
    assert printed == "Nothing to run: all 3 trials are stored; to estimate them anyway: --rerun all\n"
    one = replace(plan, trials=plan.trials[:1], to_run=(), conditional=plan.trials[:1])
    assert _printed(Estimate((), {}), one) == (
        "Nothing to run: the only trial is stored; to estimate it anyway: --rerun all\n"
        "Not included: 1 conditional trial, which runs only if the first seeds differ much.\n"
    )


def _printed(estimate, plan):
    console = Console(file=io.StringIO(), width=120)
    print_estimate(estimate, plan, console)
    return console.file.getvalue()


def test_an_estimate_that_cannot_be_read_is_none(tmp_path):
    assert read_expected(tmp_path) == {}
    for content in (b"{", b"[]", b'{"seconds": {"a": "long"}}', b"{}", b"[" * 10**5):
        (tmp_path / "estimate.json").write_bytes(content)
        assert read_expected(tmp_path) == {}


def test_its_errors_are_the_librarys():
    from hdr_bench.exceptions import EstimateError

    assert issubclass(EstimateError, HdrBenchError)
