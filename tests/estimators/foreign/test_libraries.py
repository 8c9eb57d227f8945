"""Estimators of CatBoost, LightGBM, XGBoost and skorch: made by name with their parameters, seeded, given threads."""

import importlib.util

import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from hdr_bench.estimators import make_estimator
from hdr_bench.estimators.foreign.libraries import is_stochastic, library_of, open_seeds, settings_for
from hdr_bench.estimators.foreign.parameters import all_params
from hdr_bench.exceptions import EstimatorError, ModuleImportError, UnknownNameError
from hdr_bench.experiments.planning.classifiers import check_classifier

pytestmark = pytest.mark.usefixtures("standins")
CATBOOST, LIGHTGBM, XGBOOST = "catboost.CatBoostClassifier", "lightgbm.LGBMClassifier", "xgboost.XGBClassifier"
SKORCH = "skorch.NeuralNetClassifier"


def _needs(*names):
    for name in names:
        root = name.partition(".")[0]
        if importlib.util.find_spec(root) is None:
            pytest.skip(f"{root} is not installed")


@pytest.mark.parametrize(
    ("name", "params"),
    [
        (CATBOOST, {"iterations": 2, "verbose": False}),
        (LIGHTGBM, {"n_estimators": 2, "verbose": -1, "min_data_in_leaf": 3}),
        (XGBOOST, {"n_estimators": 2, "max_depth": 3}),
        ("boosted.Few", {"iterations": 3}),
        ("boosted.OwnNet", {"lr": 0.1, "module__hidden": 8}),
    ],
)
def test_parameters_by_name_and_by_keyword(name, params):
    _needs(name)
    made = make_estimator(name, **params)
    assert {key: made.get_params()[key] for key in params} == params
    check_classifier(made)


def test_classes_of_a_network_are_dotted_paths():
    net = make_estimator(SKORCH, module="boosted.Flat", criterion="torch.nn.CrossEntropyLoss", module__hidden=8)
    assert (net.module.__name__, net.criterion, net.module__hidden) == ("Flat", torch.nn.CrossEntropyLoss, 8)
    assert make_estimator("boosted.OwnNet", module="boosted.Flat").module is net.module
    with pytest.raises(
        UnknownNameError, match="unknown module of NeuralNetClassifier in boosted 'Flatt'. Did you mean"
    ):
        make_estimator(SKORCH, module="boosted.Flatt")
    with pytest.raises(
        UnknownNameError, match="criterion of NeuralNetClassifier 'no_such.Loss': there is no module no_such"
    ):
        make_estimator(SKORCH, module="boosted.Flat", criterion="no_such.Loss")


@pytest.mark.parametrize(
    ("name", "params", "error", "told"),
    [
        (CATBOOST, {"iteration": 2}, UnknownNameError, "unknown parameter of CatBoostClassifier 'iteration'. Did you"),
        ("boosted.Few", {"verbose": 1}, UnknownNameError, "unknown parameter of Few 'verbose'"),
        (
            "boosted.OwnNet",
            {"max_epoch": 2},
            UnknownNameError,
            "parameter of OwnNet 'max_epoch'. Did you mean 'max_epochs'",
        ),
        (SKORCH, {"module__hidden": 2}, EstimatorError, "NeuralNetClassifier cannot be created with .*'module'"),
        ("boosted_missing.Net", {}, UnknownNameError, "there is no module boosted_missing"),
    ],
)
def test_what_a_library_refuses_is_refused_when_it_is_made(name, params, error, told):
    with pytest.raises(error, match=told):
        make_estimator(name, **params)


@pytest.mark.parametrize(
    "name",
    ["catboost.CatBoostRegressor", "lightgbm.LGBMRegressor", "xgboost.XGBRegressor", "skorch.NeuralNetRegressor"],
)
def test_regressors_are_refused(name):
    _needs(name)
    params = {"module": "boosted.Flat"} if name.startswith("skorch") else {}
    with pytest.raises(
        EstimatorError, match=f"{name.partition('.')[2]} is a regressor; only classifiers can be compared"
    ):
        check_classifier(make_estimator(name, **params))


@pytest.mark.parametrize(
    ("name", "params", "seeds", "settings"),
    [
        (CATBOOST, {}, ["random_seed"], {"thread_count": 3, "allow_writing_files": False}),
        (CATBOOST, {"random_state": 5, "thread_count": 2, "train_dir": "kept"}, [], {}),
        (LIGHTGBM, {}, ["random_state"], {"n_jobs": 3}),
        (LIGHTGBM, {"seed": 5, "num_threads": 2}, [], {}),
        (XGBOOST, {}, ["random_state"], {"n_jobs": 3}),
        (XGBOOST, {"random_state": 0, "n_jobs": 1}, [], {}),
        ("boosted.Few", {}, ["random_seed"], {"allow_writing_files": False}),
        ("boosted.OwnNet", {}, [], {}),
        ("sklearn.ensemble.RandomForestClassifier", {}, ["random_state"], {}),
    ],
)
def test_seeds_and_threads_are_set_unless_they_are_given(name, params, seeds, settings):
    _needs(name)
    model = make_estimator(name, **params)
    assert open_seeds(model) == seeds
    assert settings_for(model, 3) == settings
    pipeline = make_pipeline(StandardScaler(), model)
    step = pipeline.steps[-1][0]
    assert open_seeds(pipeline) == [f"{step}__{seed}" for seed in seeds]
    nested = {f"{step}__{key}": value for key, value in settings.items()}
    assert settings_for(pipeline, 3) == nested
    pipeline.set_params(**nested)
    assert settings.items() <= model.get_params().items()


def test_only_nets_of_skorch_draw_from_the_global_generators():
    net, cnn, seeded = make_estimator("boosted.OwnNet"), make_estimator("cnn"), make_estimator("cnn", random_state=1)
    stochastic = [net, make_pipeline(StandardScaler(), net), cnn]
    assert all(is_stochastic(model, all_params(model)) for model in stochastic)
    assert not is_stochastic(seeded, all_params(seeded))
    assert library_of(type(make_estimator("mlp"))) is None


def test_a_constructor_that_ends_the_program(tmp_path, monkeypatch):
    (tmp_path / "ending.py").write_text(
        "from sklearn.dummy import DummyClassifier\nclass Mine(DummyClassifier):\n"
        "    def __init__(self, **others): raise SystemExit('no licence')\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(EstimatorError, match="Mine cannot be created with {'a': 1}: SystemExit: no licence"):
        make_estimator("ending.Mine", a=1)


def test_a_class_of_a_network_whose_module_fails(tmp_path, monkeypatch):
    (tmp_path / "failing_net.py").write_text("1 / 0")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(
        ModuleImportError, match=r"failing_net\.py, line 1: the module 'failing_net' cannot be imported"
    ):
        make_estimator(SKORCH, module="failing_net.Net")


def test_classes_need_not_be_hashable():
    class Unhashable(type):
        __hash__ = None

        def __eq__(cls, other):
            return NotImplemented

    class Derived(LogisticRegression, metaclass=Unhashable):
        pass

    assert library_of(Derived) is None
