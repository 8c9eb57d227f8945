"""Saving: what is refused, what is never written over, and what the file's card says."""

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_selection import SelectKBest, chi2
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KernelDensity, KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from skorch.callbacks import Callback

from hdr_bench import ModelCard, load_card, load_model, make_estimator, save_model
from hdr_bench.exceptions import ModelFileError, ModelSaveError
from hdr_bench.models import CardScore, ReadingNumbers
from hdr_bench.models.card import CardStep
from tests.helpers.fitted_models import digits, fitted
from tests.helpers.method_table import tiny
from tests.helpers.model_files import members_of
from tests.helpers.unlucky_tree import FailsForSeedOne

FORMAT_1 = Path(__file__).parent / "format_1"


class Quiet(Callback):
    """A callback of the user's own."""


def test_what_only_pickle_can_hold_is_refused_with_its_place(tmp_path):
    model = make_pipeline(tiny("cnn", callbacks=[Quiet()])).fit(digits().train.X, digits().train.y)
    with pytest.raises(ModelSaveError) as refused:
        save_model(model, tmp_path / "model.hdrm")
    assert "Pipeline.steps[0][1].callbacks[0]" in str(refused.value)
    assert "only pickle can store" in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_a_search_is_refused_for_the_model_that_it_found(tmp_path):
    train = digits().train
    search = GridSearchCV(KNeighborsClassifier(), {"n_neighbors": [1, 3]}, cv=2).fit(train.X, train.y)
    with pytest.raises(ModelSaveError, match="GridSearchCV is a search, .*; save the best model, its best_estimator_"):
        save_model(search, tmp_path / "model.hdrm")
    path = save_model(search.best_estimator_, tmp_path / "model.hdrm")
    np.testing.assert_array_equal(load_model(path).predict(digits().test.X), search.predict(digits().test.X))


def test_the_score_that_features_were_chosen_by(tmp_path):
    train = digits().train
    model = make_pipeline(SelectKBest(chi2, k=20), KNeighborsClassifier()).fit(train.X, train.y)
    loaded = load_model(save_model(model, tmp_path / "model.hdrm"))
    assert loaded[0].score_func is chi2
    np.testing.assert_array_equal(loaded.predict(digits().test.X), model.predict(digits().test.X))


def test_a_pickle_is_written_and_read_only_with_trust(tmp_path):
    model = FailsForSeedOne(random_state=0)
    model.fit(digits().train.X, digits().train.y)
    with pytest.raises(ModelSaveError, match="only pickle can store"):
        save_model(model, tmp_path / "model.hdrm")
    path = save_model(model, tmp_path / "model.hdrm", trust=True)
    with pytest.raises(ModelFileError, match="trust=True"):
        load_model(path)
    np.testing.assert_array_equal(load_model(path, trust=True).predict(digits().test.X), model.predict(digits().test.X))
    assert load_card(path).method.name.endswith("FailsForSeedOne")


def test_trust_changes_nothing_of_what_needs_none(tmp_path):
    plain = save_model(fitted("knn"), tmp_path / "plain.hdrm")
    trusted = save_model(fitted("knn"), tmp_path / "trusted.hdrm", trust=True)
    assert plain.read_bytes() == trusted.read_bytes()


def test_what_is_not_fitted(tmp_path):
    for model in (make_estimator("cnn"), make_pipeline(make_estimator("knn"))):
        with pytest.raises(ModelSaveError, match="not fitted"):
            save_model(model, tmp_path / "model.hdrm")
    with pytest.raises(ModelSaveError, match="not an estimator"):
        save_model({"weights": 1}, tmp_path / "model.hdrm")


def test_nothing_but_a_model_file_is_written_over(tmp_path):
    path = save_model(fitted("knn"), tmp_path / "model.hdrm")
    save_model(fitted("tree"), path)
    assert load_card(path).method.name == "tree"
    thesis = tmp_path / "thesis.txt"
    thesis.write_text("years of work")
    for other, fault in ((thesis, "not replaced"), (tmp_path, "is a folder; give a file in it, e.g. .*model.hdrm")):
        with pytest.raises(ModelFileError, match=fault):
            save_model(fitted("tree"), other)
    assert thesis.read_text() == "years of work"


def test_the_card_of_an_estimator(tmp_path):
    model = make_pipeline(tiny("knn", n_neighbors=5)).fit(digits().train.X, digits().train.y)
    card = load_card(save_model(model, tmp_path / "model.hdrm"))
    assert card.method == CardStep(name="knn", parameters={"n_neighbors": 5})
    assert card.steps == ()
    assert card.classes == tuple("0123456789")
    assert (card.n_features, card.image_shape) == (64, (8, 8))
    assert card.libraries["hdr-bench"]
    assert card.scores == ()


def test_a_card_of_ones_own(tmp_path):
    card = ModelCard(
        method=CardStep(name="knn"),
        scores=(CardScore.of_counts("mine", 100, 3),),
        reading=ReadingNumbers(temperature=1.5, threshold=0.4, calibrated=True),
        notes=("of my own hand",),
    )
    assert load_card(save_model(fitted("knn"), tmp_path / "model.hdrm", card=card)) == card


def test_a_card_that_is_none(tmp_path):
    from tests.helpers.model_files import write_members

    path = save_model(fitted("tree"), tmp_path / "model.hdrm")
    for text in (b"[]", b"{", b'{"method": 3}', b'{"method": {"name": "x"}, "code": "os.system"}', b"[" * 100_000):
        write_members(path, members_of(path) | {"card.json": text})
        with pytest.raises(ModelFileError, match="card"):
            load_card(path)


@pytest.mark.parametrize(("n", "errors"), [(1, 0), (1, 1), (10_000, 60), (100, 100)])
def test_the_interval_is_wilsons(n, errors):
    from statsmodels.stats.proportion import proportion_confint

    score = CardScore.of_counts("x", n, errors)
    np.testing.assert_allclose((score.low, score.high), proportion_confint(n - errors, n, method="wilson"), atol=1e-9)


@pytest.mark.parametrize("name", ["linear", "cnn", "knn"])
def test_files_of_format_1_are_read(name):
    predictions = json.loads((FORMAT_1 / "predictions.json").read_text())
    model = load_model(FORMAT_1 / f"{name}.hdrm")
    assert model.predict(digits().test.X[:50]).tolist() == predictions[name]
    assert load_card(FORMAT_1 / f"{name}.hdrm").method.name == name


def test_what_neither_predicts_nor_transforms(tmp_path):
    density = KernelDensity().fit(digits().train.X)
    with pytest.raises(ModelSaveError, match="neither predicts nor transforms"):
        save_model(density, tmp_path / "m.hdrm")
