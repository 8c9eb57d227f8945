"""New versions of models: what they learn, and what they do not forget."""

import pickle

import numpy as np
import pytest

from benchmarks.pictures.not_digits import training_marks
from hdr_bench import load_dataset
from hdr_bench.exceptions import ServerError
from hdr_bench.models.embedded import EMBEDDED_MODEL
from hdr_bench.models.model_file import load_card, load_model, save_model
from hdr_bench.pictures.recognize import load_recognizer
from hdr_bench.web.retraining.collected import Collected
from hdr_bench.web.retraining.training import retrain
from tests.helpers.retraining import fit_small, turned_sevens

_NONE = np.zeros((0, 28, 28), np.uint8)


def _collected(images, label, *, marks=_NONE):
    held = images[::5]
    learned = np.delete(images, slice(None, None, 5), axis=0)
    labels = [np.full(len(part), label) for part in (learned, held)]
    return Collected(learned, labels[0], np.arange(len(learned)), marks, held, labels[1])


@pytest.fixture(scope="module")
def strange_marks():
    """Marks that are no digits, some of which the embedded network takes for digits."""
    marks = training_marks(load_dataset("mnist-5k").train.images, 5)
    return marks[np.random.default_rng(0).permutation(len(marks))[:1_500]]


@pytest.fixture(scope="module")
def retrained_reader(once, strange_marks):
    """The embedded network, further trained without MNIST: its file, and what there was to see of its training."""

    def make(folder):
        stages = []
        accepted = strange_marks[load_recognizer().recognize(strange_marks).accepted]
        trained = retrain(
            load_model(EMBEDDED_MODEL),
            load_card(EMBEDDED_MODEL),
            load_model(EMBEDDED_MODEL),
            _collected(turned_sevens(50), 7, marks=accepted[:5]),
            lambda *progress: stages.append(progress),
        )
        folder.mkdir()
        save_model(trained.model, folder / "new.hdrm", card=trained.card)
        seen = (trained.decision.verdict, trained.model.get_params(), stages)
        (folder / "seen.pickle").write_bytes(pickle.dumps(seen))

    folder = once("retrained-reader", make)
    return folder / "new.hdrm", *pickle.loads((folder / "seen.pickle").read_bytes())


def test_the_network_learns_and_does_not_forget(retrained_reader):
    path, verdict, params, stages = retrained_reader
    old, new = load_recognizer(), load_recognizer(path)
    test = load_dataset("mnist-5k").test
    errors = [
        (reader.recognize(test.images).probabilities.argmax(axis=1) != test.labels).sum() for reader in (old, new)
    ]
    assert errors[1] <= errors[0] + 5
    sevens = turned_sevens(100)[50:]
    right = [(reader.recognize(sevens).probabilities.argmax(axis=1) == 7).mean() for reader in (old, new)]
    assert right[1] > right[0] + 0.2
    assert verdict == "offered"
    assert [stage for stage in stages if stage[0] == "training"] == [("training", done, 3) for done in range(4)]
    assert params == load_model(EMBEDDED_MODEL).get_params()


def test_marks_are_rejected_as_before(retrained_reader, strange_marks):
    old, new = load_recognizer(), load_recognizer(retrained_reader[0])
    accepted = [reader.recognize(strange_marks).accepted.mean() for reader in (old, new)]
    assert accepted[1] <= accepted[0] + 0.01
    digits = load_dataset("mnist-5k").test.images
    kept = [reader.recognize(digits).accepted.mean() for reader in (old, new)]
    assert kept[1] >= kept[0] - 0.01


def test_marks_alone_are_learned(strange_marks, once):
    path = once("small-models", fit_small) / "mlp.hdrm"
    trained = retrain(
        load_model(path),
        load_card(path),
        load_model(path),
        _collected(_NONE, 0, marks=strange_marks[:3]),
        lambda *_: None,
    )
    assert trained.decision.verdict == "offered"


@pytest.mark.full_mnist
@pytest.mark.usefixtures("real_data_home")
def test_half_of_mnists_test_images_decides(once):
    path = once("small-models", fit_small) / "linear.hdrm"
    first = load_model(path.with_name("mlp.hdrm"))
    trained = retrain(load_model(path), load_card(path), first, _collected(turned_sevens(50), 7), lambda *_: None)
    test = load_dataset("mnist").test
    n_errors = int((first.predict(test.X) != test.y).sum())
    assert 0.4 * n_errors < trained.decision.since_first.to_json()["old_errors"] < 0.6 * n_errors
    assert trained.decision.kept.n_images == 5_000
    assert (
        trained.scores["mnist, deciding half"]["n_images"]
        == trained.scores["mnist, reported half"]["n_images"]
        == 5_000
    )
    assert trained.decision.kept.to_json()["new_errors"] == trained.scores["mnist, deciding half"]["n_errors"]


def test_other_classes_are_refused(once):
    path = once("small-models", fit_small) / "linear.hdrm"
    model = load_model(path)
    model.classes_ = model.classes_.astype(str)
    with pytest.raises(ServerError, match="digits 0 to 9"):
        retrain(model, load_card(path), model, _collected(turned_sevens(5), 7), lambda *_: None)
