import json
import multiprocessing
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hdr_bench.datasets import (
    Part,
    add_dataset,
    cache,
    embedded,
    fetch_dataset,
    list_datasets,
    load_dataset,
    make_dataset,
    named_sources,
    source,
    write_dataset,
)
from hdr_bench.datasets.dataset import fingerprint_of
from hdr_bench.datasets.home import added_home, prepared_home
from hdr_bench.datasets.idx import write_idx
from hdr_bench.exceptions import DatasetError, DatasetWarning, UnknownNameError


def test_mnist_5k_is_as_documented():
    digits = load_dataset("mnist-5k")
    assert digits.train.images.shape == (4000, 28, 28)
    assert digits.test.images.shape == (1000, 28, 28)
    assert digits.train.images.dtype == np.uint8
    assert (digits.train.images.min(), digits.train.images.max()) == (0, 255)
    assert np.bincount(digits.train.y).tolist() == [400] * 10
    assert np.bincount(digits.test.y).tolist() == [100] * 10
    assert digits.fingerprint == "9f76490c1d91b2f894d20789764340d895c9146748fe8add44df73992eccdc3c"
    assert any("60,000 training images" in note for note in digits.notes)


def test_digits_8x8_is_cut_by_a_stratified_fifth():
    digits = load_dataset("digits-8x8")
    assert (len(digits.train), len(digits.test), digits.image_shape) == (1437, 360, (8, 8))
    assert digits.train.images.max() == 16
    shares = np.bincount(digits.test.y) / (np.bincount(digits.test.y) + np.bincount(digits.train.y))
    np.testing.assert_allclose(shares, 0.2, atol=0.005)
    other = load_dataset("digits-8x8", test_size=0.5, random_state=3)
    assert len(other.test) == 899
    assert other.fingerprint != digits.fingerprint


def test_a_cut_by_the_library_is_known_whatever_becomes_of_the_data(tmp_path, data_home):
    digits = load_dataset("digits-8x8")
    np.savez(tmp_path / "mine.npz", X=digits.train.images, y=digits.train.labels)
    add_dataset("mine", tmp_path / "mine.npz")
    for dataset in (digits, load_dataset("mine"), load_dataset("mine", classes=("3", "8"))):
        assert dataset.cut_note.startswith("split by the library: a stratified fraction of 0.2 for testing")
        assert dataset.cut_note in dataset.notes
    parts = (Part(np.arange(36, dtype=np.uint8).reshape(4, 3, 3), np.array([0, 1, 0, 1])) for _ in range(2))
    assert make_dataset("two parts", *parts, ("a", "b")).cut_note == ""


def test_the_second_time_it_is_not_read_but_mapped(monkeypatch):
    load_dataset("mnist-5k")
    monkeypatch.setattr(embedded, "_read_mnist_5k", None)
    digits = load_dataset("mnist-5k")
    assert isinstance(digits.train.images, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        digits.train.images[0, 0, 0] = 1


def _mapped_file(queue):
    queue.put(str(load_dataset("mnist-5k").train.images.filename))


def test_a_child_process_maps_the_same_file():
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    child = context.Process(target=_mapped_file, args=(queue,))
    child.start()
    assert queue.get() == str(load_dataset("mnist-5k").train.images.filename)
    child.join()


def test_a_file_changed_since_is_noticed_and_named(data_home):
    prepared = Path(load_dataset("digits-8x8").train.images.filename)
    content = bytearray(prepared.read_bytes())
    content[-1] ^= 1
    prepared.write_bytes(content)
    with pytest.raises(DatasetError, match=r"train_images\.npy was changed after digits-8x8 was verified"):
        load_dataset("digits-8x8")
    fetch_dataset("digits-8x8")
    assert len(load_dataset("digits-8x8").train) == 1437


def _alter(path, place=-1):
    """Alter a byte of a file, and give the file its old times."""
    seen = path.stat()
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns))


@pytest.mark.parametrize("name", ["train_images", "train_labels", "test_images", "test_labels"])
@pytest.mark.parametrize("place", [-1, 8, 0])
def test_bytes_altered_under_the_old_size_and_time_are_noticed(data_home, name, place):
    load_dataset("digits-8x8")
    folder = prepared_home() / "digits-8x8"
    _alter(folder / f"{name}.npy", place)
    with pytest.raises(
        DatasetError, match=rf"{name}\.npy was changed after digits-8x8 was verified; remove the folder {folder}, then"
    ):
        load_dataset("digits-8x8")


