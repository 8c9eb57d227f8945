"""Descriptions of estimators that name what no file may name, or would fill the memory: one clear error."""

import pytest
from sklearn.dummy import DummyClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from hdr_bench import load_model, save_model
from hdr_bench.estimators import TRANSFORMERS
from tests.helpers.fitted_models import digits, fitted, fitted_transformers
from tests.helpers.model_files import members_of, refuse, with_tree, write_members

pytestmark = pytest.mark.usefixtures("_nothing_runs")


@pytest.mark.parametrize(
    "node",
    [
        {"kind": "own", "class": "os.system", "state": {}},
        {"kind": "own", "class": ["SVMClassifier"], "state": {}},
        *(
            {"kind": "scikit-learn", "class": name, "state": {}}
            for name in (
                "builtins.eval",
                "subprocess.Popen",
                "sklearn.svm.tests.test_svm.SVC",
                "sklearn.tests.test_base.MyEstimator",
                "sklearn.utils._mocking.CheckingClassifier",
                "sklearn.feature_extraction.text.CountVectorizer",
                "sklearn.ensemble._base.Parallel",
                "sklearn.svm._classes.BaseEstimator",
                "sklearn.svm._classes.Nothing",
                "sklearn.svm._nothing.SVC",
                "sklearn.datasets._base.Bunch",
                "sklearn.svm..SVC",
                "sklearn.svm._classes.SVC\n",
                7,
            )
        ),
        {"kind": "function of numpy", "name": "load"},
        {"kind": "function of numpy", "name": "__builtins__"},
        {"kind": "score of features", "name": "SelectKBest"},
        {"kind": "score of features", "name": ["chi2"]},
        {"kind": "dtype", "name": "O"},
        {"kind": "scalar type", "name": "object"},
        {"kind": "again", "number": 0},
        {"kind": "again", "number": -1},
        {"kind": "array", "place": -1},
        {"kind": "array", "place": 10**9},
        {"kind": "leaf", "place": 0},
        {"kind": "loss", "parts": {"name": "__loader__", "n_classes": 3}},
        {"kind": "loss of gradient descent", "parts": {"name": "exec", "arguments": []}},
        {"kind": "sparse matrix", "parts": {"class": "save_npz"}},
        {"kind": "search tree", "parts": {"class": "NearestNeighbors", "metric": "euclidean"}},
        {"kind": "objects", "shape": [10**12], "items": []},
        {"kind": "random state", "parts": {"keys": [1], "place": 0, "has_gauss": 0, "gauss": 0.0}},
        {"state": {}},
        {"kind": {}},
        {},
        [],
        "text",
        7,
    ],
    ids=str,
)
def test_what_a_file_may_not_name(node, saved, tmp_path):
    refuse(with_tree(saved["tree"], tmp_path / "model.hdrm", lambda _: node), "damaged")


def test_values_that_no_parameter_can_have(saved, tmp_path):
    for name, value in (("kernel", "rm -rf"), ("C", -1), ("engine", {"kind": "tuple", "items": []})):
        path = with_tree(saved["svm"], tmp_path / "m.hdrm", lambda tree, n=name, v=value: tree["state"].update({n: v}))
        refuse(path, name)


def test_networks_that_would_fill_the_memory(saved, tmp_path):
    for layers in ("99999999N", "1000x99999N", "R99999999-2C3-8N", "2C3p9999999-8N", "9" * 5000 + "N", "x"):
        path = with_tree(saved["cnn"], tmp_path / "m.hdrm", lambda tree, v=layers: tree["state"].update(layers=v))
        refuse(path, "damaged")


@pytest.mark.parametrize(
    ("name", "attribute", "value"),
    [
        ("cnn", "n_jobs", 10**9),
        ("linear", "_n_threads", 10**9),
        ("resize", "size", [10**5, 10**5]),
        ("blur", "sigma", 1e9),
        ("polynomial", "degree", 60),
        ("polynomial", "degree", 3),
    ],
)
def test_what_would_fill_the_memory_later(name, attribute, value, tmp_path):
    model = fitted_transformers()[name] if name in TRANSFORMERS else fitted(name)
    path = save_model(model, tmp_path / "m.hdrm")
    refuse(with_tree(path, path, lambda tree: tree["state"].update({attribute: value})), "damaged")


def _with_text(source, path, text):
    return write_members(path, members_of(source) | {"model.json": text})


@pytest.mark.parametrize(
    ("tree", "words"),
    [
        # Keys that all have one hash.
        (b'{"kind":"set","items":[' + b",".join(b"%d" % (n * (2**61 - 1)) for n in range(20_000)) + b"]}", "keys"),
        (b'{"kind":"dict","items":[' + b",".join(b"[%d,0]" % n for n in range(20_000)) + b"]}", "keys"),
        (b"[" + b"[]," * 2_700_000 + b"[]]", "far more"),
    ],
    ids=["set", "table", "lists"],
)
def test_texts_that_would_take_long_or_fill_the_memory(saved, tmp_path, tree, words):
    refuse(_with_text(saved["linear"], tmp_path / "m.hdrm", b'{"dtypes":[],"tree":' + tree + b"}"), words)


def test_brackets_without_end(saved, tmp_path):
    deep = b'{"dtypes":[],"tree":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    refuse(write_members(tmp_path / "m.hdrm", members_of(saved["tree"]) | {"model.json": deep}), "damaged")
    nested = None
    for _ in range(300):
        nested = [nested]
    refuse(with_tree(saved["tree"], tmp_path / "m.hdrm", lambda _: nested), "levels")


def test_a_pipelines_folder_stays_behind(tmp_path):
    # A fit would read pickles from it.
    pipeline = make_pipeline(StandardScaler(), DummyClassifier(), memory=str(tmp_path / "folder"))
    data = digits()
    path = save_model(pipeline.fit(data.train.X, data.train.y), tmp_path / "m.hdrm")
    assert load_model(path).memory is None


def test_a_network_whose_batch_normalization_would_be_changed(saved, tmp_path):
    harm = {"kind": "dict", "items": [["forward", "eval"]]}
    path = with_tree(saved["cnn"], tmp_path / "m.hdrm", lambda tree: tree["state"].update(batch_norm_params=harm))
    refuse(path, "damaged")
