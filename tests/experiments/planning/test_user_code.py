"""A suite's own modules and data: looked up beside its file first, and run by `run` alone, which says so."""

import importlib
import sys
from typing import get_args, get_origin

import numpy as np
import pytest
from typer.testing import CliRunner

from hdr_bench import load_dataset, load_results, load_suite, make_estimator, run_suite
from hdr_bench.cli import app
from hdr_bench.exceptions import DatasetNotFoundError, EstimatorError, HdrBenchError, SuiteError
from hdr_bench.experiments.planning.schedule import make_schedule
from hdr_bench.experiments.planning.user_code import describe_user_code, dotted_paths
from hdr_bench.records.faults import models_in
from hdr_bench.records.options import RunOptions
from hdr_bench.records.store import Store
from hdr_bench.records.suite import Suite
from tests.helpers.suites import parse_suite

METHOD = """
from pathlib import Path
from sklearn.dummy import DummyClassifier

Path(__file__).with_suffix(".ran").touch()

class Mine(DummyClassifier):
    pass
"""
TOML = """
title = "T"
dataset = "npz:digits.npz"
[[case]]
name = "mine"
estimator = "{module}.Mine"
"""


@pytest.fixture
def suites(tmp_path, monkeypatch):
    """A folder of suites, with data and a module beside them, seen from another folder."""
    before = set(sys.modules)
    folder, work = tmp_path / "suites", tmp_path / "work"
    folder.mkdir()
    work.mkdir()
    digits = load_dataset("digits-8x8")
    np.savez(folder / "digits.npz", x=digits.test.images[:200], y=digits.test.labels[:200])
    (folder / "method_beside.py").write_text(METHOD)
    (folder / "own.toml").write_text(TOML.format(module="method_beside"))
    monkeypatch.chdir(work)
    monkeypatch.setenv("HDR_BENCH_DATA", str(tmp_path / "home"))
    yield folder
    for name in set(sys.modules) - before:
        if str(tmp_path) in str(getattr(sys.modules[name], "__spec__", "")):
            del sys.modules[name]
    importlib.invalidate_caches()


def _due(suite, out):
    plan = make_schedule(load_suite(suite), RunOptions(threads=1), Store(out))
    return [trial.key for trial in plan.to_run]


def test_data_and_modules_lie_beside_the_suite_wherever_it_is_run_from(suites, tmp_path, monkeypatch):
    folder = run_suite("../suites/own.toml", out=tmp_path / "run", threads=1)
    results = load_results(folder)
    assert results["status"].tolist() == ["ok"], results["error"].tolist()
    # What is stored is as it was written, and the same from everywhere.
    assert results["dataset"].tolist() == ["npz:digits.npz"]
    assert str(tmp_path) not in (folder / "run.json").read_text()
    for place, suite in ((suites, "own.toml"), (tmp_path, "suites/own.toml"), ("/", suites / "own.toml")):
        monkeypatch.chdir(place)
        assert _due(suite, folder) == []
    assert str(suites) not in sys.path


def test_the_working_folder_is_looked_at_next(suites, tmp_path):
    work = tmp_path / "work"
    (suites / "method_beside.py").rename(work / "method_beside.py")
    (suites / "digits.npz").rename(work / "digits.npz")
    assert len(_due("../suites/own.toml", tmp_path / "run")) == 1
    (work / "digits.npz").unlink()
    with pytest.raises(DatasetNotFoundError, match=r"npz:digits\.npz: not found in .*suites or .*work"):
        _due("../suites/own.toml", tmp_path / "run")


def test_two_modules_of_one_name_are_not_taken_for_each_other(suites, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "method_beside.py").write_text(METHOD.replace("pass", "strategy = 'uniform'"))
    (other / "own.toml").write_text(TOML.format(module="method_beside").replace("npz:digits.npz", "digits-8x8"))
    load_suite(suites / "own.toml")
    with pytest.raises(SuiteError, match="'method_beside' was imported from .*suites.method_beside.py, but now"):
        load_suite(other / "own.toml")


def test_show_cite_and_list_import_nothing_and_run_says_what_it_runs(suites, tmp_path):
    file = str(suites / "own.toml")

    def output_of(*arguments):
        ran = CliRunner().invoke(app, arguments)
        assert ran.exit_code == 0, ran.output
        return ran.output

    shown = output_of("show", file)
    assert "mine  method_beside.Mine()" in shown
    assert "not imported or checked: method_beside.Mine" in shown
    assert "mine:" in output_of("cite", file)
    output_of("list")
    assert not (suites / "method_beside.ran").exists()
    line = f"runs code of method_beside ({suites / 'method_beside.py'})\n"
    assert output_of("run", file, "--dry-run", "--threads", "1").startswith(line)
    assert (suites / "method_beside.ran").exists()
    assert "runs code" not in output_of("run", "quick", "--dry-run")