def test_a_verified_folder_is_verified_again_if_it_was_touched_and_only_then(data_home, monkeypatch):
    load_dataset("digits-8x8")
    folder = prepared_home() / "digits-8x8"
    hashed = []
    monkeypatch.setattr(cache, "fingerprint_of", lambda *parts: hashed.append(1) or fingerprint_of(*parts))
    load_dataset("digits-8x8")
    # What was written a moment ago may be written again within the same tick of the clock.
    assert hashed == [1]
    monkeypatch.setattr(cache, "_TICK_NS", 0)
    for _ in range(3):
        load_dataset("digits-8x8")
    assert hashed == [1, 1]
    _alter(folder / "test_labels.npy")
    with pytest.raises(DatasetError, match="test_labels"):
        load_dataset("digits-8x8")


@pytest.mark.parametrize("field", ["class_names", "fingerprint", "notes", "warnings", "checksum", "name"])
def test_an_edited_manifest_is_noticed(data_home, field):
    load_dataset("digits-8x8")
    path = prepared_home() / "digits-8x8" / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest[field] = manifest[field][::-1] if len(manifest[field]) > 1 else ["x"]
    path.write_text(json.dumps(manifest))
    with pytest.raises(DatasetError, match=r"manifest\.json was changed after .* was verified"):
        load_dataset("digits-8x8")


def test_data_prepared_by_earlier_versions_are_read_and_verified(data_home):
    digits = load_dataset("digits-8x8")
    folder = prepared_home() / "digits-8x8"
    manifest = json.loads((folder / "manifest.json").read_text()) | {"format_version": 1}
    del manifest["checksum"], manifest["warnings"]
    for file in manifest["files"].values():
        file["mtime_ns"] = 0
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert load_dataset("digits-8x8").class_names == digits.class_names
    _alter(folder / "train_images.npy")
    with pytest.raises(DatasetError, match="train_images"):
        load_dataset("digits-8x8")


def _as_version_1(folder):
    manifest = json.loads((folder / "manifest.json").read_text()) | {"format_version": 1}
    manifest["class_names"] = manifest["class_names"][::-1]
    del manifest["checksum"], manifest["warnings"]
    (folder / "manifest.json").write_text(json.dumps(manifest))


def test_class_names_of_earlier_versions_are_read_again_from_the_source(data_home):
    names = load_dataset("digits-8x8").class_names
    _as_version_1(prepared_home() / "digits-8x8")
    assert load_dataset("digits-8x8").class_names == names
    assert json.loads((prepared_home() / "digits-8x8" / "manifest.json").read_text())["format_version"] == 2


def test_class_names_of_earlier_versions_without_a_source_are_warned_of(data_home, tmp_path):
    digits = load_dataset("digits-8x8")
    np.savez(tmp_path / "a.npz", x=digits.test.images, y=digits.test.labels)
    added = add_dataset("mine", tmp_path / "a.npz")
    _as_version_1(added_home() / "mine")
    with pytest.warns(DatasetWarning, match=r"mine: its class names \('9', '8', .* cannot be verified; check"):
        assert load_dataset("mine").fingerprint == added.fingerprint
    path = added_home() / "mine" / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"checksum": "0" * 64}))
    with pytest.raises(DatasetError, match=r"manifest\.json was changed after mine was verified"):
        load_dataset("mine")


def test_an_inverted_copy_follows_data_added_again_with_other_class_names(data_home, tmp_path):
    digits = load_dataset("digits-8x8")
    for first in (0, 10):
        np.savez(tmp_path / "a.npz", x=digits.test.images, y=digits.test.labels + first)
        add_dataset("mine", tmp_path / "a.npz")
        assert load_dataset("mine", polarity="dark-on-light").class_names[0] == str(first)
        # Only what was added: what was made of it must be noticed to be of other data.
        shutil.rmtree(added_home() / "mine")


