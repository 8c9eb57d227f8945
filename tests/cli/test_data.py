"""The commands `data`, called in this process."""

import numpy as np
import pytest
from typer.testing import CliRunner

from hdr_bench.cli.commands.data import data
from hdr_bench.datasets import load_dataset
from hdr_bench.datasets.home import added_home, prepared_home
from hdr_bench.exceptions import DatasetNotFoundError, UnknownNameError
from hdr_bench.records.quantities import format_bytes


@pytest.fixture
def run(data_home, tmp_path):
    """A function that calls a command and returns its output; there is a file of data of one's own."""
    digits = load_dataset("digits-8x8")
    np.savez(tmp_path / "own.npz", x=digits.test.images, y=digits.test.labels)

    def call(*arguments, exit_code=0):
        result = CliRunner().invoke(data, list(map(str, arguments)))
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == exit_code, result.output
        return result.output

    return call


def test_what_is_on_disk_is_listed_with_place_and_size(run, data_home, tmp_path):
    run("add", "mine", tmp_path / "own.npz")
    load_dataset(f"npz:{tmp_path / 'own.npz'}", test_size=0.5)
    (data_home / "mnist").mkdir()
    (data_home / "mnist" / "train-images-idx3-ubyte").write_bytes(bytes(1_500_000))
    listed = run("list")
    prepared = prepared_home() / "digits-8x8"
    size = format_bytes(sum(path.stat().st_size for path in prepared.iterdir()))
    assert f"prepared: 1,437 training and 360 test images, {size}, {prepared}\n" in listed
    assert f"original files: 1.5 MB, {data_home / 'mnist'}\n" in listed
    assert "      not on disk; get it with: hdr-bench data add nist15 FOLDER\n" in listed
    assert "      not prepared yet; no download needed\n" in listed
    assert "  mine  added by you\n      added: 288 training and 72 test images, " in listed
    assert f"from OpenML:\n  npz:{tmp_path / 'own.npz'}\n      prepared: 180 training and 180 test images" in listed
    assert f"data home: {data_home}\nadded data: {added_home()}\ncache: {tmp_path / 'cache'}\n" in listed
    (prepared / "manifest.json").write_text("{}")
    assert "  digits-8x8\n      damaged, " not in run("list")
    (prepared / "train_labels.npy").write_text("?")
    assert "      damaged, " in run("list")


def test_places_that_cannot_be_used_are_said(run, data_home, tmp_path, monkeypatch):
    monkeypatch.setenv("HDR_BENCH_DATA", str(data_home / "mistyped"))
    assert f"does not exist; the nearest existing folder is {data_home}\n" in run("list")
    monkeypatch.setenv("HDR_BENCH_DATA", str(tmp_path / "own.npz"))
    assert f"data home: {tmp_path / 'own.npz'} (a file; set HDR_BENCH_DATA to a folder)\n" in run("list")
    (tmp_path / "cache").chmod(0o555)
    try:
        assert "(not writable, so data are read again each time)\n" in run("list")
    finally:
        (tmp_path / "cache").chmod(0o755)


def test_what_was_stored_is_removed_and_what_was_freed_is_said(run, tmp_path):
    run("add", "mine", tmp_path / "own.npz")
    removed = run("remove", "mine")
    assert removed.startswith("removed mine: added: 288 training and 72 test images, ")
    assert removed.endswith(" kB freed\n")
    with pytest.raises(DatasetNotFoundError, match="nothing of mnist is stored"):
        run("remove", "mnist")
    assert "removed digits-8x8: prepared: " in run("remove", "--all-prepared")
    assert run("remove", "--all-prepared") == "0 bytes freed\n"
    assert "name of one data set, or --all-prepared" in run("remove", exit_code=2)
    assert "name of one data set, or --all-prepared" in run("remove", "mine", "--all-prepared", exit_code=2)


def test_classes_and_form_of_what_is_added(run, data_home, tmp_path):
    added = run("add", "two", tmp_path / "own.npz", "--classes", "7, 1", "--fit", "mnist")
    assert " images of 28x28 pixels (uint8), 2 classes: 7, 1\n" in added
    assert "note: converted to the form of MNIST: " in added
    with pytest.raises(UnknownNameError, match="unknown form of images .*'usps'"):
        run("add", "three", tmp_path / "own.npz", "--fit", "usps")
