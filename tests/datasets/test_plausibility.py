"""What is doubtful about a data set is told when it is loaded, and only then."""

import json
import warnings

import numpy as np
import pytest

from hdr_bench import load_dataset
from hdr_bench.datasets import Part, add_dataset, make_dataset
from hdr_bench.datasets.home import prepared_home
from hdr_bench.datasets.plausibility import find_doubts, orientation_of
from hdr_bench.exceptions import DatasetError, DatasetWarning, UnknownNameError
from hdr_bench.experiments.planning.trial_data import load_choice
from hdr_bench.records.protocol import DatasetChoice

CARRIED = ["mnist-5k", "digits-8x8"]
TURNED = {
    "mirrored left to right": lambda images: images[:, :, ::-1],
    "mirrored top to bottom": lambda images: images[:, ::-1],
    "rotated by 180 degrees": lambda images: np.rot90(images, 2, (1, 2)),
    "transposed (rows and columns exchanged)": lambda images: np.transpose(images, (0, 2, 1)),
    "rotated by 90 degrees to the left": lambda images: np.rot90(images, 1, (1, 2)),
    "rotated by 90 degrees to the right": lambda images: np.rot90(images, 3, (1, 2)),
    "transposed and rotated by 180 degrees": lambda images: np.rot90(np.transpose(images, (0, 2, 1)), 2, (1, 2)),
}


def _parts(digits, n_test=None, seed=0):
    chosen = np.random.default_rng(seed).permutation(len(digits.test))[:n_test]
    return (digits.train.images, digits.train.labels), (digits.test.images[chosen], digits.test.labels[chosen])


@pytest.fixture(scope="module")
def digits():
    return load_dataset("mnist-5k")


@pytest.mark.parametrize("name", CARRIED)
@pytest.mark.parametrize("n_test", [5, 30, 100, None])
def test_good_data_cast_no_doubt(name, n_test):
    for seed in range(5):
        assert find_doubts(*_parts(load_dataset(name), n_test, seed)) == ()


@pytest.mark.parametrize("name", CARRIED)
@pytest.mark.parametrize("turned", TURNED)
@pytest.mark.parametrize("n_test", [100, None])
def test_every_orientation_is_recognised(name, turned, n_test):
    train, (images, labels) = _parts(load_dataset(name), n_test)
    assert orientation_of(train, (images, labels)) is None
    assert orientation_of(train, (TURNED[turned](images), labels)) == turned
    doubts = find_doubts(train, (images.max() - TURNED[turned](images), labels))
    assert [doubt.partition(":")[0] for doubt in doubts[:-1]] == ["training and test images are of opposite polarity"]
    assert f"test images seem to be {turned} against" in doubts[-1]


def test_images_that_are_not_square_are_turned_four_ways(digits):
    train, (images, labels) = _parts(digits)
    wide = train[0][:, 4:24], train[1]
    for turned in ("mirrored left to right", "mirrored top to bottom", "rotated by 180 degrees"):
        assert orientation_of(wide, (TURNED[turned](images[:, 4:24]), labels)) == turned
    assert orientation_of(wide, (images[:, 4:24], labels)) is None


def test_images_without_meaning_have_no_orientation():
    rng = np.random.default_rng(0)
    for shape in ((8, 8), (28, 28), (5, 3), (1, 16)):
        parts = [(rng.integers(0, 256, (60, *shape)).astype(np.uint8), np.arange(60) % 10) for _ in range(2)]
        assert find_doubts(*parts) == ()
        assert find_doubts((np.zeros((60, *shape)), parts[0][1]), (np.zeros((60, *shape)), parts[1][1])) == ()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda images: images / 255, "run from 0 to 255, those of the 1,000 test images from 0 to 1; scale both"),
        (lambda images: images / 16, "run from 0 to 255, those of the 1,000 test images from 0 to 15.9375; scale both"),
        (lambda images: images / 1.0 - 127.5, "run from 0 to 255, those of the 1,000 test images from -127.5 to 127.5"),
    ],
)
def test_ranges_that_differ_are_told(digits, change, expected):
    train, (images, labels) = _parts(digits)
    (doubt,) = find_doubts((train[0].astype(np.float64), train[1]), (change(images), labels))
    assert doubt.startswith("the pixels of the 4,000 training images")
    assert expected in doubt


def test_scans_beside_clean_images_are_in_order(digits):
    train, (images, labels) = _parts(digits)
    assert find_doubts(train, ((30 + images * 0.4).astype(np.uint8), labels)) == ()


