import numpy as np
import pytest
from PIL import Image

from hdr_bench.datasets import add_dataset, load_dataset
from hdr_bench.exceptions import DatasetError, DatasetWarning


@pytest.fixture
def folder(tmp_path, data_home):
    folder = tmp_path / "pictures"
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def digits():
    """Eighty digits of MNIST, eight of each, with their labels."""
    data = load_dataset("mnist-5k")
    chosen = np.concatenate([np.flatnonzero(data.train.labels == label)[:8] for label in range(10)])
    return [(np.asarray(data.train.images[index]), str(data.train.labels[index])) for index in chosen]


def _save(folder, digits, pattern):
    """Save digits below a folder; the pattern is of their label and number."""
    for number, (image, label) in enumerate(digits):
        path = folder / pattern.format(label=label, number=number)
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(path)


def _halves(digits):
    return [digit for i, digit in enumerate(digits) if i % 4], digits[::4]


def _contents(part, class_names):
    return sorted((image.tobytes(), class_names[label]) for image, label in zip(part.images, part.labels, strict=True))


def _expected(digits):
    return sorted((image.tobytes(), label) for image, label in digits)


@pytest.mark.parametrize(("train", "test"), [("train", "test"), ("trainingSet", "test_images"), ("TRAIN", "valid")])
@pytest.mark.parametrize(
    "pattern",
    ["{label}/{number}.png", "{label}_{number:03}.png", "scan_{label}_{number}.png", "{label}_ann_{number}.png"],
)
def test_train_and_test_are_the_parts(folder, digits, train, test, pattern):
    more, fewer = _halves(digits)
    _save(folder / train, more, pattern)
    _save(folder / test, fewer, pattern)
    data = load_dataset(f"folder:{folder}")
    assert data.class_names == tuple("0123456789")
    assert _contents(data.train, data.class_names) == _expected(more)
    assert _contents(data.test, data.class_names) == _expected(fewer)
    assert data.warnings == ()
    assert ("valid/ is the test part, since no other part has labels" in data.notes) == (test == "valid")
    with pytest.raises(DatasetError, match="has its own test part; omit test_size"):
        load_dataset(f"folder:{folder}", test_size=0.5)


def test_a_class_in_one_part_only_is_warned_of_with_counts_each_time(folder, digits):
    more, fewer = _halves(digits)
    _save(folder / "train", [digit for digit in more if digit[1] != "9"], "{label}/{number}.png")
    _save(folder / "test", [digit for digit in fewer if digit[1] != "4"], "{label}/{number}.png")
    for _ in range(2):
        with pytest.warns(DatasetWarning) as caught:
            data = load_dataset(f"folder:{folder}")
        told = " ".join(str(warning.message) for warning in caught)
        assert "only the test part has, with their numbers of images: '9' (2)" in told
        assert "only the training part has, with their numbers of images: '4' (6)" in told
        assert len(data.warnings) == len(caught) == 2
    for load in (lambda: add_dataset("mine", folder), lambda: load_dataset("mine")):
        with pytest.warns(DatasetWarning) as caught:
            load()
        assert str(caught[0].message).startswith("mine: classes that only the test part has")


@pytest.mark.parametrize(
    "labelled", ["train/{label}/{number}.png", "{label}/{number}.png", "train/{label}_{number}.png"]
)
def test_an_unlabelled_test_part_is_left_out_with_a_warning(folder, digits, labelled):
    more, fewer = _halves(digits)
    _save(folder, more, labelled)
    _save(folder / "test", fewer, "img{number}.png")
    (folder / "labels.csv").write_text("name,label\n")
    with pytest.warns(DatasetWarning, match=r"20 pictures in test/ left out, without labels; .* from labels\.csv"):
        data = load_dataset(f"folder:{folder}")
    both = _contents(data.train, data.class_names) + _contents(data.test, data.class_names)
    assert sorted(both) == _expected(more)


def test_an_unlabelled_test_part_in_a_folder_of_its_own(folder, digits):
    more, fewer = _halves(digits)
    _save(folder / "train", more, "{label}/{number}.png")
    _save(folder / "test", fewer, "unknown/{number}.png")
    with pytest.warns(DatasetWarning, match="20 pictures in test/ left out, without labels"):
        assert len(load_dataset(f"folder:{folder}").test) == 12


def test_a_validation_part_beside_both_others_is_left_out_with_a_warning(folder, digits):
    more, fewer = _halves(digits)
    for name, part in (("train", more), ("test", fewer), ("val", fewer)):
        _save(folder / name, part, "{label}/{number}.png")
    with pytest.warns(DatasetWarning, match="20 pictures in val/ left out: there is a training and a test part"):
        data = load_dataset(f"folder:{folder}")
    assert (len(data.train), len(data.test)) == (60, 20)


