"""Estimators of scikit-learn as somebody might forge them: what compiled code would believe is refused at once."""

import pytest
import sklearn
from sklearn.base import clone
from sklearn.neighbors import KNeighborsClassifier, LocalOutlierFactor

from hdr_bench import load_model, save_model
from hdr_bench.exceptions import ModelFileError, ModelSaveError
from tests.helpers.fitted_models import digits, fitted
from tests.helpers.model_files import with_tree


@pytest.mark.parametrize(
    "model", [KNeighborsClassifier(algorithm="brute"), LocalOutlierFactor(novelty=True)], ids=lambda each: str(each)[:5]
)
def test_neighbours_on_other_features_than_their_images(model, tmp_path, monkeypatch):
    forged = clone(model).fit(digits().train.X, digits().train.y)
    forged._fit_X = forged._fit_X[:, :3]
    with pytest.raises(ModelSaveError, match="neighbours whose features differ"):
        save_model(forged, tmp_path / "m.hdrm")
    monkeypatch.setattr("hdr_bench.models.encoding.check_made", lambda _: None)
    path = save_model(forged, tmp_path / "m.hdrm")
    with pytest.raises(ModelFileError, match="neighbours whose features differ from the 64 of their estimator"):
        load_model(path)


@pytest.mark.parametrize("path", ["_birch.Birch", "_bisect_k_means.BisectingKMeans"])
def test_clusters_whose_trees_no_file_holds(path, tmp_path):
    state = {"n_features_in_": 64, "_sklearn_version": sklearn.__version__}
    forged = {"kind": "scikit-learn", "class": f"sklearn.cluster.{path}", "state": state}
    saved = save_model(fitted("linear"), tmp_path / "linear.hdrm")
    with pytest.raises(ModelFileError, match="contains a tree of clusters"):
        load_model(with_tree(saved, tmp_path / "m.hdrm", lambda _: forged))
