"""Parameters' values are checked when a run is planned: nothing is fitted, and the case and the parameter are named."""

import re
import sys

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from hdr_bench import Case, Suite, run_suite
from hdr_bench.exceptions import HdrBenchError, SuiteError
from hdr_bench.experiments.planning.protocols import expand
from hdr_bench.experiments.planning.schedule import make_schedule
from hdr_bench.records.options import RunOptions, Settings
from hdr_bench.records.store import Store
from tests.helpers.suites import parse_suite

SVC_PATH = "sklearn.svm.SVC"
OVR = "sklearn.multiclass.OneVsRestClassifier"


def _plan(protocol=None, samples=None, **case):
    content = {"title": "T", "dataset": "digits-8x8", "case": [{"name": "A", **case}], "protocol": protocol or {}}
    return expand(parse_suite(content, "own", "own.toml"), Settings(samples=samples))


def _escaped(told):
    """Return a pattern in which only ``.*`` is more than its own letters."""
    return ".*".join(map(re.escape, told.split(".*")))


@pytest.mark.parametrize(
    ("case", "told"),
    [
        (
            {"estimator": "svm", "params": {"kernel": "rbff"}},
            "unknown kernel 'rbff'. Did you mean 'rbf'? Choose from: l",
        ),
        ({"estimator": "svm", "params": {"C": "much"}}, "C must be a number above 0, got 'much'"),
        ({"estimator": "svm", "params": {"C": -1}}, "C must be a number above 0, got -1"),
        ({"estimator": "svm", "params": {"C": float("nan")}}, "C must be a number above 0, got nan"),
        ({"estimator": "knn", "params": {"n_neighbors": 0}}, "n_neighbors must be an integer of at least 1, got 0"),
        (
            {"estimator": "knn", "params": {"n_neighbors": True}},
            "n_neighbors must be an integer of at least 1, got True",
        ),
        ({"estimator": "knn", "params": {"n_neighbors": 5000}}, "n_neighbors must be at most n_samples=1437, got 5000"),
        ({"estimator": "tree", "params": {"criterion": "gin"}}, "unknown criterion 'gin'. Did you mean 'gini'?"),
        ({"estimator": "radial-basis", "params": {"n_units": 5}}, "n_units must be at least 10, one for each class"),
        ({"estimator": "mlp", "params": {"optimizer": "Adm"}}, "unknown optimizer of torch.optim 'Adm'. Did you mean"),
        ({"estimator": "mlp", "params": {"lr": "fast"}}, "lr must be a finite number above 0, got 'fast'"),
        (
            {"estimator": "mlp", "params": {"max_epochs": 10**9}},
            "max_epochs must be an integer between 1 and 1,000,000",
        ),
        ({"estimator": "mlp", "params": {"weight_init": "xavier"}}, "unknown weight_init 'xavier'. Did you mean"),
        (
            {"estimator": "cnn", "params": {"layers": "8C3-MP2-8C3-MP9"}},
            "MP9: a window of 9x9 does not fit the layer's input of 1x1",
        ),
        (
            {"estimator": "cnn", "params": {"layers": "8C3", "image_shape": [7, 8]}},
            "image_shape=[7, 8] makes 56 pixels",
        ),
        (
            {
                "estimator": "cnn",
                "params": {"layers": "8C7"},
                "steps": [{"name": "resize", "params": {"size": [4, 4]}}],
            },
            "8C7: a window of 7x7 does not fit the layer's input of 4x4",
        ),
        (
            {"estimator": "knn", "steps": [{"name": "blur"}, {"name": "deskew", "params": {"image_shape": [9, 9]}}]},
            "step 2 ('deskew'): image_shape=[9, 9] makes 81 pixels, but X has 64 features",
        ),
        (
            {"estimator": "knn", "steps": [{"name": "blur", "params": {"sigma": "wide"}}]},
            "step 1 ('blur'): sigma must be a finite number of at least 0, got 'wide'",
        ),
        ({"estimator": SVC_PATH, "params": {"kernel": "rbff"}}, "kernel must be .*, got 'rbff'. Did you mean 'rbf'?"),
        ({"estimator": SVC_PATH, "params": {"C": "1"}}, "C must be a number above 0, got '1'"),
        ({"estimator": SVC_PATH, "params": {"C": True}}, "C must be a number above 0, got True"),
        ({"estimator": "mlp", "params": {"callbacks": "x"}}, "callbacks must be an array-like or None, got 'x'"),
        (
            {"estimator": "mlp", "params": {"callbacks": ["x"]}},
            "callbacks must be a list of skorch callbacks, got 'x'",
        ),
        (
            {"estimator": "mlp", "params": {"class_weight": {"zero": 1}}},
            "class_weight: the keys must be classes, numbers",
        ),
        (
            {"estimator": SVC_PATH, "params": {"class_weight": {"0": 1}}},
            "class_weight: .* from 0 to 9, got '0'; keys of a TOML table are strings",
        ),
        (
            {"estimator": "mlp", "params": {"schedule": "step", "schedule_params": {"step_size": 0}}},
            "schedule_params: step_size must be an integer of at least 1, got 0",
        ),
        (
            {"estimator": "mlp", "params": {"schedule": "one-cycle", "schedule_params": {"anneal_strategy": 5}}},
            "schedule_params: anneal_strategy must be 'cos' or 'linear', got 5",
        ),
        (
            {"estimator": "mlp", "params": {"schedule": "one-cycle", "schedule_params": {"pct_start": 7}}},
            "schedule_params: pct_start must be a number between 0 and 1, got 7",
        ),
        (
            {"estimator": "mlp", "params": {"schedule": "one-cycle", "schedule_params": {"max_lr": [0.1, 0.2]}}},
            "schedule_params of 'one-cycle': ValueError: max_lr must have the same length",
        ),
        (
            {
                "estimator": "mlp",
                "params": {"schedule": "one-cycle", "schedule_params": {"total_steps": 5}, "max_epochs": 2},
            },
            "schedule_params: total_steps must be at least 46, one for each batch of 2 epochs, got 5",
        ),
        (
            {
                "estimator": "mlp",
                "params": {"schedule": "one-cycle", "schedule_params": {"epochs": 2, "steps_per_epoch": 23}},
            },
            "schedule_params: epochs must be left out, since total_steps sets the length of the cycle, got 2; set",
        ),
        (
            {"estimator": "mlp", "params": {"schedule": "one-cycle", "schedule_params": {"step_per_epoch": 23}}},
            "unknown schedule_params of 'one-cycle' 'step_per_epoch'. .*Choose from: max_lr, total_steps, pct_start",
        ),
        (
            {"estimator": "mlp", "params": {"optimizer": "SGD", "optimizer_params": {"momentum": [1, 2]}}},
            "optimizer_params of SGD: momentum must be one number, true or false, got [1, 2]",
        ),
        (
            {"estimator": "mlp", "params": {"optimizer_params": {"betas": 0.9}}},
            "optimizer_params of Adam: betas must be a list of 2 numbers, got 0.9",
        ),
        (
            {"estimator": "polynomial", "params": {"degree": 4, "n_components": 64}},
            "degree=4 with n_components=64 makes 814,384 products, which would take 5 TB of memory; at most 1 TB is",
        ),
        (
            {"estimator": "mlp", "params": {"layers": "99999999N-99999999N"}},
            "a network of layers='99999999N-99999999N' would take 40,000 TB of memory; at most 1 TB is allowed; use",
        ),
        (
            {"estimator": "cnn", "params": {"layers": "R100000-8C3"}},
            "a network of layers='R100000-8C3' would",
        ),
        (
            {"estimator": "knn", "steps": [{"name": "resize", "params": {"size": [100_000, 100_000]}}]},
            "step 1 ('resize'): 1,437 images of 10,000,000,000 values each would take 57 TB of memory",
        ),
        (
            {"estimator": "sklearn.neighbors.KNeighborsClassifier", "params": {"n_neighbors": 5000}},
            "n_neighbors must be at most 1,437, the number of training images, got 5000",
        ),
        (
            {"estimator": "knn", "steps": [{"name": "sklearn.decomposition.PCA", "params": {"n_components": 65}}]},
            "step 1 ('sklearn.decomposition.PCA'): n_components must be at most 64, the smaller of",
        ),
        (
            {"estimator": OVR, "params": {"estimator": {"estimator": SVC_PATH, "params": {"C": -1}}}},
            "estimator__C must be a number above 0, got -1",
        ),
    ],
)
def test_wrong_values_are_refused_when_a_run_is_planned(case, told):
    with pytest.raises(SuiteError, match=f"suite 'own', case 'A': {_escaped(told)}"):
        _plan(**case)


