"""Models from files, evaluated on data that they did not learn from."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from hdr_bench import load_dataset
from hdr_bench.datasets import Part
from hdr_bench.datasets.assembly import make_dataset
from hdr_bench.exceptions import DatasetWarning, OverlapError
from hdr_bench.experiments.measuring.model_cards import training_fingerprint
from hdr_bench.experiments.model_evaluation import NamedModel, evaluate_models, short_names
from hdr_bench.models import CardData, describe_estimator, load_card, load_model
from hdr_bench.records.protocol import DatasetChoice
from tests.helpers.other_images import noisy
from tests.helpers.saved_models import save_fitted


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = save_fitted(tmp_path_factory.mktemp("models"), "knn")
    return NamedModel("k-NN", load_model(path), load_card(path))


def _choice(dataset, **changes):
    return DatasetChoice.model_validate({**DatasetChoice.model_validate(dataset).__dict__, **changes})


def test_classes_are_matched_by_name(model):
    asked = noisy()
    (found,) = evaluate_models([model], [_choice(asked)])
    assert (found.model, found.dataset, found.problem, found.notes) == ("k-NN", "noisy", "", ())
    names = np.array([int(name) for name in asked.class_names])
    assert np.array_equal(found.predictions.y_true, names[asked.test.labels])
    assert found.predictions.is_right.mean() > 0.9
    assert found.predictions.probabilities.shape == (150, 10)
    assert found.own.dataset == "digits-8x8"
    assert found.own.accuracy == pytest.approx(0.986, abs=0.001)


def test_a_model_of_labels_of_its_own(model):
    digits = load_dataset("digits-8x8")
    words = np.array(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"])
    fitted = KNeighborsClassifier(1).fit(digits.train.X, words[digits.train.y])
    card = describe_estimator(fitted).model_copy(update={"data": model.card.data})
    named = make_dataset("words", digits.train, digits.test, words)
    (found,) = evaluate_models([NamedModel("words", fitted, card)], [_choice(named)])
    assert found.problem == ""
    assert found.predictions.is_right.mean() > 0.95
    assert found.own is None


def test_images_that_a_model_learned_from_are_refused(model):
    with pytest.raises(OverlapError, match=r"k-NN on digits-8x8: 1,437 of its 1,797 images .* --allow-overlap"):
        evaluate_models([model], [_choice("digits-8x8")], part="all")
    (found,) = evaluate_models([model], [_choice("digits-8x8")], part="all", allow_overlap=True)
    assert len(found.predictions.y_true) == 1797
    assert found.notes[0].startswith("1,437 of its 1,797 images are among those that the method learns from")
    (own,) = evaluate_models([model], [_choice("digits-8x8")])
    assert own.notes == ()
    assert own.data_notes[0].startswith("its test part only, 360 of 1,797 images")
    assert own.data_notes[1:] == load_dataset("digits-8x8").notes
    assert found.data_notes == ("all its 1,797 images",)
    assert own.predictions.is_right.mean() == pytest.approx(own.own.accuracy)


def test_of_a_model_of_fewer_images_those_alone_count(model):
    digits = load_dataset("digits-8x8")
    few = digits.subsample(500)
    data = CardData(name="digits-8x8", fingerprint=digits.fingerprint, n_train=500)
    exact = data.model_copy(update={"training_fingerprint": training_fingerprint(few.train)})
    # Of others of the 1,437 it is not known which they are.
    for learned, counted in ((exact, "500 of its 1,797 images"), (data, "up to 500 of its 1,797 images")):
        small = NamedModel("few", model.estimator, model.card.model_copy(update={"data": learned}))
        (found,) = evaluate_models([small], [_choice("digits-8x8")], part="all", allow_overlap=True)
        assert found.notes[0].startswith(counted)


def test_a_model_that_learned_the_images_leaves_the_others_as_they_are(model):
    stranger = NamedModel("Stranger", model.estimator, model.card.model_copy(update={"data": None}))
    refused, evaluated = evaluate_models([model, stranger], [_choice("digits-8x8")], part="all")
    assert refused.problem.startswith("1,437 of its 1,797 images are among those that the method learns from")
    assert refused.predictions is None
    assert evaluated.predictions is not None
    with pytest.raises(OverlapError):
        evaluate_models([model, replace(model, name="B")], [_choice("digits-8x8")], part="all")


def test_of_both_parts_together_nothing_is_said_of_the_cut(model):
    digits = load_dataset("digits-8x8")
    part = digits.test.take(np.flatnonzero(digits.test.y < 4))
    made = make_dataset("both", part, digits.test, digits.class_names, ["a cut", "mine"])
    both = replace(made, cut_note="a cut")
    with warnings.catch_warnings(action="error"):
        (whole,) = evaluate_models([model], [_choice(both)], part="all")
    assert whole.data_notes == (f"all its {len(part) + 360} images", "mine")
    with pytest.warns(DatasetWarning) as warned:
        (test,) = evaluate_models([model], [_choice(both)])
    assert [str(each.message).removeprefix("both: ") for each in warned] == list(test.data_notes[3:])
    assert ["classes that only" in test.data_notes[3], "are also among" in test.data_notes[4]] == [True, True]


class _Warner:
    classes_ = np.arange(10)

    def predict(self, X):
        warnings.warn("these images are strange", UserWarning, stacklevel=2)
        return np.zeros(len(X), np.int64)


def test_what_a_model_warns_of_is_seen(model):
    with pytest.warns(UserWarning, match="these images are strange"):
        (evaluated,) = evaluate_models([replace(model, estimator=_Warner())], [_choice("digits-8x8")])
    assert evaluated.predictions is not None


def test_they_are_known_before_they_are_brought_into_another_form(model):
    # Their form is another one then, so that no image is the same pixel by pixel.
    with pytest.raises(OverlapError, match="1,437 of its 1,797 images"):
        evaluate_models([model], [_choice("digits-8x8", fit="mnist")], part="all")


@pytest.mark.parametrize(
    ("data", "note"),
    [
        (None, "does not name its training data"),
        (
            CardData(name="mnist", fingerprint="0" * 64, n_train=60000),
            "learned from mnist, which is unavailable here or has changed",
        ),
        (CardData(name="no such data", n_train=1), "learned from no such data, which is unavailable here"),
    ],
)
def test_what_cannot_be_known_is_said(model, data, note):
    unknown = NamedModel("k-NN", model.estimator, model.card.model_copy(update={"data": data}))
    (found,) = evaluate_models([unknown], [_choice(noisy())])
    assert note in found.notes[0]


def test_all_images_of_mnist_5k_are_among_those_of_mnist(model):
    of_mnist = model.card.model_copy(update={"data": CardData(name="mnist", fingerprint="0" * 64, n_train=60000)})
    with pytest.raises(OverlapError, match="all images of mnist-5k are among the training images of mnist"):
        evaluate_models([NamedModel("CNN", model.estimator, of_mnist)], [_choice("mnist-5k")])


def test_what_does_not_fit_or_fails_is_a_problem(model):
    letters = noisy(classes="01")
    letters = make_dataset("letters", letters.train, letters.test, ["0", "x"])
    found = evaluate_models([model], [_choice(letters), _choice("mnist-5k"), _choice(noisy())])
    assert [each.problem.partition(";")[0] for each in found] == [
        'the method does not know its classes "x"',
        "its images have 28x28 pixels, but the method's training images 8x8",
        "",
    ]

    class Broken:
        classes_ = np.arange(10)

        def predict(self, X):
            raise RuntimeError("broken")

    (broken,) = evaluate_models([NamedModel("Broken", Broken(), model.card)], [_choice(noisy())])
    assert (broken.problem, broken.predictions) == ("RuntimeError: broken", None)


def test_another_range_of_pixels_is_doubted(model):
    light = noisy()
    light = make_dataset(
        "light", *(Part(part.images * 12, part.labels) for part in (light.train, light.test)), light.class_names
    )
    (found,) = evaluate_models([model], [_choice(light)])
    assert "scale both to the same range" in found.notes[0]


def test_names_tell_models_apart():
    assert short_names(["a/cnn.hdrm", "/x/knn.hdrm"]) == ["cnn", "knn"]
    assert short_names(["a/cnn.hdrm", "b/cnn.hdrm"]) == ["a/cnn", "b/cnn"]