def test_layouts_that_are_not_clear(folder, digits):
    more, fewer = _halves(digits)
    _save(folder / "test", fewer, "{label}/{number}.png")
    with pytest.raises(DatasetError, match="nothing to train on, only test/"):
        load_dataset(f"folder:{folder}")
    _save(folder, more, "{label}/{number}.png")
    with pytest.raises(DatasetError, match="pictures beside test/, which has labels too; put those pictures into"):
        load_dataset(f"folder:{folder}")
    _save(folder / "train", more, "{label}/{number}.png")
    with pytest.raises(DatasetError, match=r"60 pictures beside train/ \(in 0/, 1/"):
        load_dataset(f"folder:{folder}")


@pytest.mark.parametrize("pattern", ["{label}/{number}.png", "{label}_{number}.png"])
def test_parts_without_a_common_class_are_refused(folder, digits, pattern):
    _save(folder / "train", [digit for digit in digits if digit[1] < "6"], pattern)
    _save(folder / "test", [digit for digit in digits if digit[1] > "5"], pattern)
    with pytest.raises(DatasetError, match=r"test: none of its 4 classes is among the 6 .*: '6', .* and '0', '1'"):
        load_dataset(f"folder:{folder}")


def test_folders_of_writers_with_labels_in_the_names(folder, digits):
    _save(folder / "anna", digits[::2], "{label}_{number}.png")
    _save(folder / "ben", digits[1::2], "{label}_{number}.png")
    with pytest.raises(DatasetError, match=r"are 'anna', 'ben', but by its name anna/0_0\.png may be '0'"):
        load_dataset(f"folder:{folder}")


def test_class_folders_need_no_label_in_the_names_but_may_have_one(folder, digits):
    _save(folder, digits, "{label}/{label}_{number}.png")
    assert load_dataset(f"folder:{folder}").warnings == ()


def test_a_table_of_labels_is_not_read_and_named(folder, digits):
    _save(folder, digits, "img{number}.png")
    (folder / "labels.csv").write_text("name,label\n")
    with pytest.raises(DatasetError, match=r"no label in the file name, nor in those of 79 others; .*labels\.csv"):
        load_dataset(f"folder:{folder}")


def test_labels_in_names_beside_class_folders(folder, digits):
    more, fewer = _halves(digits)
    _save(folder / "train", more, "{label}/{number}.png")
    _save(folder / "test", fewer, "{label}_{number}.png")
    with pytest.raises(DatasetError, match=r"test: the names of its 20 pictures may contain labels \(e\.g\. 0_0"):
        load_dataset(f"folder:{folder}")


def test_a_test_part_of_which_some_have_labels(folder, digits):
    more, fewer = _halves(digits)
    _save(folder / "train", more, "{label}_{number}.png")
    _save(folder / "test", fewer[:15], "{label}_{number}.png")
    _save(folder / "test", fewer[15:], "img{number}.png")
    with pytest.raises(DatasetError, match=r"test: 5 of 20 names contain no label \(LABEL_NUMBER\), e\.g\. img0\.png"):
        load_dataset(f"folder:{folder}")


def test_sub_folders_of_a_class_are_read_and_noted(folder, digits):
    _save(folder, digits, "{label}/batch1/{number}.png")
    data = load_dataset(f"folder:{folder}")
    assert len(data.train) + len(data.test) == 80
    assert data.notes[0] == ("80 pictures are in folders below a class folder, e.g. 0/batch1, and belong to its class")


@pytest.mark.parametrize(
    "train", ["{label}/train/{number}.png", "{label}/Training/{number}.png", "{label}/{number}.png"]
)
def test_parts_below_the_classes_are_refused_not_pooled(folder, digits, train):
    more, fewer = _halves(digits)
    _save(folder, more, train)
    _save(folder, fewer, "{label}/test/{number}.png")
    with pytest.raises(DatasetError, match=r"named after parts \(0/.*\); put the parts above the classes, as in"):
        load_dataset(f"folder:{folder}")


def test_one_part_below_all_classes_is_the_whole(folder, digits):
    _save(folder, digits, "{label}/train/{number}.png")
    data = load_dataset(f"folder:{folder}")
    assert (len(data.train), len(data.test)) == (64, 16)


def test_test_pictures_that_are_also_training_pictures_are_warned_of(folder, digits):
    more, fewer = _halves(digits)
    _save(folder / "train", more + fewer[:3], "{label}/{number}.png")
    _save(folder / "test", fewer, "{label}/{number}.png")
    with pytest.warns(DatasetWarning, match="3 of 20 test images are also among the 63 training images, pixel by"):
        load_dataset(f"folder:{folder}")


