"""The command `predict`, called in this process, with a real model file."""

import csv
import zipfile

import numpy as np
import pytest
from PIL import Image

from hdr_bench.datasets import add_dataset, load_dataset
from hdr_bench.datasets.idx import write_idx
from hdr_bench.estimators import ESTIMATORS, make_estimator
from hdr_bench.models import describe_estimator, save_model
from hdr_bench.models.calibration import fit_reading
from hdr_bench.models.embedded import EMBEDDED_MODEL
from hdr_bench.pictures.recognize import load_recognizer
from tests.helpers.command import call_command

NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    """Model files of k-NN and of a method without probabilities, whose classes have names, and the models."""
    digits = load_dataset("digits-8x8")
    folder = tmp_path_factory.mktemp("models")
    models = {name: make_estimator(name).fit(digits.train.X, digits.train.y) for name in ("knn", "svm")}
    for name, model in models.items():
        card = describe_estimator(model).model_copy(update={"classes": NAMES})
        save_model(model, folder / f"{name}.hdrm", card=card)
    return folder, models


@pytest.fixture
def images(data_home):
    return np.asarray(load_dataset("digits-8x8").test.images[:50])


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.reader(file))


def named(model, images):
    return [NAMES[label] for label in model.predict(images.reshape(len(images), -1))]


def write_table(path, images, header=True, first=()):
    heads = [*(["id"] if len(first) else []), *(f"pixel{index}" for index in range(images[0].size))]
    lines = [",".join(map(str, [*row])) for row in images.reshape(len(images), -1)]
    lines = [f"{name},{line}" for name, line in zip(first, lines, strict=True)] if len(first) else lines
    path.write_text("\n".join([*([",".join(heads)] if header else []), *lines]))
    return path


def test_kaggles_form(fitted, images, tmp_path):
    folder, models = fitted
    out = tmp_path / "submission.csv"
    data = write_table(tmp_path / "test.csv", images)
    ended = call_command("predict", folder / "knn.hdrm", data, "--out", out)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == f"50 images predicted by knn: {out}\n"
    expected = [[str(number), name] for number, name in enumerate(named(models["knn"], images), start=1)]
    assert rows_of(out) == [["ImageId", "Label"], *expected]
    assert out.read_bytes().count(b"\r") == 0
    write_table(tmp_path / "test.csv", images, first=range(700, 750))
    assert call_command("predict", folder / "knn.hdrm", data, "--out", out).returncode == 0
    assert rows_of(out)[:2] == [["id", "label"], ["700", expected[0][1]]]


def test_blank_images_are_noted(fitted, images, tmp_path):
    folder, _ = fitted
    out = tmp_path / "out.csv"
    images = images.copy()
    images[3] = 0
    ended = call_command("predict", folder / "knn.hdrm", write_table(tmp_path / "a.csv", images), "--out", out)
    assert "note: 1 image is blank, so that its predicted label is meaningless: 4\n" in ended.stdout
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for name, value in (("a", 255), ("b", 0), ("c", 0)):
        page = np.full((20, 20), value, np.uint8)
        page[6:14, 9:11] = 0
        Image.fromarray(page).save(pictures / f"{name}.png")
    ended = call_command("predict", EMBEDDED_MODEL, pictures, "--fit", "mnist", "--out", out)
    assert "note: 2 images are blank, so that their predicted labels are meaningless: b.png, c.png\n" in ended.stdout


@pytest.mark.parametrize("kind", ["csv", "labelled", "npz", "npy", "idx", "zip", "name"])
def test_images_of_every_kind_of_file(fitted, images, tmp_path, kind):
    folder, models = fitted
    data = {"idx": tmp_path / "t10k-images-idx3-ubyte.gz", "name": "digits-8x8"}.get(kind, tmp_path / f"images.{kind}")
    if kind == "csv":
        write_table(data, images, header=False)
    elif kind == "labelled":
        data = tmp_path / "test.csv"
        data.write_text("\n".join(",".join(map(str, [index % 10, *row.ravel()])) for index, row in enumerate(images)))
    elif kind == "npz":
        np.savez(data, x_train=images[:3], x_test=images, y_test=np.zeros(50))
    elif kind == "npy":
        np.save(data, images.reshape(50, -1).astype(float))
    elif kind == "idx":
        write_idx(data, images)
    elif kind == "zip":
        with zipfile.ZipFile(data, "w") as archive:
            archive.write(write_table(tmp_path / "test.csv", images), "competition/test.csv")
    out = tmp_path / "out.csv"
    ended = call_command("predict", folder / "knn.hdrm", data, "--out", out)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert [label for _, label in rows_of(out)[1:51]] == named(models["knn"], images)
    assert len(rows_of(out)) == (361 if kind == "name" else 51)