@pytest.mark.parametrize(
    ("case", "told"),
    [
        ({"estimator": SVC_PATH, "grid": {"C": [1, -1]}}, "grid, C: C must be a number above 0, got -1"),
        ({"estimator": "knn", "grid": {"n_neighbors": [1, 5000]}}, "grid, n_neighbors: n_neighbors must be at most"),
        ({"estimator": "cnn", "grid": {"layers": ["8C3", "8C9"]}}, "grid, layers: 8C9: a window of 9x9 does not fit"),
        (
            {"estimator": OVR, "params": {"estimator": {"estimator": "svm"}}, "grid": {"estimator__kernel": ["rb"]}},
            "grid, estimator__kernel: unknown kernel 'rb'. Did you mean 'rbf'?",
        ),
        (
            {"estimator": "mlp", "params": {"schedule": "step"}, "grid": {"schedule_params": [{"step_size": 0}]}},
            "grid, schedule_params: schedule_params: step_size must be an integer of at least 1, got 0",
        ),
        (
            {"estimator": "mlp", "grid": {"class_weight": [{"a": 1}]}},
            "grid, class_weight: class_weight: the keys must be",
        ),
        (
            {"estimator": "mlp", "grid": {"callbacks": [["x"]]}},
            "grid, callbacks: callbacks must be a list of skorch callbacks",
        ),
        (
            {"estimator": "polynomial", "grid": {"degree": [2, 90]}},
            "grid, degree: degree=90 with n_components=80 makes",
        ),
        (
            {
                "estimator": "knn",
                "steps": [{"name": "sklearn.decomposition.PCA"}],
                "grid": {"pca__n_components": [9, 90]},
            },
            "grid, pca__n_components: n_components must be at most 64",
        ),
        (
            {"estimator": "svm", "steps": [{"name": "scale"}], "grid": {"svmclassifier__C": [1, "2"]}},
            "grid, svmclassifier__C: C must be a number above 0, got '2'",
        ),
        ({"estimator": SVC_PATH, "grid": [{"C": [1]}, {"C": [-1]}]}, "grid 2, C: C must be a number above 0, got -1"),
        (
            {
                "estimator": "mlp",
                "grid": [
                    {"optimizer": ["SGD"], "optimizer_params": [{"momentum": 0.9}]},
                    {"optimizer": ["Adam"], "optimizer_params": [{"momentum": 0.9}]},
                ],
            },
            "grid 2, optimizer_params: unknown optimizer_params of Adam 'momentum'",
        ),
    ],
)
def test_every_value_of_a_grid_is_checked(case, told):
    with pytest.raises(SuiteError, match=f"case 'A': {told}"):
        _plan({"kind": "grid-search", "folds": 3}, **case)