def test_sub_folders_that_may_be_the_classes_are_refused(folder, digits):
    _save(folder / "anna", digits[::2], "{label}/{number}.png")
    _save(folder / "ben", digits[1::2], "{label}/{number}.png")
    with pytest.raises(DatasetError, match="which folders are the classes: 80 pictures .* 'anna', 'ben' or '0', "):
        load_dataset(f"folder:{folder}")
    _save(folder.parent / "above" / "mnist_png", digits, "{label}/{number}.png")
    with pytest.raises(DatasetError, match=r"in 10 folders .* the single folder 'mnist_png'.*give .*above/mnist_png"):
        load_dataset(f"folder:{folder.parent / 'above'}")


def test_what_systems_leave_behind_is_passed_over(folder, digits):
    _save(folder, digits, "{label}/{number}.png")
    for name in (
        "__MACOSX/0/._1.png",
        "@eaDir/x.png",
        "0/@eaDir/x.png",
        "0/._0.png",
        "0/Thumbs.db",
        ".git/y.png",
        "1/.DS_Store",
        "1/desktop.ini",
        "README.md",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"no picture")
    data = load_dataset(f"folder:{folder}")
    assert (len(data.train), len(data.test), data.warnings) == (64, 16, ())


def test_files_that_are_no_pictures_are_counted_and_named(folder, digits):
    _save(folder, digits, "{label}/{number}.png")
    for name in ("3/a.heic", "3/b.heic", "4/c.heic", "4/notes.txt"):
        (folder / name).write_bytes(b"?")
    with pytest.warns(
        DatasetWarning,
        match=r"4 files left out, which by name are not pictures: 3/a\.heic, 3/b\.heic, 4/c\.heic, \.\.\.",
    ):
        load_dataset(f"folder:{folder}")
    (folder / "x").mkdir()
    (folder / "x" / "0.npy").touch()
    with pytest.raises(DatasetError, match=r"no picture in the class folder 'x', but 1 other file: x/0\.npy"):
        load_dataset(f"folder:{folder}")


def test_broken_links_and_links_in_a_circle(folder, digits):
    _save(folder, digits, "{label}/{number}.png")
    (folder / "5" / "gone.png").symlink_to(folder / "nowhere.png")
    (folder / "X").symlink_to(folder / "nowhere")
    with pytest.raises(DatasetError, match=r"2 broken links: X, 5/gone\.png; repair or remove"):
        load_dataset(f"folder:{folder}")
    (folder / "X").unlink()
    (folder / "5" / "gone.png").unlink()
    (folder / "6" / "up").symlink_to(folder)
    with pytest.raises(DatasetError, match="a link to a folder that contains it"):
        load_dataset(f"folder:{folder}")
    (folder / "6" / "up").unlink()
    (folder / "6" / "linked.png").symlink_to(folder / "6" / "48.png")
    assert len(load_dataset(f"folder:{folder}").train) == 64


def test_blank_pictures_are_counted_and_all_blank_ones_refused(folder, digits):
    _save(
        folder,
        [(image * (number % 40 > 0), label) for number, (image, label) in enumerate(digits)],
        "{label}/{number}.png",
    )
    with pytest.warns(DatasetWarning, match=r"2 of 80 pictures are blank .*: 0/0\.png, 5/40\.png"):
        load_dataset(f"folder:{folder}")
    _save(folder, [(image * 0, label) for image, label in digits], "{label}/{number}.png")
    with pytest.raises(DatasetError, match="all 80 pictures are blank"):
        load_dataset(f"folder:{folder}")


def test_white_ink_on_transparent_is_the_digit(folder, digits):
    for number, (image, label) in enumerate(digits):
        (folder / label).mkdir(exist_ok=True)
        ink = Image.new("LA", (28, 28), 255)
        ink.putalpha(Image.fromarray(image))
        ink.save(folder / label / f"{number}.png")
    data = load_dataset(f"folder:{folder}")
    both = _contents(data.train, data.class_names) + _contents(data.test, data.class_names)
    assert sorted(both) == _expected(digits)


def test_mixed_polarity_is_counted_with_examples(folder, digits):
    mixed = [(255 - image if number < 3 else image, label) for number, (image, label) in enumerate(digits)]
    _save(folder, mixed, "{label}/{number}.png")
    with pytest.warns(DatasetWarning, match=r"images are of mixed polarity: \d+ are light on dark, [23] dark on light"):
        data = load_dataset(f"folder:{folder}")
    assert "3 of 80 pictures are dark on light, unlike most: 0/0.png, 0/1.png, 0/2.png" in data.notes


def test_of_phones_pictures_the_first_ones_are_noted(folder, digits):
    for number, (image, label) in enumerate(digits):
        (folder / label).mkdir(exist_ok=True)
        front = Image.fromarray(image).convert("RGB")
        several = {"save_all": True, "append_images": [Image.new("RGB", (4, 4))]}
        front.save(folder / label / f"{number}.jpg", "MPO", **(several if number < 5 else {}))
    assert any(note.startswith("5 files hold several pictures") for note in load_dataset(f"folder:{folder}").notes)