def test_pictures_with_probabilities_by_their_names(fitted, images, tmp_path):
    folder, _ = fitted
    for index, image in enumerate(images[:20]):
        place = tmp_path / "own" / ("a, b" if index % 2 else "c")
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray((255 - 15 * image).repeat(2, 0).repeat(2, 1)).save(place / f"{index:02}.png")
    out = tmp_path / "out.csv"
    command = ("predict", folder / "knn.hdrm", tmp_path / "own", "--out", out)
    ended = call_command(*command, "--probabilities", "--resize", "8x8", "--polarity", "light-on-dark")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "note: converted to light-on-dark: 20 of 20 images inverted\n" in ended.stdout
    header, *rows = rows_of(out)
    assert header == ["file", "label", "probability"]
    assert [row[0] for row in rows[:2]] == ["a, b/01.png", "a, b/03.png"]
    assert len(rows) == 20
    wrong_size = call_command(*command, "--polarity", "light-on-dark")
    assert wrong_size.returncode == 2
    assert "the images are 16x16 pixels, but the model learned from images of 8x8 pixels; convert" in wrong_size.stderr
    assert "--resize 8x8" in wrong_size.stderr
    # Nothing was written.
    assert rows_of(out)[0] == header


def test_pictures_of_any_size_are_brought_into_mnists_form(data_home, tmp_path):
    mnist = load_dataset("mnist-5k")
    model = make_estimator("knn").fit(mnist.train.X[::4], mnist.train.y[::4])
    save_model(model, tmp_path / "knn.hdrm")
    (tmp_path / "own").mkdir()
    chosen = mnist.test.images[::25]
    for index, image in enumerate(chosen):
        # Dark on light, of different sizes, and not in the middle.
        larger = np.full((120 + index, 150), 255, np.uint8)
        larger[index : index + 84, 30:114] = 255 - image.repeat(3, 0).repeat(3, 1)
        Image.fromarray(larger).save(tmp_path / "own" / f"{index:02}.png")
    out = tmp_path / "out.csv"
    ended = call_command("predict", tmp_path / "knn.hdrm", tmp_path / "own", "--out", out, "--fit", "mnist")
    assert ended.returncode == 0
    np.save(tmp_path / "small.npy", chosen[:, 4:24, 4:24])
    wrong_size = call_command("predict", tmp_path / "knn.hdrm", tmp_path / "small.npy", "--out", tmp_path / "b.csv")
    assert (
        "from images of 28x28 pixels; convert them into MNIST's form with --fit mnist, or pictures" in wrong_size.stderr
    )
    expected = model.predict(chosen.reshape(len(chosen), -1))
    answers = [int(label) for _, label in rows_of(out)[1:]]
    assert np.mean(answers == expected) >= 0.9


def test_probabilities_are_the_models_own(fitted, images, tmp_path):
    folder, models = fitted
    np.save(tmp_path / "a.npy", images)
    out = tmp_path / "out.csv"
    of_knn = call_command("predict", folder / "knn.hdrm", tmp_path / "a.npy", "--out", out, "--probabilities")
    assert of_knn.returncode == 0
    shares = models["knn"].predict_proba(images.reshape(50, -1)).max(axis=1)
    assert [float(row[2]) for row in rows_of(out)[1:]] == pytest.approx(shares, abs=1e-5)
    ended = call_command("predict", folder / "svm.hdrm", tmp_path / "a.npy", "--out", out, "--probabilities")
    assert ended.returncode == 2
    assert "this model has no probabilities; omit --probabilities" in ended.stderr
    assert "the probabilities are the model's own, not calibrated" in of_knn.stdout
    named = ended.stderr.split("such as ")[1].replace(" or ", ", ").strip().split(", ")
    assert named == ["cnn", "mlp", "knn", "linear"]
    assert set(named) <= set(ESTIMATORS)


@pytest.mark.parametrize("name", ["knn", "svm"])
def test_probabilities_are_calibrated_as_the_reader_does(images, tmp_path, name):
    mnist = load_dataset("mnist-5k").subsample(200)
    model = make_estimator(name).fit(mnist.train.X, mnist.train.y)
    numbers = fit_reading(model, mnist.train.X, mnist.train.y)
    card = describe_estimator(model).model_copy(update={"classes": tuple("0123456789"), "reading": numbers})
    save_model(model, tmp_path / "own.hdrm", card=card)
    np.save(tmp_path / "a.npy", mnist.test.images[:50])
    command = ("predict", tmp_path / "own.hdrm", tmp_path / "a.npy", "--out", tmp_path / "out.csv")
    ended = call_command(*command, "--probabilities")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "note: the probabilities are calibrated by the temperature on the model's card, " in ended.stdout
    read = load_recognizer(tmp_path / "own.hdrm").recognize(mnist.test.images[:50])
    rows = rows_of(tmp_path / "out.csv")[1:]
    assert [float(row[2]) for row in rows] == pytest.approx(
        [shares[int(row[1])] for row, shares in zip(rows, read.probabilities, strict=True)], abs=1e-5
    )
    plain = call_command(*command)
    assert "calibrated" not in plain.stdout


