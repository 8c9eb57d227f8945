import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hdr_bench.datasets import add_dataset, load_dataset
from hdr_bench.datasets.home import prepared_home
from hdr_bench.exceptions import DatasetError, DatasetNotFoundError


@pytest.fixture
def folder(tmp_path, data_home):
    folder = tmp_path / "pictures"
    folder.mkdir()
    return folder


def _digits(n):
    digits = load_dataset("digits-8x8")
    return [(Image.fromarray(np.asarray(digits.train.images[i]) * 15), int(digits.train.labels[i])) for i in range(n)]


def _by_class(folder, n=60, ending="png"):
    for index, (picture, label) in enumerate(_digits(n)):
        (folder / str(label)).mkdir(exist_ok=True)
        picture.save(folder / str(label) / f"{index}.{ending}")


@pytest.mark.parametrize("ending", ["png", "bmp", "tif", "gif", "PNG"])
def test_one_folder_a_class(folder, ending):
    _by_class(folder, ending=ending)
    (folder / ".hidden").mkdir()
    data = load_dataset(f"folder:{folder}", test_size=0.3)
    assert data.class_names == tuple("0123456789")
    assert (len(data.train), len(data.test)) == (42, 18)
    stored = {
        (image.tobytes(), label)
        for part in (data.train, data.test)
        for image, label in zip(part.X, part.y, strict=True)
    }
    assert stored == {(np.asarray(picture).tobytes(), label) for picture, label in _digits(60)}


def test_the_label_in_the_name_and_numbers_in_order(folder):
    for index, (picture, label) in enumerate(_digits(60)):
        picture.save(folder / f"hsf_4_{label + 5}_{index:05d}.png")
    (folder / "notes.txt").write_text("not a picture")
    data = load_dataset(f"folder:{folder}")
    assert data.class_names == tuple(str(label + 5) for label in range(10))
    assert "labels were read from the file names as PREFIX_LABEL_NUMBER" in data.notes


def test_a_new_picture_is_seen(folder):
    _by_class(folder)
    assert len(load_dataset(f"folder:{folder}").train) == 48
    for index, (picture, label) in enumerate(_digits(70)[60:]):
        picture.save(folder / str(label) / f"more{index}.png")
    assert len(load_dataset(f"folder:{folder}").train) == 56


def test_sizes_differ_unless_resized(folder):
    _by_class(folder)
    Image.linear_gradient("L").resize((9, 8)).save(folder / "0" / "zzz.png")
    with pytest.raises(DatasetError, match=r"zzz\.png: 8x9 pixels, but .* has 8x8; .*resize"):
        load_dataset(f"folder:{folder}")
    assert load_dataset(f"folder:{folder}", resize=(28, 20)).image_shape == (28, 20)


def test_an_unreadable_picture_among_good_ones(folder):
    _by_class(folder)
    (folder / "3" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n not really")
    with pytest.raises(DatasetError, match=r"broken\.png: not a readable picture"):
        load_dataset(f"folder:{folder}")
    assert not [path for path in prepared_home().glob("*") if "folder" in path.name]


def test_folders_that_cannot_be_used(folder, tmp_path):
    with pytest.raises(DatasetError, match="the folder is empty"):
        load_dataset(f"folder:{folder}")
    with pytest.raises(DatasetNotFoundError, match="there is no such folder"):
        load_dataset(f"folder:{tmp_path / 'nowhere'}")
    _by_class(folder, n=1)
    with pytest.raises(DatasetError, match="all pictures are of one class, '\\d'"):
        load_dataset(f"folder:{folder}")
    (folder / "empty").mkdir()
    with pytest.raises(DatasetError, match="no picture in the class folder 'empty'"):
        load_dataset(f"folder:{folder}")
    Image.new("L", (8, 8)).save(folder / "a_1_2.png")
    with pytest.raises(DatasetError, match="both beside and inside"):
        load_dataset(f"folder:{folder}")


def test_a_name_without_a_label(folder):
    Image.new("L", (8, 8)).save(folder / "seven.png")
    with pytest.raises(DatasetError, match=r"seven\.png: no label in the file name"):
        load_dataset(f"folder:{folder}")


def test_a_folder_without_permission(folder):
    _by_class(folder)
    closed = folder / "4"
    closed.chmod(0)
    script = (
        "import os, sys\n"
        "from hdr_bench.datasets.folder_layout import find_layout\n"
        "from hdr_bench.exceptions import DatasetError\n"
        "from pathlib import Path\n"
        "if os.getuid() == 0: os.setgid(65534); os.setuid(65534)\n"
        "try: find_layout(Path(sys.argv[1]))\n"
        "except DatasetError as error: print(error)\n"
    )
    # Every folder above it may be entered.
    for parent in [folder, *folder.parents]:
        if parent != Path(tempfile.gettempdir()) and parent.is_relative_to(tempfile.gettempdir()):
            parent.chmod(0o755)
    try:
        told = subprocess.run([sys.executable, "-c", script, str(folder)], capture_output=True, text=True, check=True)
    finally:
        closed.chmod(0o755)
    assert f"{closed}: no permission to read this folder" in told.stdout


def test_added_under_a_name_resized(folder):
    _by_class(folder)
    assert add_dataset("mine", folder, resize=(10, 12)).image_shape == (10, 12)
    assert load_dataset("mine").image_shape == (10, 12)
