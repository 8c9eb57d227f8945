import numpy as np
import pytest

from hdr_bench.cli.data_listing import describe_datasets
from hdr_bench.datasets import load_dataset, mnist_c
from hdr_bench.datasets.home import prepared_home
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError, DatasetWarning, UnknownNameError

PER_CLASS = {"train": (4, 3, 3, 3, 3, 3, 3, 3, 3, 2), "test": (1, 2, 1, 1, 1, 1, 1, 1, 1, 1)}


@pytest.fixture
def small(monkeypatch):
    """Archives of a few images are taken for the published one."""
    monkeypatch.setattr(mnist_c, "PER_CLASS", PER_CLASS)


def write_archive(folder, corruption="fog", per_class=PER_CLASS):
    """Write a stand-in for a folder of the archive, and return it."""
    folder = folder / corruption
    folder.mkdir(parents=True)
    random = np.random.default_rng(0)
    for part, counts in per_class.items():
        labels = random.permutation(np.repeat(np.arange(10), counts))
        images = random.integers(1, 200, (len(labels), 28, 28, 1), dtype=np.uint8)
        # Dark at the border, as MNIST's are.
        images[:, [0, -1]] = images[:, :, [0, -1]] = 0
        np.save(folder / f"{part}_images.npy", images)
        np.save(folder / f"{part}_labels.npy", labels)
    return folder


@pytest.mark.parametrize("name", ["mnist-c", "mnist_c"])
def test_a_folder_of_the_archive_is_a_data_set(name, small, data_home):
    folder = write_archive(data_home / name)
    fog = load_dataset("mnist-c:fog")
    assert (fog.name, len(fog.train), len(fog.test), fog.image_shape) == ("mnist-c:fog", 30, 11, (28, 28))
    np.testing.assert_array_equal(fog.test.images, np.load(folder / "test_images.npy")[..., 0])
    np.testing.assert_array_equal(fog.train.labels, np.load(folder / "train_labels.npy"))
    assert fog.class_names == tuple("0123456789")
    assert "no checksum is known" in fog.notes[1]
    assert fog.warnings == ()


def test_images_without_a_channel_and_labels_as_bytes_are_read_too(small, data_home):
    folder = write_archive(data_home / "mnist_c")
    for part in PER_CLASS:
        np.save(folder / f"{part}_images.npy", np.load(folder / f"{part}_images.npy")[..., 0])
        np.save(folder / f"{part}_labels.npy", np.load(folder / f"{part}_labels.npy").astype(np.uint8))
    assert load_dataset("mnist-c:fog").test.labels.dtype == np.int64


def test_it_has_the_shape_of_mnist(data_home):
    folder = data_home / "mnist_c" / "identity"
    folder.mkdir(parents=True)
    for part, counts in mnist_c.PER_CLASS.items():
        n = {"train": 60_000, "test": 10_000}[part]
        assert sum(counts) == n
        # A file of zeros that takes no room on the disk.
        np.lib.format.open_memmap(folder / f"{part}_images.npy", "w+", np.uint8, (n, 28, 28, 1))
        np.save(folder / f"{part}_labels.npy", np.repeat(np.arange(10), counts))
    read = mnist_c._find_files(folder)
    parts = {part: mnist_c._read_part(_arrays(read), part) for part in mnist_c.PER_CLASS}
    assert {part: images.images.shape for part, images in parts.items()} == {
        "train": (60_000, 28, 28),
        "test": (10_000, 28, 28),
    }
    assert mnist_c._warn_of_counts(parts) == ()


def _arrays(files):
    arrays = {what: mnist_c.list_arrays(path)[0] for what, path in files.items()}
    for part, counts in mnist_c.PER_CLASS.items():
        mnist_c._check_images(arrays[f"{part} images"], sum(counts))
        mnist_c._check_labels(arrays[f"{part} labels"], sum(counts))
    return arrays


@pytest.mark.full_mnist
def test_its_numbers_of_images_are_mnists(real_data_home):
    mnist = load_dataset("mnist")
    for part, counts in mnist_c.PER_CLASS.items():
        assert tuple(np.bincount(getattr(mnist, part).labels)) == counts


def test_other_numbers_of_images_of_a_class_are_warned_of(small, data_home):
    folder = write_archive(data_home / "mnist_c")
    labels = np.load(folder / "test_labels.npy")
    labels[np.flatnonzero(labels == 1)[0]] = 2
    np.save(folder / "test_labels.npy", labels)
    with pytest.warns(DatasetWarning, match="test part: the numbers of images per class differ from those of MNIST"):
        load_dataset("mnist-c:fog")


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("test_images.npy", np.zeros((11, 28, 27, 1), np.uint8), r"has shape \(11, 28, 27, 1\).*\(11, 28, 28, 1\)"),
        ("train_images.npy", np.zeros((30, 28, 28, 1)), "type float64, expected .* and uint8"),
        ("train_images.npy", np.zeros((29, 28, 28, 1), np.uint8), r"has shape \(29, 28, 28, 1\)"),
        ("test_labels.npy", np.zeros((11, 10)), r"has shape \(11, 10\).*expected \(11,\)"),
        ("test_labels.npy", np.zeros(11), "type float64, expected .* and whole numbers"),
        ("test_labels.npy", np.full(11, 10), "labels from 10 to 10, expected 0 to 9"),
        ("test_labels.npy", np.array([None] * 11), "expected .* and whole numbers"),
    ],
)
def test_other_arrays_are_refused(file, content, message, small, data_home):
    np.save(write_archive(data_home / "mnist_c") / file, content)
    with pytest.raises(DatasetError, match=f"{file}.*{message}"):
        load_dataset("mnist-c:fog")
    assert not prepared_home().exists()


def test_a_damaged_or_a_missing_file_is_named(small, data_home):
    folder = write_archive(data_home / "mnist_c")
    path = folder / "test_images.npy"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DatasetError, match=r"test_images\.npy: damaged"):
        load_dataset("mnist-c:fog")
    path.unlink()
    with pytest.raises(DatasetError, match=r"MNIST-C is incomplete, missing: test_images\.npy"):
        load_dataset("mnist-c:fog")


def test_who_does_not_have_it_is_told_how_to_get_it(data_home):
    with pytest.raises(DatasetNotFoundError, match=r"mnist-c:fog is not in .*mnist_c\.zip.*robustness\.corrupt"):
        load_dataset("mnist-c:fog")
    with pytest.raises(UnknownNameError, match=r"unknown corruption of mnist-c 'fogg'\. Did you mean 'fog'"):
        load_dataset("mnist-c:fogg")
    with pytest.raises(DatasetError, match="mnist-c:fog has its own test part"):
        load_dataset("mnist-c:fog", test_size=0.5)


def test_the_listing_says_what_is_there_or_how_to_get_it(small, data_home):
    lines = list(describe_datasets())
    place = next(number for number, line in enumerate(lines) if "mnist-c:CORRUPTION" in line)
    assert "not on disk; get it with: unpack mnist_c.zip" in lines[place + 1]
    assert "mnist-c" not in next(line for line in lines if line.startswith("others:"))
    write_archive(data_home / "mnist_c")
    listed = list(describe_datasets())[place + 1].strip()
    assert listed.startswith("original files: ")
    assert listed.endswith(f"kB, {data_home / 'mnist_c'}")
    load_dataset("mnist-c:fog")
    assert "  mnist-c:fog" in list(describe_datasets())
