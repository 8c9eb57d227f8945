import numpy as np
import pytest

from hdr_bench import load_dataset
from hdr_bench.auditing.audited_data import AuditedData, load_audited
from hdr_bench.auditing.known_errors import KNOWN_ERRORS, KnownErrors, RecallCurve, recall_of_known
from hdr_bench.auditing.recall_display import RecallDisplay


@pytest.fixture(scope="module")
def data():
    return load_audited("digits-8x8", "all")


def test_ranks_count_only_images_of_the_part(data, monkeypatch):
    known = KnownErrors("test", (0, 2, 5), "a person")
    monkeypatch.setattr("hdr_bench.auditing.known_errors.KNOWN_ERRORS", {data.dataset.fingerprint: known})
    n_train = len(data.dataset.train)
    ordered = np.array([3, n_train + 2, 4, 5, n_train + 1, n_train])
    curve = recall_of_known(data, ordered)
    assert (curve.part, curve.ranks, curve.n_images) == ("test", (1, 3), 3)
    assert recall_of_known(data, np.array([3, 4])) is None


def test_nothing_is_known_of_other_data(data):
    assert recall_of_known(data, np.arange(10)) is None


def test_the_curve_in_words_and_in_numbers():
    curve = RecallCurve("test", (1, 2, 28, 90), 10_000, "people")
    display = RecallDisplay(curve)
    assert display.describe() == (
        "Of 4 known errors in the test part: 2 among the first 15, 3 among the first 30, 3 among the first 81 of its "
        "images; the last one has rank 90."
    )
    assert display.frame()["inspected"].tolist() == [1, 2, 28, 90]
    (best, line) = display.plot().ax_.get_lines()
    assert line.get_ydata().max() == best.get_ydata().max() == 4


@pytest.mark.full_mnist
@pytest.mark.usefixtures("real_data_home")
def test_the_known_errors_of_mnist_are_of_its_test_part():
    dataset = load_dataset("mnist")
    known = KNOWN_ERRORS[dataset.fingerprint]
    assert (known.part, len(set(known.indices)), max(known.indices)) == ("test", 15, 9729)
    data = AuditedData(dataset, "train", load_audited("digits-8x8").origin)
    assert recall_of_known(data, np.arange(10)) is None