def test_a_module_that_fails_is_named_before_the_error(suites):
    (suites / "method_beside.py").write_text("import sys\nsys.exit(0)\n")
    ran = CliRunner().invoke(app, ["run", str(suites / "own.toml"), "--dry-run"])
    assert ran.exit_code != 0
    assert ran.output.startswith("runs code of method_beside (")
    assert "method_beside.py, line 2: the module 'method_beside' ends the program" in str(ran.exception)


def test_a_module_that_is_not_taken_is_named(suites, tmp_path):
    (suites / "sklearn").mkdir()
    (suites / "sklearn" / "__init__.py").write_text("1 / 0")
    (tmp_path / "work" / "sklearn.py").write_text("1 / 0")
    (suites / "own.toml").write_text(TOML.replace("{module}.Mine", "sklearn.dummy.DummyClassifier"))
    lines = describe_user_code(load_suite(suites / "own.toml"))
    taken = sys.modules["sklearn"].__file__
    for line, own in zip(lines, (suites / "sklearn" / "__init__.py", tmp_path / "work" / "sklearn.py"), strict=True):
        assert line == f"uses sklearn from {taken}, which comes first, not from {own}; rename yours, e.g. my_sklearn"


NAMED = """
title = "T"
dataset = "method_beside.digits"
[[case]]
name = "searched"
estimator = "sklearn.ensemble.BaggingClassifier"
params.estimator = { estimator = "inner_method.Mine" }
steps = [{ name = "deskew" }, { name = "step_method.Step" }]
[[case]]
name = "net"
estimator = "skorch.NeuralNetClassifier"
params = { module = "net_method.Net", lr = 0.1 }
"""


def test_every_way_to_name_code_is_found_without_importing_it(suites):
    names = ("inner_method", "step_method", "net_method")
    for name in names:
        (suites / f"{name}.py").write_text("1 / 0")
    (suites / "named.toml").write_text(NAMED)
    from hdr_bench.experiments.planning.suite_file import read_suite

    suite = read_suite(suites / "named.toml")
    paths = list(dotted_paths(suite))
    assert {"method_beside.digits", "inner_method.Mine", "step_method.Step", "net_method.Net"} <= set(paths)
    [line] = describe_user_code(suite)
    for name in ("method_beside", *names):
        assert f"{name} ({suites / name}.py)" in line
    assert "sklearn" not in line
    assert not {*names, "method_beside"} & sys.modules.keys()


# A place for a path in each field that takes any values, and in each that names something.
EVERYWHERE = {
    "title": "T",
    "dataset": "in_suite.digits",
    "case": [
        {
            "name": "A",
            "estimator": "in_estimator.Mine",
            "dataset": {"name": "in_case.digits"},
            "params": {"a": {"b": ["in_params.f"]}},
            "grid": [{"a": ["in_grid.f"]}, {"b": ["in_grid_2.f"]}],
            "steps": [{"name": "in_step.Step", "params": {"a": "in_step_params.f"}}],
            "reduced": {"params": {"a": "in_reduced.f"}},
        }
    ],
    "study": [
        {
            "name": "S",
            "base": {
                "estimator": "in_base.Mine",
                "params": {"a": "in_base_params.f"},
                "steps": [{"name": "in_base_step.Step", "params": {"a": "in_base_step_params.f"}}],
                "reduced": {"params": {"a": "in_base_reduced.f"}},
                "dataset": "in_base_dataset.digits",
            },
            "levels": [{"set": {"params.b": "in_level.f"}}, {"set": {"params.b": "in_level_2.f"}}],
        }
    ],
}


def _open_fields(model, path=()):
    """Give the fields of a suite, and of the records in it, that take tables of anything."""
    for name, field in model.model_fields.items():
        if dict in map(get_origin, (field.annotation, *get_args(field.annotation))):
            yield (*path, name)
        for inner in models_in(field.annotation):
            yield from _open_fields(inner, (*path, name))


