"""Arrays that are forged, or lead compiled code out of itself: refused before anything predicts."""

import io
import json
import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.cluster import KMeans
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.neighbors import KNeighborsClassifier

from hdr_bench import save_model
from hdr_bench.exceptions import ModelSaveError
from tests.helpers.fitted_models import digits
from tests.helpers.model_files import Harm, members_of, refuse, tree_of, with_tree, write_members

pytestmark = pytest.mark.usefixtures("_nothing_runs")


def test_a_pickle_in_the_place_of_arrays(saved, tmp_path):
    members = members_of(saved["linear"])
    buffer = io.BytesIO()
    np.save(buffer, np.array([Harm()], dtype=object), allow_pickle=True)
    for content, words in ((buffer.getvalue(), "Python objects"), (pickle.dumps(Harm()), "damaged")):
        path = write_members(tmp_path / "model.hdrm", members | {"arrays/0.npy": content})
        refuse(path, words)
        refuse(path, words, trust=True)


def test_bytes_that_would_become_far_larger_arrays(saved, tmp_path):
    members = members_of(saved["linear"])
    described = json.loads(members["model.json"])
    buffer = io.BytesIO()
    np.save(buffer, np.zeros(30 << 20, np.uint8))
    changed = {"arrays/0.npy": buffer.getvalue(), "model.json": json.dumps(described | {"dtypes": ["<f8"]}).encode()}
    refuse(write_members(tmp_path / "m.hdrm", members | changed), "far more")


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
    refuse(_with_array(saved["tree"], tmp_path / "m.hdrm", node["place"], _set(0, value)), "it contains a tree")


def test_a_tree_on_more_features_than_its_estimator(saved, tmp_path):
    path = with_tree(saved["tree"], tmp_path / "m.hdrm", lambda tree: tree["state"].update(n_features_in_=3))
    refuse(path, "number of features differs")


def test_a_tree_that_is_deeper_than_it_says(saved, tmp_path):
    path = with_tree(
        saved["tree"], tmp_path / "m.hdrm", lambda tree: tree["state"]["tree_"]["parts"].update(max_depth=0)
    )
    refuse(path, "deeper than the declared 0 levels")


@pytest.mark.parametrize("attribute", ["_n_support", "support_vectors_", "_dual_coef_", "_intercept_", "support_"])
def test_support_vector_machines_whose_arrays_do_not_fit(attribute, saved, tmp_path):
    place = tree_of(saved["svm"])["tree"]["state"]["svc_"]["state"][attribute]["place"]
    refuse(_with_array(saved["svm"], tmp_path / "m.hdrm", place, lambda array: array[1:]), attribute)
    if attribute == "_n_support":
        refuse(_with_array(saved["svm"], tmp_path / "m.hdrm", place, lambda array: array * 1000), "does not fit")


@pytest.mark.parametrize("changes", [{"_impl": "epsilon_svr"}, {"classes_": [0]}], ids=["kind", "classes"])
def test_a_support_vector_machine_of_another_kind(changes, saved, tmp_path):
    path = with_tree(saved["svm"], tmp_path / "m.hdrm", lambda tree: tree["state"]["svc_"]["state"].update(changes))
    refuse(path, "whose kind does not match its class")


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
    with pytest.raises(ModelSaveError, match="a model file cannot store it"):
        save_model(model, tmp_path / "m.hdrm")
    monkeypatch.setattr("hdr_bench.models.encoding.check_made", lambda _: None)
    refuse(save_model(model, tmp_path / "m.hdrm"), "damaged")
