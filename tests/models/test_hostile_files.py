"""Files that are no model files, damaged ones, and such as somebody made to do harm: one clear error, no code run."""

import io
import json
import os
import pickle
import subprocess
import sys
import tracemalloc
import warnings
import zipfile

import joblib
import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.cluster import KMeans
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from hdr_bench import load_card, load_model, save_model
from hdr_bench.estimators import TRANSFORMERS
from hdr_bench.exceptions import ModelFileError, ModelNotFoundError, ModelSaveError
from hdr_bench.models.file_format import FORMAT_VERSION, pack_pickle
from tests.helpers.fitted_models import digits, fitted, fitted_transformers
from tests.helpers.model_files import RAN, Harm, members_of, nodes_of, tree_of, with_tree, write_members, zip_of


@pytest.fixture(autouse=True)
def _nothing_runs():
    RAN.clear()
    yield
    assert RAN == []


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("saved")
    return {name: save_model(fitted(name), folder / f"{name}.hdrm") for name in ("tree", "svm", "knn", "cnn", "linear")}


def refuse(path, words, **options):
    with pytest.raises(ModelFileError) as refused:
        load_model(path, **options)
    message = str(refused.value)
    assert str(path) in message
    assert words in message, message
    assert "\n" not in message
    return message


def test_what_is_not_there(tmp_path):
    with pytest.raises(ModelNotFoundError, match="no such file; hdr-bench fit"):
        load_model(tmp_path / "none.hdrm")
    with pytest.raises(FileNotFoundError):
        load_card(tmp_path / "none.hdrm")


def test_what_is_no_file(tmp_path):
    refuse(tmp_path, "Is a directory")
    os.mkfifo(tmp_path / "pipe")
    refuse(tmp_path / "pipe", "Not a regular file")


def _torch_file():
    buffer = io.BytesIO()
    torch.save({"weight": torch.zeros(3)}, buffer)
    return buffer.getvalue()


def _joblib_file():
    buffer = io.BytesIO()
    joblib.dump(Harm(), buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not a model file"),
        (b"label,pixel0\n1,2\n", "not a model file"),
        (pickle.dumps(Harm()), "not a model file"),
        (_joblib_file(), "not a model file"),
        (_torch_file(), "no format.json"),
        (zip_of({"card.json": b"{}"}), "no format.json"),
        (zip_of({"format.json": b"{}"}), "checksum"),
    ],
    ids=["empty", "text", "pickle", "joblib", "torch", "zip", "unsealed"],
)
def test_foreign_files(content, words, tmp_path):
    path = tmp_path / "model.hdrm"
    path.write_bytes(content)
    refuse(path, words)
    refuse(path, words, trust=True)
    with pytest.raises(ModelFileError):
        load_card(path)