def _saved(path, digits, test_images, n_train=600):
    images = digits.train.images[::7][:n_train]
    np.savez(
        path,
        x_train=images,
        y_train=digits.train.labels[::7][:n_train],
        x_test=test_images[::4],
        y_test=digits.test.labels[::4],
    )
    return f"npz:{path}"


def test_loading_warns_every_time_with_counts_and_a_remedy(digits, tmp_path, data_home):
    name = _saved(tmp_path / "d.npz", digits, 255 - digits.test.images)
    expected = "572 of the training images are light on dark and 0 dark on light, of the test images 0 and 250; load"
    for _ in range(2):
        with pytest.warns(DatasetWarning, match=expected) as caught:
            dataset = load_dataset(name)
        assert caught[0].filename == __file__
    assert len(dataset.warnings) == 1
    assert 'load them with polarity="light-on-dark"' in dataset.warnings[0]
    with pytest.warns(DatasetWarning, match=expected):
        add_dataset("mine", tmp_path / "d.npz")
    with pytest.warns(DatasetWarning, match=expected):
        load_dataset("mine")


def test_both_parts_are_brought_to_one_polarity(digits, tmp_path, data_home):
    path = tmp_path / "d.npz"
    name = _saved(path, digits, 255 - digits.test.images)
    brought = load_dataset(name, polarity="light-on-dark")
    np.testing.assert_array_equal(brought.test.images, digits.test.images[::4])
    np.testing.assert_array_equal(brought.train.images, digits.train.images[::7])
    assert (brought.name, brought.warnings) == (name, ())
    assert brought.notes[-1] == (
        "converted to light-on-dark: 0 of 572 training images and 250 of 250 test images inverted"
    )
    with pytest.warns(DatasetWarning):
        assert load_dataset(name).fingerprint != brought.fingerprint
    dark = load_choice(DatasetChoice(name=name, polarity="dark-on-light"))
    np.testing.assert_array_equal(dark.train.images, 255 - digits.train.images[::7])
    assert len({dark.fingerprint, brought.fingerprint}) == 2
    # Another file of the same name is another data set, in that polarity too.
    _saved(path, digits, 255 - digits.test.images, n_train=300)
    with pytest.warns(DatasetWarning, match="classes that only the test part has"):
        assert len(load_dataset(name, polarity="light-on-dark").train) == 300


def test_data_that_have_the_polarity_stay_as_they_are(digits):
    same = load_dataset("mnist-5k", polarity="light-on-dark")
    assert (same.fingerprint, same.notes) == (digits.fingerprint, digits.notes)
    inverted = load_dataset("digits-8x8", polarity="dark-on-light")
    np.testing.assert_array_equal(inverted.train.images, 16 - load_dataset("digits-8x8").train.images)
    assert inverted.train.images.dtype == np.uint8


def test_a_polarity_that_cannot_be_had_is_refused(digits):
    with pytest.raises(UnknownNameError, match="unknown polarity 'light on dark'. Did you mean 'light-on-dark'"):
        load_dataset("mnist-5k", polarity="light on dark")
    blank = Part(np.zeros((4, 8, 8)), np.array([0, 1, 0, 1]))
    with pytest.raises(DatasetError, match="x cannot be converted to dark-on-light: the polarity of most images is"):
        make_dataset("x", blank, blank, "ab").in_polarity("dark-on-light")


def test_pictures_of_mixed_polarity_are_told_and_brought_to_one(digits):
    images = digits.train.images[::13][:300].copy()
    images[::3] = 255 - images[::3]
    mixed = make_dataset("mixed", Part(images, digits.train.labels[::13][:300]), digits.test, digits.class_names)
    (warning,) = mixed.warnings
    assert "mixed polarity: 200 are light on dark, 100 dark on light and 0 unclear" in warning
    alike = mixed.in_polarity("light-on-dark")
    np.testing.assert_array_equal(alike.train.images, digits.train.images[::13][:300])
    assert alike.warnings == ()
    with pytest.warns(DatasetWarning, match="mixed polarity"):
        load_choice(DatasetChoice.model_validate(mixed))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load_choice(DatasetChoice.model_validate(mixed).model_copy(update={"polarity": "light-on-dark"}))


def test_what_was_prepared_before_there_were_warnings_is_looked_through(digits, tmp_path, data_home):
    name = _saved(tmp_path / "d.npz", digits, 255 - digits.test.images)
    with pytest.warns(DatasetWarning):
        load_dataset(name)
    (manifest,) = prepared_home().rglob("manifest.json")
    content = json.loads(manifest.read_text()) | {"format_version": 1}
    del content["warnings"], content["checksum"]
    manifest.write_text(json.dumps(content))
    with pytest.warns(DatasetWarning, match="opposite polarity"):
        load_dataset(name)
