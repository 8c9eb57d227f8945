"""Where data are read from and written to, whatever the variables name."""

import errno
import multiprocessing
import os
import resource
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from hdr_bench.cli.data_listing import describe_places
from hdr_bench.datasets import (
    add_dataset,
    fetch_dataset,
    list_datasets,
    load_dataset,
    mnist,
    read_source,
    storing,
    write_dataset,
)
from hdr_bench.datasets.home import added_home, cache_home, data_home, prepared_home
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError, DatasetWarning, NotStoredError, UnknownNameError


@pytest.fixture
def home(data_home):
    return data_home


@pytest.fixture
def own(tmp_path):
    """A file of data of one's own."""
    digits = load_dataset("digits-8x8")
    np.savez(tmp_path / "own.npz", x=digits.test.images, y=digits.test.labels)
    return tmp_path / "own.npz"


@pytest.fixture
def no_network(monkeypatch):
    def refuse(**which):
        raise ConnectionError("no route to OpenML")

    monkeypatch.setattr(mnist, "fetch_bunch", refuse)
    monkeypatch.setattr(mnist.shutil, "which", lambda _: None)


def _contents(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_nothing_is_written_into_a_data_home_that_holds_others_files(home, own, tmp_path, monkeypatch):
    (home / "letters").mkdir()
    (home / "letters" / "readme.txt").write_text("someone's")
    before = _contents(home)
    load_dataset("digits-8x8")
    fetch_dataset("digits-8x8")
    load_dataset(f"npz:{own}", polarity="dark-on-light")
    added = add_dataset("mine", own)
    assert _contents(home) == before
    assert Path(added.train.images.filename).is_relative_to(tmp_path / "user-data" / "hdr-bench" / "added")
    # It is the user's, not the home's.
    monkeypatch.setenv("HDR_BENCH_DATA", str(tmp_path / "another"))
    assert load_dataset("mine").fingerprint == added.fingerprint
    assert list_datasets()["mine"] == "added by you"


@pytest.mark.parametrize("state", ["empty", "missing", "of 0.1"])
def test_what_is_added_goes_into_a_data_home_that_is_the_librarys_own(home, own, state):
    if state == "missing":
        home.rmdir()
    if state == "of 0.1":
        (home / "prepared").mkdir()
    add_dataset("mine", own)
    assert (home / "added" / "mine" / "manifest.json").exists()
    assert "hdr-bench data remove" in (home / "added" / "made-by-hdr-bench.txt").read_text()
    # From now on it is marked, whatever else comes.
    (home / "readme.txt").write_text("someone's")
    add_dataset("mine-too", own)
    assert (home / "added" / "mine-too").is_dir()


def test_a_read_only_data_home_is_only_read(home, own):
    home.chmod(0o555)
    try:
        load_dataset("digits-8x8")
        add_dataset("mine", own)
        assert list(home.iterdir()) == []
        assert not added_home().is_relative_to(home)
    finally:
        home.chmod(0o755)


def test_a_data_home_that_is_a_file(home, tmp_path, own, monkeypatch):
    monkeypatch.setenv("HDR_BENCH_DATA", str(own))
    # These need no data home.
    assert len(load_dataset("digits-8x8").train) == 1437
    assert list_datasets()
    for load in (
        lambda: load_dataset("mnist"),
        lambda: load_dataset("nist15"),
        lambda: add_dataset("mine", own),
    ):
        with pytest.raises(
            DatasetError, match=f"HDR_BENCH_DATA names {own}, which is not a folder; set it to the folder"
        ):
            load()
    with pytest.raises(UnknownNameError, match="unknown dataset 'mine'"):
        load_dataset("mine")


def test_a_mistyped_data_home_is_named_with_the_nearest_folder_and_not_made(home, monkeypatch, no_network):
    mistyped = home / "dgits" / "here"
    monkeypatch.setenv("HDR_BENCH_DATA", str(mistyped))
    load_dataset("digits-8x8")
    told = f"HDR_BENCH_DATA names {mistyped}, which does not exist; the nearest existing folder is {home}"
    for name in ("mnist", "nist15"):
        with pytest.raises(DatasetNotFoundError, match=told):
            load_dataset(name)
    assert _contents(home) == []


def test_what_is_fetched_because_the_data_home_is_mistyped_is_warned_of(home, monkeypatch, no_network):
    images, labels = np.zeros((6, 28, 28), np.uint8), np.arange(6, dtype=np.uint8)
    images[:, 4] = np.arange(6)[:, None] + 1
    fetched = dict(zip(mnist.FILES, (images, labels, images + np.uint8(1), labels), strict=True))
    monkeypatch.setattr(mnist, "_fetch_openml", lambda: fetched)
    monkeypatch.setattr(mnist, "check_idx", lambda *_: None)
    monkeypatch.setenv("HDR_BENCH_DATA", str(home / "mistyped"))
    with pytest.warns(DatasetWarning, match="which does not exist; .*; the data were fetched from OpenML instead"):
        load_dataset("mnist")


def test_an_empty_variable_is_none_and_a_tilde_and_a_relative_path_are_expanded(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "user"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    for named, expected in (
        ("", tmp_path / "user" / "hdr-bench"),
        ("~/digits", tmp_path / "digits"),
        ("digits", tmp_path / "digits"),
    ):
        monkeypatch.setenv("HDR_BENCH_DATA", named)
        assert data_home() == expected
    monkeypatch.setenv("HDR_BENCH_CACHE", "")
    assert cache_home() == tmp_path / "cache" / "hdr-bench"
    monkeypatch.setenv("HDR_BENCH_CACHE", "~/fast")
    assert prepared_home() == tmp_path / "fast" / "prepared"
    for name in ("HDR_BENCH_DATA", "HDR_BENCH_CACHE"):
        with monkeypatch.context() as context:
            context.setenv(name, "~no-one-has-this-name/x")
            with pytest.raises(DatasetError, match="there is no such user"):
                load_dataset("digits-8x8")


def test_original_files_in_the_cache_folder_where_they_were_by_default_are_found(tmp_path, monkeypatch):
    monkeypatch.delenv("HDR_BENCH_DATA")
    monkeypatch.setenv("HDR_BENCH_CACHE", str(tmp_path / "cache"))
    (tmp_path / "cache" / "mnist").mkdir(parents=True)
    (tmp_path / "cache" / "mnist" / "train-images-idx3-ubyte").touch()
    with pytest.raises(DatasetError, match=f"{tmp_path}/cache/mnist: MNIST is incomplete"):
        load_dataset("mnist")


def _as_version_0_1_left_it(home, own):
    """Put into ``prepared`` in the data home what version 0.1 put there; return what was prepared and added."""
    digits = load_dataset("digits-8x8")
    for dataset, key in ((load_dataset(f"npz:{own}"), None), (digits, None), (digits, "mine")):
        source = Path(dataset.train.images.filename).parent
        folder = home / "prepared" / (key or source.name)
        shutil.copytree(source, folder) if key is None else folder.mkdir()
        if key:
            write_dataset(folder, dataset.__class__(**{**vars(dataset), "name": key}))
    shutil.rmtree(cache_home())


def test_what_version_0_1_left_in_a_data_home_is_found_and_never_written(home, own, monkeypatch):
    expected = load_dataset(f"npz:{own}").fingerprint
    _as_version_0_1_left_it(home, own)
    before = _contents(home)
    with monkeypatch.context() as context:
        # What is there is current: it is not read again.
        context.setattr(read_source, "_read", None)
        assert load_dataset(f"npz:{own}").fingerprint == expected
        assert load_dataset("mine").class_names == tuple("0123456789")
    assert list_datasets()["mine"] == "added by you"
    with pytest.raises(DatasetError, match=f"there is already a data set 'mine' in {home}/prepared/mine"):
        add_dataset("mine", own)
    # A damaged copy is made again, in the cache; what was added cannot be.
    for path in home.rglob("train_images.npy"):
        path.write_bytes(path.read_bytes()[:-1] + b"\x07")
    assert load_dataset(f"npz:{own}").fingerprint == expected
    assert Path(load_dataset("digits-8x8").train.images.filename).is_relative_to(cache_home())
    with pytest.raises(DatasetError, match=r"train_images\.npy was changed after mine was verified"):
        load_dataset("mine")
    assert _contents(home) == before


def test_a_cache_that_cannot_be_written_costs_time_but_no_data(home, own, tmp_path, monkeypatch):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    for cache, reason in ((closed / "cache", "no permission to write there"), (own, "Not a directory")):
        monkeypatch.setenv("HDR_BENCH_CACHE", str(cache))
        with pytest.warns(DatasetWarning, match=f"digits-8x8 cannot be stored in .*: {reason}; set HDR_BENCH_CACHE"):
            digits = load_dataset("digits-8x8")
        assert len(digits.train) == 1437
        with pytest.raises(NotStoredError, match=f"digits-8x8 cannot be stored in .*: {reason}"):
            fetch_dataset("digits-8x8")
    assert list(closed.iterdir()) == []


def test_a_cache_that_cannot_be_made_is_named(tmp_path, monkeypatch):
    file = tmp_path / "file"
    file.touch()
    for above in ("/dev/null", str(file)):
        monkeypatch.setenv("HDR_BENCH_CACHE", f"{above}/x")
        monkeypatch.setenv("HDR_BENCH_DATA", f"{above}/y")
        said = "\n".join(describe_places())
        assert f"cache: {above}/x (not writable, so data are read again each time)" in said
        assert f"HDR_BENCH_DATA names {above}/y, which cannot be created: {above} is not a folder; set it to" in said


def test_a_full_disk_leaves_nothing_half_written(home, own):
    """A limit of the size of files stands for a full disk: the system refuses to write on, in the middle of a file."""
    shutil.rmtree(cache_home())
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    try:
        with pytest.warns(DatasetWarning, match=r"digits-8x8 cannot be stored in .*; set HDR_BENCH_CACHE"):
            assert len(load_dataset("digits-8x8").train) == 1437
        with pytest.raises(NotStoredError, match=r"mine cannot be stored in .*; set HDR_BENCH_DATA to an empty"):
            add_dataset("mine", own)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(prepared_home().iterdir()) == []
    assert _contents(home) == ["added"]
    assert len(load_dataset("digits-8x8").train) == 1437


def test_the_umask_is_respected(home, own):
    before = os.umask(0o077)
    try:
        add_dataset("mine", own)
    finally:
        os.umask(before)
    folder = added_home() / "mine"
    assert {path.stat().st_mode & 0o777 for path in (folder, *folder.iterdir())} == {0o700, 0o600}


def _load_then_die_half_way(name, other, barrier, queue):
    def die(*arguments):
        os._exit(9)

    barrier.wait()
    queue.put(load_dataset(name).fingerprint)
    storing._swap = die
    load_dataset(other)


def test_processes_that_prepare_at_once_get_whole_data_and_one_that_is_killed_leaves_no_half(home, own):
    expected = load_dataset(f"npz:{own}").fingerprint
    shutil.rmtree(cache_home())
    context = multiprocessing.get_context("spawn")
    barrier, queue = context.Barrier(2), context.Queue()
    child = context.Process(target=_load_then_die_half_way, args=(f"npz:{own}", "digits-8x8", barrier, queue))
    child.start()
    barrier.wait()
    with ThreadPoolExecutor(6) as pool:
        loaded = list(pool.map(load_dataset, [f"npz:{own}"] * 6))
    assert {queue.get(), *(dataset.fingerprint for dataset in loaded)} == {expected}
    assert all(isinstance(dataset.train.images, np.memmap) for dataset in loaded)
    child.join()
    assert child.exitcode == 9
    whole = Path(loaded[0].train.images.filename).parent.name
    (left,) = {path.name for path in prepared_home().iterdir()} - {whole}
    assert left.startswith(".incoming-")
    assert len(load_dataset("digits-8x8").train) == 1437
    assert {path.name for path in prepared_home().iterdir()} == {"digits-8x8", whole}


def test_a_copy_that_another_process_replaces_just_now_is_waited_for(home, monkeypatch):
    fingerprint = load_dataset("digits-8x8").fingerprint
    folder, calls = prepared_home() / "digits-8x8", []

    def open_prepared(prepared):
        calls.append(prepared)
        if len(calls) == 1:
            raise DatasetError("half of it is of the old copy, half of the new")
        return original(prepared)

    original = read_source.open_prepared
    monkeypatch.setattr(read_source, "open_prepared", open_prepared)
    assert load_dataset("digits-8x8").fingerprint == fingerprint
    assert [call.folder for call in calls] == [folder, folder]


def test_without_locks_data_are_prepared_all_the_same(home, monkeypatch):
    class NoLocks:
        def __init__(self, *arguments, **options):
            raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(storing, "FileLock", NoLocks)
    assert isinstance(load_dataset("digits-8x8").train.images, np.memmap)