def test_cut_off_anywhere(saved, tmp_path):
    content, path = saved["tree"].read_bytes(), tmp_path / "cut.hdrm"
    for length in range(0, len(content), max(len(content) // 60, 1)):
        path.write_bytes(content[:length])
        refuse(path, "not a model file" if length < len(content) - 100 else "")


def test_a_newer_format(saved, tmp_path):
    newer = {"format": "hdr-bench model", "version": FORMAT_VERSION + 1}
    path = write_members(tmp_path / "new.hdrm", members_of(saved["tree"]) | {"format.json": json.dumps(newer).encode()})
    assert "use a newer version" in refuse(path, f"of format {FORMAT_VERSION + 1}")
    for version in (None, 0, "1", True, [1]):
        changed = json.dumps({"format": "hdr-bench model", "version": version}).encode()
        refuse(write_members(path, members_of(saved["tree"]) | {"format.json": changed}), "damaged")
    other = json.dumps({"format": "another", "version": 1}).encode()
    refuse(write_members(path, members_of(saved["tree"]) | {"format.json": other}), "another format")


def test_a_pickle_inside_runs_only_if_it_is_trusted(tmp_path):
    path = tmp_path / "model.hdrm"
    path.write_bytes(pack_pickle(b"{}", pickle.dumps(Harm())))
    refuse(path, "trust=True (--trust)")
    assert RAN == []
    load_model(path, trust=True)
    assert RAN == ["code of the file"]
    RAN.clear()


def test_a_pickle_in_the_place_of_arrays(saved, tmp_path):
    members = members_of(saved["linear"])
    buffer = io.BytesIO()
    np.save(buffer, np.array([Harm()], dtype=object), allow_pickle=True)
    for content, words in ((buffer.getvalue(), "Python objects"), (pickle.dumps(Harm()), "damaged")):
        path = write_members(tmp_path / "model.hdrm", members | {"arrays/0.npy": content})
        refuse(path, words)
        refuse(path, words, trust=True)


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


def test_bytes_that_would_become_far_larger_arrays(saved, tmp_path):
    members = members_of(saved["linear"])
    described = json.loads(members["model.json"])
    buffer = io.BytesIO()
    np.save(buffer, np.zeros(30 << 20, np.uint8))
    changed = {"arrays/0.npy": buffer.getvalue(), "model.json": json.dumps(described | {"dtypes": ["<f8"]}).encode()}
    refuse(write_members(tmp_path / "m.hdrm", members | changed), "far more")


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


def _with_array(source, path, place, change):
    members = members_of(source)
    name = f"arrays/{place}.npy"
    buffer = io.BytesIO()
    np.save(buffer, change(np.load(io.BytesIO(members[name]))))
    return write_members(path, members | {name: buffer.getvalue()})


def _set(place, value):
    def change(array):
        array[place] = value
        return array

    return change


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("left_child", 0),
        ("left_child", 10**6),
        ("right_child", -7),
        ("right_child", 0),
        ("feature", 64),
        ("feature", -3),
    ],
)
def test_trees_that_lead_out_of_their_arrays(column, value, saved, tmp_path):
    parts = tree_of(saved["tree"])["tree"]["state"]["tree_"]["parts"]
    place = parts["nodes"]["items"]
    node = next(node for key, node in place if key == column)
    refuse(_with_array(saved["tree"], tmp_path / "m.hdrm", node["place"], _set(0, value)), "it holds a tree")


def test_a_tree_on_more_features_than_its_estimator(saved, tmp_path):
    path = with_tree(saved["tree"], tmp_path / "m.hdrm", lambda tree: tree["state"].update(n_features_in_=3))
    refuse(path, "another number of features")


@pytest.mark.parametrize("attribute", ["_n_support", "support_vectors_", "_dual_coef_", "_intercept_", "support_"])
def test_support_vector_machines_whose_arrays_do_not_fit(attribute, saved, tmp_path):
    place = tree_of(saved["svm"])["tree"]["state"]["svc_"]["state"][attribute]["place"]
    refuse(_with_array(saved["svm"], tmp_path / "m.hdrm", place, lambda array: array[1:]), attribute)
    if attribute == "_n_support":
        refuse(_with_array(saved["svm"], tmp_path / "m.hdrm", place, lambda array: array * 1000), "does not fit")


def test_a_tree_that_is_deeper_than_it_says(saved, tmp_path):
    path = with_tree(
        saved["tree"], tmp_path / "m.hdrm", lambda tree: tree["state"]["tree_"]["parts"].update(max_depth=0)
    )
    refuse(path, "deeper than the 0 levels")


@pytest.mark.parametrize("changes", [{"_impl": "epsilon_svr"}, {"classes_": [0]}], ids=["kind", "classes"])
def test_a_support_vector_machine_of_another_kind(changes, saved, tmp_path):
    path = with_tree(saved["svm"], tmp_path / "m.hdrm", lambda tree: tree["state"]["svc_"]["state"].update(changes))
    refuse(path, "of another kind than its class")


