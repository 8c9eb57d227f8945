import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hdr_bench.exceptions import SuiteError, UnknownNameError
from hdr_bench.experiments.planning.carried_suites import list_suites, suites_folder
from hdr_bench.experiments.planning.suite_file import load_suite
from hdr_bench.names import visual_key
from hdr_bench.records.base import STORED
from hdr_bench.records.case import Case
from tests.helpers.suites import parse_suite

MINIMAL = {"title": "T", "dataset": "mnist-5k", "case": [{"name": "A", "estimator": "knn"}]}
FULL = """
title = "Report on digit recognition"
authors = "Bodin, A. and Bernard, V."
source = "a report"
dataset = { name = "folder:digits", resize = [28, 28], test_size = 0.3, split_seed = 4 }
claims = ["first", "second"]

[protocol]
kind = "holdout"
repeats = 3

[[case]]
name = "CNN"
estimator = "cnn"
params = { layers = "32C3-MP2-64N", batch_size = 64 }
steps = [{ name = "deskew", params = { image_shape = [28, 28] } }]
published = [
  { metric = "test_accuracy", value = 0.99, where = "section 3.6" },
  { metric = "train_accuracy", values = [0.97, 0.98] },
]
reduced = { samples = 6000, folds = 3 }

[[case]]
name = "Grid"
estimator = "sklearn.svm.SVC"
dataset = "digits-8x8"
grid = { C = [1, 10] }
protocol = { kind = "grid-search", folds = 5, strategy = "halving" }
"""


