"""What the harness reads of an estimator, and what every estimator declares of its parameters."""

import inspect
import re

import pytest

import hdr_bench.estimators
from hdr_bench import load_dataset
from hdr_bench.estimators import ESTIMATORS, TRANSFORMERS, base
from hdr_bench.estimators.base import MeasuredEstimator
from hdr_bench.experiments.measuring.attributes import count_of, engine_of, epochs_of, history_of, layers_of
from hdr_bench.records.layer_row import LayerRow
from tests.helpers.method_table import METHODS, quick

CLASSES = [getattr(hdr_bench.estimators, entry.class_name) for entry in (*ESTIMATORS.values(), *TRANSFORMERS.values())]
COUNTS = (base.N_PARAMETERS, base.N_MULTIPLY_ACCUMULATES, base.N_STORED_VARIABLES)


def test_each_estimator_is_in_the_table_of_the_tests():
    assert set(METHODS) == set(ESTIMATORS)


def test_the_names_that_are_read_are_those_that_are_declared():
    declared = {name for name in vars(MeasuredEstimator) if not name.startswith("_")}
    assert declared == {base.ENGINE, base.HISTORY, base.LAYER_TABLE, base.EPOCHS_FOR, *COUNTS}


@pytest.mark.parametrize("name", ESTIMATORS)
def test_what_an_estimator_has_of_the_contract_is_read(name):
    digits = load_dataset("digits-8x8").subsample(200)
    model = quick(name).fit(digits.train.X, digits.train.y)
    assert engine_of(model) == model.engine_
    for count in COUNTS:
        assert count_of(model, count) == getattr(model, count, None)
    assert (history_of(model) != ()) == (layers_of(model) != ()) == hasattr(model, base.EPOCHS_FOR)
    if hasattr(model, base.EPOCHS_FOR):
        assert set(model.history_[0]) <= set(base.EPOCH)
        assert all(isinstance(row, LayerRow) for row in model.layer_table_)
        assert epochs_of(model, 200) == model.n_iter_


@pytest.mark.parametrize("cls", CLASSES)
def test_every_parameter_is_declared_for_its_check(cls):
    assert set(inspect.signature(cls).parameters) <= set(cls._parameter_constraints)


def _documented(cls, section):
    text = re.split(r"\n[A-Z][A-Za-z ]*\n-+\n", f"\n{inspect.getdoc(cls)}")
    titles = re.findall(r"\n([A-Z][A-Za-z ]*)\n-+\n", f"\n{inspect.getdoc(cls)}")
    entries = text[1 + titles.index(section)]
    return {match[1]: match[2] for match in re.finditer(r"^(\S.*?) : .*?(?:, default=(.*))?$", entries, re.MULTILINE)}


@pytest.mark.parametrize("cls", CLASSES)
def test_every_parameter_is_documented_with_its_default(cls):
    documented, parameters = _documented(cls, "Parameters"), inspect.signature(cls).parameters
    assert list(documented) == list(parameters)
    for name, parameter in parameters.items():
        default = f'"{parameter.default}"' if isinstance(parameter.default, str) else repr(parameter.default)
        assert documented[name] == default, name


@pytest.mark.parametrize("cls", CLASSES)
def test_every_attribute_is_described(cls):
    lines = inspect.getdoc(cls).splitlines()
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if re.match(r"\S+_(, \S+_)* : |\S+_(, \S+_)*$", line):
            assert following.startswith("    "), line