def test_a_data_set_whose_name_has_a_dot(fitted, images, tmp_path):
    np.savez(tmp_path / "own.npz", images=images, labels=load_dataset("digits-8x8").test.labels[:50])
    add_dataset("own.digits", tmp_path / "own.npz")
    ended = call_command("predict", fitted[0] / "knn.hdrm", "own.digits", "--out", tmp_path / "out.csv")
    assert ended.returncode == 0, ended.stderr
    assert len(rows_of(tmp_path / "out.csv")) == 11


def test_another_range_of_pixels_is_warned_of(fitted, images, tmp_path):
    np.save(tmp_path / "a.npy", images * 15)
    ended = call_command("predict", fitted[0] / "svm.hdrm", tmp_path / "a.npy", "--out", tmp_path / "out.csv")
    assert ended.returncode == 0
    assert ended.stderr.startswith(
        "warning: SVMClassifier: X ranges from 0 to 240, but the training images ranged from"
    )


def test_other_files_are_never_overwritten(fitted, images, tmp_path):
    folder, _ = fitted
    np.save(tmp_path / "a.npy", images)
    table = write_table(tmp_path / "test.csv", images)
    (tmp_path / "folder.csv").mkdir()
    for out, fault in (
        (table, "exists and does not contain predictions"),
        (tmp_path / "a.npy", "choose a name that ends in .csv"),
        (tmp_path / "folder.csv", "exists and is not a file"),
    ):
        before = out.read_bytes() if out.is_file() else None
        ended = call_command("predict", folder / "knn.hdrm", tmp_path / "a.npy", "--out", out)
        assert (ended.returncode, ended.stdout) == (2, "")
        assert fault in ended.stderr
        assert before is None or out.read_bytes() == before
    out = tmp_path / "out.csv"
    for _ in range(2):
        assert call_command("predict", folder / "knn.hdrm", tmp_path / "a.npy", "--out", out).returncode == 0


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ("missing.csv", "missing.csv: there is no such file; expected a CSV file of pixels, a folder of pictures"),
        ("digit-8x8", "unknown dataset 'digit-8x8'. Did you mean 'digits-8x8'?"),
        ("empty", "no picture in this folder"),
        ("words.txt", "which cannot be read"),
        ("mixed", "pictures of 8x8 uint8 and 9x9 uint8 pixels in one folder; bring them to the same size with resize"),
        ("two.npz", "it holds a (3, 4), b (3, 4); expected one array of images, or one named"),
        ("rows.npy", "expected (n, height, width), one channel, or rows of a square number of pixels"),
        ("objects.npy", "holds Python objects"),
        ("train-labels-idx1-ubyte", "images of shape (3,)"),
        ("mnist-5k", "the images are 28x28 pixels, but the model learned from images of 8x8 pixels"),
    ],
)
def test_data_that_cannot_be_used(fitted, data_home, tmp_path, data, fault):
    folder, _ = fitted
    (tmp_path / "empty").mkdir()
    (tmp_path / "mixed").mkdir()
    (tmp_path / "words.txt").write_text("words")
    for side in (8, 9):
        Image.new("L", (side, side)).save(tmp_path / "mixed" / f"{side}.png")
    np.savez(tmp_path / "two.npz", a=np.zeros((3, 4)), b=np.zeros((3, 4)))
    np.save(tmp_path / "rows.npy", np.zeros((3, 5)))
    np.save(tmp_path / "objects.npy", np.array([[{}] * 4] * 3), allow_pickle=True)
    write_idx(tmp_path / "train-labels-idx1-ubyte", np.zeros(3, np.uint8))
    ended = call_command("predict", folder / "knn.hdrm", data, "--out", "out.csv", cwd=tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert fault in ended.stderr
    assert not (tmp_path / "out.csv").exists()


def test_a_function_of_ones_own_is_a_model_if_it_is_trusted(images, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "own_model_of_predict.py").write_text(
        "import numpy as np\ndef make():\n    return lambda images: np.eye(10)[images[:, 0, 0].astype(int) % 10]\n"
    )
    np.save(tmp_path / "a.npy", images + np.arange(50, dtype=np.uint8)[:, None, None])
    command = ("predict", "own_model_of_predict:make", tmp_path / "a.npy", "--out", "out.csv", "--probabilities")
    refused = call_command(*command, cwd=tmp_path)
    assert refused.returncode == 2
    assert "if you trust it, use --trust" in refused.stderr
    ended = call_command(*command, "--trust", cwd=tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")
    expected = [[str(index + 1), str((images[index, 0, 0] + index) % 10), "1"] for index in range(50)]
    assert rows_of(tmp_path / "out.csv")[1:] == expected


def test_what_is_no_model(tmp_path, data_home):
    (tmp_path / "a.hdrm").write_bytes(b"no model")
    ended = call_command("predict", tmp_path / "a.hdrm", "digits-8x8", "--out", tmp_path / "out.csv")
    assert ended.returncode == 2
    assert "a.hdrm" in ended.stderr