def test_the_whole_format(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(FULL)
    suite = load_suite(path)
    assert (suite.name, suite.title, suite.claims) == ("own", "Report on digit recognition", ("first", "second"))
    assert (suite.dataset.resize, suite.dataset.test_size, suite.dataset.split_seed) == ((28, 28), 0.3, 4)
    first, second = suite.cases
    assert first.steps[0].name == "deskew"
    assert [list(map(str, published.figures)) for published in first.published] == [["0.99"], ["0.97", "0.98"]]
    assert (first.reduced.samples, first.reduced.folds) == (6000, 3)
    assert (second.dataset.name, second.protocol.strategy, second.grid) == ("digits-8x8", "halving", {"C": [1, 10]})


def test_every_carried_suite_can_be_read():
    assert "quick" in list_suites()
    for name, title in list_suites().items():
        assert load_suite(name).title == title


def test_quick_compares_nine_methods_on_the_embedded_images():
    quick = load_suite("quick")
    assert quick.dataset.name == "mnist-5k"
    assert quick.protocol.kind == "holdout"
    assert len(quick.cases) == 9


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        ({"titel": "x"}, ["titel: unknown key. Did you mean 'title'?"]),
        ({"dataset": "mnist5k"}, ["dataset: unknown dataset 'mnist5k'. Did you mean 'mnist-5k'"]),
        ({"protocol": {"kind": "holdot"}}, ["protocol, kind: unknown value 'holdot'. Did you mean 'holdout'?"]),
        ({"protocol": {"repeats": 0}}, ["protocol, repeats: must be at least 1, got 0"]),
        ({"protocol": {"folds": 3}}, ["protocol: folds is for cross-validation and grid-search, not for holdout"]),
        ({"protocol": {"kind": "learning-curve"}}, ["a learning curve needs sizes"]),
        ({"case": []}, ["at least one [[case]]"]),
        ({"case": [{"name": "A", "estimator": "knn"}] * 2}, ["two cases are called 'A'"]),
        (
            {"case": [{"name": "A", "estimator": "knnn"}]},
            ["case 1 ('A'): unknown estimator 'knnn'. Did you mean 'knn'"],
        ),
        (
            {"case": [{"name": "A", "estimater": "knn"}]},
            ["case 1 ('A'), estimater: unknown key. Did you mean 'estimator'"],
        ),
        (
            {"case": [{"name": "A", "estimator": "knn", "params": {"n_neighbours": 3}}]},
            ["case 1 ('A'): unknown parameter of KNNClassifier 'n_neighbours'. Did you mean 'n_neighbors'"],
        ),
        (
            {"case": [{"name": "A", "estimator": "knn", "grid": {"neighbors": [3]}}]},
            ["unknown parameter of KNNClassifier 'neighbors'. Did you mean 'n_neighbors'"],
        ),
        (
            {"case": [{"name": "A", "estimator": "cnn", "params": {"layers": "8C3-MX"}}]},
            ["case 1 ('A'): token 2 of '8C3-MX', 'MX', cannot be read"],
        ),
        (
            {"case": [{"name": "A", "estimator": "knn", "steps": [{"name": "deskw"}]}]},
            ["case 1 ('A'), steps: unknown transformer 'deskw'. Did you mean 'deskew'"],
        ),
        (
            {"case": [{"name": "A", "estimator": "knn", "published": [{"metric": "test_accuracy"}]}]},
            ["published 1: give either value or values"],
        ),
        (
            {"case": [{"name": "A\x07", "estimator": "knn"}]},
            [
                "the name 'A\\x07' has the character U+0007; control characters, line breaks and marks that change the "
                "direction of text cannot be shown: remove it"
            ],
        ),
        (
            {"title": None, "dataset": 3},
            ["title: must be a text, got None", "dataset: must be a data set's name, or a table with its name, got 3"],
        ),
        ({"case": {"name": "A", "estimator": "knn"}}, ["case: must be a list", "write [[case]], with two brackets"]),
        ({"protocol": [{}]}, ["protocol: must be a table, got [{}]; write [protocol], with one bracket"]),
        (
            {"case": [{"name": "A", "estimator": "knn", "published": {}, "steps": {}, "reduced": []}]},
            ["write [[case.published]], with two", "write [[case.steps]], with two", "write [case.reduced], with one"],
        ),
        ({"protocols": {}}, ["protocols: unknown key. Did you mean 'protocol'? Choose from: anchor, authors, "]),
        ({"cases": MINIMAL["case"]}, ["cases: unknown key. Did you mean 'case'? Write [[case]] for each"]),
        ({"name": "B"}, ["name: unknown key; a suite is named after its file"]),
        ({"dataset": {"name": "folder:x", "resize": [28]}}, ["dataset, resize: must have 2 values, got [28]"]),
        ({"case": [{"name": "A", "estimator": "kNN"}]}, ["unknown estimator 'kNN'. Did you mean 'knn'?"]),
        ({"case": [{"name": "A", "estimator": ""}]}, ["unknown estimator ''. Choose from: svm"]),
        ({"dataset": ""}, ["unknown dataset ''. Choose from: digits-8x8"]),
        (
            {"case": [{"name": "A", "estimator": "sklearn.multiclass.OneVsRestClassifier"}]},
            ["case 1 ('A'): OneVsRestClassifier cannot be created with {}: ", "'estimator'"],
        ),
        (
            {"case": [{"name": "A", "estimator": "sklearn.svm.SVCC"}]},
            ["case 1 ('A'): unknown estimator in sklearn.svm 'SVCC'. Did you mean 'SVC'?"],
        ),
        ({"case": [{"name": "A", "estimator": "..x.Y"}]}, ["case 1 ('A'): unknown estimator"]),
        (
            {"case": [{"name": "A", "estimator": "cnn", "params": {"layers": "8N", "activation": 3}}]},
            ["case 1 ('A'): "],
        ),
    ],
)
def test_what_cannot_be_run_is_refused_with_the_place(change, faults):
    with pytest.raises(SuiteError) as caught:
        parse_suite({**MINIMAL, **change}, "own", "own.toml")
    assert str(caught.value).startswith("own.toml: this suite cannot be run:")
    for fault in faults:
        assert fault in str(caught.value)


