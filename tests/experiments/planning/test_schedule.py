"""Plans of many trials: linear in their number, and refused at once beyond a limit."""

import gc
import importlib
import inspect
import sys
import time

import pytest

from hdr_bench import Case, Suite
from hdr_bench.exceptions import EstimatorError, SuiteError
from hdr_bench.experiments.planning.protocols import expand
from hdr_bench.experiments.planning.schedule import make_schedule
from hdr_bench.records.options import RunOptions, Settings
from hdr_bench.records.protocol import DatasetChoice
from hdr_bench.records.store import Store
from tests.helpers.suites import parse_suite


def _plan(tmp_path, n_cases, protocol=None, seed=0, **case):
    cases = [{"name": f"k-NN {number}", "estimator": "knn", **case} for number in range(n_cases)]
    content = {"title": "T", "dataset": "digits-8x8", "protocol": protocol or {}, "case": cases}
    suite = parse_suite(content, "own", "own.toml")
    return make_schedule(suite, RunOptions(seed=seed), Store(tmp_path / "run"))


def _seconds(tmp_path, n_cases):
    """Return the processor's seconds of this process: what others do meanwhile does not count."""
    gc.collect()
    begin = time.process_time()
    assert len(_plan(tmp_path, n_cases).trials) == n_cases
    return time.process_time() - begin


def test_planning_is_linear_in_the_number_of_cases(tmp_path):
    _plan(tmp_path, 10)
    # Sixteen times as many; quadratic work, e.g. a comparison of each name with all, would make it 256 times as much.
    pairs = [(_seconds(tmp_path, 960), _seconds(tmp_path, 60)) for _ in range(3)]
    assert min(many for many, _ in pairs) < 64 * min(few for _, few in pairs)


def test_what_cases_have_in_common_is_looked_up_once(tmp_path, monkeypatch):
    from hdr_bench.experiments.planning import protocols

    loads, versions = [], []
    load, look_up = protocols.load_choice, protocols.versions_of
    monkeypatch.setattr(protocols, "load_choice", lambda choice: loads.append(choice) or load(choice))
    monkeypatch.setattr(protocols, "versions_of", lambda packages: versions.append(packages) or look_up(packages))
    assert len(_plan(tmp_path, 50).trials) == 50
    assert (len(loads), len(versions)) == (1, 1)


@pytest.mark.parametrize(
    "case",
    [
        {"estimator": "sklearn.svm.SVC"},
        {"estimator": "knn", "steps": [{"name": "deskew"}, {"name": "blur"}]},
        {
            "estimator": "sklearn.multiclass.OneVsOneClassifier",
            "params": {"estimator": {"estimator": "sklearn.svm.SVC"}},
        },
    ],
    ids=["SVC", "steps", "an estimator in another"],
)
def test_a_class_is_looked_at_once_however_many_cases_there_are(tmp_path, monkeypatch, case):
    calls = []
    look = inspect.signature
    monkeypatch.setattr("inspect.signature", lambda *given, **options: calls.append(given) or look(*given, **options))
    monkeypatch.setattr("hdr_bench.estimators.parameter_checks.signature", inspect.signature)
    counts = []
    for n_cases in (1, 5, 10):
        calls.clear()
        _plan(tmp_path, n_cases, **case)
        counts.append(len(calls))
    assert counts[1] == counts[2], calls


@pytest.fixture
def own_module(tmp_path, monkeypatch):
    """A function that writes a module, which notes each of its imports; and the file of these notes."""
    notes = tmp_path / "notes"
    monkeypatch.syspath_prepend(str(tmp_path))
    sys.modules.pop("module_of_plans", None)

    def write(source):
        notes.write_text("")
        note = f"from pathlib import Path\nwith Path({str(notes)!r}).open('a') as file: file.write('imported ')\n"
        (tmp_path / "module_of_plans.py").write_text(f"{note}{source}\n")
        importlib.invalidate_caches()

    yield write, notes
    sys.modules.pop("module_of_plans", None)


UNHASHABLE = """
import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.neighbors import KNeighborsClassifier

def unhashable(kind):
    return type("Unhashable", (kind,), {"__hash__": None, "__eq__": lambda cls, other: cls is other})

class Mine(ClassifierMixin, BaseEstimator, metaclass=unhashable(type)):
    def __init__(self, first=0):
        self.first = first
    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self
    def predict(self, X):
        return np.full(len(X), self.classes_[self.first])

class Neighbors(KNeighborsClassifier, metaclass=unhashable(type(KNeighborsClassifier))):
    pass
"""


