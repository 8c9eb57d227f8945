"""What this library wrote to disk is listed, and removed; nothing else is."""

from pathlib import Path

import numpy as np
import pytest

from hdr_bench.datasets import (
    add_dataset,
    list_datasets,
    list_stored_datasets,
    load_dataset,
    remove_dataset,
    remove_prepared_datasets,
)
from hdr_bench.datasets.home import added_home, prepared_home
from hdr_bench.datasets.stored import is_here
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError, UnknownNameError


@pytest.fixture
def own(tmp_path, data_home):
    """A file of data of one's own."""
    digits = load_dataset("digits-8x8")
    np.savez(tmp_path / "own.npz", x=digits.test.images, y=digits.test.labels)
    return tmp_path / "own.npz"


def _size(folder):
    return sum(path.stat().st_size for path in folder.iterdir())


def test_what_is_stored_is_listed_with_its_size_and_removed_by_its_name(own, monkeypatch):
    add_dataset("mine", own)
    inverted = load_dataset("mine", polarity="dark-on-light")
    monkeypatch.chdir(own.parent)
    load_dataset("npz:own.npz", test_size=0.5)
    stored = {each.folder.name: each for each in list_stored_datasets()}
    assert [each.kind for each in list_stored_datasets()] == ["added"] + ["prepared"] * 3
    mine = stored["mine"]
    assert (mine.name, mine.folder, mine.n_train, mine.n_test) == ("mine", added_home() / "mine", 288, 72)
    assert {each.name for each in stored.values()} == {"mine", "digits-8x8", f"npz:{own}"}
    assert all(each.n_bytes == _size(each.folder) > each.n_train * 64 for each in stored.values())
    # A relative path means the same file; what was made of it goes too.
    assert [each.n_test for each in remove_dataset("npz:own.npz")] == [180]
    assert own.exists()
    removed = remove_dataset("mine")
    assert [each.folder for each in removed] == [mine.folder, Path(inverted.train.images.filename).parent]
    assert not any(each.folder.exists() for each in removed)
    assert list_datasets().keys() == {"digits-8x8", "mnist-5k", "mnist", "nist15"}
    add_dataset("mine", own)


def test_all_that_can_be_made_again_is_removed_at_once(own):
    add_dataset("mine", own)
    load_dataset(f"npz:{own}")
    (prepared_home() / ".incoming-999999999-x").mkdir()
    assert {each.name for each in remove_prepared_datasets()} == {"digits-8x8", f"npz:{own}"}
    assert list(prepared_home().iterdir()) == []
    assert [each.name for each in list_stored_datasets()] == ["mine"]
    assert remove_prepared_datasets() == []
    assert len(load_dataset("digits-8x8").train) == 1437


def test_there_may_be_nothing_to_remove(own):
    with pytest.raises(DatasetNotFoundError, match="nothing of mnist-5k is stored, so there is nothing to remove"):
        remove_dataset("mnist-5k")
    with pytest.raises(DatasetNotFoundError, match="nothing of npz:"):
        remove_dataset(f"npz:{own}")
    with pytest.raises(UnknownNameError, match="unknown dataset 'digits8x8'.*id you mean 'digits-8x8'"):
        remove_dataset("digits8x8")
    for name in ("", ".", "..", "../prepared", "/", str(prepared_home()), "a\0b", "n" * 300):
        with pytest.raises(UnknownNameError):
            remove_dataset(name)
    assert (prepared_home() / "digits-8x8").exists()


def test_what_the_library_did_not_write_is_neither_listed_nor_removed(own, data_home, tmp_path):
    add_dataset("mine", own)
    (added_home() / "mine" / "notes.txt").write_text("someone's")
    with pytest.raises(
        DatasetError, match=r"added/mine holds notes\.txt, which hdr-bench did not write; move them away"
    ):
        remove_dataset("mine")
    assert len(load_dataset("mine").train) == 288
    (added_home() / "theirs").mkdir()
    (added_home() / "theirs" / "photo.jpg").touch()
    (data_home / "prepared" / "scans").mkdir(parents=True)
    (data_home / "prepared" / "scans" / "train_images.npy").touch()
    (prepared_home() / "linked").symlink_to(prepared_home() / "digits-8x8")
    (data_home / "mnist").mkdir()
    (data_home / "mnist" / "train-images-idx3-ubyte").touch()
    assert {each.name for each in list_stored_datasets()} == {"mine", "digits-8x8"}
    for name in ("theirs", "scans", "linked", "photo.jpg"):
        with pytest.raises(UnknownNameError):
            remove_dataset(name)
    with pytest.raises(DatasetNotFoundError):
        remove_dataset("mnist")
    assert (data_home / "mnist" / "train-images-idx3-ubyte").exists()


def test_a_damaged_data_set_that_was_added_is_named_and_can_be_removed(own):
    add_dataset("mine", own)
    manifest = added_home() / "mine" / "manifest.json"
    for content in (b"{}", b"[" * 100_000, b"\xff", bytes(11_000_000)):
        manifest.write_bytes(content)
        with pytest.raises(DatasetError, match=r"mine is damaged: it has no readable manifest\.json; run"):
            load_dataset("mine")
    manifest.unlink()
    manifest.mkdir()
    with pytest.raises(DatasetError, match="mine is damaged"):
        load_dataset("mine")
    manifest.rmdir()
    (added_home() / "mine" / "train_labels.npy").write_bytes(b"?")
    (damaged,) = [each for each in list_stored_datasets() if each.name == "mine"]
    assert (damaged.kind, damaged.n_train, damaged.n_test) == ("added", None, 72)
    assert remove_dataset("mine") == [damaged]
    add_dataset("mine", own)


def test_a_folder_that_may_not_be_written_is_left_as_it_is(own):
    add_dataset("mine", own)
    added_home().chmod(0o555)
    try:
        with pytest.raises(DatasetError, match="added/mine: no permission to remove it; change the mode of"):
            remove_dataset("mine")
    finally:
        added_home().chmod(0o755)
    assert len(load_dataset("mine").train) == 288


def test_what_is_here_needs_no_network(data_home, tmp_path):
    assert is_here("digits-8x8")
    assert is_here("mnist-5k")
    assert not is_here("mnist")
    assert not is_here("openml:Fashion-MNIST")
    assert not is_here(f"folder:{tmp_path}")
    assert not is_here("mine")
    digits = load_dataset("digits-8x8")
    np.savez(tmp_path / "mine.npz", x=digits.train.images, y=digits.train.labels)
    add_dataset("mine", tmp_path / "mine.npz")
    assert is_here("mine")
