"""Parameters' values are checked when a run is planned: nothing is fitted, and the case and the parameter are named."""

import re
import sys

import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from hdr_bench import Case, Suite, run_suite
from hdr_bench.exceptions import HdrBenchError, SuiteError
from hdr_bench.experiments.plan import make_plan
from hdr_bench.experiments.run_record import Settings
from hdr_bench.experiments.runner import expand
from hdr_bench.experiments.store import Store
from hdr_bench.experiments.suite_file import parse_suite

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
        ({"estimator": "cnn", "params": {"layers": "8C3-MP2-8C3-MP9"}}, "MP9: a window of 9x9 does not fit the 1x1"),
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
            "8C7: a window of 7x7 does not fit the 4x4 image",
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
            {"estimator": "svm", "steps": [{"name": "scale"}], "grid": {"svmclassifier__C": [1, "2"]}},
            "grid, svmclassifier__C: C must be a number above 0, got '2'",
        ),
    ],
)
def test_every_value_of_a_grid_is_checked(case, told):
    with pytest.raises(SuiteError, match=f"case 'A': {told}"):
        _plan({"kind": "grid-search", "folds": 3}, **case)


def test_values_that_are_possible_are_planned():
    assert len(_plan(estimator="svm", params={"C": float("inf"), "gamma": "scale", "engine": "libsvm"})) == 1
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
    plan = make_plan(suite, Settings(), Store(tmp_path / "run"), "B", "missing")
    assert [trial.case for trial in plan.to_run] == ["B"], "what is not asked for does not stop what is"


def test_what_is_not_installed_is_said(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "faiss", None)
    with pytest.raises(HdrBenchError, match="engine 'faiss' needs the module faiss"):
        _plan(estimator="knn", params={"engine": "faiss"})