def test_classes_need_not_be_hashable(tmp_path, own_module):
    """A metaclass that says which classes are equal, and no hash, makes them so."""
    write, _ = own_module
    write(UNHASHABLE)
    mine, neighbors = ({"estimator": f"module_of_plans.{name}"} for name in ("Mine", "Neighbors"))
    bagging = {"estimator": "sklearn.ensemble.BaggingClassifier", "params": {"estimator": mine}}
    search = {"protocol": {"kind": "grid-search"}}
    plans = [
        _plan(tmp_path, 1, **mine, params={"first": 1}),
        _plan(tmp_path, 1, **neighbors, steps=[{"name": "deskew"}]),
        _plan(tmp_path, 1, **bagging),
        _plan(tmp_path, 1, **search, **mine, grid={"first": [0, 1]}),
        _plan(tmp_path, 1, **search, **neighbors, steps=[{"name": "blur"}], grid={"n_neighbors": [1, 3]}),
    ]
    codes = [trial.code for plan in plans for trial in plan.trials[:1]]
    assert len(codes) == 5
    assert len({*codes}) == 1, "all come from this module, and from no other of the user's"
    assert all(codes)


def test_what_cannot_be_pickled_is_refused_when_it_is_planned(own_module):
    write, _ = own_module
    write(UNHASHABLE)
    case = Case(name="a", estimator=importlib.import_module("module_of_plans").Mine())
    suite = Suite(name="own", title="T", dataset=DatasetChoice(name="digits-8x8"), cases=(case,))
    with pytest.raises(
        EstimatorError, match="case 'a': Mine cannot be pickled, .*: unhashable type: 'Unhashable'; give"
    ):
        expand(suite, Settings())


ON_LINUX = sys.platform.startswith("linux")


@pytest.mark.parametrize(
    ("source", "told", "n_imports"),
    [
        # On trial, and here.
        ("raise ValueError('no')", "line 3: the module 'module_of_plans' cannot be imported: ValueError: no", 2),
        ("raise SystemExit", "line 3: the module 'module_of_plans' ends the program when it is imported", 2),
        ("import module_of_plans.missing", "line 3: the module 'module_of_plans' cannot be imported: Module", 2),
        pytest.param(
            "import os; os.abort()",
            r"the module 'module_of_plans' crashes the process that imports it \(signal SIGABRT\)",
            1,
            marks=pytest.mark.skipif(not ON_LINUX, reason="modules are tried on Linux"),
        ),
    ],
)
def test_a_module_that_fails_is_imported_once_for_all_cases_of_a_plan(tmp_path, own_module, source, told, n_imports):
    write, notes = own_module
    write(source)
    for _ in range(2):
        with pytest.raises(SuiteError, match=told) as refused:
            _plan(tmp_path, 5, estimator="module_of_plans.Mine")
        assert str(refused.value).count("the module 'module_of_plans'") == 5
    # Once in each of the two plans: it may have been corrected meanwhile.
    assert len(notes.read_text().split()) == 2 * (n_imports if ON_LINUX else 1)
    write("from sklearn.dummy import DummyClassifier as Mine  # corrected")
    assert len(_plan(tmp_path, 5, estimator="module_of_plans.Mine").trials) == 5


@pytest.mark.parametrize(
    ("protocol", "case", "told"),
    [
        (
            {"kind": "grid-search"},
            {
                "estimator": "sklearn.svm.SVC",
                "grid": {name: list(range(1, 1001)) for name in ("C", "gamma", "tol", "coef0")},
            },
            "a grid must have at most 100,000 candidates, got 1,000,000,000,000; give fewer values",
        ),
        (
            {"kind": "cross-validation", "repeats": 10_000, "folds": 120},
            {},
            "a run must have at most 1,000,000 trials, got 1,200,000 up to case 'k-NN 0'",
        ),
        (
            {"kind": "learning-curve", "repeats": 10_000, "sizes": list(range(100, 300))},
            {},
            "a run must have at most 1,000,000 trials, got 2,000,000",
        ),
    ],
)
def test_what_is_beyond_the_limits_is_refused_before_it_is_expanded(tmp_path, protocol, case, told):
    with pytest.raises(SuiteError, match=told):
        _plan(tmp_path, 1, protocol, **case)


@pytest.mark.parametrize(
    ("protocol", "told"),
    [
        ({"repeats": 10**6}, "protocol, repeats: must be at most 10,000, got 1000000"),
        ({"kind": "cross-validation", "folds": 10**6}, "protocol, folds: must be at most 1,000, got 1000000"),
        ({"kind": "learning-curve", "sizes": list(range(2, 2002))}, "sizes: must have at most 1,000 values, got 2,000"),
    ],
)
def test_numbers_beyond_the_limits_are_refused(tmp_path, protocol, told):
    with pytest.raises(SuiteError, match=told):
        _plan(tmp_path, 1, protocol)


def test_the_last_seed_must_be_one_too(tmp_path):
    tree = {"estimator": "tree"}
    with pytest.raises(
        SuiteError, match=r"its last seed must be at most 4,294,967,295, got 4,294,967,296; start with a lower seed"
    ):
        _plan(tmp_path, 1, {"repeats": 2}, 2**32 - 1, **tree)
    assert len(_plan(tmp_path, 1, {"repeats": 2}, 2**32 - 2, **tree).trials) == 2