def test_a_source_altered_under_its_old_size_and_time_is_read_again(data_home, tmp_path):
    images, labels = np.asarray(load_dataset("digits-8x8").test.images), np.arange(360) % 10
    for index, image in enumerate(images[:60]):
        (tmp_path / "folder" / f"{labels[index]}").mkdir(exist_ok=True, parents=True)
        Image.fromarray(image * 15).save(tmp_path / "folder" / f"{labels[index]}" / f"{index}.bmp")
    np.savez(tmp_path / "a.npz", x=images, y=labels)
    write_idx(tmp_path / "idx" / "own-images-idx3-ubyte", images)
    write_idx(tmp_path / "idx" / "own-labels-idx1-ubyte", labels.astype(np.uint8))
    for name, file in (("folder", "0/0.bmp"), ("idx", "own-images-idx3-ubyte")):
        before = load_dataset(f"{name}:{tmp_path / name}").fingerprint
        _alter(tmp_path / name / file)
        assert load_dataset(f"{name}:{tmp_path / name}").fingerprint != before
    load_dataset(f"npz:{tmp_path / 'a.npz'}")
    _alter(tmp_path / "a.npz", 200)
    with pytest.raises(DatasetError, match="not a readable"):
        load_dataset(f"npz:{tmp_path / 'a.npz'}")


def test_what_an_earlier_version_prepared_is_read_again_with_its_notes_of_today(data_home, tmp_path, monkeypatch):
    digits = load_dataset("digits-8x8")
    np.savez(tmp_path / "a.npz", x=digits.test.images, y=digits.test.labels)
    names = ("digits-8x8", f"npz:{tmp_path / 'a.npz'}")
    shutil.rmtree(prepared_home())
    with monkeypatch.context() as earlier:
        for module in (source, embedded):
            earlier.setattr(module, "READER", "earlier")
        assemble = source.assemble_dataset
        earlier.setattr(source, "assemble_dataset", lambda *made: assemble(*made[:4], ("words of yesterday",), made[5]))
        for name in names:
            assert "words of yesterday" in load_dataset(name).notes
    for name in names:
        notes = load_dataset(name).notes
        assert "words of yesterday" not in notes
        assert any("for testing, seed 0" in note for note in notes)


def test_what_was_made_of_data_of_an_earlier_version_is_made_again(data_home, monkeypatch):
    with monkeypatch.context() as earlier:
        earlier.setattr(embedded, "READER", "earlier")
        # Then a data set did not say which of its notes is of the cut.
        earlier.setattr(source, "replace", lambda dataset, **_: dataset)
        assert not load_dataset("digits-8x8", classes=["3", "5"]).cut_note
    assert load_dataset("digits-8x8", classes=["3", "5"]).cut_note


def test_arrays_changed_since_make_dataset_are_not_stored(tmp_path):
    images, labels = np.zeros((4, 2, 2), np.uint8), np.array([0, 1, 0, 1])
    data = make_dataset("mine", Part(images, labels), Part(images, labels), ["a", "b"])
    images[0] = 1
    with pytest.raises(
        DatasetError, match="the arrays of mine were changed since it was made; call make_dataset again"
    ):
        write_dataset(tmp_path, data)


def test_a_file_only_touched_since_is_hashed_and_accepted(data_home):
    digits = load_dataset("digits-8x8")
    Path(digits.train.images.filename).touch()
    assert load_dataset("digits-8x8").fingerprint == digits.fingerprint


def test_a_file_gone_since_is_named(data_home):
    Path(load_dataset("digits-8x8").test.labels.filename).unlink()
    with pytest.raises(DatasetError, match=r"test_labels\.npy was removed after"):
        load_dataset("digits-8x8")


def test_nothing_half_written_stays(data_home):
    load_dataset("digits-8x8")
    fetch_dataset("digits-8x8")
    assert [path.name for path in prepared_home().iterdir()] == ["digits-8x8"]


@pytest.mark.parametrize("content", [b"[]", b"{}", b"\xff\xfe", b""])
def test_a_manifest_that_cannot_be_read_counts_as_none(data_home, content):
    digits = load_dataset("digits-8x8")
    (Path(digits.train.images.filename).parent / "manifest.json").write_bytes(content)
    assert load_dataset("digits-8x8").fingerprint == digits.fingerprint


def test_what_a_killed_process_left_is_cleared(data_home):
    (prepared_home() / ".incoming-999999999-x").mkdir(parents=True)
    load_dataset("digits-8x8")
    assert [path.name for path in prepared_home().iterdir()] == ["digits-8x8"]


