import shutil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from hdr_bench.datasets import add_dataset, list_stored_datasets, load_dataset
from hdr_bench.datasets.fitting import fit_images, ink_of
from hdr_bench.datasets.polarity import PolarityCounts, count_polarities
from hdr_bench.exceptions import DatasetError, UnknownNameError


def _moments(image):
    mass = image.astype(np.float64)
    rows, columns = np.indices(mass.shape) + 0.5
    return [float((axis * mass).sum() / mass.sum()) for axis in (rows, columns)]


def test_mnists_form(data_home):
    data = load_dataset("digits-8x8", fit="mnist")
    assert (data.image_shape, data.train.images.dtype) == ((28, 28), np.uint8)
    for image in data.test.images[:100]:
        rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
        # An edge of the box may be too light to be seen.
        assert 18 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 20
        assert image.max() == 255
        assert np.abs(np.array(_moments(image)) - 14).max() <= 1
    assert data.notes[-1].startswith("converted to the form of MNIST: light on dark (0 of 1,797 images inverted)")
    labels = load_dataset("digits-8x8").train.labels
    np.testing.assert_array_equal(data.train.labels, labels)


def test_mnists_own_images_stay_nearly_as_they_are(data_home):
    digits = load_dataset("mnist-5k")
    fitted = fit_images(digits.test.images, "mnist")
    pairs = zip(digits.test.images, fitted.images, strict=True)
    likeness = [np.corrcoef(one.ravel(), other.ravel())[0, 1] for one, other in pairs]
    assert np.median(likeness) > 0.95
    assert fitted.n_inverted == 0


def test_each_image_is_brought_to_light_on_dark(data_home):
    images = load_dataset("mnist-5k").test.images[::50]
    inverted = 255 - images
    mixed = np.where((np.arange(len(images)) % 2)[:, None, None] == 1, inverted, images)
    fitted = fit_images(mixed, "mnist")
    np.testing.assert_array_equal(fitted.images, fit_images(images, "mnist").images)
    assert fitted.n_inverted == len(images) // 2


def test_an_image_of_unclear_polarity_is_taken_as_most_are():
    dark_on_light = np.full((3, 40, 40), 255, np.uint8)
    dark_on_light[:, 10:30, 18:22] = 0
    # Half of its border is ink.
    dark_on_light[2, :, 20:] = 0
    fitted = fit_images(dark_on_light, "mnist")
    assert fitted.n_inverted == 3
    np.testing.assert_array_equal(fit_images(255 - dark_on_light, "mnist").images, fitted.images)


def test_faint_and_blank_images_have_no_ink():
    images = np.zeros((3, 28, 28), np.uint8)
    images[0, 5:20, 10:14] = 200
    images[1, 5:20, 10:14] = 6
    fitted = fit_images(images, "mnist")
    assert [bool(image.any()) for image in fitted.images] == [True, False, False]


@settings(max_examples=50)
@given(
    hnp.arrays(
        st.sampled_from([np.uint8, np.uint16, np.float32, np.bool_, np.int16]),
        st.tuples(st.integers(1, 40), st.integers(1, 40)),
    ).filter(lambda image: bool(np.isfinite(image).all()))
)
def test_any_image_of_any_size_has_a_form(image):
    fitted = fit_images([image, image], "mnist")
    assert fitted.images.shape == (2, 28, 28)
    assert fitted.images.dtype == np.uint8


def test_the_box_of_the_ink_ends_where_the_ink_does():
    picture = np.full((60, 50), 240, np.uint8)
    picture[20:50, 10:15] = 30
    # Shadow of less than an eighth of the contrast is paper.
    picture[5, 5] = 220
    np.testing.assert_array_equal(ink_of(picture, -1), np.ones((30, 5)))


@pytest.fixture
def pictures(tmp_path, data_home):
    """Drawings of five sizes, black on white, of every digit."""
    digits = load_dataset("mnist-5k").train
    folder = tmp_path / "pictures"
    for label in range(10):
        (folder / str(label)).mkdir(parents=True)
        for number, index in enumerate(np.flatnonzero(digits.labels == label)[:5]):
            side = 40 + 40 * number
            page = Image.new("L", (side, side + number), 255)
            page.paste(Image.fromarray(255 - np.asarray(digits.images[index])).resize((side // 2, side // 2)), (7, 3))
            page.save(folder / str(label) / f"{number}.png")
    return folder


def test_pictures_of_several_sizes(pictures):
    with pytest.raises(DatasetError, match=r'bring them to the same size with resize, .* or .* with fit="mnist"'):
        load_dataset(f"folder:{pictures}")
    data = load_dataset(f"folder:{pictures}", fit="mnist")
    assert data.image_shape == (28, 28)
    assert "light on dark (50 of 50 images inverted)" in data.notes[0]
    assert count_polarities(data.train.images) == PolarityCounts(40, 0)
    added = add_dataset("own", pictures, fit="mnist", classes=["3", "5"])
    assert (added.class_names, len(added.train)) == (("3", "5"), 8)
    assert load_dataset("own").fingerprint == added.fingerprint


def test_archives_of_pictures_and_of_arrays(pictures, tmp_path):
    shutil.make_archive(str(tmp_path / "pictures"), "zip", pictures)
    folder = load_dataset(f"folder:{pictures}", fit="mnist")
    for scheme in ("folder", "zip"):
        assert load_dataset(f"{scheme}:{tmp_path}/pictures.zip", fit="mnist").fingerprint == folder.fingerprint
    digits = load_dataset("digits-8x8").test
    (tmp_path / "arrays").mkdir()
    np.savez(tmp_path / "arrays" / "a.npz", x=digits.images, y=digits.labels)
    shutil.make_archive(str(tmp_path / "arrays"), "zip", tmp_path / "arrays")
    alone = load_dataset(f"npz:{tmp_path}/arrays/a.npz", fit="mnist")
    assert alone.image_shape == (28, 28)
    for scheme in ("folder", "zip"):
        assert load_dataset(f"{scheme}:{tmp_path}/arrays.zip", fit="mnist").fingerprint == alone.fingerprint


def test_a_changed_picture_is_fitted_again(pictures):
    before = load_dataset(f"folder:{pictures}", fit="mnist")
    (pictures / "1" / "0.png").replace(pictures / "0" / "0.png")
    assert load_dataset(f"folder:{pictures}", fit="mnist").fingerprint != before.fingerprint


def test_what_is_fitted_is_prepared_once(data_home, monkeypatch):
    first = load_dataset("digits-8x8", fit="mnist", classes=["0", "1"], polarity="light-on-dark")
    monkeypatch.setattr("hdr_bench.datasets.fitting.ink_of", None)
    assert load_dataset("digits-8x8", fit="mnist", classes=["0", "1"]).fingerprint == first.fingerprint
    names = {each.folder.name for each in list_stored_datasets()}
    assert any(name.startswith("digits-8x8+classes-") and name.endswith("+fit-mnist") for name in names)


def test_forms_that_are_not_there(data_home, pictures):
    with pytest.raises(UnknownNameError, match=r"unknown form of images \(fit\) 'mnists'. Did you mean 'mnist'"):
        load_dataset("digits-8x8", fit="mnists")
    with pytest.raises(DatasetError, match="makes all images light on dark; omit polarity='dark-on-light'"):
        load_dataset("digits-8x8", fit="mnist", polarity="dark-on-light")
    with pytest.raises(DatasetError, match="mnist is added unchanged; give classes and fit when loading it"):
        add_dataset("mnist", pictures, fit="mnist")