def test_each_grid_of_a_list_is_checked_by_its_number():
    grid = [{"optimizr": ["SGD"]}, {"lr": [0.1]}, {"momentum": [0.9]}]
    with pytest.raises(SuiteError) as caught:
        _plan({"kind": "grid-search"}, estimator="mlp", grid=grid)
    first, second = str(caught.value).splitlines()[1:]
    assert first.startswith("  - case 1 ('A'), grid 1: unknown parameter of MLPClassifier 'optimizr'. Did you mean 'op")
    assert second.startswith("  - case 1 ('A'), grid 3: unknown parameter of MLPClassifier 'momentum'.")


def test_the_candidates_of_all_grids_count():
    grid = [{name: list(range(1, 301)) for name in names} for names in (("C", "gamma"), ("C", "coef0"))]
    with pytest.raises(SuiteError, match="a grid must have at most 100,000 candidates, got 180,000; give fewer"):
        _plan({"kind": "grid-search"}, estimator="svm", grid=grid)


def test_values_that_are_possible_are_planned():
    assert len(_plan(estimator="svm", params={"C": float("inf"), "gamma": "scale", "engine": "libsvm"})) == 1
    assert len(_plan(estimator="mlp", params={"optimizer_params": {"betas": [0.9, 0.99]}, "callbacks": []})) == 1
    cycle = {"schedule": "one-cycle", "schedule_params": {"total_steps": 46, "pct_start": 1.0}, "max_epochs": 2}
    assert len(_plan(estimator="mlp", params=cycle)) == 1
    # Which values are tried together, the search decides.
    grids = ({"degree": [1, 9], "n_components": [4]}, {"degree": [3]})
    assert [len(_plan({"kind": "grid-search"}, estimator="polynomial", grid=grid)) for grid in grids] == [1, 1]
    several = [{"degree": [1, 2], "n_components": [4]}, {"degree": [3]}]
    assert len(_plan({"kind": "grid-search"}, estimator="polynomial", grid=several)) == 1
    grid = {"layers": ["8C3-MP2-8N", "16C5p2"], "lr": [0.1, 0.01]}
    assert len(_plan({"kind": "grid-search"}, estimator="cnn", grid=grid)) == 1
    steps = [{"name": "sklearn.decomposition.PCA", "params": {"n_components": 9}}, {"name": "deskew"}]
    assert len(_plan(estimator="knn", steps=steps)) == 1, "what comes out of another library's step is not known"


def test_fewer_images_than_neighbors_are_noticed_wherever_they_come_from():
    knn = {"estimator": "knn", "params": {"n_neighbors": 60}}
    assert _plan(**knn)
    with pytest.raises(SuiteError, match="n_neighbors must be at most n_samples=50, got 60"):
        _plan(samples=50, **knn)
    with pytest.raises(SuiteError, match="n_neighbors must be at most n_samples=40, got 60"):
        _plan({"kind": "learning-curve", "sizes": [40, 400]}, **knn)
    with pytest.raises(SuiteError, match="n_neighbors must be at most n_samples=50, got 60"):
        _plan({"kind": "cross-validation", "folds": 2}, samples=100, **knn)