OUTSIDE = {
    "boosting": (
        GradientBoostingClassifier(n_estimators=2, max_depth=1, init="zero"),
        "estimators_",
        lambda trees: np.tile(trees, (1, 200)),
    ),
    "boosting from another start": (
        GradientBoostingClassifier(n_estimators=2, max_depth=1, init=DummyClassifier()),
        "init_",
        lambda _: DummyClassifier().fit([[0]] * 3, [0, 1, 2]),
    ),
    "clusters": (KMeans(20, n_init=1), "cluster_centers_", lambda centers: np.ascontiguousarray(centers[:, :1])),
    "neighbours": (KNeighborsClassifier(), "_y", lambda labels: labels + 10**9),
    "fewer neighbours": (KNeighborsClassifier(), "_y", lambda labels: labels[:3]),
}


@pytest.mark.parametrize("name", OUTSIDE)
def test_compiled_code_reads_and_writes_within_its_arrays(name, tmp_path, monkeypatch):
    """scikit-learn's own classes: what would crash, or write beyond an array, is refused before it predicts."""
    model, attribute, change = OUTSIDE[name]
    model = clone(model).fit(digits().train.X, digits().train.y)
    setattr(model, attribute, change(getattr(model, attribute)))
    with pytest.raises(ModelSaveError, match="no model file holds it"):
        save_model(model, tmp_path / "m.hdrm")
    monkeypatch.setattr("hdr_bench.models.encoding.check_made", lambda _: None)
    refuse(save_model(model, tmp_path / "m.hdrm"), "damaged")


def test_archives_that_would_fill_the_memory(saved, tmp_path):
    members, n_bytes = members_of(saved["linear"]), 120 << 20
    header = np.zeros(1)
    buffer = io.BytesIO()
    np.save(buffer, header)
    claims = buffer.getvalue().replace(b"(1,)", b"(99999999999,)", 1)[: len(buffer.getvalue())]
    tracemalloc.start()
    try:
        refuse(write_members(tmp_path / "m.hdrm", members | {"arrays/0.npy": claims}), "damaged")
        for name in ("arrays/0.npy", "model.json", "card.json", "format.json"):
            path = write_members(tmp_path / "m.hdrm", members | {name: bytes(n_bytes)})
            tracemalloc.reset_peak()
            before = tracemalloc.get_traced_memory()[0]
            refuse(path, "damaged")
            assert tracemalloc.get_traced_memory()[1] - before < n_bytes // 8, name
    finally:
        tracemalloc.stop()


def test_brackets_without_end(saved, tmp_path):
    deep = b'{"dtypes":[],"tree":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    refuse(write_members(tmp_path / "m.hdrm", members_of(saved["tree"]) | {"model.json": deep}), "damaged")
    nested = None
    for _ in range(300):
        nested = [nested]
    refuse(with_tree(saved["tree"], tmp_path / "m.hdrm", lambda _: nested), "levels")


def test_names_of_members_are_no_paths(saved, tmp_path):
    members = members_of(saved["linear"]) | {"../../outside.txt": b"text", "/tmp/hdr-bench-outside.txt": b"text"}
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    model = load_model(write_members(folder / "m.hdrm", members))
    np.testing.assert_array_equal(model.predict(digits().test.X), fitted("linear").predict(digits().test.X))
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a", "b", "m.hdrm"]


