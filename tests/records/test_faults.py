"""No word of pydantic's reaches a user: every field of every record, given wrong values."""

import copy
import datetime
import json
import math
from pathlib import Path

import pytest

from hdr_bench import Case, Protocol, Suite
from hdr_bench.exceptions import FrozenRecordError, NewerFormatError, StoreError, SuiteError
from hdr_bench.records.faults import model_fields, models_in
from hdr_bench.records.options import RunOptions
from hdr_bench.records.result import Result
from hdr_bench.records.run_record import RunRecord
from hdr_bench.records.store import Store
from hdr_bench.records.store_format import parse
from tests.helpers.suites import parse_suite

PYDANTICS = ("Input should be", "validation error", "pydantic", "type=", "input_value", "Value error", "Field required")
WRONG = {
    "nothing": None,
    "true": True,
    "zero": 0,
    "a negative number": -1,
    "a fraction": 1.5,
    "infinity": math.inf,
    "no number": math.nan,
    "a large integer": 2**70,
    "an integer of 5,000 digits": 10**5000,
    "a text": "x",
    "an empty text": "",
    "a lone surrogate": "\ud800",
    "a control character": "\x07",
    "a long text": "x" * 5000,
    "an empty list": [],
    "a list": ["x"],
    "a list of lists": [[[]]],
    "an empty table": {},
    "a table": {"x": 1},
    "keys that are no texts": {1: 2},
    "a date": datetime.date(1979, 5, 27),
    "an object": object(),
}
DATASET = {"name": "folder:digits", "resize": [28, 28], "test_size": 0.3}
PUBLISHED = {"metric": "train_accuracy", "values": [0.9, 0.8], "tolerance": 0.01}
PROTOCOL = {"kind": "grid-search", "folds": 3, "strategy": "grid"}
COPIES = {"corruption": "fog", "severity": 2, "share": 0.5}
SHARED = {
    "title": "T",
    "dataset": DATASET,
    "protocol": PROTOCOL,
    "notes": ["a note"],
    "case": [
        {
            "name": "A",
            "estimator": "knn",
            "dataset": DATASET,
            "protocol": PROTOCOL,
            "grid": {"n_neighbors": [1, 3]},
            "steps": [{"name": "deskew", "params": {"background": 0}}],
            "published": [PUBLISHED],
            "reduced": {"samples": 100, "params": {"weights": "uniform"}},
        }
    ],
    "study": [
        {
            "name": "E",
            "base": {
                "estimator": "knn",
                "dataset": DATASET,
                "steps": [{"name": "deskew", "params": {"background": 0}}],
                "reduced": {"samples": 100, "params": {"weights": "uniform"}},
                "train_with": [COPIES],
            },
            "factor": "params.n_neighbors",
            "levels": [{"label": "one", "value": 1}, {"label": "three", "value": 3}],
        }
    ],
    "test_set": [{"name": "C", "dataset": DATASET, "part": "all"}],
    "anchor": [{"name": "D", "source": "S", "difference": "all", "accuracy": "0.9", "case": "A"}],
    "not_built": [{"name": "B", "reason": "none", "published": [PUBLISHED]}],
}
# Without parts in common, so that one place changes at a time.
CONTENT = json.loads(json.dumps(SHARED))


def _places(model, path=()):
    """Give where each field of a model, and of the models in it, is in `CONTENT`."""
    for key, field in model_fields(model).items():
        yield (*path, key)
        for inner in models_in(field.annotation):
            is_list = "tuple" in str(field.annotation)
            yield from _places(inner, (*path, key, 0) if is_list else (*path, key))


def _changed(content, place, value):
    changed = copy.deepcopy(content)
    if "train_with" in place and "case" in place:
        # A grid search takes none.
        changed["case"][0] |= {"protocol": {"kind": "holdout"}, "grid": {}, "train_with": [copy.deepcopy(COPIES)]}
    *parents, last = place
    inside = changed
    for key in parents:
        inside = inside[key]
    inside[last] = value
    return changed


def _assert_plain(text, *keys):
    assert not [word for word in PYDANTICS if word in text], text
    assert any(str(key) in text for key in keys), text
    text.encode()
    assert len(text) < 3000, "a message is read by people"


# What the base of a study cannot have at all has no parts that could be wrong.
NOT_OF_A_BASE = {"published", "protocol", "grid", "validation"}
PLACES = [
    place
    for place in _places(Suite)
    if place != ("name",) and place[-1] != "given" and not ("base" in place and NOT_OF_A_BASE & set(place[3:]))
]


def test_the_content_has_a_place_for_every_field():
    parse_suite_as_it_is = _changed(CONTENT, ("dataset",), "mnist-5k")
    parse_suite(_changed(parse_suite_as_it_is, ("case", 0, "dataset"), "digits-8x8"), "own", "own.toml")
    assert len(PLACES) > 60


@pytest.mark.parametrize("place", PLACES, ids=lambda place: ".".join(map(str, place)))
def test_every_field_of_a_suite_is_refused_in_our_words(place):
    refused = 0
    for value in WRONG.values():
        try:
            parse_suite(_changed(CONTENT, place, value), "own", "own.toml")
        except SuiteError as error:
            refused += 1
            text = str(error)
            assert text.startswith("own.toml: this suite cannot be run:\n  - ")
            if place[:2] == ("case", 0) and place != ("case", 0, "name"):
                assert "case 1 ('A')" in text
            # What a name stands for is looked up for the table that it is in.
            _assert_plain(text, *(key for key in (*place[-3:], "parameter of") if isinstance(key, str)))
    # Of a field that takes any value whatever, e.g. an estimator's parameters, only what JSON cannot hold is refused.
    assert refused > 2


@pytest.mark.parametrize("value", WRONG.values(), ids=WRONG)
def test_records_that_are_made_in_code_are_refused_in_our_words(value):
    for model, fields in (
        (Case, {"name": "A", "estimator": "knn"}),
        (Protocol, {}),
        (Suite, {**CONTENT, "name": "own"}),
    ):
        for key in model_fields(model):
            try:
                model(**{**fields, key: value})
            except SuiteError as error:
                _assert_plain(str(error), key)
    for key in RunOptions.model_fields:
        try:
            RunOptions(**{key: value})
        except SuiteError as error:
            _assert_plain(str(error), key)


def test_records_do_not_change():
    case = Case(name="A", estimator="knn")
    with pytest.raises(FrozenRecordError, match="name of a Case cannot be changed; create another"):
        case.name = "B"
    with pytest.raises(FrozenRecordError, match="cannot be deleted"):
        del case.name


def _stored(model, tmp_path):
    folder = Path(__file__).parents[2] / "reports" / "quick"
    store = Store(folder)
    run = store.read_run()
    if model is RunRecord:
        return json.loads(run.model_dump_json(by_alias=True))
    return json.loads(store.look_up(run.trials[0]).result.model_dump_json())


@pytest.mark.parametrize("model", [RunRecord, Result])
def test_stored_records_are_refused_in_our_words(model, tmp_path):
    content = _stored(model, tmp_path)
    assert parse(model, content, tmp_path / "file")
    refused = 0
    for place in _places(model):
        for value in WRONG.values():
            try:
                changed = _changed(content, place, value)
            except (KeyError, IndexError, TypeError):
                continue  # a part that this record has none of
            try:
                parse(model, changed, tmp_path / "file")
            except NewerFormatError:
                assert place[-1] == "format_version"
            except StoreError as error:
                refused += 1
                assert not [word for word in PYDANTICS if word in str(error)], error
            except ValueError as error:
                assert place[-1] == "format_version", error
    assert refused > 200