def test_a_file_that_is_no_toml_and_one_that_is_not_there(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text("title = ")
    with pytest.raises(SuiteError, match=r"own\.toml, line 1: 'title =': not valid TOML: invalid value"):
        load_suite(path)
    with pytest.raises(SuiteError, match="no such file"):
        load_suite(tmp_path / "other.toml")
    with pytest.raises(UnknownNameError, match="unknown suite 'quik'. Did you mean 'quick'"):
        load_suite("quik")


@given(st.text(max_size=80))
def test_arbitrary_text_is_a_suite_or_an_error_of_ours(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("suites") / "own.toml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(SuiteError):
        load_suite(path)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
places = st.sampled_from(["title", "dataset", "protocol", "case", "claims", "source", "authors", "other"])


@pytest.mark.parametrize("estimator", ["kNN{}", "no.such.Thing{}"])
def test_of_many_faults_the_first_ones_are_named_and_the_others_counted(estimator):
    cases = [{"name": f"case {number}", "estimator": estimator.format(number)} for number in range(1020)]
    with pytest.raises(SuiteError) as caught:
        parse_suite({"title": "T", "dataset": "digits-8x8", "case": cases}, "own", "own.toml")
    lines = str(caught.value).splitlines()
    assert len(lines) == 22
    assert lines[1].startswith("  - case 1 ('case 0'): ")
    assert lines[-1] == "  - and 1,000 more"


@given(st.dictionaries(places, json_values, max_size=4))
def test_arbitrary_values_are_a_suite_or_an_error_of_ours(change):
    try:
        suite = parse_suite({**MINIMAL, **change}, "own", "own.toml")
    except SuiteError as error:
        assert "own.toml" in str(error)
        return
    assert suite.cases


names = st.text("abcdefghijklmnop ,.-", min_size=1, max_size=20).filter(str.strip)


@given(
    st.lists(names, min_size=1, max_size=5, unique_by=visual_key),
    st.integers(1, 9),
    st.sampled_from(["knn", "svm", "tree"]),
)
def test_what_is_written_is_read(tmp_path_factory, case_names, repeats, estimator):
    lines = ['title = "T"', 'dataset = "digits-8x8"', "[protocol]", f"repeats = {repeats}"]
    for name in case_names:
        lines += ["[[case]]", f'name = "{name}"', f'estimator = "{estimator}"']
    path = tmp_path_factory.mktemp("suites") / "own.toml"
    path.write_text("\n".join(lines))
    suite = load_suite(path)
    assert [case.name for case in suite.cases] == case_names
    assert suite.protocol.repeats == repeats


def test_the_suites_lie_beside_the_package_or_in_it():
    assert (suites_folder() / "quick.toml").is_file()


@pytest.mark.parametrize(
    ("grid", "told"),
    [
        ({"C": [1, 10, 1, 10.0]}, "grid: C has 1 more than once; give each value once"),
        ({"C": [1], "kernel": ["rbf", "rbf", "linear", "linear"]}, "kernel has 'rbf', 'linear' more than once"),
        ({"class_weight": [{"0": 1}, {"0": 1}]}, "class_weight has {'0': 1} more than once"),
    ],
)
def test_a_grid_names_each_value_once(grid, told):
    case = {"name": "A", "estimator": "svm", "grid": grid}
    content = {"title": "T", "dataset": "digits-8x8", "case": [case], "protocol": {"kind": "grid-search"}}
    with pytest.raises(SuiteError, match=re.escape(told)):
        parse_suite(content, "own", "own.toml")
    # A run that an earlier version planned is read as it is.
    assert Case.model_validate(case, context=STORED).grid == grid


def test_values_that_are_equal_and_of_two_types_are_two():
    assert Case(name="A", estimator="tree", grid={"max_features": [1, 1.0, True]}).grid == {
        "max_features": [1, 1.0, True]
    }
