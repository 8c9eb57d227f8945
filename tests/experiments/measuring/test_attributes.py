"""Attributes of other libraries' estimators are taken only if they have this library's form."""

import json
import math
from collections import UserList
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, MetaEstimatorMixin

from hdr_bench import make_estimator
from hdr_bench.estimators.foreign.calls import read_attribute
from hdr_bench.experiments.measuring.attributes import (
    MOST_EPOCHS,
    count_of,
    engine_of,
    history_of,
    layers_of,
    parameters_of,
)
from hdr_bench.experiments.planning.models import last_step
from hdr_bench.records.layer_row import LayerRow
from hdr_bench.records.measurements import WritableRecord
from hdr_bench.records.text import LONGEST_VALUE

NAN = float("nan")
ROW = LayerRow("8C5", "convolution", (8, 24, 24), 208, 0, 119_808)


class Says:
    """A fitted model that has these attributes; an exception is raised when its attribute is read."""

    def __init__(self, **attributes):
        self.attributes = attributes

    def __getattr__(self, name):
        if name == "attributes" or name not in self.attributes:
            raise AttributeError(name)
        if isinstance(found := self.attributes[name], Exception):
            raise found
        return found


class Subtle(str):
    """A text whose own methods fail."""

    def _fail(self, *_):
        raise RuntimeError("no text")

    strip = split = encode = replace = __str__ = __repr__ = __format__ = __len__ = __iter__ = __getitem__ = _fail


class Masked:
    """It fails when it is asked of which class it is."""

    @property
    def __class__(self):
        raise RuntimeError("no class")


class Uncountable(int):
    """A number that cannot be compared."""

    def __le__(self, other):
        raise RuntimeError("no order")

    __ge__ = __lt__ = __gt__ = __index__ = __int__ = __le__


class Endless:
    """A row of a network's table whose shape has no end."""

    token = layer = "8C5"
    parameters = buffers = multiply_accumulates = 1

    @property
    def output_shape(self):
        return iter(lambda: 1, 0)


class Ends:
    """It ends the program, whatever it is asked for."""

    def __getattr__(self, name):
        raise SystemExit(3)

    def __len__(self):
        raise SystemExit(3)


class Unspeakable:
    def __repr__(self):
        raise RuntimeError("no words")

    __str__ = __repr__


class Held(WritableRecord):
    """What a result holds of a method."""

    parameters: dict[str, Any]


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (5, 5),
        (0, 0),
        (np.int64(5), 5),
        (np.uint8(5), 5),
        (-1, None),
        (3.7, None),
        (5.0, None),
        (True, None),
        ("many", None),
        (10**400, None),
        (2**63, None),
        (np.array([5]), None),
        (None, None),
        (ValueError("not fitted"), None),
    ],
)
def test_a_count_is_a_whole_number_from_0_on(value, kept):
    assert count_of(Says(n_parameters_=value), "n_parameters_") == kept


def test_a_count_is_the_sum_of_the_members_if_each_has_one():
    members = [Says(n_parameters_=2), Says(n_parameters_=3)]
    assert count_of(Says(estimators_=members), "n_parameters_") == 5
    assert count_of(Says(estimators_=[*members, Says(n_parameters_=-1)]), "n_parameters_") is None
    assert count_of(Says(estimators_=[Says(n_parameters_=2**62)] * 4), "n_parameters_") is None
    for others in (7, [], [Masked(), Ends()], Masked(), Ends(), np.array([[1]]), RuntimeError("no members")):
        assert count_of(Says(estimators_=others), "n_parameters_") is None


def test_an_engine_is_a_text_or_the_package_of_the_class():
    assert engine_of(Says(engine_="faiss")) == "faiss"
    assert engine_of(Says(engine_=Subtle("faiss"))) == "faiss"
    for other in (3, "", " ", None, ["a"], b"faiss", Masked(), Ends(), RuntimeError("no engine")):
        assert engine_of(Says(engine_=other)) == Says.__module__.partition(".")[0]
    assert engine_of(Says(engine_="a\x1b[31m\udcff")) == "a\\x1b[31m\\xff"
    assert len(engine_of(Says(engine_="x" * 10_000))) < 100
    assert engine_of(type("Odd", (), {"__module__": 3})())


