"""Objects of one's own in a suite: what tells them from others, and what has to be told."""

import enum
import subprocess
import sys

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier, VotingClassifier
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from hdr_bench import Case, Suite, load_dataset, load_results, run_suite
from hdr_bench.estimators import Deskewer, SVMClassifier
from hdr_bench.exceptions import HdrBenchError, SuiteError
from hdr_bench.experiments.planning.protocols import expand
from hdr_bench.records.base import DEEPEST
from hdr_bench.records.fingerprints import describe_estimator, plain_mapping
from hdr_bench.records.options import Settings
from hdr_bench.records.store import Store


def _key(estimator, **case):
    suite = Suite(name="own", title="T", dataset="digits-8x8", cases=[Case(name="A", estimator=estimator, **case)])
    return expand(suite, Settings(threads=1))[0].key


def test_class_and_parameters_are_the_key():
    pipeline = make_pipeline(SelectKBest(f_classif, k=10), SVMClassifier(C=5))
    assert _key(pipeline) == _key(make_pipeline(SelectKBest(f_classif, k=10), SVMClassifier(C=5)))
    others = [
        make_pipeline(SelectKBest(f_classif, k=11), SVMClassifier(C=5)),
        make_pipeline(SelectKBest(f_classif, k=10), SVMClassifier(C=5.5)),
        make_pipeline(Deskewer(), SVMClassifier(C=5)),
        VotingClassifier([("svm", SVMClassifier())]),
        LogisticRegression(class_weight={0: 2.0}),
        LogisticRegression(class_weight={0: 3.0}),
    ]
    assert len({_key(pipeline), *map(_key, others)}) == len(others) + 1


def test_arrays_count_by_what_they_hold():
    priors = np.full(10, 0.1)
    from sklearn.naive_bayes import GaussianNB

    assert _key(GaussianNB(priors=priors)) == _key(GaussianNB(priors=priors.copy()))
    assert _key(GaussianNB(priors=priors)) != _key(GaussianNB(priors=priors[::-1] * 2 - 0.1 + 1e-9))


@pytest.mark.parametrize(
    "estimator",
    [
        FunctionTransformer(lambda X: X),
        make_pipeline(FunctionTransformer(lambda X: X), SVMClassifier()),
        KNeighborsClassifier(metric_params={"weights": object()}),
    ],
)
def test_what_has_no_stable_key_must_be_given_one(estimator):
    with pytest.raises(SuiteError, match='has no stable key: .*give its case a key, e.g. key="my-network-1"'):
        Case(name="A", estimator=estimator)
    one, other = (_key(estimator, key=key) for key in ("mine-1", "mine-2"))
    assert one != other


KEYS = """
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.tree import DecisionTreeClassifier
from hdr_bench import Case, Suite
from hdr_bench.experiments.planning.protocols import expand
from hdr_bench.records.fingerprints import describe_estimator
from hdr_bench.records.options import Settings

print("stable:", describe_estimator(RandomForestClassifier(30, max_features=0.2), None))
model = make_pipeline(FunctionTransformer(lambda X: X), DecisionTreeClassifier())
suite = Suite(name="own", title="T", dataset="digits-8x8", cases=[Case(name="A", estimator=model, key="mine-1")])
print("given:", expand(suite, Settings(threads=1))[0].keys())
"""


def test_stable_keys_and_those_that_were_given_are_the_same_in_another_process(capsys):
    exec(KEYS, {"__name__": "__main__"})
    there = subprocess.run([sys.executable, "-c", KEYS], capture_output=True, text=True, check=True).stdout
    assert there == capsys.readouterr().out
    assert [line.partition(": ")[0] for line in there.splitlines()] == ["stable", "given"]


def test_numbers_that_json_has_no_word_for_count_too():
    one, other = (_key(LogisticRegression(C=strength)) for strength in (np.inf, 1e300))
    assert one != other
    # With a weight for each class, scikit-learn takes other keys too.
    number, text = ({**dict.fromkeys(range(10), 1.0), key: 2.0} for key in (10, "10"))
    assert _key(LogisticRegression(class_weight=number)) != _key(LogisticRegression(class_weight=text))


class Weights(enum.StrEnum):
    """How neighbours count."""

    uniform = "uniform"


def test_values_of_numpy_and_enumerations_are_plain_values(tmp_path):
    params = {"n_neighbors": np.int64(3), "weights": Weights.uniform}
    case = Case(name="A", estimator="knn", params=params, grid={"p": np.arange(1, 3)})
    assert (case.params, case.grid) == ({"n_neighbors": 3, "weights": "uniform"}, {"p": [1, 2]})
    assert {type(value) for value in case.params.values()} == {int, str}
    for fields in ({"params": {"weights": len}}, {"grid": {"weights": [LogisticRegression()]}}):
        with pytest.raises(SuiteError, match="'weights'.* is a .*give the estimator object itself"):
            Case(name="A", estimator="knn", **fields)