class Widened(SVC):
    """A class of one's own that means something else by a parameter."""

    def fit(self, X, y):
        return SVC(kernel="linear").fit(X, y)


def test_estimators_made_in_code_are_checked_and_classes_of_ones_own_are_not():
    def plan(estimator):
        case = Case(name="A", estimator=estimator, key="mine")
        return expand(Suite(name="own", title="T", dataset="digits-8x8", cases=[case]), Settings())

    with pytest.raises(SuiteError, match="case 'A': n_estimators must be an integer of at least 1, got 0"):
        plan(RandomForestClassifier(0))
    with pytest.raises(SuiteError, match="case 'A': kneighborsclassifier__weights must be .*, got 'far'"):
        plan(make_pipeline(StandardScaler(), KNeighborsClassifier(weights="far")))
    assert plan(Widened(kernel="mine"))
    # One that is no class is taken if there is a weight for each class, as scikit-learn does.
    assert plan(SVC(class_weight={**dict.fromkeys(range(10), 1.0), "none": 1.0}))
    assert plan(SVC(class_weight={np.int64(3): 2.0}))


def test_all_cases_with_faults_are_named_and_nothing_is_run(tmp_path):
    cases = [Case(name=name, estimator="svm", params={"C": value}) for name, value in (("A", -1), ("B", 1), ("C", 0))]
    suite = Suite(name="own", title="T", dataset="digits-8x8", cases=cases)
    with pytest.raises(SuiteError) as caught:
        run_suite(suite, out=tmp_path / "run")
    assert str(caught.value) == (
        "suite 'own' cannot be run:\n"
        "  - case 'A': C must be a number above 0, got -1\n"
        "  - case 'C': C must be a number above 0, got 0"
    )
    assert not (tmp_path / "run").exists()
    plan = make_schedule(suite, RunOptions(only="B"), Store(tmp_path / "run"))
    assert [trial.case for trial in plan.to_run] == ["B"], "what is not asked for does not stop what is"


def test_what_is_not_installed_is_said(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "faiss", None)
    with pytest.raises(HdrBenchError, match="engine 'faiss' needs the module faiss"):
        _plan(estimator="knn", params={"engine": "faiss"})


PIPELINE, CALIBRATED = "sklearn.pipeline.Pipeline", "sklearn.calibration.CalibratedClassifierCV"


@pytest.mark.parametrize(
    ("case", "told"),
    [
        (
            {"estimator": "knn", "steps": [{"name": SVC_PATH}]},
            f"steps: {SVC_PATH} is not a transformer, as it has no tran",
        ),
        (
            {"estimator": CALIBRATED, "params": {"estimator": "svm"}},
            "estimator of CalibratedClassifierCV must be an esti",
        ),
        (
            {"estimator": "sklearn.model_selection.GridSearchCV", "params": {"estimator": "svm", "param_grid": {}}},
            "estimator of GridSearchCV must be an estimator, got 'svm'; in a suite file, write e.g. estimator = {",
        ),
        (
            {"estimator": CALIBRATED, "params": {"estimator": {"estimator": "svm", "par": {}}}},
            "unknown key of estimator of CalibratedClassifierCV, the description of an estimator, 'par'. Did you mean",
        ),
        (
            {"estimator": CALIBRATED, "params": {"estimator": {"estimator": "svm", "params": 5}}},
            "estimator of CalibratedClassifierCV: params must be a table, got 5",
        ),
        (
            {"estimator": CALIBRATED, "params": {"estimator": {"estimator": ["svm"]}}},
            "estimator of CalibratedClassifierCV must be an estimator, got {'estimator': ['svm']}",
        ),
        (
            {"estimator": PIPELINE, "params": {"steps": []}},
            "steps of Pipeline must be a list of at least one pair of a name and an estimator",
        ),
        (
            {"estimator": PIPELINE, "params": {"steps": 5}},
            "steps of Pipeline must be a list of at least one pair of a name and an estimator",
        ),
        (
            {"estimator": PIPELINE, "params": {"steps": ["a"]}},
            "steps of Pipeline must be a list of at least one pair of a name and an estimator",
        ),
        (
            {"estimator": "sklearn.ensemble.VotingClassifier", "params": {"estimators": [["a", "svm"]]}},
            "estimators of VotingClassifier must be a list of at least one pair of a name and an estimator, got",
        ),
        ({"estimator": "os.abort"}, "unknown estimator (not a class) 'os.abort'. Choose from: svm"),
    ],
)
def test_what_no_estimator_can_be_made_of_is_named(case, told):
    with pytest.raises(SuiteError, match=_escaped(f"case 1 ('A').*{told}")):
        _plan(**case)