@pytest.mark.parametrize(
    ("rows", "kept"),
    [
        ([{"train_loss": 0.5}, {"train_loss": NAN}], ({"train_loss": 0.5}, {"train_loss": None})),
        ([{"train_loss": math.inf, "train_accuracy": np.float32(0.5)}], ({"train_loss": None, "train_accuracy": 0.5},)),
        ([{"train_loss": 1, "validation_loss": Fraction(1, 2)}], ({"train_loss": 1.0, "validation_loss": 0.5},)),
        ([{"valid_loss": 1, "valid_accuracy": 0.5}], ({"validation_loss": 1.0, "validation_accuracy": 0.5},)),
        ([{"valid_accuracy": 97.3}], ()),
        ([{"train_loss": 10**400}, {}], ({"train_loss": None}, {})),
        (
            [{"train_loss": 1.0, "train_accuracy": 0.5}, {"train_loss": 0.9}, {}],
            ({"train_loss": 1.0, "train_accuracy": 0.5}, {"train_loss": 0.9}, {}),
        ),
        ([], ()),
        ([{}, {}], ()),
        ([{"epoch": 1, "loss": 0.5}], ()),
        ([{"train_loss": 1.0, "note": "first"}], ()),
        ([{"train_loss": True}], ()),
        ([{"train_accuracy": 97.3}], ()),
        ([{1: 0.5}], ()),
        ([{"train_loss": [1.0]}], ()),
        ([{"train_loss": 1j}], ()),
        ({"loss": [2.3, 1.1]}, ()),
        ([1.0, 0.5], ()),
        ([None], ()),
        ("much", ()),
        (np.array([1.0, 0.5]), ()),
        (pd.DataFrame({"train_loss": [1.0]}), ()),
        (UserList([{"train_loss": 1.0}]), ()),
        ([pd.Series({"train_loss": 1.0})], ()),
        (RuntimeError("no history"), ()),
    ],
)
def test_a_history_is_loss_and_accuracy_of_each_epoch(rows, kept):
    assert history_of(Says(history_=rows)) == kept


def test_of_a_long_history_the_first_epochs_are_kept_and_a_warning_says_so():
    with pytest.warns(UserWarning, match=r"history_ has 1,000,000 epochs; the first 10,000 are stored"):
        kept = history_of(Says(history_=[{"train_loss": 0.5}] * 10**6))
    assert kept == ({"train_loss": 0.5},) * MOST_EPOCHS


@pytest.mark.parametrize(
    ("rows", "n_kept"),
    [
        ([ROW, ROW], 2),
        ([], 0),
        ([{"token": "8C5"}], 0),
        ([vars(ROW)], 0),
        (pd.DataFrame([vars(ROW)]), 0),
        ([ROW, None], 0),
        ([LayerRow(3, "convolution", (8,), 1, 0, 1)], 0),
        ([LayerRow("8C5", "convolution", None, 1, 0, 1)], 0),
        ([LayerRow("8C5", "convolution", (8,), -1, 0, 1)], 0),
        ([ROW] * 100_000, 0),
        ([Endless()], 0),
        (RuntimeError("no layers"), 0),
    ],
)
def test_layers_are_rows_of_the_notations_table(rows, n_kept):
    kept = layers_of(Says(layer_table_=rows))
    assert len(kept) == n_kept
    assert all((row.token, row.output_shape, row.parameters) == ("8C5", (8, 24, 24), 208) for row in kept)


