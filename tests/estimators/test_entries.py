"""The tables of estimators and transformers: what an entry says is found wherever it is read."""

import inspect
import os
import subprocess
import sys

import pytest

import hdr_bench.estimators
from hdr_bench.estimators import ESTIMATORS, TRANSFORMERS, Entry, estimator_class, list_estimators

NEW_METHOD = '''
import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin


class NearestMean(ClassifierMixin, BaseEstimator):
    """The class whose mean image is nearest."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        self.means_ = np.stack([X[y == label].mean(axis=0) for label in self.classes_])
        return self

    def predict(self, X):
        return self.classes_[((X[:, None] - self.means_) ** 2).sum(axis=2).argmin(axis=1)]
'''

# Python runs it in every process that finds it on its path, those of the trials too.
REGISTRATION = """
from hdr_bench.estimators import ESTIMATORS, Entry

path, description = "nearest_mean.NearestMean", "The class whose mean image is nearest."
ESTIMATORS["nearest-mean"] = Entry(path, description, cites=("hastie2009",))
"""

SUITE = """
title = "A new method"
dataset = "digits-8x8"

[protocol]
kind = "holdout"

[[case]]
name = "Mean"
estimator = "nearest-mean"
"""


@pytest.fixture
def with_new_method(tmp_path):
    # Not the working folder, which is not on the path of the processes that run trials when these start.
    installed, working = tmp_path / "installed", tmp_path / "working"
    installed.mkdir()
    working.mkdir()
    (installed / "nearest_mean.py").write_text(NEW_METHOD)
    (installed / "sitecustomize.py").write_text(REGISTRATION)
    (working / "own.toml").write_text(SUITE)

    def run(*arguments):
        command = [sys.executable, "-m", "hdr_bench", *arguments]
        environment = {**os.environ, "PYTHONPATH": str(installed)}
        ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=working, env=environment)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    return run


def test_a_new_entry_is_listed_cited_run_and_reported(with_new_method, tmp_path):
    assert "nearest-mean" in with_new_method("list", "estimators")
    assert "@book{hastie2009" in with_new_method("cite", "own.toml")
    assert "Mean" in with_new_method("run", "own.toml", "--out", "out", "--quiet")
    report = tmp_path / "working" / "out"
    for name in ("report.md", "report.html"):
        text = (report / name).read_text()
        assert "nearest-mean" in text
        assert "hastie2009" in text or "Elements of Statistical" in text


def test_a_new_entry_is_found_in_this_process(monkeypatch):
    monkeypatch.setitem(ESTIMATORS, "dummy", Entry("sklearn.dummy.DummyClassifier", "The most frequent class."))
    assert list_estimators()["dummy"] == "The most frequent class."
    assert estimator_class("dummy").__name__ == "DummyClassifier"


@pytest.mark.parametrize("entry", [*ESTIMATORS.values(), *TRANSFORMERS.values()], ids=lambda entry: entry.class_name)
def test_each_entry_describes_its_class_as_the_docstring_begins(entry):
    cls = getattr(hdr_bench.estimators, entry.class_name)
    assert f"{cls.__module__}.{cls.__name__}" == entry.path
    assert inspect.getdoc(cls).partition("\n")[0] == entry.description


def test_type_checkers_see_every_class():
    source = inspect.getsource(hdr_bench.estimators)
    classes = {entry.class_name: entry.module for entry in (*ESTIMATORS.values(), *TRANSFORMERS.values())}
    for name, module in classes.items():
        assert f"    from {module} import {name} as {name}\n" in source
    assert set(classes) <= set(hdr_bench.estimators.__all__) <= set(dir(hdr_bench.estimators))


def _loaded(statement, *modules):
    """Return which of the modules a statement loads in a new process."""
    script = f"import sys\n{statement}\nprint([name for name in {modules!r} if name in sys.modules])"
    command = [sys.executable, "-c", script]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_the_tables_hosts_and_networks_that_are_only_planned_load_no_torch():
    # What starts the processes of trials loads nothing of what they fit with, either.
    planned = (
        "import hdr_bench.estimators, hdr_bench.experiments.processes.host_server\n"
        "assert not {'sklearn', 'scipy', 'pandas', 'torch', 'skorch'} & set(sys.modules)\n"
        "from hdr_bench.estimators import CNNClassifier\n"
        "from hdr_bench.estimators.parameter_checks import check_parameters\n"
        "check_parameters(CNNClassifier('8C5-MP2-32N', max_epochs=3, augmentation={'rotation': 5}))"
    )
    assert _loaded(planned, "torch", "skorch") == "[]"


def test_a_fork_server_loads_no_torch_before_a_network_comes():
    # Nor does what it imports for each trial's process: how trials are measured.
    preload, measure = "hdr_bench.experiments.processes.preload", "hdr_bench.experiments.measuring.measure"
    ours = [entry.module for entry in ESTIMATORS.values()]
    classical = [entry.module for entry in ESTIMATORS.values() if not entry.needs_torch]
    assert _loaded(f"import {preload}", "torch", "skorch", measure, *ours) == str([measure, *classical])
