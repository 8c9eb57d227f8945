"""CatBoost, LightGBM, XGBoost and skorch's own net run as the library's methods do, from a file and in code."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

from hdr_bench import Case, Suite, load_results, run_suite
from hdr_bench.estimators.foreign.copying import copy_unfitted
from hdr_bench.estimators.foreign.parameters import all_params
from hdr_bench.exceptions import EstimatorError, SuiteError
from hdr_bench.experiments.planning.models import deciding_packages
from hdr_bench.experiments.planning.protocols import expand
from hdr_bench.records.fingerprints import describe_estimator, hides_parameters
from hdr_bench.records.options import Settings
from hdr_bench.records.store import Store
from tests.helpers.suites import parse_suite

pytestmark = pytest.mark.usefixtures("standins")
SHORT = {"module": "boosted.Flat", "criterion": "torch.nn.CrossEntropyLoss", "max_epochs": 2, "verbose": 0, "lr": 0.1}


def _suite(*cases, **changes):
    return parse_suite({"title": "T", "dataset": "digits-8x8", "case": list(cases), **changes}, "own", "own.toml")


def test_they_run_by_dotted_path_with_seeds_threads_and_no_files_in_the_working_folder(tmp_path, monkeypatch):
    pytest.importorskip("lightgbm")
    pytest.importorskip("xgboost")
    monkeypatch.chdir(tmp_path)
    suite = _suite(
        {
            "name": "CatBoost",
            "estimator": "catboost.CatBoostClassifier",
            "protocol": {"repeats": 2},
            "params": {"iterations": 2, "class_weights": [1.0] * 10},
        },
        {
            "name": "LightGBM",
            "estimator": "lightgbm.LGBMClassifier",
            "params": {"n_estimators": 2, "verbose": -1, "min_data_in_leaf": 5},
        },
        {
            "name": "XGBoost",
            "estimator": "xgboost.XGBClassifier",
            "params": {"n_estimators": 2},
            "steps": [{"name": "scale"}],
            "protocol": {"kind": "grid-search", "folds": 2},
            "grid": {"max_depth": [1, 3]},
        },
        {"name": "skorch", "estimator": "skorch.NeuralNetClassifier", "params": SHORT},
    )
    results = load_results(run_suite(suite, out="run", samples=200, threads=1))
    assert dict(zip(results["case"], results["status"], strict=True)) == dict.fromkeys(results["case"], "ok"), results[
        "error"
    ].tolist()
    assert results["seed"].tolist() == [0, 1, 0, 0, 0]
    assert not results["is_deterministic"].any()
    store = Store("run")
    boosted, _, light, extreme, net = (store.read(key) for key in results["key"])
    assert boosted.parameters["thread_count"] == 1
    assert [store.read(key).parameters["random_seed"] for key in results["key"][:2]] == [0, 1]
    assert (light.parameters["random_state"], light.parameters["n_jobs"]) == (0, 1)
    assert light.parameters["min_data_in_leaf"] == 5
    assert (extreme.parameters["random_state"], extreme.parameters["n_jobs"]) == (0, 1)
    assert extreme.searched.chosen == {"max_depth": 3}
    assert {"skorch", "torch"} <= net.trial.versions.keys()
    assert {"lightgbm", "numpy"} <= light.trial.versions.keys()
    assert results.set_index("case")["accuracy"][["LightGBM", "XGBoost"]].min() > 0.5
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_they_run_in_code_and_a_net_is_the_same_again(tmp_path):
    from boosted import Few, Flat, OwnNet
    from catboost import CatBoostClassifier
    from skorch import NeuralNetClassifier
    from torch.nn import CrossEntropyLoss

    plain = NeuralNetClassifier(Flat, criterion=CrossEntropyLoss, max_epochs=2, verbose=0, module__hidden=8)
    cases = [
        Case(name="skorch", estimator=plain, protocol={"repeats": 2}),
        Case(name="skorch, own", estimator=make_pipeline(MinMaxScaler(), OwnNet(lr=0.1)), key="net-1"),
        Case(name="CatBoost", estimator=CatBoostClassifier(iterations=2, class_weights=[1.0] * 10)),
        Case(name="own CatBoost", estimator=Few()),
    ]
    suite = Suite(name="own", title="T", dataset="digits-8x8", cases=cases)

    def accuracies(folder, only):
        results = load_results(run_suite(suite, out=tmp_path / folder, samples=200, threads=1, only=only))
        assert (results["status"] == "ok").all(), results["error"].tolist()
        nets = results[results["case"].str.startswith("skorch")]
        return len(results), nets["accuracy"].tolist()

    n_all, first = accuracies("run", None)
    n_nets, again = accuracies("again", "skorch*")
    assert (n_all, n_nets) == (5, 3)
    assert first == again
    assert not list(Path().glob("catboost_info"))


class Open(ClassifierMixin, BaseEstimator):
    """It has parameters that scikit-learn does not see."""

    def __init__(self, depth=1, **others):
        self.depth = depth
        self.others = others

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self


def test_hidden_parameters_are_kept_and_tell_two_methods_apart():
    model = Open(depth=2, width=3)
    assert hides_parameters(model)
    assert copy_unfitted(make_pipeline(MinMaxScaler(), model))[-1].others == {"width": 3}
    described = [describe_estimator(Open(width=width), None) for width in (3, 3, 4)]
    assert described[0] == described[1] != described[2]
    case = {
        "name": "A",
        "estimator": f"{__name__}.Open",
        "params": {"width": 3},
        "grid": {"depth": [1]},
        "protocol": {"kind": "grid-search"},
    }
    with pytest.raises(
        SuiteError, match=r"Open takes \*\*kwargs that its get_params does not return, and a search would lose them"
    ):
        _suite(case)


def test_what_cannot_be_cloned_is_copied():
    from boosted import Few, OwnNet
    from catboost import CatBoostClassifier

    model = CatBoostClassifier(class_weights=[1.0, 2.0], iterations=2)
    assert copy_unfitted(model).get_params() == model.get_params()
    assert copy_unfitted(model) is not model
    assert copy_unfitted(Few(3)).get_params() == {"iterations": 3, "verbose": False, "thread_count": 1}
    assert not hides_parameters(OwnNet())


class Uncopied(ClassifierMixin, BaseEstimator):
    """What copies it raises an error of many words."""

    def __init__(self, depth=1):
        self.depth = [depth]

    def __deepcopy__(self, memo):
        raise RuntimeError("x" * 20_000_000)


def test_what_an_estimator_raises_when_it_is_copied_is_cut():
    with pytest.raises(EstimatorError, match="^Uncopied cannot be copied: RuntimeError: xxx") as caught:
        copy_unfitted(Uncopied())
    assert len(str(caught.value)) < 2_000


def test_a_net_has_a_stable_key_of_its_own_and_versions_of_what_it_computes_with():
    from boosted import Few, Flat, OwnNet
    from skorch import NeuralNetClassifier

    def key(estimator):
        suite = Suite(name="own", title="T", dataset="digits-8x8", cases=[Case(name="A", estimator=estimator)])
        return expand(suite, Settings(threads=1))[0].key

    nets = [NeuralNetClassifier(Flat, module__hidden=hidden) for hidden in (8, 8, 16)]
    assert key(nets[0]) == key(nets[1]) != key(nets[2])
    own, few = (deciding_packages(model, all_params(model)) for model in (OwnNet(), Few()))
    assert {"skorch", "torch"} <= own
    assert not {"skorch", "torch"} & few


def _grid(estimator, grid, params=None, **case):
    return {
        "name": "A",
        "estimator": estimator,
        "params": params or {},
        "grid": grid,
        "protocol": {"kind": "grid-search", "folds": 2},
        **case,
    }


OPTIMIZERS = ["torch.optim.SGD", "torch.optim.Adam"]
CAT, NET = "catboost.CatBoostClassifier", "skorch.NeuralNetClassifier"


@pytest.mark.parametrize(
    ("estimator", "grid", "params"),
    [
        (CAT, {"learning_rate": [0.1, 0.2]}, {"iterations": 2, "class_weights": [1.0] * 10}),
        ("boosted.Few", {"learning_rate": [0.1, 0.2]}, {}),
        ("sklearn.multiclass.OneVsRestClassifier", {"estimator__verbose": [1]}, {"estimator": {"estimator": CAT}}),
        ("lightgbm.LGBMClassifier", {"min_data_in_leaf": [1, 5], "n_estimators": [2]}, {}),
        ("xgboost.XGBClassifier", {"rate_drop": [0.1], "max_depth": [1]}, {}),
        (NET, {"module__hidden": [4, 8], "optimizer__momentum": [0.1], "lr": [0.1]}, SHORT),
        (NET, {"callbacks__print_log__sink": ["print"]}, SHORT),
        ("boosted.OwnNet", {"module__hidden": [4, 8]}, {}),
    ],
)
def test_a_grid_names_whatever_an_estimator_takes(estimator, grid, params):
    if estimator.startswith(("lightgbm", "xgboost")):
        pytest.importorskip(estimator.partition(".")[0])
    (planned,) = expand(_suite(_grid(estimator, grid, params)), Settings(threads=1))
    assert planned.search.grid == grid
    stepped = _grid(estimator, grid, params, steps=[{"name": "scale"}])
    assert expand(_suite(stepped), Settings(threads=1))


@pytest.mark.parametrize(
    ("estimator", "name", "params", "told"),
    [
        (CAT, "iteration", {}, "unknown parameter of CatBoostClassifier 'iteration'. Did you mean 'iterations'?"),
        ("boosted.Few", "iteration", {}, "unknown parameter of Few 'iteration'. Did you mean 'iterations'?"),
        (NET, "max_epoch", SHORT, "unknown parameter of NeuralNetClassifier 'max_epoch'. Did you mean 'max_epochs'?"),
        (NET, "modul__hidden", SHORT, "unknown part of NeuralNetClassifier 'modul'. Did you mean 'module'?"),
        (NET, "callbacks__other__sink", SHORT, "unknown parameter of NeuralNetClassifier 'callbacks__other__sink'"),
        ("knn", "neighbors", {}, "unknown parameter of KNNClassifier 'neighbors'. Did you mean 'n_neighbors'?"),
        (NET, "optimizer", SHORT, "unknown optimizer of NeuralNetClassifier in torch.optim 'Sdg'. Did you mean 'SGD'?"),
        ("svm", "kernel__C", {}, "unknown parameter of SVMClassifier 'kernel__C'."),
    ],
)
def test_what_an_estimator_does_not_take_is_refused(estimator, name, params, told):
    for steps in ([], [{"name": "scale"}]):
        with pytest.raises(SuiteError, match=re.escape(told)):
            _suite(_grid(estimator, {name: ["torch.optim.Sdg", 2]}, params, steps=steps))


def test_a_search_over_other_libraries_parameters_chooses_among_them(tmp_path):
    weighted = {"iterations": 2, "class_weights": [1.0] * 10}
    suite = _suite(
        _grid(CAT, {"learning_rate": [0.1, 0.2]}, weighted, steps=[{"name": "scale"}]),
        _grid(NET, {"module__hidden": [2, 64], "optimizer": OPTIMIZERS}, SHORT, name="net"),
    )
    results = load_results(run_suite(suite, out=tmp_path / "run", samples=200, threads=1))
    assert results["status"].tolist() == ["ok", "ok"], results["error"].tolist()
    boosted, net = (Store(tmp_path / "run").read(key) for key in results["key"])
    assert boosted.searched.chosen == {"learning_rate": 0.1}
    assert boosted.parameters["class_weights"] == [1.0] * 10
    assert net.searched.chosen["module__hidden"] == net.parameters["module__hidden"] == 64
    assert net.searched.chosen["optimizer"] in OPTIMIZERS
    assert [one.params["optimizer"] for one in net.searched.candidates] == [*OPTIMIZERS] * 2
    assert json.loads(results["chosen"][1]) == net.searched.chosen