def test_an_object_that_knows_its_parameters_is_described_by_them():
    described = describe_estimator(GaussianProcessClassifier(), None)
    assert described["class"] == "sklearn.gaussian_process._gpc.GaussianProcessClassifier"


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"estimator": RandomForestClassifier}, "is not an estimator; give a name, a dotted path"),
        (
            {"estimator": RandomForestClassifier(), "params": {"n_estimators": 3}},
            "already has its parameters and steps",
        ),
        ({"estimator": 3}, "3 is not an estimator"),
    ],
)
def test_what_is_no_case(fields, told):
    with pytest.raises(SuiteError, match=told):
        Case(name="A", **fields)


def test_a_key_is_for_objects_alone(tmp_path):
    suite = Suite(name="own", title="T", dataset="digits-8x8", cases=[Case(name="A", estimator="knn", key="x")])
    with pytest.raises(SuiteError, match="key is only for an estimator created in code"):
        run_suite(suite, out=tmp_path)


def test_a_data_set_and_estimators_of_ones_own(tmp_path):
    digits = load_dataset("digits-8x8").subsample(300)
    forest = RandomForestClassifier(10)
    suite = Suite(
        name="own",
        title="T",
        dataset=digits,
        cases=[Case(name="forest", estimator=forest, protocol={"repeats": 2}), Case(name="k-NN", estimator="knn")],
    )
    results = load_results(run_suite(suite, out=tmp_path / "run", threads=1))
    assert results["n_train"].tolist() == [300, 300, 300]
    assert set(results["fingerprint"]) == {digits.fingerprint}
    assert results["seed"].tolist() == [0, 1, 0]
    assert results["accuracy"].min() > 0.8
    assert forest.get_params() == RandomForestClassifier(10).get_params()
    assert not hasattr(forest, "estimators_")
    assert Store(tmp_path / "run").read_run().suite.cases[0].estimator.endswith("RandomForestClassifier")


SCRIPT = """
import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from hdr_bench import Case, Suite, load_results, run_suite

print("imported")

class Constant(ClassifierMixin, BaseEstimator):
    def __init__(self, label=0):
        self.label = label
    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self
    def predict(self, X):
        return np.full(len(X), self.label)

suite = Suite(name="own", title="T", dataset="digits-8x8", cases=[
    Case(name="constant", estimator=Constant(3), key="constant-3"),
    Case(name="searched", estimator=Constant(), key="constant", grid={"label": [1, 2]},
         protocol={"kind": "grid-search", "folds": 2}),
])
results = load_results(run_suite(suite, out="run", threads=1))
print(results["status"].tolist(), results["accuracy"].round(1).tolist(), results["size_bytes"].min() > 0)
"""


def test_a_script_without_a_main_guard_with_a_class_of_its_own(tmp_path):
    (tmp_path / "script.py").write_text(SCRIPT)
    ran = subprocess.run([sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.stdout.splitlines() == ["imported", "['ok', 'ok'] [0.1, 0.1] True"], ran.stderr


MODULE = """
from hdr_bench import load_dataset
from sklearn.dummy import DummyClassifier

class Mine(DummyClassifier):
    pass

def few_digits():
    return load_dataset("digits-8x8").subsample(100)

def nothing():
    return 3

def ends():
    raise SystemExit("no data")
"""


def test_dotted_paths_beside_the_suite(tmp_path):
    (tmp_path / "own_module.py").write_text(MODULE)
    toml = 'title = "T"\ndataset = "own_module.{}"\n[[case]]\nname = "mine"\nestimator = "own_module.Mine"\n'
    for made in ("few_digits", "nothing", "ends", "no_such"):
        (tmp_path / f"{made}.toml").write_text(toml.format(made))
    ran = run_suite(tmp_path / "few_digits.toml", out=tmp_path / "run", threads=1)
    assert load_results(ran)["n_train"].tolist() == [100]
    for name, told in (
        ("nothing", "own_module.nothing returned a value of type int; it must return a Dataset"),
        ("ends", "own_module.ends failed: SystemExit: no data"),
        ("no_such", "unknown dataset in own_module 'no_such'"),
    ):
        with pytest.raises(HdrBenchError, match=told):
            run_suite(tmp_path / f"{name}.toml", out=tmp_path / "other", threads=1)
    assert not (tmp_path / "other").exists()
    del sys.modules["own_module"]


def _nested(levels):
    value = {"a": 1}
    for _ in range(levels - 1):
        value = [value]
    return value


def test_values_are_nested_as_deep_as_every_reader_of_records_follows():
    assert plain_mapping({"a": _nested(DEEPEST - 1)}, "params") == {"a": _nested(DEEPEST - 1)}
    for levels in (DEEPEST, 300):
        with pytest.raises(ValueError, match="^params must be nested in at most 50 levels, got more$"):
            plain_mapping({"a": _nested(levels)}, "params")
        model = KNeighborsClassifier(metric_params=_nested(levels))
        with pytest.raises(ValueError, match=r"no stable key: a parameter is nested in more than 50 levels; "):
            describe_estimator(model, None)
        assert describe_estimator(model, "k-1")["params"]["metric_params"].startswith("[[[")