def test_parameters_are_words_of_json_bounded_and_writable():
    class Model:
        def get_params(self, deep):
            return {
                "alpha": 0.5,
                "sizes": (1, 2),
                "long": "x" * 10**6,
                "longer": list(range(10**6)),
                "object": Unspeakable(),
                "circle": circle,
                "array": np.arange(3),
                "set": {1},
                "path": "a\udcff\x00",
                "inf": math.inf,
                "subtle": Subtle("a word"),
                "masked": Masked(),
                "ends": {"inner": Ends()},
                "deep": nested(300),
                "deepest": nested(100_000),
                "flat": nested(20),
                3: None,
                "y\udcff": 1,
            }

    def nested(levels):
        value = 1
        for level in range(levels):
            value = [value] if level % 2 else {"a": value}
        return value

    circle = []
    circle.append(circle)
    found = parameters_of(Model())
    assert found["alpha"] == 0.5
    assert found["sizes"] == [1, 2]
    assert found["array"] == "array([0, 1, 2])"
    assert found["object"] == "<Unspeakable whose repr could not be made: RuntimeError>"
    assert found["path"] == "a\\xff\\x00"
    assert found["inf"] == math.inf
    assert found["subtle"] == "a word"
    assert found["masked"].startswith("<")
    assert found["flat"] == nested(20)
    assert found["deep"].startswith("[{'a': [{'a': ")
    assert found["3"] is None
    assert found["y\\xff"] == 1
    assert all(len(str(value)) < LONGEST_VALUE + 100 for value in found.values())
    json.dumps(found).encode()
    assert json.loads(Held(parameters=found).model_dump_json())["parameters"]["deep"] == found["deep"]


@pytest.mark.parametrize("answer", [None, 3, RuntimeError("not today"), [("a", 1)]])
def test_an_estimator_that_cannot_say_its_parameters_has_none(answer):
    class Model:
        def get_params(self, deep):
            if isinstance(answer, Exception):
                raise answer
            return answer

    assert parameters_of(Model()) == {}
    assert parameters_of(object()) == {}
    # Each its own, which whoever reads it may change.
    assert parameters_of(object()) is not parameters_of(object())


def test_what_fails_when_it_is_looked_at_is_left_out():
    for odd in (Masked(), Ends(), Uncountable(3), Subtle("a")):
        assert count_of(Says(n_parameters_=odd), "n_parameters_") is None
        for rows in (odd, [odd], [{"train_loss": [odd]}], [{odd: 1.0}]):
            assert history_of(Says(history_=rows)) == ()
            assert layers_of(Says(layer_table_=rows)) == ()
    assert history_of(Says(history_=[{Subtle("train_loss"): 0.5}])) == ({"train_loss": 0.5},)
    assert len(layers_of(Says(layer_table_=[LayerRow(Subtle("8C5"), "convolution", (8,), 208, 0, 9)]))) == 1


def test_an_attribute_that_fails_is_as_if_it_were_not_there():
    assert read_attribute(Says(a=KeyError("a")), "a") is None
    assert read_attribute(Says(a=1), "a") == 1
    assert read_attribute(Ends(), "a") is None


class Chooses(MetaEstimatorMixin, BaseEstimator):
    """It says only once it is fitted which estimator it chose, or ends the program."""

    @property
    def best_estimator_(self):
        raise SystemExit("not fitted")


def test_a_search_that_does_not_say_what_it_chose_is_the_method_itself():
    model = Chooses()
    assert last_step(model) is model
    model = type("Odd", (Chooses,), {"best_estimator_": Ends()})()
    assert last_step(model) is model


def test_what_this_librarys_networks_say_is_taken_whole():
    rng = np.random.default_rng(0)
    X, y = rng.integers(0, 255, (40, 64)).astype(np.uint8), np.arange(40) % 4
    network = make_estimator("mlp", layers="8N", max_epochs=2, random_state=0).fit(X, y)
    assert list(history_of(network)) == network.history_
    assert len(history_of(network)) == 2
    assert [row.token for row in layers_of(network)] == [row.token for row in network.layer_table_]
    assert count_of(network, "n_parameters_") == network.n_parameters_ > 0
    assert engine_of(network) == network.engine_
    assert set(parameters_of(network)) == set(network.get_params(deep=False))