def test_code_is_found_in_every_field_that_can_name_it():
    suite = Suite.model_validate({**EVERYWHERE, "name": "own"})
    places = ("suite", "case", "params", "grid", "grid_2", "reduced", "estimator", "step", "step_params")
    places += ("base", "base_params", "base_step", "base_step_params", "base_reduced", "base_dataset")
    places += ("level", "level_2")
    assert {path.partition(".")[0] for path in dotted_paths(suite)} == {f"in_{place}" for place in places}
    assert set(_open_fields(Suite)) == {
        ("cases", "params"),
        ("cases", "grid"),
        ("cases", "steps", "params"),
        ("cases", "reduced", "params"),
        ("studies", "base", "params"),
        # The base of a study can have no grid.
        ("studies", "base", "grid"),
        ("studies", "base", "steps", "params"),
        ("studies", "base", "reduced", "params"),
        ("studies", "levels", "changes"),
    }


ENDING = """
import os, sys
from hdr_bench import load_dataset
from sklearn.base import BaseEstimator
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import BaggingClassifier

class Silent(BaseException):
    def __str__(self):
        sys.exit(0)

class Asked(DummyClassifier):
    def get_params(self, deep=True):
        {statement}

class Set(BaggingClassifier):
    def set_params(self, **params):
        {statement}

class Tagged(DummyClassifier):
    def __sklearn_tags__(self):
        {statement}

class Step(BaseEstimator):
    fit = transform = None
    def get_params(self, deep=True):
        {statement}

def digits():
    {statement}
"""


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("sys.exit(0)", "SystemExit: 0, which ends the program; remove that call"),
        ("sys.exit([1])", r"SystemExit: \[1\], which ends the program"),
        ("os._exit(0)", "SystemExit: 0, which ends the program"),
        ("raise Silent", r"Silent: \(its text cannot be read: \w+\), which ends the program"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt, which ends the program"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
    ],
)
def test_code_that_ends_the_program_when_it_is_asked_is_an_error(suites, monkeypatch, statement, told):
    (suites / "ending_module.py").write_text(ENDING.format(statement=statement))
    monkeypatch.syspath_prepend(str(suites))
    tables = {
        "Asked": 'estimator = "ending_module.Asked"',
        "Step": 'estimator = "knn"\nsteps = [{ name = "ending_module.Step" }]',
        "inner": 'estimator = "sklearn.ensemble.BaggingClassifier"\n'
        'params.estimator = { estimator = "ending_module.Asked" }',
        "digits": 'estimator = "knn"\ndataset = "ending_module.digits"',
    }
    for name, table in tables.items():
        (suites / f"{name}.toml").write_text(f'title = "T"\ndataset = "digits-8x8"\n[[case]]\nname = "A"\n{table}\n')
        with pytest.raises(HdrBenchError, match=told):
            _due(suites / f"{name}.toml", suites / "run")
    with pytest.raises(EstimatorError, match=f"set_params of Set fails: {told}"):
        make_estimator("ending_module.Set", estimator={"estimator": "knn"}, estimator__n_neighbors=3)


HIDING = """
import os, sys
from sklearn.dummy import DummyClassifier

class Hiding(DummyClassifier):
    def __init__(self, depth=1):
        super().__init__()
    def get_params(self, deep=True):
        return {{}}
    def set_params(self, **params):
        {statement}
"""


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("sys.exit(0)", "set_params of Hiding fails: SystemExit: 0, which ends the program; remove that call"),
        ("os._exit(0)", "set_params of Hiding fails: SystemExit: 0, which ends the program; remove that call"),
        ("raise KeyboardInterrupt", "set_params of Hiding fails: KeyboardInterrupt, which ends the program"),
        ("raise RuntimeError", "unknown parameter of Hiding 'depth'"),
    ],
)
def test_a_class_that_ends_the_program_when_a_grid_sets_its_parameter_is_named(suites, monkeypatch, statement, told):
    (suites / "hiding_module.py").write_text(HIDING.format(statement=statement))
    monkeypatch.syspath_prepend(str(suites))
    case = {"name": "A", "estimator": "hiding_module.Hiding", "grid": {"depth": [1, 2]}}
    content = {"title": "T", "dataset": "digits-8x8", "protocol": {"kind": "grid-search"}, "case": [case]}
    with pytest.raises(SuiteError, match=rf"case 1 \('A'\): {told}"):
        parse_suite(content, "own", "own.toml")


def test_a_class_that_ends_the_program_when_its_kind_is_asked(suites, monkeypatch):
    (suites / "ending_tags.py").write_text(ENDING.format(statement="sys.exit(0)"))
    monkeypatch.syspath_prepend(str(suites))
    content = {"title": "T", "dataset": "digits-8x8", "case": [{"name": "A", "estimator": "ending_tags.Tagged"}]}
    with pytest.raises(SuiteError, match=r"case 1 \('A'\): SystemExit: 0, which ends the program"):
        parse_suite(content, "own", "own.toml")