def test_a_data_set_prints_as_a_line():
    digits = load_dataset("digits-8x8")
    assert repr(digits) == "<Dataset digits-8x8: 1437 training and 360 test images of 8x8 pixels (uint8), 10 classes>"
    assert repr(digits.test) == "<Part: (360, 8, 8) images, uint8>"


def test_unknown_names_suggest_the_nearest():
    with pytest.raises(UnknownNameError, match="unknown dataset 'mnist5k'. Did you mean 'mnist-5k'"):
        load_dataset("mnist5k")
    with pytest.raises(UnknownNameError, match="unknown dataset 'foldr:x'"):
        load_dataset("foldr:x")


@pytest.mark.parametrize("name", ["mnist-5k", "mnist"])
def test_a_data_set_with_its_own_test_part_is_not_cut(name):
    with pytest.raises(DatasetError, match=f"{name} has its own test part"):
        load_dataset(name, test_size=0.3)


def test_options_that_do_not_fit_are_refused():
    with pytest.raises(DatasetError, match="resize is only for pictures in files"):
        load_dataset("mnist-5k", resize=(8, 8))
    for test_size in (1.5, 0.0, float("nan"), "0.2", 1):
        with pytest.raises(DatasetError, match=f"between 0 and 1, got {test_size!r}"):
            load_dataset("digits-8x8", test_size=test_size)
    for seed in (-1, 2**32, 0.5, "0"):
        with pytest.raises(
            DatasetError, match=f"random_state must be an integer between 0 and 4294967295, got {seed!r}"
        ):
            load_dataset("digits-8x8", random_state=seed)
    for name in (5, None, Path("x"), b"mnist-5k"):
        with pytest.raises(DatasetError, match="the name of a data set must be a string, got"):
            load_dataset(name)
    for size in ((0, 8), (28,), 28, (10**9, 10**9), ("28", 28), (28.0, 28)):
        with pytest.raises(DatasetError, match="resize must be height and width, each at least 1"):
            load_dataset("folder:x", resize=size)


def test_data_of_ones_own_under_a_name(data_home, tmp_path):
    source = tmp_path / "own.npz"
    digits = load_dataset("digits-8x8")
    np.savez(source, images=digits.train.images, labels=digits.train.labels)
    added = add_dataset("my-digits", source)
    source.unlink()
    assert load_dataset("my-digits").fingerprint == added.fingerprint
    assert list_datasets() == {
        **{name: entry.description for name, entry in named_sources().items()},
        "my-digits": "added by you",
    }
    np.savez(source, images=digits.train.images[:500], labels=digits.train.labels[:500])
    with pytest.raises(DatasetError, match="there is already a data set 'my-digits'"):
        add_dataset("my-digits", source)
    with pytest.raises(DatasetError, match="resize is only for pictures in files"):
        add_dataset("other", source, resize=(8, 8))
    with pytest.raises(DatasetError, match="between 0 and 1, got 20"):
        add_dataset("other", source, test_size=20)
    with pytest.raises(DatasetError, match="added by you and cannot be read again"):
        fetch_dataset("my-digits")


@pytest.mark.parametrize(
    ("name", "fault"),
    [("a/b", "is not a valid name"), ("n" * 101, "is not a valid name"), ("digits-8x8", "one of the library's own")],
)
def test_names_that_cannot_be_added(data_home, tmp_path, name, fault):
    with pytest.raises(DatasetError, match=fault):
        add_dataset(name, tmp_path)
    assert not added_home().exists()


def test_subsample_is_stratified_and_keeps_the_test_part():
    digits = load_dataset("mnist-5k")
    few = digits.subsample(500)
    assert np.bincount(few.train.y).tolist() == [50] * 10
    np.testing.assert_array_equal(few.test.images, digits.test.images)
    assert few.fingerprint == digits.subsample(500).fingerprint != digits.fingerprint
    assert digits.subsample(4000) is digits
    for size in (11, 2300, 2800, 3400, 3900, 3990):
        assert len(digits.subsample(size).train) == size
    with pytest.raises(DatasetError, match=r"between 10 \(one per class\) and 3990, or all 4000"):
        digits.subsample(5)