def test_two_members_of_one_name(saved, tmp_path):
    path = tmp_path / "m.hdrm"
    with zipfile.ZipFile(path, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, content in members_of(saved["tree"]).items():
            archive.writestr(name, content)
        archive.writestr("model.json", b"{}")
    refuse(path, "two members of one name")


def test_names_that_would_steer_a_terminal(tmp_path):
    path = tmp_path / "a\x1b[31m.hdrm"
    path.write_bytes(b"no model")
    with pytest.raises(ModelFileError) as refused:
        load_model(path)
    assert "\x1b" not in str(refused.value)


@pytest.fixture
def _no_code(monkeypatch):
    def harm(*_args, **_options):
        RAN.append("called")
        raise AssertionError("a file had something called")

    for module, name in ((os, "system"), (subprocess, "Popen"), (pickle, "loads"), (pickle, "load")):
        monkeypatch.setattr(module, name, harm)


CHANGES = st.lists(
    st.tuples(st.integers(0, 2**32), st.sampled_from(["flip", "cut", "double", "zero"])), min_size=1, max_size=5
)


@pytest.mark.usefixtures("_no_code")
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=CHANGES, is_sealed=st.booleans(), name=st.sampled_from(["tree", "svm", "linear"]))
def test_random_damage(changes, is_sealed, name, saved, tmp_path):
    """Bytes of the archive, or of a member whose archive is sealed again."""
    path = tmp_path / "m.hdrm"
    if is_sealed:
        members = members_of(saved[name])
        for place, kind in changes:
            member = sorted(members)[place % len(members)]
            members[member] = damage(members[member], place, kind)
        write_members(path, members)
    else:
        content = saved[name].read_bytes()
        for place, kind in changes:
            content = damage(content, place, kind)
        path.write_bytes(content)
    _load_or_refuse(path)


def damage(content, place, kind):
    if not content:
        return b"\0"
    place %= len(content)
    if kind == "flip":
        return content[:place] + bytes([content[place] ^ 1 << place % 8]) + content[place + 1 :]
    if kind == "cut":
        return content[:place]
    if kind == "double":
        return content[:place] + content[place // 2 :]
    return content[:place] + bytes(min(8, len(content) - place)) + content[place + 8 :]


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from([[], {}, {"kind": "array", "place": 0}, {"kind": "again", "number": 1}, "__class__", "O", "eval"]),
)


@pytest.mark.usefixtures("_no_code")
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.lists(st.tuples(st.integers(0, 2**32), VALUES), min_size=1, max_size=3),
    name=st.sampled_from(["tree", "svm", "knn", "cnn", "linear"]),
)
def test_values_put_anywhere(changes, name, saved, tmp_path):
    def change(tree):
        for place, value in changes:
            nodes = [node for node in nodes_of(tree) if node]
            node = nodes[place % len(nodes)]
            keys = list(node) if isinstance(node, dict) else range(len(node))
            node[keys[place // 7 % len(keys)]] = value

    _load_or_refuse(with_tree(saved[name], tmp_path / "m.hdrm", change))


def _load_or_refuse(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            load_model(path)
        except ModelFileError as error:
            assert "\n" not in str(error)


WITHOUT = """
import json, sys
for name in ("sklearnex", "daal4py", "onedal", "faiss"):
    sys.modules[name] = None
from importlib import util
find = util.find_spec
util.find_spec = lambda name, *rest: None if name in ("sklearnex", "faiss") else find(name, *rest)
import hdr_bench.estimators.engines as engines
engines.find_spec = util.find_spec
from hdr_bench import load_dataset, load_model
X = load_dataset("digits-8x8").test.X
for path in sys.argv[1:]:
    model = load_model(path)
    print(json.dumps([model.engine_, model.predict(X).tolist()]))
"""


def test_what_oned_al_and_faiss_made_is_read_without_them(saved):
    assert [fitted(name).engine_ for name in ("svm", "knn")] == ["onedal", "faiss"]
    paths = [str(saved[name]) for name in ("svm", "knn")]
    told = subprocess.run([sys.executable, "-c", WITHOUT, *paths], capture_output=True, text=True, check=True)
    assert told.stderr == ""
    for line, name, engine in zip(told.stdout.splitlines(), ("svm", "knn"), ("libsvm", "scikit-learn"), strict=True):
        there = json.loads(line)
        assert there[0] == engine
        np.testing.assert_array_equal(there[1], fitted(name).predict(digits().test.X))


def test_nothing_of_oned_al_is_in_the_file(saved):
    for content in members_of(saved["svm"]).values():
        assert b"onedal." not in content
        assert b"sklearnex." not in content
